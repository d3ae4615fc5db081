//! What grows, and what it grows in.

use crate::Look;
use crate::canvas::{Canvas, FLOOR, MIDDLE, down, flat, slope};
use crate::colour::Colour;
use crate::path::{ellipse, outline, rounded, turned};

const LEAF: Colour = Colour::new(70, 128, 84);
const STEM: Colour = Colour::new(84, 110, 62);
const EARTH: Colour = Colour::new(84, 58, 44);
const WHITE: Colour = Colour::new(255, 255, 255);

/// A leaf from its foot, so long, turned from upright by degrees.
fn leaf(c: &mut Canvas, x: f32, y: f32, length: f32, width: f32, degrees: f32, colour: Colour) {
    let blade = format!(
        "M {x} {y} C {} {} {} {} {x} {} C {} {} {} {} {x} {y} Z",
        x + width,
        y - length * 0.3,
        x + width * 0.8,
        y - length * 0.8,
        y - length,
        x - width * 0.8,
        y - length * 0.8,
        x - width,
        y - length * 0.3
    );
    let blade = turned(outline(&blade), degrees, x, y);
    let bounds = blade.bounds();
    c.fill(
        &blade,
        slope(bounds.left(), bounds.top(), bounds.right(), bounds.bottom(), colour.lit(0.2), colour.dim(0.32)),
    );
    let rib = turned(outline(&format!("M {x} {y} L {x} {}", y - length * 0.92)), degrees, x, y);
    c.line(&rib, 4.0, flat(colour.lit(0.5), 0.55));
}

fn pot(c: &mut Canvas, look: &Look) {
    let body = outline("M 356 560 L 644 560 L 612 772 Q 608 792 588 792 L 412 792 Q 392 792 388 772 Z");
    c.body(&body, look.colour);
    let (accent, variation) = (look.accent, look.variation);
    c.inside(&body, |c| match variation % 3 {
        0 => c.fill(&outline("M 340 690 L 660 690 L 660 800 L 340 800 Z"), flat(accent, 0.92)),
        1 => (0..7_u8).for_each(|nth| {
            let x = 350.0 + 50.0 * f32::from(nth);
            c.line(&outline(&format!("M {x} 620 L {} 680 L {} 620", x + 25.0, x + 50.0)), 12.0, flat(accent, 0.92));
        }),
        _ => (0..10_u8).for_each(|nth| {
            let x = 356.0 + 32.0 * f32::from(nth);
            c.line(&outline(&format!("M {x} 550 L {} 800", 500.0 + (x - 500.0) * 0.78)), 7.0, flat(accent, 0.6));
        }),
    });
    c.body(&rounded(338.0, 540.0, 324.0, 62.0, 14.0), look.colour.lit(0.08));
    c.gleam(&outline("M 400 626 L 420 760"), 11.0);
}

pub(crate) fn plant(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(MIDDLE, 370.0, 270.0, look.wall.towards(look.accent, 0.25));
    c.shadow(MIDDLE, FLOOR + 14.0, 380.0, 0.45);
    c.fill(&ellipse(MIDDLE, 550.0, 140.0, 26.0), flat(EARTH, 1.0));
    match look.variation % 3 {
        0 => {
            for (degrees, length, shade) in [
                (-64.0, 300.0, 0.2),
                (62.0, 310.0, 0.25),
                (-38.0, 390.0, 0.1),
                (36.0, 380.0, 0.12),
                (-14.0, 440.0, 0.0),
                (14.0, 420.0, 0.05),
            ] {
                leaf(c, MIDDLE, 560.0, length, 62.0, degrees, LEAF.dim(shade));
            }
        }
        1 => {
            for (x, top, bend) in [(420.0, 220.0, -70.0), (500.0, 150.0, 10.0), (580.0, 230.0, 80.0)] {
                let stem = format!("M {x} 560 Q {} 380 {} {top}", x + bend * 0.3, x + bend);
                c.line(&outline(&stem), 9.0, flat(STEM, 1.0));
                for nth in 0..5_u8 {
                    let share = f32::from(nth) / 5.0;
                    let (lx, ly) = (x + bend * share * share, 520.0 + (top - 520.0) * share);
                    for side in [-1.0, 1.0] {
                        leaf(
                            c,
                            lx,
                            ly,
                            120.0 - 40.0 * share,
                            34.0,
                            side * (62.0 - 20.0 * share),
                            LEAF.lit(0.1 * share).dim(0.1),
                        );
                    }
                }
                leaf(c, x + bend, top + 10.0, 80.0, 26.0, bend * 0.3, LEAF.lit(0.12));
            }
        }
        _ => {
            let trunk = rounded(420.0, 250.0, 160.0, 320.0, 78.0);
            c.line(
                &outline("M 420 440 C 300 440 310 400 310 320"),
                74.0,
                slope(280.0, 300.0, 400.0, 460.0, LEAF.lit(0.15), LEAF.dim(0.1)),
            );
            c.line(
                &outline("M 580 400 C 690 400 684 340 684 280"),
                66.0,
                slope(600.0, 280.0, 720.0, 420.0, LEAF, LEAF.dim(0.3)),
            );
            c.body(&trunk, LEAF);
            for nth in 0..5_u8 {
                let x = 440.0 + 30.0 * f32::from(nth);
                c.line(&outline(&format!("M {x} 280 L {x} 560")), 4.0, flat(LEAF.dim(0.6), 0.35));
            }
            for (x, y) in [(MIDDLE, 246.0), (316.0, 286.0), (684.0, 246.0)] {
                for turn in 0..6_u8 {
                    let flower = turned(ellipse(x, y - 20.0, 13.0, 24.0), f32::from(turn) * 60.0, x, y);
                    c.fill(&flower, flat(look.accent.lit(0.15), 1.0));
                }
                c.fill(&ellipse(x, y, 13.0, 13.0), flat(Colour::new(250, 214, 110), 1.0));
            }
        }
    }
    pot(c, look);
}

