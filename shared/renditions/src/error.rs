//! Why an upload has no renditions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::source::{LONGEST_SIDE, MOST_BYTES, MOST_PIXELS};

/// Why an upload is refused, for good: the same bytes would be refused again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Its bytes are no picture of any kind, whatever its name says.
    #[error("is no picture")]
    NotAPicture,
    /// A drawing that may carry scripts.
    #[error("is an SVG drawing; send a JPEG, PNG or WebP")]
    Svg,
    /// A picture of a kind that is not taken.
    #[error("is of a kind that is not taken; send a JPEG, PNG or WebP")]
    OtherKind,
    /// A picture that moves.
    #[error("is animated")]
    Animated,
    /// A file over the limit.
    #[error("is more than {MOST_BYTES} bytes")]
    TooManyBytes,
    /// More pixels than can be decoded.
    #[error("is more than {MOST_PIXELS} pixels, or a side of it is more than {LONGEST_SIDE}")]
    TooManyPixels,
    /// A picture that ends too soon, or makes no sense.
    #[error("is damaged")]
    Damaged,
}

/// Why there are no renditions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenditionError {
    /// The upload's fault: to be recorded, and never tried again.
    #[error("the upload {0}")]
    Refused(#[from] Refused),
    /// Ours.
    #[error("the renditions could not be made: {0}")]
    Failed(String),
}
