//! POST /v1/admin/products/{id}/images: staff announce a picture, and are told where to upload it.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::{ImageId, ProductId, Timestamp};
use holdfast_http::{
    BodyProblems, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::ImageView;
use crate::consumers::images_process::upload_key;
use crate::domain::{Image, ImageState, NewImage, Product};
use crate::events::Happened;
use crate::store::{BucketError, Change, Shown, Signed, Studio};

/// An upload has to begin within this.
const UPLOAD_LASTS: Duration = Duration::from_secs(15 * 60);
/// So long is a picture waited for: an upload that begins late may be slow, and so may be the news of it.
const WAITED_FOR: Duration = Duration::from_secs(60 * 60);

/// A picture to come, and where its file goes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImageUpload {
    /// The picture.
    image: ImageView,
    /// The upload.
    upload: UploadView,
}

/// A request to S3 that is to be sent as it stands here, with the file as its body.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadView {
    /// PUT.
    method: String,
    /// Where to.
    url: String,
    /// The headers that have been signed: a file of another type or length is refused.
    #[schema(example = json!({"content-length": "482113", "content-type": "image/jpeg"}))]
    headers: BTreeMap<String, String>,
    /// It has to begin before this.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Announces a picture of a product.
///
/// Its file is then uploaded to S3 by the request that `upload` describes. A moment later the picture is READY, with its
/// renditions, or REFUSED, with the reason: only staff see it before. A product has up to 20 pictures.
#[utoipa::path(
    post, path = "/v1/admin/products/{id}/images", operation_id = "images_create_upload", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(("id" = String, Path, description = "The product's id")),
    request_body = NewImage,
    responses(
        (status = 201, description = "The picture, and where to upload it", body = ImageUpload),
        (status = 409, description = "too_many_images: remove one first", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        BodyProblems, StaffProblems, NotFound, OurFault
    )
)]
async fn images_create_upload(
    State(studio): State<Studio>,
    staff: Staff<permission::CatalogWrite>,
    origin: Origin,
    Path(product): Path<ProductId>,
    Json(new): Json<NewImage>,
) -> Result<(StatusCode, Json<ImageUpload>), Problem> {
    let NewImage { content_type, bytes, alt } = new.checked()?;
    let (id, now) = (studio.catalog.ambient.id::<ImageId>(), studio.catalog.ambient.now());
    let until = now.saturating_add(WAITED_FOR).unwrap_or(now);
    let image = Image { id, alt, state: ImageState::Pending { until } };
    // First, because it leaves no trace.
    let signed = studio.bucket.upload(&upload_key(product, id), content_type.media_type(), bytes, UPLOAD_LASTS).await?;
    let decide = |shown: &mut Shown| {
        let most = Product::MOST_IMAGES;
        let too_many = || {
            let detail = format!("A product has at most {most} pictures: remove one first.");
            Problem::conflict("too_many_images", "The product has too many pictures", detail)
        };
        shown.article.product.announce(image.clone(), now).ok_or_else(too_many)?;
        Ok(Change { happened: Some(Happened::ImageAnnounced { image_id: id }), answer: () })
    };
    studio.catalog.change(product, &origin, staff.caller.user, decide).await?;
    let image = ImageView::of(image, &studio.catalog.gallery);
    Ok((StatusCode::CREATED, Json(ImageUpload { image, upload: signed.into() })))
}

impl From<Signed> for UploadView {
    fn from(Signed { request, expires_at }: Signed) -> Self {
        let headers = request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { method: request.method().to_owned(), url: request.uri().to_owned(), headers, expires_at }
    }
}

impl From<BucketError> for Problem {
    fn from(error: BucketError) -> Self {
        Self::unavailable(error.to_string())
    }
}

/// images-create-upload.
pub fn function() -> Function {
    endpoint::<Studio>("images-create-upload", || routes!(images_create_upload))
}
