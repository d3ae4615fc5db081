//! DELETE /v1/admin/products/{id}/images/{image_id}: staff remove a picture.

use axum::extract::State;
use holdfast_core::{ImageId, ProductId};
use holdfast_http::{
    IfMatch, NoContent, NotFound, Origin, OurFault, Paths, Problem, Staff, StaffProblems, Stale, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use crate::events::Happened;
use crate::store::{Change, Office, Shown};

/// Removes a picture from its product.
///
/// One whose file is still to come will not be shown. Files stay where they are, because mails and orders may lead to them.
#[utoipa::path(
    delete, path = "/v1/admin/products/{id}/images/{image_id}", operation_id = "images_delete", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(
        ("id" = String, Path, description = "The product's id"),
        ("image_id" = String, Path, description = "The picture's id"),
        ("if-match" = Option<String>, Header, description = "The version of the product that is meant: 412 when it is not the current one")
    ),
    responses((status = 204, description = "The picture is removed"), StaffProblems, NotFound, Stale, OurFault)
)]
async fn images_delete(
    State(office): State<Office>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    if_match: IfMatch,
    Paths(product, image_id): Paths<ProductId, ImageId>,
) -> Result<NoContent, Problem> {
    let decide = |shown: &mut Shown| {
        if !shown.article.product.remove_image(image_id) {
            return Err(Problem::not_found("image"));
        }
        if_match.admits(shown.article.product.version)?;
        Ok(Change { happened: Some(Happened::ImageRemoved { image_id }), answer: () })
    };
    office.catalog.change(product, &origin, staff.caller.user, decide).await?;
    Ok(NoContent)
}

/// images-delete.
pub fn function() -> Function {
    endpoint::<Office>("images-delete", || routes!(images_delete))
}
