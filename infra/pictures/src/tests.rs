use super::*;

fn look(kind: &str, variation: u8) -> Look {
    let kind = Kind::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(kind)).unwrap();
    let colour = |text: &str| text.parse().unwrap();
    Look { kind, colour: colour("#3f6f8f"), accent: colour("#e2a33c"), wall: colour("#e9dccb"), variation }
}

#[test]
fn the_same_look_is_the_same_picture_and_another_is_another() {
    let (one, again) = (png(&look("mug", 0)).unwrap(), png(&look("mug", 0)).unwrap());
    assert!(one == again && one.len() > 10_000);
    assert!(draw(&look("mug", 0)) != draw(&look("mug", 1)));
    assert!(draw(&look("mug", 0)) != draw(&look("bowl", 0)));
}

#[test]
fn a_picture_has_no_hole() {
    // What nothing was painted on is black.
    let drawn = draw(&look("tent", 0));
    assert_eq!(drawn.dimensions(), (SIDE, SIDE));
    assert!(drawn.pixels().all(|pixel| pixel.0 != [0, 0, 0]));
}

#[test]
fn a_colour_is_six_digits() {
    assert_eq!("#0080ff".parse(), Ok(Colour::new(0, 128, 255)));
    for wrong in ["", "0080ff", "#0080f", "#0080fg", "#0080ff0", "#é080f"] {
        assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
    }
}
