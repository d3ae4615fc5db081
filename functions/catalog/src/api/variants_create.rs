//! POST /v1/admin/products/{id}/variants: staff add a variant.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::{ProductId, VariantId};
use holdfast_http::{
    ETag, Json, Keyed, KeyedProblems, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Tagged,
    endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::VariantView;
use crate::domain::{NewVariant, Shelf};
use crate::events::Happened;
use crate::store::{Change, Registry, Shown};

/// Adds a variant to a product, which has at most 100.
#[utoipa::path(
    post, path = "/v1/admin/products/{id}/variants", operation_id = "variants_create", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(
        ("id" = String, Path, description = "The product's id"),
        ("idempotency-key" = String, Header, description = "The same request under the same key adds the variant once")
    ),
    request_body = NewVariant,
    responses(
        (status = 201, description = "The variant", body = VariantView, headers(("etag" = String, description = "The variant's version"))),
        (status = 409, description = "sku_taken: another variant has it", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, NotFound, OurFault
    )
)]
async fn variants_create(
    State(registry): State<Registry>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    Path(product): Path<ProductId>,
    Keyed { key, fingerprint, body }: Keyed<NewVariant>,
) -> Result<(StatusCode, Tagged<Json<VariantView>>), Problem> {
    let caller = staff.caller.user;
    let operation = format!("variants_create {product}");
    let id: VariantId = registry.server_key.id(&operation, &caller.to_string(), &key);
    let decide = |shown: &mut Shown| {
        if let Some(first) = shown.added.get(&id) {
            fingerprint.agrees_with(first)?;
            return Ok(Change { happened: None, answer: () });
        }
        shown.article.add(body.clone(), id)?;
        shown.added.insert(id, fingerprint.clone());
        Ok(Change { happened: Some(Happened::VariantAdded { sku: body.sku.clone() }), answer: () })
    };
    registry.catalog.change(product, &origin, caller, decide).await?;
    // As it was made, whatever has become of it when this is a repeat.
    let variant = body.create(id)?;
    Ok((StatusCode::CREATED, Tagged(ETag(variant.version), Json(VariantView::of(variant, &Shelf::default())))))
}

/// variants-create.
pub fn function() -> Function {
    endpoint::<Registry>("variants-create", || routes!(variants_create))
}
