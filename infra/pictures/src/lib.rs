//! The demo catalog's pictures, drawn: a still life for each kind of product, in the product's own colours.
//!
//! In reading order: [`Look`] says what is to be drawn; `canvas` has the light, the paint and the brushes that all pictures
//! share; the other files hold a family of products each. The same look is the same picture, to the byte.

mod canvas;
mod colour;
mod desk;
mod green;
mod home;
mod light;
mod outdoors;
mod path;
mod play;
mod table;
mod wear;

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use serde::Deserialize;

use canvas::Canvas;
pub use colour::{Colour, ColourError};

/// What is to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// What it is.
    pub kind: Kind,
    /// The thing's own colour.
    pub colour: Colour,
    /// What stands out on it.
    pub accent: Colour,
    /// The wall behind it.
    pub wall: Colour,
    /// How it differs from others of its kind.
    #[serde(default)]
    pub variation: u8,
}

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Kind {
    Mug,
    Bowl,
    Plate,
    Teapot,
    Carafe,
    Board,
    Pendant,
    TableLamp,
    Candle,
    Lantern,
    Cushion,
    Blanket,
    Rug,
    Towels,
    Shirt,
    Sweater,
    Cap,
    Socks,
    Backpack,
    Tote,
    Bottle,
    Tent,
    Notebook,
    Pen,
    Clock,
    Organiser,
    Plant,
    Vase,
    WateringCan,
    Headphones,
    Speaker,
    Blocks,
}

/// How wide and high a picture is, in pixels.
pub const SIDE: u32 = 1_200;

/// Draws a picture.
pub fn draw(look: &Look) -> RgbImage {
    let mut canvas = Canvas::new(SIDE);
    let c = &mut canvas;
    match look.kind {
        Kind::Mug => table::mug(c, look),
        Kind::Bowl => table::bowl(c, look),
        Kind::Plate => table::plate(c, look),
        Kind::Teapot => table::teapot(c, look),
        Kind::Carafe => table::carafe(c, look),
        Kind::Board => table::board(c, look),
        Kind::Pendant => light::pendant(c, look),
        Kind::TableLamp => light::table_lamp(c, look),
        Kind::Candle => light::candle(c, look),
        Kind::Lantern => light::lantern(c, look),
        Kind::Cushion => home::cushion(c, look),
        Kind::Blanket => home::blanket(c, look),
        Kind::Rug => home::rug(c, look),
        Kind::Towels => home::towels(c, look),
        Kind::Shirt => wear::shirt(c, look),
        Kind::Sweater => wear::sweater(c, look),
        Kind::Cap => wear::cap(c, look),
        Kind::Socks => wear::socks(c, look),
        Kind::Backpack => outdoors::backpack(c, look),
        Kind::Tote => outdoors::tote(c, look),
        Kind::Bottle => outdoors::bottle(c, look),
        Kind::Tent => outdoors::tent(c, look),
        Kind::Notebook => desk::notebook(c, look),
        Kind::Pen => desk::pen(c, look),
        Kind::Clock => desk::clock(c, look),
        Kind::Organiser => desk::organiser(c, look),
        Kind::Plant => green::plant(c, look),
        Kind::Vase => green::vase(c, look),
        Kind::WateringCan => green::watering_can(c, look),
        Kind::Headphones => play::headphones(c, look),
        Kind::Speaker => play::speaker(c, look),
        Kind::Blocks => play::blocks(c, look),
    }
    canvas.picture()
}

/// Draws a picture, as a file.
pub fn png(look: &Look) -> Result<Vec<u8>, image::ImageError> {
    let mut file = Cursor::new(Vec::new());
    draw(look).write_to(&mut file, ImageFormat::Png)?;
    Ok(file.into_inner())
}

#[cfg(test)]
mod tests;
