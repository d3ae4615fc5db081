//! What stands on a table.

use crate::Look;
use crate::canvas::{Canvas, FLOOR, MIDDLE, down, flat};
use crate::colour::Colour;
use crate::path::{ellipse, outline, rounded};

const WOOD: Colour = Colour::new(184, 134, 88);
const TEA: Colour = Colour::new(122, 66, 28);
const CREAM: Colour = Colour::new(250, 243, 228);

pub(crate) fn mug(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(690.0, 330.0, 190.0, look.wall.towards(look.accent, 0.35));
    c.shadow(490.0, FLOOR, 430.0, 0.4);
    let handle = outline("M 640 440 C 800 420 810 660 640 650");
    c.line(&handle, 52.0, flat(look.colour.dim(0.3), 1.0));
    c.line(&handle, 42.0, down(430.0, 660.0, look.colour.lit(0.15), look.colour.dim(0.2)));
    let body = outline(
        "M 300 380 L 660 380 C 662 520 660 640 640 720 Q 630 772 580 774 L 380 774 Q 330 772 320 720 C 300 640 298 520 300 380 Z",
    );
    c.body(&body, look.colour);
    let (variation, accent, colour) = (look.variation, look.accent, look.colour);
    c.inside(&body, |c| match variation % 3 {
        0 => c.fill(
            &outline("M 280 620 Q 480 670 680 620 L 680 800 L 280 800 Z"),
            down(600.0, 780.0, accent, accent.dim(0.25)),
        ),
        1 => (0..4_u8).for_each(|nth| {
            let y = 470.0 + 62.0 * f32::from(nth);
            c.line(&outline(&format!("M 280 {y} Q 480 {} 680 {y}", y + 46.0)), 16.0, flat(accent, 0.9));
        }),
        _ => (0..24_u8).for_each(|nth| {
            let (x, y) = (f32::from(nth % 6) * 66.0 + 315.0, f32::from(nth / 6) * 88.0 + 450.0);
            let shift = if (nth / 6) % 2 == 0 { 0.0 } else { 33.0 };
            c.fill(&ellipse(x + shift, y + 20.0, 13.0, 13.0), flat(accent, 0.92));
        }),
    });
    c.inside(&body, |c| c.spot(640.0, 580.0, 90.0, 240.0, colour.dim(0.8), 0.35));
    c.fill(&ellipse(480.0, 380.0, 180.0, 42.0), down(340.0, 422.0, look.colour.dim(0.25), look.colour.lit(0.4)));
    c.fill(&ellipse(480.0, 384.0, 162.0, 33.0), down(350.0, 418.0, TEA.dim(0.35), TEA.lit(0.12)));
    c.gleam(&outline("M 342 452 C 340 560 346 640 358 700"), 14.0);
    for x in [430.0, 500.0] {
        let steam = outline(&format!("M {x} 330 C {} 280 {} 250 {x} 190", x - 46.0, x + 46.0));
        c.line(&steam, 12.0, flat(CREAM, 0.35));
    }
}

pub(crate) fn bowl(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(310.0, 330.0, 170.0, look.wall.towards(look.accent, 0.3));
    c.shadow(MIDDLE, FLOOR, 560.0, 0.42);
    c.fill(&ellipse(MIDDLE, 450.0, 280.0, 72.0), down(380.0, 520.0, look.colour.dim(0.4), look.colour.dim(0.1)));
    for (x, y, r, ripe) in [(400.0, 420.0, 74.0, 0.0), (560.0, 412.0, 82.0, 0.5), (480.0, 380.0, 70.0, 0.9)] {
        let fruit = ellipse(x, y, r, r * 0.96);
        let colour = Colour::new(244, 176, 60).towards(Colour::new(206, 74, 58), ripe);
        c.fill(&fruit, down(y - r, y + r, colour.lit(0.25), colour.dim(0.3)));
        c.spot(x - r * 0.35, y - r * 0.4, r * 0.42, r * 0.34, CREAM, 0.5);
        let stalk = format!("M {x} {} L {} {}", y - r + 6.0, x + 8.0, y - r - 18.0);
        c.line(&outline(&stalk), 8.0, flat(WOOD.dim(0.45), 1.0));
    }
    let body = outline(
        "M 220 450 C 220 490 345 522 500 522 C 655 522 780 490 780 450 C 774 620 690 740 600 758 L 594 776 L 406 776 \
         L 400 758 C 310 740 226 620 220 450 Z",
    );
    c.body(&body, look.colour);
    let (accent, variation) = (look.accent, look.variation);
    c.inside(&body, |c| {
        let bands: &[(f32, f32)] =
            if variation.is_multiple_of(2) { &[(600.0, 10.0), (640.0, 10.0)] } else { &[(560.0, 24.0)] };
        for (y, width) in bands.iter().copied() {
            c.line(
                &outline(&format!("M 200 {} Q 500 {} 800 {}", y - 50.0, y + 66.0, y - 50.0)),
                width,
                flat(accent, 0.9),
            );
        }
    });
    let rim = outline("M 222 456 C 226 492 350 522 500 522 C 650 522 774 492 778 456");
    c.line(&rim, 9.0, flat(look.colour.lit(0.4), 1.0));
    c.gleam(&outline("M 268 550 C 284 624 320 676 356 706"), 12.0);
}

