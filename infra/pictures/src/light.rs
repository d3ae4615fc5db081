//! What gives light.

use crate::Look;
use crate::canvas::{Canvas, FLOOR, MIDDLE, down, flat};
use crate::colour::Colour;
use crate::path::{ellipse, outline, rounded};

const WARM: Colour = Colour::new(255, 226, 150);
const BRASS: Colour = Colour::new(190, 148, 84);
const WAX: Colour = Colour::new(248, 240, 224);

pub(crate) fn pendant(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall.dim(0.18));
    c.fill(&outline("M 330 520 L 670 520 L 900 1010 L 100 1010 Z"), flat(WARM, 0.16));
    c.spot(MIDDLE, 620.0, 420.0, 330.0, WARM, 0.75);
    c.line(&outline("M 500 -10 L 500 210"), 9.0, flat(look.wall.dim(0.75), 1.0));
    let shade = match look.variation % 3 {
        0 => outline("M 450 230 L 550 230 C 640 270 740 400 760 520 L 240 520 C 260 400 360 270 450 230 Z"),
        1 => outline("M 260 520 C 260 350 360 240 500 240 C 640 240 740 350 740 520 Z"),
        _ => outline("M 400 230 L 600 230 L 720 520 L 280 520 Z"),
    };
    let cap = rounded(455.0, 190.0, 90.0, 54.0, 14.0);
    c.body(&cap, BRASS);
    c.body(&shade, look.colour);
    let (accent, colour) = (look.accent, look.colour);
    c.inside(&shade, |c| {
        c.line(&outline("M 200 500 L 800 500"), 26.0, flat(accent, 0.95));
        c.spot(380.0, 330.0, 130.0, 110.0, WAX, 0.35);
        c.spot(700.0, 440.0, 120.0, 180.0, colour.dim(0.8), 0.35);
    });
    let width = if look.variation % 3 == 2 { 218.0 } else { 250.0 };
    c.fill(&ellipse(MIDDLE, 520.0, width, 36.0), down(484.0, 556.0, WARM.dim(0.25), WARM.lit(0.4)));
    c.fill(&ellipse(MIDDLE, 528.0, 62.0, 58.0), down(470.0, 590.0, WAX, WARM));
    c.spot(MIDDLE, 540.0, 150.0, 130.0, WAX, 0.8);
}

pub(crate) fn table_lamp(c: &mut Canvas, look: &Look) {
    c.room(look.wall.dim(0.12));
    c.spot(MIDDLE, 360.0, 400.0, 360.0, WARM, 0.6);
    c.shadow(MIDDLE, FLOOR + 6.0, 330.0, 0.42);
    if look.variation.is_multiple_of(2) {
        c.body(
            &outline("M 482 470 L 518 470 L 518 560 C 610 600 620 720 560 774 L 440 774 C 380 720 390 600 482 560 Z"),
            look.colour,
        );
        c.gleam(&outline("M 440 640 C 430 680 440 720 456 746"), 12.0);
    } else {
        c.body(&rounded(484.0, 440.0, 32.0, 320.0, 10.0), look.colour);
        c.body(&outline("M 390 774 C 390 744 440 734 500 734 C 560 734 610 744 610 774 Z"), look.colour);
        c.fill(&ellipse(MIDDLE, 560.0, 52.0, 52.0), down(508.0, 612.0, look.colour.lit(0.3), look.colour.dim(0.35)));
    }
    let shade = outline("M 390 200 L 610 200 L 700 480 L 300 480 Z");
    c.fill(&shade, down(190.0, 490.0, look.accent.lit(0.35), look.accent.towards(WARM, 0.4)));
    let accent = look.accent;
    c.inside(&shade, |c| {
        c.spot(MIDDLE, 400.0, 190.0, 190.0, WAX, 0.75);
        for nth in 0..9_u8 {
            let x = f32::from(nth) * 50.0 + 300.0;
            c.line(
                &outline(&format!("M {} 190 L {x} 490", 500.0 + (x - 500.0) * 0.55)),
                4.0,
                flat(accent.dim(0.35), 0.28),
            );
        }
    });
    c.line(&outline("M 300 480 L 700 480"), 10.0, flat(look.accent.dim(0.3), 0.9));
    c.line(&outline("M 390 200 L 610 200"), 8.0, flat(look.accent.dim(0.3), 0.7));
    let wire = outline("M 590 770 C 700 800 760 780 1010 830");
    c.line(&wire, 7.0, flat(look.wall.dim(0.7), 0.8));
}

