//! POST /v1/admin/products/{id}/images: staff announce a picture, and are told where to upload it.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::images_create_upload::function())
}
