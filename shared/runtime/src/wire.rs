//! The wire under all clients: HTTP/1.1 by hyper, TLS by rustls with ring.
//!
//! The SDK's own crate for this would do, but for HTTP/2, which it always brings along: no service that a function asks speaks it, and
//! it is a twelfth of a function ([decision](../../../docs/decisions/2026-11-27-no-http2.md)).

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::dns::{ResolveDns, SharedDnsResolver};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use axum::http::Uri;
use futures::future::BoxFuture;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tower::{BoxError, Service};

/// A connection is there after this, TLS included, or it is given up.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// Connects to whoever a request names. Clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    client: Client<Patient<HttpsConnector<Tcp<Names>>>, SdkBody>,
    read_timeout: Option<Duration>,
}

impl Wire {
    /// One that trusts these roots, and asks nobody else for the addresses of names.
    pub(crate) fn new<'a>(
        roots: impl IntoIterator<Item = CertificateDer<'a>>,
        names: SharedDnsResolver,
    ) -> Result<Self, rustls::Error> {
        let mut trusted = RootCertStore::empty();
        for root in roots {
            trusted.add(root.into_owned())?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let tls = tls.with_root_certificates(trusted).with_no_client_auth();
        let mut tcp = Tcp::new_with_resolver(Names(names));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let https =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .build(Patient(https));
        Ok(Self { client, read_timeout: None })
    }

    async fn carry(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let mut request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let captured = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || Some(known(&captured)));
        }
        let answer = self.client.request(request);
        let answer = match self.read_timeout {
            Some(limit) => match tokio::time::timeout(limit, answer).await {
                Ok(answer) => answer,
                Err(_) => return Err(ConnectorError::timeout(format!("no answer within {limit:?}").into())),
            },
            None => answer.await,
        };
        let answer = answer.map_err(failed)?.map(SdkBody::from_body_1_x);
        HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().carry(request))
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Self { read_timeout: settings.read_timeout(), ..self.clone() })
    }
}

/// What the SDK may know of a connection, and how it gives one up that has failed it.
fn known(captured: &CaptureConnection) -> ConnectionMetadata {
    let own = captured.clone();
    let poison = move || {
        if let Some(connection) = own.connection_metadata().as_ref() {
            connection.poison();
        }
    };
    ConnectionMetadata::builder().proxied(false).poison_fn(poison).build()
}

/// What became of a request, in the SDK's words: by these it decides whether to ask again.
fn failed(error: ClientError) -> ConnectorError {
    let hyper = of_kind::<hyper::Error>(&error);
    let hyper_says = |is: fn(&hyper::Error) -> bool| hyper.is_some_and(is);
    let system = of_kind::<io::Error>(&error).map(io::Error::kind);
    if system == Some(io::ErrorKind::TimedOut) || hyper_says(hyper::Error::is_timeout) {
        ConnectorError::timeout(error.into())
    } else if hyper_says(hyper::Error::is_user) {
        ConnectorError::user(error.into())
    } else if error.is_connect() || system.is_some() || hyper_says(|error| error.is_closed() || error.is_canceled()) {
        ConnectorError::io(error.into())
    } else if hyper_says(hyper::Error::is_incomplete_message) {
        ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
    } else {
        ConnectorError::other(error.into(), None)
    }
}

/// The error of a kind among those that brought an error about.
fn of_kind<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Names, as the clients' resolver knows them.
#[derive(Clone, Debug)]
struct Names(SharedDnsResolver);

impl Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let names = self.0.clone();
        Box::pin(async move {
            let addresses = names.resolve_dns(name.as_str()).await?;
            // The port is the URL's.
            Ok(addresses.into_iter().map(|address| SocketAddr::new(address, 0)).collect::<Vec<_>>().into_iter())
        })
    }
}

/// A connector that is given up in time.
#[derive(Clone, Debug)]
struct Patient<C>(C);

impl<C> Service<Uri> for Patient<C>
where
    C: Service<Uri, Error = BoxError>,
    C::Response: Send,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move {
            let late = || io::Error::new(io::ErrorKind::TimedOut, "there is no connection after 3.1 s");
            tokio::time::timeout(CONNECT_TIMEOUT, connecting).await.unwrap_or_else(|_| Err(late().into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use axum::http::Request;

    use super::*;
    use crate::web::{Internet, Machine};

    fn wire() -> Wire {
        Wire::new([], Machine.names()).unwrap()
    }

    async fn asks(wire: &Wire, to: SocketAddr) -> Result<u16, ConnectorError> {
        let request = Request::get(format!("http://{to}/")).body(SdkBody::empty()).unwrap();
        Ok(wire.call(HttpRequest::try_from(request).unwrap()).await?.status().as_u16())
    }

    /// Answers each of so many connections with these words, and hangs up.
    fn says(words: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for words in words {
                let (mut stream, _) = listener.accept().unwrap();
                io::Read::read(&mut stream, &mut [0; 1_024]).unwrap();
                io::Write::write_all(&mut stream, words.as_bytes()).unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn what_fails_is_called_what_it_is() {
        let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        assert!(asks(&wire(), nobody).await.unwrap_err().is_io());
        // It hangs up before it has said all: whoever asks may ask again.
        let error = asks(&wire(), says(&["", ""])).await.unwrap_err();
        assert!(error.is_io() || error.as_other() == Some(ErrorKind::TransientError), "{error:?}");
        let error = asks(&wire(), says(&["what?\r\n\r\n"])).await.unwrap_err();
        assert!(error.is_other() && error.as_other().is_none(), "{error:?}");
        let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let patient = Wire { read_timeout: Some(Duration::from_millis(50)), ..wire() };
        assert!(asks(&patient, silent.local_addr().unwrap()).await.unwrap_err().is_timeout());
    }

    #[tokio::test]
    async fn a_connection_is_used_again() {
        let answer = "HTTP/1.1 204 No Content\r\n\r\n";
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let served = std::thread::spawn(move || {
            // One connection for two requests.
            let (mut stream, _) = listener.accept().unwrap();
            for _ in 0..2 {
                assert!(io::Read::read(&mut stream, &mut [0; 1_024]).unwrap() > 0);
                io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
            }
        });
        let wire = wire();
        assert_eq!((asks(&wire, address).await.unwrap(), asks(&wire.clone(), address).await.unwrap()), (204, 204));
        served.join().unwrap();
    }
}
