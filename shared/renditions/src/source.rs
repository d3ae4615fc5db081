//! An upload is looked at before it is decoded, and decoded within limits.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits, RgbImage};

use super::{Refused, colour, height_of, scaled};

/// The largest file. A camera's best JPEG of 24 megapixels is about 15 MB.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// The most pixels: more than a camera of 36 megapixels has, and with them a decoder stays within the function's memory.
pub const MOST_PIXELS: u64 = 40_000_000;
/// The longest side, in pixels. WebP ends at 16,383.
pub const LONGEST_SIDE: u32 = 12_000;
/// The most that the decoded pixels may take: all of the pixels at four bytes, or half of them at eight.
pub const MOST_DECODED_BYTES: u64 = MOST_PIXELS * 4;

/// How much of a file is looked at for the beginning of a drawing.
const BEGINNING: usize = 1024;

/// A decoded upload: opaque, eight bits a colour, and as it was stored, not yet as it is to be seen.
#[derive(Debug)]
pub(super) struct Source {
    pixels: RgbImage,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
}

/// Reads an upload, or says why it cannot be shown.
pub(super) fn read(upload: &[u8]) -> Result<Source, Refused> {
    if upload.len() > MOST_BYTES {
        return Err(Refused::TooManyBytes);
    }
    let kind = kind(upload)?;
    // A decoder that panics about a file panics whenever it reads it: that is an answer, not an accident.
    let decoded = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Jpeg if !jpeg_ends(upload) => Err(Refused::Damaged),
        Kind::Jpeg => decode(JpegDecoder::new(Cursor::new(upload)).map_err(refused)?),
        Kind::Png => {
            let decoder = PngDecoder::with_limits(Cursor::new(upload), limits()).map_err(refused)?;
            if decoder.is_apng().map_err(refused)? { Err(Refused::Animated) } else { decode(decoder) }
        }
        Kind::WebP => {
            let decoder = WebPDecoder::new(Cursor::new(upload)).map_err(refused)?;
            if decoder.has_animation() { Err(Refused::Animated) } else { decode(decoder) }
        }
    }));
    decoded.unwrap_or(Err(Refused::Damaged))
}

impl Source {
    /// Its width and height as it is to be seen.
    pub(super) fn seen_as(&self) -> (u32, u32) {
        let (width, height) = self.pixels.dimensions();
        if self.lies_on_its_side() { (height, width) } else { (width, height) }
    }

    /// The picture as it is to be seen: of this width, upright, in the colours of the web.
    pub(super) fn at_width(self, width: u32) -> RgbImage {
        let (seen_width, seen_height) = self.seen_as();
        let height = height_of(seen_width, seen_height, width);
        // Made small first, then turned and coloured: both are cheap on what is left.
        let small = if self.lies_on_its_side() {
            scaled(self.pixels, height, width)
        } else {
            scaled(self.pixels, width, height)
        };
        let mut picture = DynamicImage::ImageRgb8(small);
        picture.apply_orientation(self.orientation);
        let mut picture = picture.into_rgb8();
        if let Some(profile) = &self.profile {
            colour::to_srgb(&mut picture, profile);
        }
        picture
    }

    fn lies_on_its_side(&self) -> bool {
        match self.orientation {
            Orientation::Rotate90 | Orientation::Rotate270 => true,
            Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => true,
            Orientation::NoTransforms | Orientation::Rotate180 => false,
            Orientation::FlipHorizontal | Orientation::FlipVertical => false,
        }
    }
}

enum Kind {
    Jpeg,
    Png,
    WebP,
}

/// What a file is by its first bytes; its name and what its sender calls it count for nothing.
fn kind(upload: &[u8]) -> Result<Kind, Refused> {
    match image::guess_format(upload) {
        Ok(ImageFormat::Jpeg) => Ok(Kind::Jpeg),
        Ok(ImageFormat::Png) => Ok(Kind::Png),
        Ok(ImageFormat::WebP) => Ok(Kind::WebP),
        Ok(_) => Err(Refused::OtherKind),
        Err(_) if is_a_drawing(upload) => Err(Refused::Svg),
        // HEIC, as telephones store it, has a box of its kind first.
        Err(_) if upload.get(4..8) == Some(b"ftyp") => Err(Refused::OtherKind),
        Err(_) => Err(Refused::NotAPicture),
    }
}

fn is_a_drawing(upload: &[u8]) -> bool {
    let beginning = upload.get(..BEGINNING.min(upload.len())).unwrap_or_default().to_ascii_lowercase();
    beginning.windows(4).any(|letters| letters == b"<svg")
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_DECODED_BYTES);
    limits
}

/// What the header promises is held against the limits before a pixel is decoded.
fn decode(mut decoder: impl ImageDecoder) -> Result<Source, Refused> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS || decoder.total_bytes() > MOST_DECODED_BYTES {
        return Err(Refused::TooManyPixels);
    }
    decoder.set_limits(limits()).map_err(refused)?;
    // Neither is worth refusing a picture for: without them it is shown as it lies.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or(None);
    let decoded = DynamicImage::from_decoder(decoder).map_err(refused)?;
    Ok(Source { pixels: colour::opaque(decoded), orientation, profile })
}

fn refused(error: ImageError) -> Refused {
    match error {
        ImageError::Limits(_) => Refused::TooManyPixels,
        ImageError::Unsupported(_) => Refused::OtherKind,
        ImageError::Decoding(_) | ImageError::Encoding(_) | ImageError::Parameter(_) | ImageError::IoError(_) => {
            Refused::Damaged
        }
    }
}

/// Whether a JPEG's scan has an end. The decoder paints grey what is missing of one that was cut off, without a word.
fn jpeg_ends(upload: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    const END: [u8; 2] = [0xff, 0xd9];
    let mut rest = upload.get(2..).unwrap_or_default();
    // Segment by segment to the scan: an embedded thumbnail has an end of its own.
    while let [0xff, marker, after @ ..] = rest {
        rest = match (*marker, after) {
            // Fill bytes, and markers that stand alone.
            (0xff, _) => rest.get(1..).unwrap_or_default(),
            (0x01 | 0xd0..=0xd7, after) => after,
            (START_OF_SCAN, after) => return after.windows(2).any(|two| two == END),
            (_, [high, low, ..]) => {
                after.get(usize::from(u16::from_be_bytes([*high, *low])).max(2)..).unwrap_or_default()
            }
            (_, _) => return false,
        };
    }
    false
}
