//! POST /v1/admin/products: staff make a product, with all of its variants.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, LOCATION};
use holdfast_http::{
    ETag, Json, Keyed, KeyedProblems, Origin, OurFault, Problem, Staff, StaffProblems, Tagged, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::ProductView;
use crate::domain::{NewArticle, Shelf};
use crate::store::Registry;

/// Makes a product with its variants, all or nothing.
///
/// It is sold at once unless its status says DRAFT. A slug that is not given comes from the title. All of its prices are in
/// one currency; up to 36 variants fit into one request, and more are added one by one.
#[utoipa::path(
    post, path = "/v1/admin/products", operation_id = "products_create", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(("idempotency-key" = String, Header, description = "The same request under the same key makes the product once")),
    request_body = NewArticle,
    responses(
        (status = 201, description = "The product", body = ProductView, headers(("etag" = String, description = "The product's version"), ("location" = String, description = "Where it is shown"))),
        (status = 409, description = "sku_taken, slug_taken: another product has it", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, OurFault
    )
)]
async fn products_create(
    State(registry): State<Registry>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    Keyed { key, fingerprint, body }: Keyed<NewArticle>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Tagged<Json<ProductView>>), Problem> {
    let caller = staff.caller.user;
    let id = registry.server_key.id("products_create", &caller.to_string(), &key);
    let article = registry.catalog.create(id, body, fingerprint, &origin, caller).await?;
    let (location, version) = ([(LOCATION, format!("/v1/products/{id}"))], ETag(article.product.version));
    let view = ProductView::for_staff(article, &Shelf::default(), &registry.catalog.gallery);
    Ok((StatusCode::CREATED, location, Tagged(version, Json(view))))
}

/// products-create.
pub fn function() -> Function {
    endpoint::<Registry>("products-create", || routes!(products_create))
}
