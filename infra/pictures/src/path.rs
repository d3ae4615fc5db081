//! Outlines, written as SVG writes them: `M 10 20 L 30 40 Q … C … Z`, in thousandths of the picture's side.

use tiny_skia::{Path, PathBuilder, Rect, Transform};

/// An outline from its text: absolute M, L, Q, C and Z. What is none of these ends it.
pub(crate) fn outline(text: &str) -> Path {
    let mut path = PathBuilder::new();
    let mut words = text.split([' ', ',', '\n']).filter(|word| !word.is_empty()).peekable();
    while let Some(letter) = words.next() {
        let count = match letter {
            "M" | "L" => 2,
            "Q" => 4,
            "C" => 6,
            "Z" => {
                path.close();
                continue;
            }
            _ => break,
        };
        // A letter stands for all the points that follow it.
        while words.peek().is_some_and(|word| word.parse::<f32>().is_ok()) {
            let points: Vec<f32> = words.by_ref().take(count).filter_map(|word| word.parse().ok()).collect();
            match (letter, points.as_slice()) {
                ("M", [x, y]) => path.move_to(*x, *y),
                ("L", [x, y]) => path.line_to(*x, *y),
                ("Q", [a, b, x, y]) => path.quad_to(*a, *b, *x, *y),
                ("C", [a, b, c, d, x, y]) => path.cubic_to(*a, *b, *c, *d, *x, *y),
                _ => break,
            }
        }
    }
    path.finish().unwrap_or_else(nothing)
}

/// An ellipse about a centre.
pub(crate) fn ellipse(x: f32, y: f32, rx: f32, ry: f32) -> Path {
    let within = Rect::from_ltrb(x - rx, y - ry, x + rx, y + ry);
    within.and_then(PathBuilder::from_oval).unwrap_or_else(nothing)
}

/// A box with round corners.
pub(crate) fn rounded(x: f32, y: f32, width: f32, height: f32, corner: f32) -> Path {
    let r = corner.min(width / 2.0).min(height / 2.0);
    let (right, bottom) = (x + width, y + height);
    let (left_in, right_in, top_in, bottom_in) = (x + r, right - r, y + r, bottom - r);
    outline(&format!(
        "M {left_in} {y} L {right_in} {y} Q {right} {y} {right} {top_in} L {right} {bottom_in} Q {right} {bottom} \
         {right_in} {bottom} L {left_in} {bottom} Q {x} {bottom} {x} {bottom_in} L {x} {top_in} Q {x} {y} {left_in} {y} Z"
    ))
}

/// The same, turned about a point, by degrees.
pub(crate) fn turned(path: Path, degrees: f32, x: f32, y: f32) -> Path {
    path.transform(Transform::from_rotate_at(degrees, x, y)).unwrap_or_else(nothing)
}

/// The same, seen in a mirror that stands upright at `x`.
pub(crate) fn mirrored(path: &Path, x: f32) -> Path {
    let mirror = Transform::from_row(-1.0, 0.0, 0.0, 1.0, 2.0 * x, 0.0);
    path.clone().transform(mirror).unwrap_or_else(nothing)
}

/// A dot outside of every picture: what an outline without any point comes to.
#[expect(clippy::expect_used, reason = "a constant")]
fn nothing() -> Path {
    PathBuilder::from_rect(Rect::from_xywh(-9.0, -9.0, 1.0, 1.0).expect("a rectangle"))
}
