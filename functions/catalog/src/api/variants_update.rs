//! PATCH /v1/admin/variants/{sku}: staff change a variant, its price among it.

use axum::extract::State;
use holdfast_core::Sku;
use holdfast_http::{
    BodyProblems, ETag, IfMatch, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, Tagged,
    endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::VariantView;
use crate::domain::{Variant, VariantChange};
use crate::events::Happened;
use crate::store::{Change, Office, Shown};

/// Changes a variant.
///
/// What is left out stays. The prices that it has had are kept.
#[utoipa::path(
    patch, path = "/v1/admin/variants/{sku}", operation_id = "variants_update", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(
        ("sku" = String, Path, description = "The variant's SKU"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = VariantChange,
    responses((status = 200, description = "The variant as it is now", body = VariantView, headers(("etag" = String, description = "The variant's version"))), BodyProblems, StaffProblems, NotFound, Stale, OurFault)
)]
async fn variants_update(
    State(office): State<Office>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(sku): Path<Sku>,
    Json(change): Json<VariantChange>,
) -> Result<Tagged<Json<VariantView>>, Problem> {
    let gone = || Problem::not_found("variant");
    let product = office.catalog.product_of(&sku).await?.ok_or_else(gone)?;
    let decide = |shown: &mut Shown| {
        if_match.admits(shown.article.variant(&sku).ok_or_else(gone)?.version)?;
        let old = shown.article.change_variant(&sku, change.clone())?.ok_or_else(gone)?;
        Ok(Change { happened: shown.article.variant(&sku).and_then(|new| happened(&old, new)), answer: () })
    };
    let ((), shown) = office.catalog.change(product, &origin, staff.caller.user, decide).await?;
    let variant = shown.article.variant(&sku).cloned().ok_or_else(gone)?;
    Ok(Tagged(ETag(variant.version), Json(VariantView::of(variant, &shown.shelf))))
}

/// What it is called that one became the other.
fn happened(old: &Variant, new: &Variant) -> Option<Happened> {
    let sku = new.sku.clone();
    if old.price != new.price {
        Some(Happened::PriceChanged { sku, old: old.price, new: new.price })
    } else if old.is_active() && !new.is_active() {
        Some(Happened::VariantArchived { sku })
    } else {
        (old != new).then_some(Happened::VariantChanged { sku })
    }
}

/// variants-update.
pub fn function() -> Function {
    endpoint::<Office>("variants-update", || routes!(variants_update))
}
