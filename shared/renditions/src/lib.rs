//! Pictures as the shop shows them: an upload's bytes in, renditions in three widths and two formats out.
//!
//! Pure: the same bytes give the same renditions under the same key, so doing it again changes nothing. What cannot be
//! shown is [`Refused`] for good: no later attempt would find other bytes. Nothing that came along with a picture is
//! kept: where it was taken and with what, its thumbnail and its profile all end here. Its orientation and its colours
//! are applied to the pixels before.
//!
//! WebP is written lossily by `vaam-image-webp`, a fork of the `image` crate's own codec, because that one writes WebP
//! without loss alone, which makes photographs five to ten times as large. docs/decisions/2026-11-21-webp.md says more.

mod colour;
mod error;
mod source;
mod webp;

use std::collections::BTreeSet;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ExtendedColorType, RgbImage};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use error::{Refused, RenditionError};
pub use source::{LONGEST_SIDE, MOST_BYTES, MOST_DECODED_BYTES, MOST_PIXELS};

/// How wide renditions are, in pixels: a list's on a telephone, a list's on a desk, a page's.
pub const WIDTHS: [u32; 3] = [320, 800, 1600];

/// Part of every key. Another number for every change of what renditions look like: a key's bytes never change.
const RECIPE: u8 = 1;
/// How well the JPEGs look, of 100.
const JPEG_QUALITY: u8 = 80;
/// What a rendition's keys begin with, above its hash.
const FOLDER: &str = "images";

/// How a rendition is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Format {
    /// For whoever reads it.
    #[serde(rename = "webp")]
    WebP,
    /// For everyone else.
    #[serde(rename = "jpeg")]
    Jpeg,
}

impl Format {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::WebP => "image/webp",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// What a file's name ends with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::WebP => "webp",
            Self::Jpeg => "jpg",
        }
    }
}

/// One rendition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// Where it is stored: a key whose bytes never change, so that it may be cached for ever.
    pub key: String,
    /// How it is encoded.
    pub format: Format,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A picture's renditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renditions {
    /// What the upload is known by: the hash of its bytes and of how they are rendered.
    pub hash: String,
    /// How wide the upload is as it is to be seen, in pixels.
    pub width: u32,
    /// How high, likewise.
    pub height: u32,
    /// Each width as WebP and as JPEG, the smallest first.
    pub renditions: Vec<Rendition>,
}

/// Where the rendition of an upload lies.
pub fn key(hash: &str, width: u32, format: Format) -> String {
    format!("{FOLDER}/{hash}/{width}.{}", format.extension())
}

/// Which widths a picture of this width is shown in: none is enlarged, and a small one keeps its own.
pub fn widths(of: u32) -> BTreeSet<u32> {
    WIDTHS.iter().map(|width| of.min(*width)).collect()
}

/// What an upload's renditions are kept under.
pub fn hash(upload: &[u8]) -> String {
    let digest = Sha256::new().chain_update([RECIPE]).chain_update(upload).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes the renditions of an upload.
pub fn render(upload: &[u8]) -> Result<Renditions, RenditionError> {
    let source = source::read(upload)?;
    let hash = hash(upload);
    let (width, height) = source.seen_as();
    let mut largest = Some(source.at_width(widths(width).last().copied().unwrap_or(width)));
    let mut renditions = Vec::new();
    for wide in widths(width).into_iter().rev() {
        // The smaller from the next larger: from the whole upload, each would cost as much as the first.
        let picture = match largest.take() {
            Some(larger) if larger.width() == wide => larger,
            Some(larger) => scaled(larger, wide, height_of(width, height, wide)),
            None => return Err(RenditionError::Failed("there is no picture to scale".to_owned())),
        };
        for (format, bytes) in [(Format::Jpeg, jpeg(&picture)?), (Format::WebP, webp::encode(&picture)?)] {
            let (width, height) = picture.dimensions();
            renditions.push(Rendition { key: key(&hash, width, format), format, width, height, bytes });
        }
        largest = Some(picture);
    }
    renditions.reverse();
    Ok(Renditions { hash, width, height, renditions })
}

/// How high a picture is at a width: to the nearest pixel, and one at least.
fn height_of(width: u32, height: u32, at: u32) -> u32 {
    let (width, height, at) = (u64::from(width.max(1)), u64::from(height), u64::from(at));
    u32::try_from((height * at + width / 2) / width).unwrap_or(u32::MAX).max(1)
}

fn scaled(picture: RgbImage, width: u32, height: u32) -> RgbImage {
    if picture.dimensions() == (width, height) {
        return picture;
    }
    DynamicImage::ImageRgb8(picture).resize_exact(width, height, FilterType::Lanczos3).into_rgb8()
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, RenditionError> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY);
    let encoded = encoder.encode(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8);
    encoded.map_err(|error| RenditionError::Failed(format!("JPEG: {error}")))?;
    Ok(file)
}

#[cfg(test)]
mod tests;