pub(crate) fn plate(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    let (rim, well) = (ellipse(MIDDLE, 500.0, 350.0, 350.0), ellipse(MIDDLE, 500.0, 238.0, 238.0));
    c.cast(&rim, 34.0, 44.0);
    c.cloth(&rim, look.colour);
    c.line(&rim, 8.0, down(150.0, 850.0, look.colour.lit(0.6), look.colour.dim(0.3)));
    match look.variation % 2 {
        0 => {
            c.line(&ellipse(MIDDLE, 500.0, 322.0, 322.0), 14.0, flat(look.accent, 0.95));
            c.line(&ellipse(MIDDLE, 500.0, 296.0, 296.0), 5.0, flat(look.accent, 0.7));
        }
        _ => (0..28_u8).for_each(|nth| {
            let angle = f32::from(nth) * std::f32::consts::TAU / 28.0;
            let (x, y) = (500.0 + angle.cos() * 296.0, 500.0 + angle.sin() * 296.0);
            c.fill(&ellipse(x, y, 13.0, 13.0), flat(look.accent, 0.9));
        }),
    }
    c.fill(&well, down(262.0, 738.0, look.colour.dim(0.16), look.colour.lit(0.35)));
    c.line(&well, 5.0, down(262.0, 738.0, look.colour.dim(0.3), look.colour.lit(0.7)));
    c.glow(410.0, 400.0, 170.0, 0.5);
    for (x, tines) in [(86.0, true), (914.0, false)] {
        let handle = rounded(x - 13.0, 470.0, 26.0, 330.0, 13.0);
        c.cast(&handle, 12.0, 16.0);
        c.body(&handle, Colour::new(196, 200, 206));
        let head = if tines {
            outline(&format!(
                "M {} 200 L {} 200 L {} 330 L {} 330 L {} 200 L {} 200 L {} 330 L {} 330 L {} 200 L {} 200 L {} 370 Q {x} 470 {x} 500 Q {x} 470 {} 370 Z",
                x - 36.0,
                x - 22.0,
                x - 22.0,
                x - 8.0,
                x - 8.0,
                x + 8.0,
                x + 8.0,
                x + 22.0,
                x + 22.0,
                x + 36.0,
                x + 36.0,
                x - 36.0
            ))
        } else {
            outline(&format!(
                "M {} 500 L {} 220 Q {} 180 {} 220 Q {} 380 {} 500 Z",
                x - 13.0,
                x - 16.0,
                x + 4.0,
                x + 26.0,
                x + 44.0,
                x + 13.0
            ))
        };
        c.cast(&head, 12.0, 16.0);
        c.body(&head, Colour::new(204, 208, 214));
    }
}

pub(crate) fn teapot(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(300.0, 340.0, 180.0, look.wall.towards(look.accent, 0.3));
    c.shadow(510.0, FLOOR, 560.0, 0.4);
    let spout = outline("M 300 600 C 230 560 220 470 160 430 L 214 404 C 290 440 300 500 350 520 Z");
    c.cloth(&spout, look.colour.dim(0.06));
    let handle = outline("M 690 470 C 880 430 880 690 680 680");
    c.line(&handle, 46.0, flat(look.colour.dim(0.35), 1.0));
    c.line(&handle, 36.0, down(440.0, 690.0, look.colour.lit(0.1), look.colour.dim(0.25)));
    let body = outline("M 370 420 L 630 420 C 780 470 770 700 640 774 L 360 774 C 230 700 220 470 370 420 Z");
    c.body(&body, look.colour);
    let (accent, variation) = (look.accent, look.variation);
    c.inside(&body, |c| {
        if variation.is_multiple_of(2) {
            c.line(&outline("M 230 600 Q 500 680 770 600"), 30.0, flat(accent, 0.9));
        } else {
            c.fill(
                &outline("M 200 650 Q 320 590 400 650 Q 500 710 600 640 Q 700 590 800 650 L 800 800 L 200 800 Z"),
                flat(accent, 0.85),
            );
        }
    });
    c.body(&outline("M 380 424 C 390 350 610 350 620 424 Z"), look.colour.lit(0.06));
    c.line(&outline("M 372 424 L 628 424"), 12.0, flat(look.colour.dim(0.35), 0.8));
    c.fill(&ellipse(MIDDLE, 346.0, 32.0, 30.0), down(316.0, 376.0, look.accent.lit(0.25), look.accent.dim(0.3)));
    c.gleam(&outline("M 318 520 C 296 580 310 660 348 710"), 16.0);
    c.line(&outline("M 150 392 C 110 350 160 310 130 260"), 12.0, flat(CREAM, 0.35));
}

