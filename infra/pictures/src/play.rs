//! What is heard, and what is played with.

use crate::Look;
use crate::canvas::{Canvas, FLOOR, MIDDLE, down, flat, slope};
use crate::colour::Colour;
use crate::path::{ellipse, mirrored, outline, rounded, turned};

const INK: Colour = Colour::new(42, 40, 52);
const WHITE: Colour = Colour::new(255, 255, 255);

pub(crate) fn headphones(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    c.disc(MIDDLE, 500.0, 350.0, look.wall.towards(look.accent, 0.28));
    let band = outline("M 264 580 C 240 230 380 150 500 150 C 620 150 760 230 736 580");
    c.line(&band, 62.0, slope(240.0, 150.0, 760.0, 580.0, look.colour.lit(0.25), look.colour.dim(0.25)));
    c.line(&outline("M 300 330 C 340 220 420 190 500 190 C 580 190 660 220 700 330"), 26.0, flat(look.accent, 1.0));
    c.gleam(&outline("M 286 420 C 300 270 360 190 440 166"), 9.0);
    let arm = rounded(238.0, 470.0, 50.0, 150.0, 20.0);
    let cup = rounded(196.0, 540.0, 150.0, 260.0, 72.0);
    let pad = rounded(310.0, 560.0, 66.0, 220.0, 32.0);
    for side in 0..2_u8 {
        let place = |path: &tiny_skia::Path| if side == 0 { path.clone() } else { mirrored(path, MIDDLE) };
        c.body(&place(&arm), Colour::new(190, 194, 200));
        c.cast(&place(&pad), 14.0, 20.0);
        c.cloth(&place(&pad), INK.lit(0.15));
        c.cast(&place(&cup), 18.0, 26.0);
        c.cloth(&place(&cup), look.colour);
        let ring = place(&rounded(222.0, 590.0, 76.0, 160.0, 38.0));
        c.line(&ring, 9.0, flat(look.accent, 1.0));
        if look.variation % 2 == 1 {
            c.fill(&ring, flat(look.accent, 0.9));
        }
        c.spot(if side == 0 { 240.0 } else { 700.0 }, 610.0, 60.0, 70.0, WHITE, 0.35);
    }
}

pub(crate) fn speaker(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.shadow(MIDDLE, FLOOR + 20.0, 560.0, 0.45);
    if look.variation.is_multiple_of(2) {
        let case = rounded(290.0, 200.0, 420.0, 590.0, 50.0);
        c.body(&case, look.colour);
        for (y, r) in [(346.0, 84.0), (590.0, 150.0)] {
            c.fill(
                &ellipse(MIDDLE, y, r + 14.0, r + 14.0),
                down(y - r, y + r, look.accent.lit(0.3), look.accent.dim(0.3)),
            );
            c.fill(&ellipse(MIDDLE, y, r, r), down(y - r, y + r, INK.dim(0.2), INK.lit(0.16)));
            c.line(&ellipse(MIDDLE, y, r * 0.72, r * 0.72), 7.0, flat(INK.lit(0.3), 0.6));
            c.fill(&ellipse(MIDDLE, y, r * 0.4, r * 0.4), down(y - r * 0.4, y + r * 0.4, INK.lit(0.4), INK));
            c.spot(MIDDLE - r * 0.35, y - r * 0.4, r * 0.5, r * 0.4, WHITE, 0.2);
        }
        c.gleam(&outline("M 316 270 L 316 720"), 9.0);
    } else {
        c.line(&outline("M 360 360 C 360 220 640 220 640 360"), 26.0, flat(look.accent.dim(0.2), 1.0));
        let case = rounded(190.0, 350.0, 620.0, 430.0, 60.0);
        c.body(&case, look.colour);
        let grille = rounded(230.0, 450.0, 330.0, 280.0, 34.0);
        c.fill(&grille, down(450.0, 730.0, look.colour.dim(0.5), look.colour.dim(0.3)));
        c.inside(&grille, |c| {
            for nth in 0..9_u8 {
                let y = 470.0 + 32.0 * f32::from(nth);
                c.line(&outline(&format!("M 220 {y} L 570 {y}")), 13.0, flat(look.accent.lit(0.2), 0.9));
            }
        });
        c.fill(&rounded(230.0, 386.0, 540.0, 40.0, 14.0), flat(Colour::new(252, 244, 222), 1.0));
        for nth in 0..18_u8 {
            let x = 250.0 + 29.0 * f32::from(nth);
            c.line(&outline(&format!("M {x} 396 L {x} 414")), 4.0, flat(INK, 0.6));
        }
        c.line(&outline("M 470 390 L 470 422"), 8.0, flat(Colour::new(214, 70, 54), 1.0));
        for (y, r) in [(530.0, 66.0), (674.0, 42.0)] {
            c.shadow(676.0, y + r * 0.6, r * 1.8, 0.3);
            c.fill(&ellipse(676.0, y, r, r), down(y - r, y + r, look.accent.lit(0.4), look.accent.dim(0.2)));
            c.line(
                &turned(outline(&format!("M 676 {} L 676 {}", y - r * 0.8, y - r * 0.3)), 40.0, 676.0, y),
                8.0,
                flat(INK, 0.8),
            );
        }
        c.gleam(&outline("M 216 430 L 216 700"), 9.0);
    }
}

