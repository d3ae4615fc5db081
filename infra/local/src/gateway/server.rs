//! The wire: HTTP/1.1 on the loopback interface, and what is local only beside the API.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::connect_info::ConnectInfo;
use axum::serve::ListenerExt;
use http::header::{CONNECTION, HOST};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use tokio::net::TcpListener;

use super::{BODY_LIMIT, too_large};
use crate::World;

/// The longest object that a browser may upload, in bytes: it is held in memory on its way to the disk.
const UPLOAD_LIMIT: usize = 256 * 1024 * 1024;
/// What comes after a body that is too long is read and dropped up to here, because most clients read the answer only
/// once they have sent everything.
const DROPPED_LIMIT: usize = 64 * 1024 * 1024;
/// How long open requests may take to end after the host was told to stop.
const FAREWELL: Duration = Duration::from_secs(5);

/// Serves a world until `stop` is done.
pub async fn serve(world: World, listener: TcpListener, stop: impl Future<Output = ()> + Send) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // Answers are written whole: waiting for more to send would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays delayed");
        }
    });
    let service = Router::new().fallback(answer).with_state(world).into_make_service_with_connect_info::<SocketAddr>();
    let (told, stopping) = tokio::sync::oneshot::channel::<()>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async {
        // An error means that the sender is gone, which is as good a reason to stop.
        drop(stopping.await);
    });
    let mut serving = Box::pin(serving.into_future());
    tokio::select! {
        done = &mut serving => return done,
        () = stop => drop(told.send(())),
    }
    tokio::time::timeout(FAREWELL, serving).await.unwrap_or(Ok(()))
}

async fn answer(
    State(world): State<World>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response<Body> {
    // A function that was called runs to its end, also when the client hangs up.
    let call = tokio::spawn(route(world, peer.ip(), request));
    match call.await {
        Ok(response) => response.map(Body::from),
        Err(error) => {
            tracing::error!(%error, "a request could not be answered");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        }
    }
}

async fn route(world: World, source_ip: IpAddr, request: Request<Body>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    let limit = if is_for_buckets(&parts) { UPLOAD_LIMIT } else { BODY_LIMIT };
    let Some(body) = read(body, limit).await else {
        let mut response = too_large();
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return response;
    };
    let line = format!("{} {}", parts.method, parts.uri.path());
    let response = world.visit(Request::from_parts(parts, body), source_ip).await;
    tracing::info!(status = response.status().as_u16(), "{line}");
    response
}

/// Whether a request is for `s3.localhost`, where presigned URLs lead.
pub(crate) fn is_for_buckets(parts: &Parts) -> bool {
    let named = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| parts.uri.authority().map(Authority::as_str)).unwrap_or_default();
    host == "s3.localhost" || host.starts_with("s3.localhost:")
}

/// The body, or nothing when it is longer than `limit` or breaks off.
async fn read(mut body: Body, limit: usize) -> Option<Bytes> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            drain(body).await;
            return None;
        }
        bytes.extend_from_slice(&data);
    }
    Some(Bytes::from(bytes))
}

async fn drain(mut body: Body) {
    let mut dropped = 0;
    while let Some(Ok(frame)) = body.frame().await {
        dropped += frame.data_ref().map_or(0, Bytes::len);
        if dropped > DROPPED_LIMIT {
            return;
        }
    }
}
