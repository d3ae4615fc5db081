//! What lies between a function and everybody else: the machine's network, or what the local host has in its place.

use std::fmt::Debug;
use std::net::ToSocketAddrs;

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError, SharedDnsResolver};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use crate::env::InitError;
use crate::wire::Wire;

/// A network: how names are resolved in it, and how one connects.
pub trait Internet: Debug + Send + Sync {
    /// Who knows the names.
    fn names(&self) -> SharedDnsResolver;
    /// Connects to the addresses that `names` gives, and resolves a name by nobody else.
    fn connector(&self, names: SharedDnsResolver) -> Result<SharedHttpConnector, InitError>;
}

/// The machine's own.
#[derive(Clone, Copy, Debug)]
pub struct Machine;

impl Internet for Machine {
    fn names(&self) -> SharedDnsResolver {
        SharedDnsResolver::new(SystemNames)
    }

    fn connector(&self, names: SharedDnsResolver) -> Result<SharedHttpConnector, InitError> {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
        Ok(SharedHttpConnector::new(Wire::new(roots, names).map_err(InitError::certificates)?))
    }
}

/// The system's resolver.
#[derive(Clone, Copy, Debug)]
struct SystemNames;

impl ResolveDns for SystemNames {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        let name = name.to_owned();
        DnsFuture::new(async move {
            let resolved = tokio::task::spawn_blocking(move || (name.as_str(), 0).to_socket_addrs()).await;
            let addresses = resolved.map_err(ResolveDnsError::new)?.map_err(ResolveDnsError::new)?;
            Ok(addresses.map(|address| address.ip()).collect())
        })
    }
}
