//! DELETE /v1/admin/variants/{sku}: staff archive a variant.

use axum::extract::State;
use holdfast_core::Sku;
use holdfast_http::{
    IfMatch, NoContent, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use crate::events::Happened;
use crate::store::{Change, Office, Shown};

/// Archives a variant: it is sold no more.
///
/// Its SKU stays taken, because orders and stock name it. The last variant of a product that is sold stays: the product is
/// archived instead.
#[utoipa::path(
    delete, path = "/v1/admin/variants/{sku}", operation_id = "variants_delete", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(
        ("sku" = String, Path, description = "The variant's SKU"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    responses(
        (status = 204, description = "The variant is archived"),
        (status = 409, description = "last_variant: the product is sold, and has no other", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        StaffProblems, NotFound, Stale, OurFault
    )
)]
async fn variants_delete(
    State(office): State<Office>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(sku): Path<Sku>,
) -> Result<NoContent, Problem> {
    let gone = || Problem::not_found("variant");
    let product = office.catalog.product_of(&sku).await?.ok_or_else(gone)?;
    let decide = |shown: &mut Shown| {
        let last = |wrong: crate::domain::Wrong| {
            Problem::conflict(
                "last_variant",
                "It is the product's last variant",
                format!("Not done: {}.", wrong.detail),
            )
        };
        if_match.admits(shown.article.variant(&sku).ok_or_else(gone)?.version)?;
        let old = shown.article.archive_variant(&sku).map_err(last)?.ok_or_else(gone)?;
        let happened = old.is_active().then(|| Happened::VariantArchived { sku: sku.clone() });
        Ok(Change { happened, answer: () })
    };
    office.catalog.change(product, &origin, staff.caller.user, decide).await?;
    Ok(NoContent)
}

/// variants-delete.
pub fn function() -> Function {
    endpoint::<Office>("variants-delete", || routes!(variants_delete))
}
