//! A picture's colours, as the web takes them: opaque, eight bits, sRGB.

use image::{DynamicImage, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// What shows through where a picture is transparent: the white of a product page. JPEG cannot be transparent, and one
/// picture must not look different in two formats.
const GROUND: u16 = 255;

/// The picture on its ground.
///
/// Before it is scaled: what lies unseen under transparent pixels would bleed into the edges.
pub(super) fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let (width, height) = (picture.width(), picture.height());
    let mut pixels = picture.into_rgba8().into_raw();
    // In place, three bytes for four: a second buffer would be the largest of all.
    let (mut from, mut to) = (0, 0);
    while let Some(&[red, green, blue, alpha]) = pixels.get(from..from + 4) {
        let alpha = u16::from(alpha);
        let over = |part: u8| {
            let mixed = (u16::from(part) * alpha + GROUND * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        if let Some(three) = pixels.get_mut(to..to + 3) {
            three.copy_from_slice(&[over(red), over(green), over(blue)]);
        }
        (from, to) = (from + 4, to + 3);
    }
    pixels.truncate(to);
    // Three bytes a pixel are what such a picture is made of.
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}

/// The same colours without the profile that they came with; telephones photograph in wider ones than sRGB.
///
/// A profile that cannot be read is left aside, as a browser would: the colours are taken for sRGB.
pub(super) fn to_srgb(picture: &mut RgbImage, profile: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else { return };
    // One for inks or for grey is of no use here: the decoder has made them red, green and blue already.
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options) else { return };
    let mut converted = vec![0; picture.as_raw().len()];
    if transform.transform(picture.as_raw(), &mut converted).is_ok() {
        picture.copy_from_slice(&converted);
    }
}
