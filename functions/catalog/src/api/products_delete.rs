//! DELETE /v1/admin/products/{id}: staff archive a product.

use axum::extract::State;
use holdfast_core::ProductId;
use holdfast_http::{
    IfMatch, NoContent, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use crate::domain::{ProductChange, Status};
use crate::events::Happened;
use crate::store::{Change, Office, Shown};

/// Archives a product: it is sold no more.
///
/// It stays, because orders name it, and so do its SKUs and its slug. Setting its status sells it again.
#[utoipa::path(
    delete, path = "/v1/admin/products/{id}", operation_id = "products_delete", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(
        ("id" = String, Path, description = "The product's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    responses((status = 204, description = "The product is archived"), StaffProblems, NotFound, Stale, OurFault)
)]
async fn products_delete(
    State(office): State<Office>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<ProductId>,
) -> Result<NoContent, Problem> {
    let decide = |shown: &mut Shown| {
        if_match.admits(shown.article.product.version)?;
        let was = shown.article.product.status;
        shown.article.change(ProductChange { status: Some(Status::Archived), ..ProductChange::default() })?;
        let happened = (was != Status::Archived).then_some(Happened::ProductArchived {});
        Ok(Change { happened, answer: () })
    };
    office.catalog.change(id, &origin, staff.caller.user, decide).await?;
    Ok(NoContent)
}

/// products-delete.
pub fn function() -> Function {
    endpoint::<Office>("products-delete", || routes!(products_delete))
}
