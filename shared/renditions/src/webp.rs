//! WebP with loss.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, Rgb, RgbImage, imageops};
use image_webp::{ColorType, EncoderParams, WebPEncoder};

use super::RenditionError;

/// How well it looks, of 100: about what JPEG's 80 does, at a third of its size.
const QUALITY: u8 = 80;
/// The side of the squares that a frame is made of.
const BLOCK: u32 = 16;
/// Where the frame says how wide and how high it is, in a file of one chunk: behind RIFF's twelve bytes, the chunk's
/// eight, and the frame's tag and start code of three each.
const SIZE_AT: std::ops::Range<usize> = 26..30;
/// How far apart, on average, the brightness of the picture and of its rendition may be, of 255. (Not their colours:
/// WebP keeps one for four pixels, and loses those of noise.)
const FURTHEST: u64 = 24;

fn failed(why: impl std::fmt::Display) -> RenditionError {
    RenditionError::Failed(format!("WebP: {why}"))
}

/// The file.
///
/// The encoder fills incomplete blocks with black, which shows as a green line along the edge; so they are completed
/// here, with the edge's own colours, and the frame is told the true size afterwards. And because it is young, a
/// decoder that is not its own has to agree with what it wrote.
pub(super) fn encode(picture: &RgbImage) -> Result<Vec<u8>, RenditionError> {
    let (width, height) = picture.dimensions();
    let whole = complete(picture);
    let mut file = Vec::new();
    let mut encoder = WebPEncoder::new(&mut file);
    let mut how = EncoderParams::default();
    (how.use_lossy, how.lossy_quality) = (true, QUALITY);
    encoder.set_params(how);
    encoder.encode(whole.as_raw(), whole.width(), whole.height(), ColorType::Rgb8).map_err(failed)?;
    let size = |length: u32| u16::try_from(length).map(u16::to_le_bytes).map_err(failed);
    let ([a, b], [c, d]) = (size(width)?, size(height)?);
    file.get_mut(SIZE_AT).ok_or_else(|| failed("is shorter than its header"))?.copy_from_slice(&[a, b, c, d]);
    if agrees(&file, picture)? { Ok(file) } else { Err(failed("does not look like the picture")) }
}

/// The picture with its last column and row repeated until its blocks are whole.
fn complete(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let (right, bottom) = (width.saturating_sub(1), height.saturating_sub(1));
    let up = |length: u32| length.next_multiple_of(BLOCK);
    let mut whole = RgbImage::new(up(width), up(height));
    imageops::replace(&mut whole, picture, 0, 0);
    for y in 0..height {
        let last = *picture.get_pixel(right, y);
        (width..whole.width()).for_each(|x| whole.put_pixel(x, y, last));
    }
    for y in height..whole.height() {
        for x in 0..whole.width() {
            let last = *whole.get_pixel(x, bottom);
            whole.put_pixel(x, y, last);
        }
    }
    whole
}

fn agrees(file: &[u8], picture: &RgbImage) -> Result<bool, RenditionError> {
    let decoder = WebPDecoder::new(Cursor::new(file)).map_err(failed)?;
    let seen = DynamicImage::from_decoder(decoder).map_err(failed)?.into_rgb8();
    if seen.dimensions() != picture.dimensions() {
        return Ok(false);
    }
    let apart: u64 = seen.pixels().zip(picture.pixels()).map(|(a, b)| brightness(a).abs_diff(brightness(b))).sum();
    Ok(apart <= FURTHEST * u64::from(seen.width()) * u64::from(seen.height()))
}

/// About as an eye weighs the colours.
fn brightness(Rgb([red, green, blue]): &Rgb<u8>) -> u64 {
    (2 * u64::from(*red) + 5 * u64::from(*green) + u64::from(*blue)) / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_picture_does_not_agree() {
        let picture = RgbImage::from_fn(40, 30, |x, y| Rgb([(x * 6) as u8, (y * 8) as u8, 90]));
        let file = encode(&picture).unwrap();
        assert_eq!(agrees(&file, &picture), Ok(true));
        let mut darker = picture.clone();
        darker.pixels_mut().for_each(|Rgb(colours)| colours.iter_mut().for_each(|part| *part /= 2));
        assert_eq!(agrees(&file, &darker), Ok(false));
        assert_eq!(agrees(&file, &imageops::rotate90(&picture)), Ok(false));
    }

    #[test]
    fn blocks_are_completed_with_the_edges_colours() {
        let picture = RgbImage::from_fn(17, 3, |x, y| Rgb([x as u8, y as u8, 0]));
        let whole = complete(&picture);
        assert_eq!(whole.dimensions(), (32, 16));
        assert_eq!((whole.get_pixel(31, 1), whole.get_pixel(5, 15)), (&Rgb([16, 1, 0]), &Rgb([5, 2, 0])));
        assert_eq!(complete(&whole), whole);
    }
}
