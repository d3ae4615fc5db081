//! PATCH /v1/admin/categories/{id}: staff rename or move a category.

use axum::extract::State;
use holdfast_core::{CategoryId, Timestamp};
use holdfast_http::{
    BodyProblems, ETag, IfMatch, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, Tagged,
    endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::CategoryView;
use crate::domain::CategoryChange;
use crate::store::{Grown, Growth, Office};

/// Renames or moves a category; what is in it goes with it. None can be moved into itself.
#[utoipa::path(
    patch, path = "/v1/admin/categories/{id}", operation_id = "categories_update", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(
        ("id" = String, Path, description = "The category's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = CategoryChange,
    responses(
        (status = 200, description = "The category as it is now", body = CategoryView, headers(("etag" = String, description = "The category's version"))),
        (status = 409, description = "slug_taken: another category has it", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        BodyProblems, StaffProblems, NotFound, Stale, OurFault
    )
)]
async fn categories_update(
    State(office): State<Office>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<CategoryId>,
    Json(change): Json<CategoryChange>,
) -> Result<Tagged<Json<CategoryView>>, Problem> {
    let decide = |grown: &mut Grown, now: Timestamp| {
        let old = grown.tree.get(id).cloned().ok_or_else(|| Problem::not_found("category"))?;
        if_match.admits(old.version)?;
        let category = grown.tree.change(id, change.clone(), now)?;
        Ok((Some(Growth::Changed(category.clone())), category))
    };
    let category = office.catalog.grow(&origin, staff.caller.user, decide).await?;
    Ok(Tagged(ETag(category.version), Json(category.into())))
}

/// categories-update.
pub fn function() -> Function {
    endpoint::<Office>("categories-update", || routes!(categories_update))
}
