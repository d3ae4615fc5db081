//! What lies on a desk.

use crate::Look;
use crate::canvas::{Canvas, FLOOR, MIDDLE, across, down, flat};
use crate::colour::Colour;
use crate::path::{ellipse, outline, rounded, turned};

const PAPER: Colour = Colour::new(250, 246, 236);
const STEEL: Colour = Colour::new(192, 196, 202);
const INK: Colour = Colour::new(44, 42, 56);

pub(crate) fn notebook(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    c.disc(330.0, 350.0, 220.0, look.wall.towards(look.accent, 0.25));
    let lean = |path| turned(path, -7.0, MIDDLE, 500.0);
    let cover = lean(rounded(270.0, 170.0, 470.0, 660.0, 22.0));
    c.cast(&cover, 34.0, 42.0);
    c.fill(&lean(rounded(284.0, 182.0, 470.0, 656.0, 16.0)), flat(PAPER.dim(0.14), 1.0));
    c.fill(&lean(rounded(279.0, 178.0, 470.0, 656.0, 16.0)), flat(PAPER, 1.0));
    c.cloth(&cover, look.colour);
    let (accent, colour, variation) = (look.accent, look.colour, look.variation);
    c.inside(&cover, |c| {
        c.fill(&lean(rounded(264.0, 160.0, 62.0, 690.0, 0.0)), flat(colour.dim(0.6), 0.35));
        match variation % 3 {
            0 => {
                c.fill(&lean(rounded(430.0, 330.0, 210.0, 130.0, 10.0)), flat(PAPER, 0.95));
                c.line(&lean(outline("M 460 376 L 610 376")), 10.0, flat(accent, 0.95));
                c.line(&lean(outline("M 476 414 L 594 414")), 6.0, flat(accent, 0.6));
            }
            1 => (0..6_u8).for_each(|nth| {
                let r = 40.0 + 52.0 * f32::from(nth);
                c.line(&lean(ellipse(740.0, 830.0, r, r)), 18.0, flat(accent, 0.9));
            }),
            _ => (0..42_u8).for_each(|nth| {
                let (x, y) = (f32::from(nth % 6) * 66.0 + 370.0, f32::from(nth / 6) * 92.0 + 226.0);
                let size = 22.0;
                c.fill(
                    &lean(outline(&format!(
                        "M {x} {} L {} {} L {} {} Z",
                        y - size,
                        x + size,
                        y + size,
                        x - size,
                        y + size
                    ))),
                    flat(accent, 0.9),
                );
            }),
        }
        c.spot(420.0, 300.0, 260.0, 220.0, PAPER, 0.22);
    });
    c.fill(&lean(rounded(672.0, 166.0, 20.0, 668.0, 4.0)), flat(accent.dim(0.15), 1.0));
    c.fill(&lean(outline("M 560 826 L 590 826 L 590 906 L 575 888 L 560 906 Z")), flat(accent, 1.0));
}

pub(crate) fn pen(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    let sheet = turned(rounded(180.0, 220.0, 560.0, 640.0, 6.0), 6.0, MIDDLE, 500.0);
    c.cast(&sheet, 20.0, 26.0);
    c.cloth(&sheet, PAPER);
    for nth in 0..6_u8 {
        let y = 320.0 + 74.0 * f32::from(nth);
        let wave = format!(
            "M 240 {y} C 300 {} 330 {} 390 {y} C 440 {} 480 {} 540 {y} C 570 {} 610 {} 640 {y}",
            y - 34.0,
            y + 34.0,
            y - 30.0,
            y + 30.0,
            y - 24.0,
            y + 24.0
        );
        c.line(&turned(outline(&wave), 6.0, MIDDLE, 500.0), 6.0, flat(INK, if nth > 3 { 0.16 } else { 0.4 }));
    }
    let lean = |path| turned(path, 38.0, 560.0, 500.0);
    let barrel = lean(rounded(524.0, 140.0, 76.0, 520.0, 34.0));
    c.cast(&barrel, 30.0, 36.0);
    let tip = lean(outline("M 530 650 L 594 650 L 570 790 L 562 830 L 554 790 Z"));
    c.cast(&tip, 26.0, 30.0);
    c.body(&tip, STEEL.towards(look.accent, 0.3));
    c.line(&lean(outline("M 562 720 L 562 826")), 4.0, flat(INK, 0.7));
    c.body(&barrel, look.colour);
    c.inside(&barrel, |c| {
        c.fill(&lean(rounded(510.0, 380.0, 110.0, 30.0, 0.0)), flat(look.accent, 1.0));
        c.fill(&lean(rounded(510.0, 624.0, 110.0, 20.0, 0.0)), flat(look.accent, 1.0));
        if look.variation % 2 == 1 {
            c.fill(&lean(rounded(510.0, 420.0, 110.0, 8.0, 0.0)), flat(look.accent, 1.0));
        }
    });
    c.body(&lean(rounded(590.0, 170.0, 18.0, 210.0, 8.0)), look.accent);
    c.gleam(&lean(outline("M 540 190 L 540 360")), 9.0);
    c.gleam(&lean(outline("M 540 440 L 540 610")), 9.0);
}

