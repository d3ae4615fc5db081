//! How a request reaches the shop.

use std::net::IpAddr;

use holdfast_local::Bytes;
use holdfast_local::World;
use http::{Request, Response};

use crate::away::Away;

/// The way to a shop. Stories know actors alone, so that they can be told over another way too.
#[derive(Clone, Debug)]
pub(crate) enum Transport {
    /// In this process, without a socket.
    World(World),
    /// Over HTTP, to what is deployed.
    Away(Box<Away>),
}

impl Transport {
    pub(crate) async fn send(&self, request: Request<Bytes>, source_ip: IpAddr) -> Response<Bytes> {
        match self {
            Self::World(world) => world.visit(request, source_ip).await,
            // Everybody comes from this machine.
            Self::Away(away) => away.send(request).await,
        }
    }
}
