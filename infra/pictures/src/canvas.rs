//! The light, the paint and the brushes that all pictures share. Everything is said in thousandths of the picture's side, and
//! lit from the upper left.

use image::{Rgb, RgbImage};
use tiny_skia::{
    FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Mask, Paint, Path, Pixmap, Point, RadialGradient,
    Shader, SpreadMode, Stroke, Transform,
};

use crate::colour::Colour;
use crate::path::{ellipse, rounded};

/// Where things stand.
pub(crate) const FLOOR: f32 = 770.0;
/// The middle.
pub(crate) const MIDDLE: f32 = 500.0;

const WHITE: Colour = Colour::new(255, 255, 255);
const SHADE: Colour = Colour::new(24, 18, 40);

/// A picture under way.
pub(crate) struct Canvas {
    pixels: Pixmap,
    scale: Transform,
    side: u32,
    /// Only within this is painted.
    within: Option<Mask>,
}

impl Canvas {
    pub(crate) fn new(side: u32) -> Self {
        #[expect(clippy::expect_used, reason = "only a side of zero has no pixels")]
        let pixels = Pixmap::new(side.max(1), side.max(1)).expect("a side");
        #[expect(clippy::cast_precision_loss, reason = "a side in pixels")]
        let scale = side as f32 / 1000.0;
        Self { pixels, scale: Transform::from_scale(scale, scale), side, within: None }
    }

    /// The picture as it is now.
    pub(crate) fn picture(&self) -> RgbImage {
        let mut picture = RgbImage::new(self.side, self.side);
        for (to, from) in picture.pixels_mut().zip(self.pixels.pixels()) {
            let colour = from.demultiply();
            *to = Rgb([colour.red(), colour.green(), colour.blue()]);
        }
        picture
    }

    /// The room: a wall in the light of a window, and a floor.
    pub(crate) fn room(&mut self, wall: Colour) {
        self.fill(&rounded(-10.0, -10.0, 1020.0, 1020.0, 0.0), down(0.0, 1000.0, wall.lit(0.28), wall.dim(0.05)));
        self.glow(330.0, 250.0, 620.0, 0.5);
        self.fill(&rounded(-10.0, 690.0, 1020.0, 400.0, 0.0), down(690.0, 1000.0, wall.dim(0.1), wall.lit(0.12)));
        self.fill(&rounded(-10.0, 688.0, 1020.0, 5.0, 0.0), flat(WHITE, 0.22));
    }

    /// The same wall, seen straight on: for what lies flat or hangs.
    pub(crate) fn backdrop(&mut self, wall: Colour) {
        self.fill(&rounded(-10.0, -10.0, 1020.0, 1020.0, 0.0), down(0.0, 1000.0, wall.lit(0.25), wall.dim(0.08)));
        self.glow(360.0, 320.0, 640.0, 0.45);
    }

    /// A large soft shape on the wall, to set something off.
    pub(crate) fn disc(&mut self, x: f32, y: f32, radius: f32, colour: Colour) {
        self.fill(&ellipse(x, y, radius, radius), down(y - radius, y + radius, colour.lit(0.2), colour.dim(0.06)));
    }

    /// Light on whatever is there.
    pub(crate) fn glow(&mut self, x: f32, y: f32, radius: f32, strength: f32) {
        self.spot(x, y, radius, radius, WHITE, strength);
    }

    /// The shadow of something that stands here.
    pub(crate) fn shadow(&mut self, x: f32, y: f32, width: f32, strength: f32) {
        self.spot(x + width * 0.16, y + 6.0, width * 0.72, width * 0.13, SHADE, strength * 0.55);
        self.spot(x, y, width * 0.53, width * 0.065, SHADE, strength);
    }

    /// The shadow of something that lies or hangs close to the wall.
    pub(crate) fn cast(&mut self, path: &Path, dx: f32, dy: f32) {
        let before = self.scale;
        for (nth, opacity) in [(1.0, 0.07), (0.75, 0.07), (0.5, 0.07), (0.25, 0.08)] {
            self.scale = before.pre_translate(dx * nth, dy * nth);
            self.fill(path, flat(SHADE, opacity));
        }
        self.scale = before;
    }

