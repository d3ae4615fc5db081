//! DELETE /v1/admin/products/{id}/images/{image_id}: staff remove a picture.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::images_delete::function())
}