pub(crate) fn blocks(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(680.0, 320.0, 160.0, look.wall.towards(look.accent, 0.35));
    c.shadow(500.0, FLOOR + 16.0, 640.0, 0.42);
    let third = look.colour.towards(Colour::new(246, 200, 90), 0.75);
    let block = |c: &mut Canvas, x: f32, y: f32, side: f32, degrees: f32, colour: Colour, sign: u8| {
        let (mx, my) = (x + side / 2.0, y + side / 2.0);
        let lean = |path| turned(path, degrees, mx, my);
        c.cast(&lean(rounded(x, y, side, side, 18.0)), 12.0, 10.0);
        c.cloth(&lean(rounded(x, y, side, side, 18.0)), colour);
        c.line(&lean(rounded(x + 16.0, y + 16.0, side - 32.0, side - 32.0, 10.0)), 7.0, flat(WHITE, 0.5));
        let h = side * 0.22;
        match sign {
            0 => c.fill(&lean(ellipse(mx, my, h, h)), flat(WHITE, 0.92)),
            1 => c.fill(
                &lean(outline(&format!("M {mx} {} L {} {} L {} {} Z", my - h, mx + h, my + h, mx - h, my + h))),
                flat(WHITE, 0.92),
            ),
            2 => c.fill(&lean(rounded(mx - h, my - h, h * 2.0, h * 2.0, 6.0)), flat(WHITE, 0.92)),
            _ => {
                let star: Vec<String> = (0..10_u8)
                    .map(|nth| {
                        let r = if nth % 2 == 0 { h * 1.25 } else { h * 0.55 };
                        let angle = f32::from(nth) * std::f32::consts::PI / 5.0;
                        format!("{} {}", mx + angle.sin() * r, my - angle.cos() * r)
                    })
                    .collect();
                c.fill(&lean(outline(&format!("M {} L {} Z", star[0], star[1..].join(" ")))), flat(WHITE, 0.92));
            }
        }
    };
    if look.variation.is_multiple_of(2) {
        block(c, 200.0, 580.0, 200.0, 0.0, look.colour, 1);
        block(c, 412.0, 580.0, 200.0, 0.0, look.accent, 0);
        block(c, 624.0, 580.0, 200.0, 0.0, third, 3);
        block(c, 306.0, 378.0, 200.0, 0.0, third, 2);
        block(c, 524.0, 374.0, 200.0, 7.0, look.colour, 3);
        block(c, 412.0, 168.0, 200.0, -6.0, look.accent, 1);
    } else {
        for (nth, width) in (0..6_u8).zip([440.0, 380.0, 320.0, 260.0, 200.0, 140.0_f32]) {
            let y = 712.0 - 84.0 * f32::from(nth);
            let ring = rounded(500.0 - width / 2.0, y, width, 88.0, 44.0);
            let colour = [look.colour, look.accent, third][usize::from(nth % 3)];
            c.body(&ring, colour);
            c.gleam(&outline(&format!("M {x} {} L {x} {}", y + 26.0, y + 60.0, x = 500.0 - width / 2.0 + 30.0)), 9.0);
        }
        c.fill(&ellipse(MIDDLE, 240.0, 58.0, 58.0), down(180.0, 300.0, look.accent.lit(0.35), look.accent.dim(0.25)));
    }
}
