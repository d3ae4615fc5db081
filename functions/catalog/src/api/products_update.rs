//! PATCH /v1/admin/products/{id}: staff change a product.

use axum::extract::State;
use holdfast_core::ProductId;
use holdfast_http::{
    BodyProblems, ETag, IfMatch, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, Tagged,
    endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::ProductView;
use crate::domain::{ProductChange, Status};
use crate::events::Happened;
use crate::store::{Change, Office, Shown};

/// Changes what a product's variants have in common.
///
/// What is left out stays. A slug that it leaves leads on to the product for good.
#[utoipa::path(
    patch, path = "/v1/admin/products/{id}", operation_id = "products_update", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(
        ("id" = String, Path, description = "The product's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = ProductChange,
    responses(
        (status = 200, description = "The product as it is now", body = ProductView, headers(("etag" = String, description = "The product's version"))),
        (status = 409, description = "slug_taken: another product has it", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        BodyProblems, StaffProblems, NotFound, Stale, OurFault
    )
)]
async fn products_update(
    State(office): State<Office>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<ProductId>,
    Json(change): Json<ProductChange>,
) -> Result<Tagged<Json<ProductView>>, Problem> {
    let decide = |shown: &mut Shown| {
        let before = shown.article.product.clone();
        if_match.admits(before.version)?;
        shown.article.change(change.clone())?;
        let (was, status) = (before.status, shown.article.product.status);
        let happened = match status {
            _ if before == shown.article.product => None,
            Status::Archived if was != status => Some(Happened::ProductArchived {}),
            Status::Draft | Status::Active | Status::Archived => Some(Happened::ProductChanged { status }),
        };
        Ok(Change { happened, answer: () })
    };
    let ((), shown) = office.catalog.change(id, &origin, staff.caller.user, decide).await?;
    let version = ETag(shown.article.product.version);
    Ok(Tagged(version, Json(ProductView::for_staff(shown.article, &shown.shelf, &office.catalog.gallery))))
}

/// products-update.
pub fn function() -> Function {
    endpoint::<Office>("products-update", || routes!(products_update))
}
