//! Colours, and how light changes them.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// The text is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColourError;

impl std::fmt::Display for ColourError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a colour is # and six hexadecimal digits")
    }
}

impl std::error::Error for ColourError {}

impl FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, ColourError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(ColourError)?;
        let part = |at: usize| {
            let two = digits.get(at..at + 2).ok_or(ColourError)?;
            u8::from_str_radix(two, 16).map_err(|_| ColourError)
        };
        Ok(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Colour {
    /// Of these parts.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// So much of the way to another, from 0 to 1.
    pub(crate) fn towards(self, other: Self, share: f32) -> Self {
        let part = |from: u8, to: u8| {
            let mixed = f32::from(from) + (f32::from(to) - f32::from(from)) * share.clamp(0.0, 1.0);
            to_byte(mixed)
        };
        Self { red: part(self.red, other.red), green: part(self.green, other.green), blue: part(self.blue, other.blue) }
    }

    /// In more light: warm, as a lamp's.
    pub(crate) fn lit(self, share: f32) -> Self {
        self.towards(Self::new(255, 250, 240), share)
    }

    /// In the shade: a little blue, as shadows are.
    pub(crate) fn dim(self, share: f32) -> Self {
        self.towards(Self::new(22, 20, 42), share)
    }

    /// As the canvas has it.
    pub(crate) fn paint(self, opacity: f32) -> tiny_skia::Color {
        let Self { red, green, blue } = self;
        tiny_skia::Color::from_rgba8(red, green, blue, to_byte(opacity.clamp(0.0, 1.0) * 255.0))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded, and within a byte")]
fn to_byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}
