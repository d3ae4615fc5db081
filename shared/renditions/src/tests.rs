//! Pictures drawn here, and what becomes of them.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use moxcms::ColorProfile;

use super::*;

const RED: Rgb<u8> = Rgb([220, 30, 30]);
const BLUE: Rgb<u8> = Rgb([30, 30, 220]);

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x * 2 < width { RED } else { BLUE })
}

fn file(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.into().write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn seen(rendition: &Rendition) -> RgbImage {
    let format = match rendition.format {
        Format::WebP => ImageFormat::WebP,
        Format::Jpeg => ImageFormat::Jpeg,
    };
    let picture = image::load_from_memory_with_format(&rendition.bytes, format).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (rendition.width, rendition.height));
    picture
}

fn near(a: Rgb<u8>, b: Rgb<u8>) -> bool {
    a.0.iter().zip(b.0).all(|(a, b)| a.abs_diff(b) < 24)
}

fn refusal(upload: &[u8]) -> Refused {
    match render(upload) {
        Err(RenditionError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn sizes(upload: &[u8]) -> Vec<(Format, u32, u32)> {
    let made = render(upload).unwrap();
    made.renditions.iter().map(|one| (one.format, one.width, one.height)).collect()
}

/// A PNG's chunk.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let crc = !body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    [&u32::try_from(data.len()).unwrap().to_be_bytes(), body.as_slice(), &crc.to_be_bytes()].concat()
}

/// A PNG of one-byte pixels, its data stored as it is.
fn png(width: u32, height: u32, colour_type: u8, before: &[Vec<u8>], lines: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes(), &height.to_be_bytes(), [8, colour_type, 0, 0, 0].as_slice()].concat();
    let length = u16::try_from(lines.len()).unwrap();
    let (low, high) = lines.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    let data = [
        [0x78, 0x01, 0x01].as_slice(),
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        lines,
        &(high << 16 | low).to_be_bytes(),
    ];
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", &header),
        before.concat(),
        chunk(*b"IDAT", &data.concat()),
        chunk(*b"IEND", &[]),
    ]
    .concat()
}