pub(crate) fn candle(c: &mut Canvas, look: &Look) {
    c.room(look.wall.dim(0.25));
    let flames: &[(f32, f32, f32)] = match look.variation % 2 {
        0 => &[(500.0, 420.0, 150.0)],
        _ => &[(350.0, 470.0, 84.0), (520.0, 340.0, 84.0), (680.0, 540.0, 84.0)],
    };
    for (x, top, half) in flames.iter().copied() {
        c.spot(x, top - 70.0, 330.0, 330.0, WARM, 0.42);
        c.shadow(x, FLOOR + 4.0, half * 2.2, 0.42);
        let wax = rounded(x - half, top, half * 2.0, FLOOR - top + 4.0, 24.0);
        if look.variation.is_multiple_of(2) {
            let glass = rounded(x - half - 16.0, top - 60.0, half * 2.0 + 32.0, FLOOR - top + 66.0, 34.0);
            c.body(&glass, look.colour);
            c.fill(&ellipse(x, top - 46.0, half + 2.0, 30.0), down(top - 80.0, top, look.colour.dim(0.5), look.colour));
            c.spot(x, top + 20.0, half, 110.0, WARM, 0.7);
            let label = rounded(x - 84.0, top + 110.0, 168.0, 150.0, 12.0);
            c.fill(&label, down(top + 110.0, top + 260.0, WAX, WAX.dim(0.1)));
            c.line(
                &outline(&format!("M {} {y} L {} {y}", x - 50.0, x + 50.0, y = top + 160.0)),
                10.0,
                flat(look.accent, 0.95),
            );
            c.line(
                &outline(&format!("M {} {y} L {} {y}", x - 32.0, x + 32.0, y = top + 196.0)),
                6.0,
                flat(look.accent, 0.6),
            );
            c.gleam(&outline(&format!("M {x0} {} L {x0} {}", top + 10.0, top + 290.0, x0 = x - half + 14.0)), 12.0);
        } else {
            c.body(&wax, look.colour.towards(WAX, 0.2));
            c.inside(&wax, |c| {
                c.spot(x, top, half * 1.4, 150.0, WARM, 0.8);
                c.line(
                    &outline(&format!("M {} {y} L {} {y}", x - 200.0, x + 200.0, y = FLOOR - 60.0)),
                    30.0,
                    flat(look.accent, 0.9),
                );
            });
            c.fill(
                &ellipse(x, top + 10.0, half - 6.0, 17.0),
                down(top - 8.0, top + 28.0, WARM.lit(0.3), look.colour.lit(0.4)),
            );
        }
        c.line(
            &outline(&format!("M {x} {} L {} {}", top + 6.0, x + 3.0, top - 40.0)),
            7.0,
            flat(Colour::new(60, 46, 42), 1.0),
        );
        let flame = outline(&format!(
            "M {x} {} C {} {} {} {} {x} {} C {} {} {} {} {x} {} Z",
            top - 150.0,
            x + 20.0,
            top - 110.0,
            x + 42.0,
            top - 70.0,
            top - 28.0,
            x - 42.0,
            top - 70.0,
            x - 16.0,
            top - 100.0,
            top - 150.0
        ));
        c.spot(x, top - 80.0, 90.0, 110.0, WARM, 0.9);
        c.fill(&flame, down(top - 150.0, top - 26.0, Colour::new(255, 240, 190), Colour::new(248, 150, 50)));
        c.fill(&ellipse(x, top - 58.0, 13.0, 28.0), flat(WAX, 0.9));
    }
}

pub(crate) fn lantern(c: &mut Canvas, look: &Look) {
    c.room(look.wall.dim(0.2));
    c.spot(MIDDLE, 560.0, 430.0, 400.0, WARM, 0.6);
    c.shadow(MIDDLE, FLOOR + 26.0, 400.0, 0.45);
    c.line(&outline("M 420 300 C 400 110 600 110 580 300"), 16.0, flat(look.colour.dim(0.25), 1.0));
    let glass = rounded(370.0, 380.0, 260.0, 340.0, 40.0);
    c.fill(&glass, flat(WARM, 0.5));
    c.spot(MIDDLE, 590.0, 130.0, 160.0, WAX, 0.95);
    c.body(&rounded(450.0, 600.0, 100.0, 120.0, 12.0), WAX);
    let flame = outline("M 500 450 C 524 500 540 540 500 590 C 460 540 480 500 500 450 Z");
    c.fill(&flame, down(450.0, 590.0, Colour::new(255, 240, 190), Colour::new(248, 150, 50)));
    c.gleam(&outline("M 400 420 L 400 680"), 12.0);
    for x in [370.0, 500.0, 630.0] {
        c.body(&rounded(x - 9.0, 350.0, 18.0, 390.0, 6.0), look.colour);
    }
    c.body(&outline("M 330 380 L 670 380 L 600 300 L 540 280 L 460 280 L 400 300 Z"), look.colour);
    c.body(&rounded(320.0, 716.0, 360.0, 84.0, 20.0), look.colour);
    c.line(&outline("M 340 752 L 660 752"), 12.0, flat(look.accent, 0.95));
    c.line(&outline("M 352 372 L 648 372"), 9.0, flat(look.accent, 0.9));
}
