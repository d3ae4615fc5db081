//! POST /v1/admin/categories: staff make a category.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::{CategoryId, Timestamp};
use holdfast_http::{
    ETag, Json, Keyed, KeyedProblems, Origin, OurFault, Problem, Staff, StaffProblems, Tagged, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::CategoryView;
use crate::domain::NewCategory;
use crate::store::{Grown, Growth, Registry};

/// Makes a category, at the top or in another one. The tree has at most 5 levels and 500 categories.
#[utoipa::path(
    post, path = "/v1/admin/categories", operation_id = "categories_create", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(("idempotency-key" = String, Header, description = "The same request under the same key makes the category once")),
    request_body = NewCategory,
    responses(
        (status = 201, description = "The category", body = CategoryView, headers(("etag" = String, description = "The category's version"))),
        (status = 409, description = "slug_taken: another category has it; too_many_categories: there are 500 already", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, OurFault
    )
)]
async fn categories_create(
    State(registry): State<Registry>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    Keyed { key, fingerprint, body }: Keyed<NewCategory>,
) -> Result<(StatusCode, Tagged<Json<CategoryView>>), Problem> {
    let caller = staff.caller.user;
    let id: CategoryId = registry.server_key.id("categories_create", &caller.to_string(), &key);
    let decide = |grown: &mut Grown, now: Timestamp| {
        if let Some((first, created_at)) = grown.birth(id) {
            fingerprint.agrees_with(&first.fingerprint)?;
            // As it was made, whatever has become of it.
            return Ok((None, body.clone().create(id, created_at)?));
        }
        let category = grown.tree.add(body.clone(), id, now)?;
        Ok((Some(Growth::born(category.clone(), fingerprint.clone())), category))
    };
    let category = registry.catalog.grow(&origin, caller, decide).await?;
    Ok((StatusCode::CREATED, Tagged(ETag(category.version), Json(category.into()))))
}

/// categories-create.
pub fn function() -> Function {
    endpoint::<Registry>("categories-create", || routes!(categories_create))
}