pub(crate) fn clock(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    let frame = ellipse(MIDDLE, 490.0, 330.0, 330.0);
    c.cast(&frame, 36.0, 46.0);
    c.cloth(&frame, look.colour);
    c.fill(&ellipse(MIDDLE, 490.0, 282.0, 282.0), down(210.0, 770.0, look.colour.dim(0.4), look.colour.lit(0.2)));
    c.fill(&ellipse(MIDDLE, 490.0, 272.0, 272.0), down(210.0, 770.0, PAPER.dim(0.1), PAPER));
    for nth in 0..60_u8 {
        let angle = f32::from(nth) * std::f32::consts::TAU / 60.0;
        let hour = nth % 5 == 0;
        if !hour && look.variation.is_multiple_of(2) {
            continue;
        }
        let (inner, width) = if hour { (212.0, 13.0) } else { (236.0, 4.0) };
        let (dx, dy) = (angle.sin(), -angle.cos());
        let mark =
            format!("M {} {} L {} {}", 500.0 + dx * inner, 490.0 + dy * inner, 500.0 + dx * 248.0, 490.0 + dy * 248.0);
        c.line(&outline(&mark), width, flat(if nth % 15 == 0 { look.accent } else { INK }, 0.9));
    }
    let hand = |c: &mut Canvas, degrees: f32, length: f32, width: f32, colour: Colour| {
        let path = turned(outline(&format!("M 500 {} L 500 530", 490.0 - length)), degrees, MIDDLE, 490.0);
        c.cast(&path, 6.0, 8.0);
        c.line(&path, width, flat(colour, 1.0));
    };
    hand(c, 304.0, 130.0, 20.0, INK);
    hand(c, 54.0, 196.0, 13.0, INK);
    hand(c, 160.0, 214.0, 5.0, look.accent);
    c.fill(&ellipse(MIDDLE, 490.0, 20.0, 20.0), flat(look.accent, 1.0));
    c.fill(&ellipse(MIDDLE, 490.0, 7.0, 7.0), flat(PAPER, 1.0));
    c.glow(400.0, 360.0, 150.0, 0.45);
}

pub(crate) fn organiser(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(680.0, 330.0, 170.0, look.wall.towards(look.accent, 0.35));
    c.shadow(MIDDLE, FLOOR + 14.0, 640.0, 0.42);
    let pencils = [
        (300.0, 250.0, -5.0, look.accent),
        (346.0, 210.0, 2.0, Colour::new(240, 190, 70)),
        (392.0, 270.0, 7.0, Colour::new(90, 130, 170)),
    ];
    for (x, top, degrees, colour) in pencils {
        let lean = |path| turned(path, degrees, x, 600.0);
        c.body(&lean(rounded(x - 15.0, top + 50.0, 30.0, 400.0, 2.0)), colour);
        c.body(
            &lean(outline(&format!("M {} {} L {x} {top} L {} {} Z", x - 15.0, top + 52.0, x + 15.0, top + 52.0))),
            Colour::new(232, 200, 156),
        );
        c.fill(
            &lean(outline(&format!("M {} {} L {x} {top} L {} {} Z", x - 5.0, top + 18.0, x + 5.0, top + 18.0))),
            flat(INK, 1.0),
        );
    }
    c.body(&rounded(600.0, 380.0, 130.0, 340.0, 6.0), PAPER);
    c.body(&rounded(640.0, 340.0, 120.0, 380.0, 6.0), look.accent.lit(0.3));
    c.fill(&rounded(672.0, 390.0, 56.0, 80.0, 4.0), flat(PAPER, 0.9));
    let back = rounded(210.0, 540.0, 580.0, 240.0, 18.0);
    c.body(&back, look.colour);
    c.fill(&rounded(236.0, 556.0, 226.0, 30.0, 6.0), flat(look.colour.dim(0.6), 0.55));
    c.fill(&rounded(540.0, 556.0, 226.0, 30.0, 6.0), flat(look.colour.dim(0.6), 0.55));
    c.fill(
        &rounded(496.0, 540.0, 10.0, 240.0, 0.0),
        across(496.0, 506.0, &[(0.0, look.colour.dim(0.4)), (1.0, look.colour.lit(0.2))]),
    );
    if look.variation.is_multiple_of(2) {
        let drawer = rounded(232.0, 650.0, 246.0, 106.0, 10.0);
        c.cast(&drawer, 4.0, 6.0);
        c.cloth(&drawer, look.colour.lit(0.12));
        c.fill(&ellipse(355.0, 702.0, 15.0, 15.0), flat(look.accent, 1.0));
    } else {
        c.line(&outline("M 240 690 L 470 690 M 240 720 L 470 720"), 7.0, flat(look.accent, 0.9));
    }
    c.gleam(&outline("M 232 600 L 232 740"), 8.0);
}