pub(crate) fn carafe(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(640.0, 380.0, 210.0, look.accent.towards(look.wall, 0.45));
    c.shadow(470.0, FLOOR, 330.0, 0.3);
    let glass = outline(
        "M 400 190 L 540 190 C 540 330 640 420 640 600 Q 640 774 560 774 L 380 774 Q 300 774 300 600 C 300 420 400 330 400 190 Z",
    );
    c.fill(&glass, flat(look.colour.lit(0.7), 0.42));
    let (colour, accent) = (look.colour, look.accent);
    c.inside(&glass, |c| {
        c.fill(&rounded(280.0, 500.0, 380.0, 300.0, 0.0), down(490.0, 780.0, colour.lit(0.2), colour.dim(0.2)));
        c.fill(&ellipse(470.0, 500.0, 178.0, 26.0), down(474.0, 526.0, colour.lit(0.55), colour.lit(0.1)));
        c.spot(600.0, 620.0, 90.0, 240.0, colour.dim(0.7), 0.4);
        for (x, y) in [(400.0, 610.0), (520.0, 570.0), (470.0, 690.0)] {
            c.fill(&ellipse(x, y, 40.0, 40.0), flat(accent, 0.9));
            c.fill(&ellipse(x, y, 31.0, 31.0), flat(accent.lit(0.5), 0.95));
            for turn in 0..3_u8 {
                let angle = f32::from(turn) * std::f32::consts::PI / 3.0;
                let (dx, dy) = (angle.cos() * 28.0, angle.sin() * 28.0);
                c.line(&outline(&format!("M {} {} L {} {}", x - dx, y - dy, x + dx, y + dy)), 4.0, flat(accent, 0.8));
            }
        }
    });
    c.line(&glass, 7.0, flat(CREAM, 0.65));
    c.fill(&ellipse(470.0, 190.0, 72.0, 17.0), flat(CREAM, 0.5));
    c.gleam(&outline("M 352 480 C 330 540 330 640 348 720"), 16.0);
    c.shadow(760.0, FLOOR + 30.0, 170.0, 0.28);
    let cup = outline("M 680 570 L 840 570 L 822 790 Q 820 802 808 802 L 712 802 Q 700 802 698 790 Z");
    c.fill(&cup, flat(colour.lit(0.75), 0.4));
    c.inside(&cup, |c| {
        c.fill(&rounded(670.0, 660.0, 180.0, 160.0, 0.0), down(650.0, 800.0, colour.lit(0.25), colour.dim(0.15)))
    });
    c.line(&cup, 6.0, flat(CREAM, 0.65));
    c.gleam(&outline("M 706 600 L 716 760"), 9.0);
}

pub(crate) fn board(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    let board = outline(
        "M 250 330 Q 250 300 280 300 L 450 300 L 450 150 Q 450 110 500 110 Q 550 110 550 150 L 550 300 L 720 300 Q 750 300 750 330 L 750 850 Q 750 890 710 890 L 290 890 Q 250 890 250 850 Z",
    );
    c.cast(&board, 30.0, 40.0);
    c.cloth(&board, look.colour);
    let (colour, accent, variation) = (look.colour, look.accent, look.variation);
    c.inside(&board, |c| {
        for nth in 0..14_u8 {
            let x = 246.0 + 39.0 * f32::from(nth);
            let bend = if nth % 3 == 0 { 26.0 } else { -16.0 };
            c.line(&outline(&format!("M {x} 90 Q {} 480 {x} 910", x + bend)), 5.0, flat(colour.dim(0.5), 0.22));
        }
        if variation.is_multiple_of(2) {
            c.fill(&rounded(600.0, 90.0, 62.0, 820.0, 0.0), flat(accent, 0.85));
            c.fill(&rounded(676.0, 90.0, 18.0, 820.0, 0.0), flat(accent, 0.6));
        }
        c.glow(360.0, 420.0, 260.0, 0.25);
    });
    c.fill(&ellipse(MIDDLE, 168.0, 22.0, 22.0), flat(look.wall.dim(0.25), 1.0));
    c.line(&board, 5.0, down(100.0, 900.0, colour.lit(0.5), colour.dim(0.4)));
    for (x, y, turn) in [(390.0, 560.0, 0.0), (470.0, 680.0, 30.0), (370.0, 760.0, -24.0)] {
        let slice = ellipse(x, y, 62.0, 62.0 - turn * 0.1);
        c.cast(&slice, 10.0, 14.0);
        c.fill(&slice, flat(Colour::new(196, 58, 48), 1.0));
        c.fill(&ellipse(x, y, 52.0, 51.0), flat(Colour::new(230, 104, 84), 1.0));
        for nth in 0..5_u8 {
            let angle = f32::from(nth) * std::f32::consts::TAU / 5.0 + turn;
            c.fill(
                &ellipse(x + angle.cos() * 28.0, y + angle.sin() * 28.0, 13.0, 13.0),
                flat(Colour::new(250, 196, 140), 0.9),
            );
        }
    }
}
