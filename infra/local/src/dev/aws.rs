//! The AWS that the functions call, for an operator of this machine: what `holdfast` and `aws --endpoint-url` ask.
//!
//! Here nobody's rights are checked and nothing goes wrong on purpose: whoever reaches `/dev` owns the shop's data anyway.

use axum::body::Bytes;
use http::uri::PathAndQuery;
use http::{Request, Response, StatusCode, Uri};

use super::refuse;
use crate::World;
use crate::protocol::{ServiceCall, carry_out};

/// Where it is.
const ROOT: &str = "/dev/aws";

/// Whether a path is one of these.
pub(super) fn is_aws(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Carries out a call, as the service that its signature names.
pub(super) async fn answer(world: &World, request: Request<Bytes>) -> Response<Bytes> {
    let Some(request) = within(request) else {
        return refuse(StatusCode::BAD_REQUEST, "this is no address of AWS");
    };
    match ServiceCall::read(request) {
        Ok(call) => carry_out(world.engines(), &call).await.into(),
        Err(refusal) => refuse(StatusCode::BAD_REQUEST, &refusal.to_string()),
    }
}

/// The request as AWS sees it.
fn within(request: Request<Bytes>) -> Option<Request<Bytes>> {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query()?.as_str().strip_prefix(ROOT)?;
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    parts.uri = Uri::from(path.parse::<PathAndQuery>().ok()?);
    Some(Request::from_parts(parts, body))
}