/// The JPEG with EXIF of this orientation, and of a place.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0".to_vec();
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    exif.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    exif.extend([0; 4]);
    // GPSAreaInformation, a text of 12 bytes.
    exif.extend([1, 0, 0x1c, 0, 2, 0, 12, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"HomeSweetHom");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_picture_is_made_in_three_widths_and_two_formats() {
    let made = sizes(&file(halves(2000, 500), ImageFormat::Jpeg));
    let both = |width, height| [(Format::WebP, width, height), (Format::Jpeg, width, height)];
    assert_eq!(made, [both(320, 80), both(800, 200), both(1600, 400)].concat());
}

#[test]
fn nothing_is_enlarged() {
    let widths = |of| sizes(&file(halves(of, 4), ImageFormat::Png)).iter().map(|one| one.1).collect::<BTreeSet<_>>();
    assert_eq!(widths(1), [1].into());
    assert_eq!(widths(320), [320].into());
    assert_eq!(widths(321), [320, 321].into());
    assert_eq!(widths(1599), [320, 800, 1599].into());
    assert_eq!(widths(10_000), [320, 800, 1600].into());
}

#[test]
fn every_size_is_drawn_to_its_edges() {
    // A light picture, so that a block filled up with black would show.
    let picture = |width, height| RgbImage::from_fn(width, height, |x, y| Rgb([250, 240 - (x + y) as u8, 230]));
    for (width, height) in (1..=17).flat_map(|side| [(side, 16), (16, side), (side, 33), (side, side)]) {
        for rendition in render(&file(picture(width, height), ImageFormat::Png)).unwrap().renditions {
            let there = seen(&rendition);
            let wrong =
                there.enumerate_pixels().find(|(x, y, seen)| !near(**seen, *picture(width, height).get_pixel(*x, *y)));
            assert_eq!(wrong, None, "{width} x {height} {:?}", rendition.format);
        }
    }
}

#[test]
fn noise_the_worst_of_pictures_is_rendered_too() {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let noise = RgbImage::from_fn(99, 99, |_, _| Rgb([next(), next(), next()]));
    assert_eq!(sizes(&file(noise, ImageFormat::Png)).len(), 2);
}

#[test]
fn the_same_upload_makes_the_same_files_under_the_same_keys() {
    let upload = file(halves(400, 300), ImageFormat::Png);
    let made = render(&upload).unwrap();
    assert_eq!(made, render(&upload).unwrap());
    assert_eq!((made.width, made.height), (400, 300));
    assert_eq!(made.hash, hash(&upload));
    let first = made.renditions.first().unwrap();
    assert_eq!(first.key, format!("images/{}/320.webp", made.hash));
    assert_eq!(made.renditions.last().unwrap().key, key(&made.hash, 400, Format::Jpeg));
    assert_ne!(made.hash, hash(&file(halves(400, 301), ImageFormat::Png)));
    assert_eq!(hash(b""), "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a", "keys never change");
}

#[test]
fn a_picture_is_turned_as_it_is_to_be_seen() {
    let upright = file(halves(40, 20), ImageFormat::Jpeg);
    // What EXIF says, and which corners are red then: above left, above right, below left, below right.
    let cases = [
        (1, [true, false, true, false]),
        (2, [false, true, false, true]),
        (3, [false, true, false, true]),
        (4, [true, false, true, false]),
        (5, [true, true, false, false]),
        (6, [true, true, false, false]),
        (7, [false, false, true, true]),
        (8, [false, false, true, true]),
    ];
    for (orientation, corners) in cases {
        let made = render(&with_exif(&upright, orientation)).unwrap();
        assert_eq!((made.width, made.height), if orientation < 5 { (40, 20) } else { (20, 40) }, "{orientation}");
        for rendition in &made.renditions {
            let there = seen(rendition);
            let (right, below) = (there.width() - 1, there.height() - 1);
            let found =
                [(0, 0), (right, 0), (0, below), (right, below)].map(|(x, y)| near(*there.get_pixel(x, y), RED));
            assert_eq!(found, corners, "{orientation} {:?}", rendition.format);
        }
    }
}

#[test]
fn nothing_that_came_along_is_kept() {
    let told = with_exif(&file(halves(40, 20), ImageFormat::Jpeg), 1);
    let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    assert!(holds(&told, b"HomeSweetHom"));
    for rendition in render(&told).unwrap().renditions {
        for text in [b"HomeSweetHom".as_slice(), b"Exif", b"EXIF", b"ICC", b"xpacket", b"Photoshop"] {
            assert!(!holds(&rendition.bytes, text), "{:?}", rendition.format);
        }
    }
}

#[test]
fn wide_colours_become_those_of_the_web() {
    let mut upload = Vec::new();
    let mut encoder = PngEncoder::new(&mut upload);
    encoder.set_icc_profile(ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    let colour = Rgb([180, 60, 60]);
    let picture = RgbImage::from_pixel(16, 16, colour);
    encoder.write_image(picture.as_raw(), 16, 16, ExtendedColorType::Rgb8).unwrap();
    let made = render(&upload).unwrap();
    let red = seen(made.renditions.last().unwrap()).get_pixel(8, 8).0[0];
    assert!(red > 190, "sRGB needs more red for the same colour, and not {red}");
}

#[test]
fn what_is_transparent_lies_on_white() {
    let mut picture = RgbaImage::from_pixel(64, 16, Rgba([0, 0, 0, 0]));
    (32..64).for_each(|x| (0..16).for_each(|y| picture.put_pixel(x, y, Rgba([220, 30, 30, 255]))));
    for rendition in render(&file(picture, ImageFormat::Png)).unwrap().renditions {
        let there = seen(&rendition);
        assert!(near(*there.get_pixel(4, 8), Rgb([255, 255, 255])) && near(*there.get_pixel(60, 8), RED));
    }
}

#[test]
fn sixteen_bits_greys_and_palettes_are_pictures_too() {
    let deep = DynamicImage::ImageRgb8(halves(40, 20)).into_rgba16();
    let grey = DynamicImage::ImageRgb8(halves(40, 20)).into_luma8();
    let palette = chunk(*b"PLTE", &[RED.0, BLUE.0].concat());
    let paletted = png(2, 1, 3, &[palette], &[0, 0, 1]);
    for upload in [file(deep, ImageFormat::Png), file(grey.clone(), ImageFormat::Png), file(grey, ImageFormat::Jpeg)] {
        assert_eq!(sizes(&upload).len(), 2);
    }
    let made = render(&paletted).unwrap();
    let there = seen(made.renditions.last().unwrap());
    assert!(near(*there.get_pixel(0, 0), RED) && near(*there.get_pixel(1, 0), BLUE));
    assert!(render(&file(halves(40, 20), ImageFormat::WebP)).is_ok());
}

#[test]
fn the_bytes_say_what_a_file_is() {
    assert_eq!(refusal(b""), Refused::NotAPicture);
    assert_eq!(refusal(b"%PDF-1.7 not a picture"), Refused::NotAPicture);
    assert_eq!(refusal(b"<?xml version=\"1.0\"?><SVG onload=\"alert(1)\"/>"), Refused::Svg);
    assert_eq!(refusal(b"GIF89a\x01\0\x01\0"), Refused::OtherKind);
    assert_eq!(refusal(b"\0\0\0\x18ftypheic\0\0\0\0"), Refused::OtherKind);
    assert_eq!(refusal(b"\xff\xd8\xff"), Refused::Damaged);
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\n<svg"), Refused::Damaged);
}

#[test]
fn what_was_cut_off_is_damaged() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = file(halves(300, 200), format);
        for left in [whole.len() / 4, whole.len() / 2, whole.len() * 3 / 4] {
            assert_eq!(refusal(&whole[..left]), Refused::Damaged, "{format:?} {left} of {}", whole.len());
        }
    }
    // The end of a thumbnail is not the picture's.
    let whole = file(halves(300, 200), ImageFormat::Jpeg);
    let thumbnail = [&whole[..2], &[0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9], &whole[2..]].concat();
    assert!(render(&thumbnail).is_ok());
    assert_eq!(refusal(&thumbnail[..thumbnail.len() / 2]), Refused::Damaged);
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let header = |width, height| png(width, height, 2, &[], &[0; 8]);
    assert_eq!(refusal(&header(50_000, 50_000)), Refused::TooManyPixels);
    assert_eq!(refusal(&header(LONGEST_SIDE + 1, 1)), Refused::TooManyPixels);
    assert_eq!(refusal(&header(10_000, 4_001)), Refused::TooManyPixels);
    assert_eq!(refusal(&header(10_000, 4_000)), Refused::Damaged, "as large as can be, but there is nothing in it");
    // A JPEG that says it is 65,000 pixels square.
    let mut jpeg = file(halves(16, 16), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xfd, 0xe8, 0xfd, 0xe8]);
    assert_eq!(refusal(&jpeg), Refused::TooManyPixels);
    assert_eq!(refusal(&vec![0; MOST_BYTES + 1]), Refused::TooManyBytes);
    assert_eq!(refusal(&vec![0; MOST_BYTES]), Refused::NotAPicture);
}