    /// A soft spot of a colour.
    pub(crate) fn spot(&mut self, x: f32, y: f32, rx: f32, ry: f32, colour: Colour, strength: f32) {
        let squeeze = Transform::from_row(1.0, 0.0, 0.0, ry / rx.max(1.0), 0.0, y - y * ry / rx.max(1.0));
        let stops = vec![
            GradientStop::new(0.0, colour.paint(strength)),
            GradientStop::new(0.45, colour.paint(strength * 0.55)),
            GradientStop::new(1.0, colour.paint(0.0)),
        ];
        let (centre, mode) = (Point::from_xy(x, y), SpreadMode::Pad);
        if let Some(shader) = RadialGradient::new(centre, centre, rx.max(1.0), stops, mode, squeeze) {
            self.fill(&ellipse(x, y, rx, ry), shader);
        }
    }

    /// Fills an outline.
    pub(crate) fn fill(&mut self, path: &Path, shader: Shader<'_>) {
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        self.pixels.fill_path(path, &paint, FillRule::Winding, self.scale, self.within.as_ref());
    }

    /// Draws along an outline.
    pub(crate) fn line(&mut self, path: &Path, width: f32, shader: Shader<'_>) {
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixels.stroke_path(path, &paint, &stroke, self.scale, self.within.as_ref());
    }

    /// A round thing's body: light from the left, shade to the right.
    pub(crate) fn body(&mut self, path: &Path, colour: Colour) {
        let shader = self.rounding(path, colour);
        self.fill(path, shader);
    }

    fn rounding(&self, path: &Path, colour: Colour) -> Shader<'static> {
        let bounds = path.bounds();
        across(
            bounds.left(),
            bounds.right(),
            &[(0.0, colour.dim(0.1)), (0.22, colour.lit(0.26)), (0.5, colour), (1.0, colour.dim(0.34))],
        )
    }

    /// A soft thing's body: light from above, shade below.
    pub(crate) fn cloth(&mut self, path: &Path, colour: Colour) {
        let bounds = path.bounds();
        self.fill(
            path,
            slope(bounds.left(), bounds.top(), bounds.right(), bounds.bottom(), colour.lit(0.2), colour.dim(0.22)),
        );
    }

    /// A gleam along an edge.
    pub(crate) fn gleam(&mut self, path: &Path, width: f32) {
        self.line(path, width, flat(WHITE, 0.4));
    }

    /// Paints only within an outline.
    pub(crate) fn inside(&mut self, path: &Path, paint: impl FnOnce(&mut Self)) {
        let outer = self.within.take();
        self.within = Mask::new(self.side.max(1), self.side.max(1)).map(|mut mask| {
            mask.fill_path(path, FillRule::Winding, true, self.scale);
            mask
        });
        paint(self);
        self.within = outer;
    }
}

/// One colour.
pub(crate) fn flat(colour: Colour, opacity: f32) -> Shader<'static> {
    Shader::SolidColor(colour.paint(opacity))
}

/// From one colour above to another below.
pub(crate) fn down(top: f32, bottom: f32, from: Colour, to: Colour) -> Shader<'static> {
    slope(0.0, top, 0.0, bottom, from, to)
}

/// From one colour to another, along a line.
pub(crate) fn slope(x0: f32, y0: f32, x1: f32, y1: f32, from: Colour, to: Colour) -> Shader<'static> {
    let stops = vec![GradientStop::new(0.0, from.paint(1.0)), GradientStop::new(1.0, to.paint(1.0))];
    let ends = (Point::from_xy(x0, y0), Point::from_xy(x1, y1));
    let shader = LinearGradient::new(ends.0, ends.1, stops, SpreadMode::Pad, Transform::identity());
    shader.unwrap_or_else(|| flat(from, 1.0))
}

/// Several colours from left to right.
pub(crate) fn across(left: f32, right: f32, colours: &[(f32, Colour)]) -> Shader<'static> {
    let stops = colours.iter().map(|(at, colour)| GradientStop::new(*at, colour.paint(1.0))).collect();
    let ends = (Point::from_xy(left, 0.0), Point::from_xy(right.max(left + 1.0), 0.0));
    let shader = LinearGradient::new(ends.0, ends.1, stops, SpreadMode::Pad, Transform::identity());
    shader.unwrap_or_else(|| flat(WHITE, 1.0))
}
