//! DELETE /v1/admin/categories/{id}: staff remove a category.

use axum::extract::State;
use holdfast_core::{CategoryId, Timestamp};
use holdfast_http::{
    IfMatch, NoContent, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use crate::domain::Refusal;
use crate::store::{Grown, Growth, Office};

/// Removes a category that is empty: no category is in it, and no product that is sold.
#[utoipa::path(
    delete, path = "/v1/admin/categories/{id}", operation_id = "categories_delete", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(
        ("id" = String, Path, description = "The category's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    responses(
        (status = 204, description = "The category is gone"),
        (status = 409, description = "category_not_empty: something is in it", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        StaffProblems, NotFound, Stale, OurFault
    )
)]
async fn categories_delete(
    State(office): State<Office>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<CategoryId>,
) -> Result<NoContent, Problem> {
    let decide = |grown: &mut Grown, _: Timestamp| {
        if_match.admits(grown.tree.get(id).ok_or(Refusal::Unknown)?.version)?;
        let removed = grown.tree.remove(id)?;
        Ok((Some(Growth::Removed(removed)), ()))
    };
    office.catalog.grow(&origin, staff.caller.user, decide).await?;
    Ok(NoContent)
}

/// categories-delete.
pub fn function() -> Function {
    endpoint::<Office>("categories-delete", || routes!(categories_delete))
}
