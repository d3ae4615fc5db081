//! Pictures, as they are shown.

use holdfast_core::ImageId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Image, ImageState, Picture};
use crate::store::Gallery;
use holdfast_renditions::Refused;

/// A picture of a product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImageView {
    /// The picture's id.
    #[schema(value_type = String, example = "img_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: ImageId,
    /// What it shows, for those who cannot see it.
    alt: String,
    /// Whether it can be seen.
    status: ImageStatus,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Refused>,
    /// The files that there are of it, the widest first: each width as WebP and as JPEG.
    renditions: Vec<RenditionView>,
}

/// Whether a picture can be seen.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImageStatus {
    /// Not yet: its upload has not come, or is being worked on.
    Pending,
    /// It can.
    Ready,
    /// It cannot, and never will be.
    Refused,
}

/// A file of a picture.
#[derive(Debug, Serialize, ToSchema)]
pub struct RenditionView {
    /// Where it is: what is there never changes.
    #[schema(example = "https://media.shop.example.com/images/5d41…/800.webp")]
    url: String,
    /// Its format.
    #[schema(example = "image/webp")]
    content_type: &'static str,
    /// Pixels.
    width: u32,
    /// Pixels.
    height: u32,
}

impl ImageView {
    /// With the addresses of its files.
    pub(crate) fn of(image: Image, gallery: &Gallery) -> Self {
        let (status, reason, renditions) = match image.state {
            ImageState::Pending { .. } => (ImageStatus::Pending, None, Vec::new()),
            ImageState::Ready(picture) => (ImageStatus::Ready, None, files(&picture, gallery)),
            ImageState::Refused { reason } => (ImageStatus::Refused, Some(reason), Vec::new()),
        };
        Self { id: image.id, alt: image.alt, status, reason, renditions }
    }
}

fn files(picture: &Picture, gallery: &Gallery) -> Vec<RenditionView> {
    let view = |file: &crate::domain::Rendition| RenditionView {
        url: gallery.url(&picture.key(file)),
        content_type: file.format.media_type(),
        width: file.width,
        height: file.height,
    };
    picture.renditions.iter().map(view).collect()
}
