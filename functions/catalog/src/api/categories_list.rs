//! GET /v1/categories: the tree.

use axum::extract::State;
use axum::response::Response;
use holdfast_http::{ETag, Freshness, IfNoneMatch, Listed, OurFault, Problem, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::Node;
use crate::store::Catalog;

/// The tree may be as old as this, in seconds.
const FRESH_S: u32 = 60;

/// All categories, each with what is in it, on one page.
#[utoipa::path(
    get, path = "/v1/categories", operation_id = "categories_list", tag = "catalog", security(()),
    params(("if-none-match" = Option<String>, Header, description = "The ETag of the tree that is there already")),
    responses(
        (status = 200, description = "The categories at the top", body = Listed<Node>, headers(("etag" = String, description = "Names the tree as it is"))),
        (status = 304, description = "It is still what If-None-Match names"),
        OurFault
    )
)]
async fn categories_list(State(catalog): State<Catalog>, known: IfNoneMatch) -> Result<Response, Problem> {
    let tree = catalog.tree_lately().await?;
    let nodes = Node::within(&tree, None);
    Ok(known.answer(&Listed::whole(nodes), Some(ETag(tree.version)), Freshness::Public(FRESH_S)))
}

/// categories-list.
pub fn function() -> Function {
    endpoint::<Catalog>("categories-list", || routes!(categories_list))
}