pub(crate) fn vase(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(640.0, 330.0, 190.0, look.wall.towards(look.accent, 0.3));
    c.shadow(MIDDLE, FLOOR + 10.0, 320.0, 0.42);
    let heads = [(360.0, 250.0, 62.0), (470.0, 150.0, 74.0), (590.0, 210.0, 66.0), (680.0, 320.0, 50.0)];
    for (x, y, r) in heads {
        c.line(&outline(&format!("M 500 470 Q {} 380 {x} {y}", 500.0 + (x - 500.0) * 0.3)), 8.0, flat(STEM, 1.0));
        if look.variation.is_multiple_of(2) {
            for turn in 0..9_u8 {
                let petal = turned(ellipse(x, y - r * 0.62, r * 0.27, r * 0.52), f32::from(turn) * 40.0, x, y);
                c.fill(&petal, down(y - r, y + r, look.accent.lit(0.35), look.accent));
            }
            c.fill(&ellipse(x, y, r * 0.32, r * 0.32), flat(Colour::new(240, 190, 80), 1.0));
        } else {
            for nth in 0..7_u8 {
                let along = f32::from(nth) / 7.0;
                let (lx, ly) = (x + (500.0 - x) * along * 0.6, y + (440.0 - y) * along * 0.6);
                leaf(c, lx, ly, r * 0.9, r * 0.24, -55.0, look.accent.lit(0.2));
                leaf(c, lx, ly, r * 0.9, r * 0.24, 55.0, look.accent);
            }
        }
    }
    leaf(c, MIDDLE, 470.0, 210.0, 34.0, -58.0, LEAF);
    leaf(c, MIDDLE, 470.0, 190.0, 34.0, 64.0, LEAF.dim(0.15));
    let body = match look.variation % 3 {
        0 => outline(
            "M 456 430 L 544 430 C 540 500 640 540 640 650 C 640 740 590 780 560 780 L 440 780 C 410 780 360 740 360 650 C 360 540 460 500 456 430 Z",
        ),
        1 => outline("M 410 430 L 590 430 L 560 780 L 440 780 Z"),
        _ => outline("M 440 430 L 560 430 C 640 520 600 700 560 780 L 440 780 C 400 700 360 520 440 430 Z"),
    };
    c.body(&body, look.colour);
    let colour = look.colour;
    c.inside(&body, |c| {
        for nth in 0..12_u8 {
            let y = 470.0 + 27.0 * f32::from(nth);
            c.line(&outline(&format!("M 340 {y} Q 500 {} 660 {y}", y + 22.0)), 4.0, flat(colour.dim(0.6), 0.16));
        }
    });
    c.fill(
        &ellipse(MIDDLE, 430.0, if look.variation % 3 == 1 { 90.0 } else { 52.0 }, 12.0),
        flat(look.colour.dim(0.5), 1.0),
    );
    c.inside(&body, |c| c.gleam(&outline("M 452 560 C 436 620 440 700 456 750"), 13.0));
}

pub(crate) fn watering_can(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(330.0, 330.0, 170.0, look.wall.towards(look.accent, 0.35));
    c.shadow(540.0, FLOOR + 14.0, 520.0, 0.42);
    c.line(
        &outline("M 690 420 C 860 330 900 600 740 660"),
        30.0,
        slope(700.0, 380.0, 860.0, 660.0, look.accent.lit(0.15), look.accent.dim(0.25)),
    );
    c.line(&outline("M 440 420 C 470 250 640 250 670 420"), 24.0, flat(look.accent.dim(0.1), 1.0));
    let spout = outline("M 400 700 L 150 350 L 196 330 L 420 560 Z");
    c.cloth(&spout, look.colour.dim(0.05));
    c.body(&outline("M 112 372 L 222 288 L 236 320 L 140 396 Z"), look.accent);
    let body = outline("M 396 420 L 716 420 L 752 760 Q 754 788 726 788 L 386 788 Q 358 788 360 760 Z");
    c.body(&body, look.colour);
    let accent = look.accent;
    c.inside(&body, |c| {
        c.line(&outline("M 340 520 L 780 520"), 12.0, flat(accent, 0.9));
        c.line(&outline("M 340 700 L 780 700"), 12.0, flat(accent, 0.9));
    });
    c.fill(&ellipse(556.0, 420.0, 160.0, 24.0), down(396.0, 444.0, look.colour.dim(0.55), look.colour.dim(0.2)));
    c.gleam(&outline("M 418 560 L 408 740"), 14.0);
    for (x, y) in [(100.0, 440.0), (70.0, 520.0), (130.0, 540.0), (60.0, 620.0), (110.0, 650.0)] {
        c.fill(
            &outline(&format!(
                "M {x} {} Q {} {y} {x} {} Q {} {y} {x} {} Z",
                y - 26.0,
                x + 18.0,
                y + 14.0,
                x - 18.0,
                y - 26.0
            )),
            flat(WHITE.towards(Colour::new(110, 170, 220), 0.5), 0.9),
        );
    }
}