#[test]
fn what_moves_is_refused() {
    let frames = chunk(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    assert_eq!(refusal(&png(1, 1, 0, &[frames], &[0, 0])), Refused::Animated);
    let still = file(halves(16, 16), ImageFormat::WebP);
    let part = |kind: &[u8], data: &[u8]| [kind, &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat();
    let frame = part(b"ANMF", &[&[0, 0, 0, 0, 0, 0, 15, 0, 0, 15, 0, 0, 100, 0, 0, 0], &still[12..]].concat());
    let body = [
        b"WEBP".to_vec(),
        part(b"VP8X", &[2, 0, 0, 0, 15, 0, 0, 15, 0, 0]),
        part(b"ANIM", &[0; 6]),
        frame.clone(),
        frame,
    ]
    .concat();
    assert_eq!(refusal(&part(b"RIFF", &body)), Refused::Animated);
}

#[test]
fn a_jpeg_of_another_tool_has_fill_bytes_and_more_behind_its_end() {
    let mut upload = Vec::new();
    JpegEncoder::new_with_quality(&mut upload, 90).encode_image(&halves(16, 16)).unwrap();
    let padded = [&upload[..2], &[0xff, 0xff], &upload[3..], b"more"].concat();
    assert!(render(&padded).is_ok());
}
