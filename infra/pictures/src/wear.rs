//! What is worn.

use crate::Look;
use crate::canvas::{Canvas, FLOOR, MIDDLE, down, flat};
use crate::colour::Colour;
use crate::path::{ellipse, mirrored, outline, rounded};

const WOOD: Colour = Colour::new(176, 124, 78);
const WHITE: Colour = Colour::new(255, 255, 255);

fn hanger(c: &mut Canvas) {
    c.line(
        &outline("M 500 150 C 500 110 548 110 548 76 C 548 40 492 40 490 76"),
        9.0,
        flat(Colour::new(150, 152, 158), 1.0),
    );
    c.line(&outline("M 290 262 Q 500 130 500 150 Q 500 130 710 262"), 20.0, flat(WOOD, 1.0));
}

fn creases(c: &mut Canvas, colour: Colour) {
    for text in ["M 372 420 Q 400 600 384 860", "M 628 420 Q 604 600 620 860", "M 460 700 Q 500 760 470 880"] {
        c.line(&outline(text), 16.0, flat(colour.dim(0.9), 0.08));
    }
    c.spot(420.0, 420.0, 150.0, 220.0, WHITE, 0.22);
    c.spot(690.0, 760.0, 160.0, 240.0, colour.dim(0.9), 0.25);
}

pub(crate) fn shirt(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    hanger(c);
    let shirt = outline(
        "M 400 200 Q 500 280 600 200 L 700 232 L 872 400 L 772 506 L 706 450 L 712 880 Q 500 902 288 880 L 294 450 L 228 506 L 128 400 L 300 232 Z",
    );
    c.cast(&shirt, 24.0, 30.0);
    c.cloth(&shirt, look.colour);
    let (accent, colour, variation) = (look.accent, look.colour, look.variation);
    c.inside(&shirt, |c| {
        match variation % 3 {
            0 => {
                c.fill(&ellipse(MIDDLE, 520.0, 104.0, 104.0), flat(accent, 0.95));
                c.fill(
                    &outline("M 404 560 Q 450 490 500 540 Q 548 480 596 560 Q 560 624 500 624 Q 440 624 404 560 Z"),
                    flat(colour.dim(0.25), 0.9),
                );
            }
            1 => (0..9_u8).for_each(|nth| {
                c.fill(&rounded(100.0, 300.0 + 66.0 * f32::from(nth), 800.0, 26.0, 0.0), flat(accent, 0.9));
            }),
            _ => {
                let pocket = rounded(548.0, 410.0, 110.0, 130.0, 14.0);
                c.cast(&pocket, 6.0, 8.0);
                c.cloth(&pocket, accent);
            }
        }
        creases(c, colour);
        c.line(&outline("M 294 450 L 300 300"), 5.0, flat(colour.dim(0.8), 0.3));
        c.line(&outline("M 706 450 L 700 300"), 5.0, flat(colour.dim(0.8), 0.3));
    });
    c.fill(
        &outline("M 400 200 Q 500 280 600 200 Q 500 236 400 200 Z"),
        down(190.0, 270.0, colour.dim(0.5), colour.dim(0.3)),
    );
    c.line(&outline("M 400 200 Q 500 290 600 200"), 16.0, flat(colour.dim(0.14), 1.0));
}

pub(crate) fn sweater(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    c.disc(MIDDLE, 500.0, 400.0, look.wall.towards(look.accent, 0.18));
    hanger(c);
    let sleeve =
        outline("M 312 226 Q 190 280 164 470 L 120 800 Q 118 830 150 834 L 214 838 Q 238 838 242 812 L 310 500 Z");
    for arm in [mirrored(&sleeve, MIDDLE), sleeve] {
        c.cast(&arm, 20.0, 26.0);
        c.cloth(&arm, look.colour.dim(0.06));
    }
    let trunk = outline(
        "M 390 200 Q 500 262 610 200 L 690 226 Q 724 560 712 846 Q 712 872 686 874 L 314 874 Q 288 872 288 846 Q 276 560 310 226 Z",
    );
    c.cast(&trunk, 20.0, 26.0);
    c.cloth(&trunk, look.colour);
    let (accent, colour, variation) = (look.accent, look.colour, look.variation);
    c.inside(&trunk, |c| {
        if variation.is_multiple_of(2) {
            for (y, width) in [(360.0, 14.0), (396.0, 30.0), (438.0, 14.0)] {
                c.line(&outline(&format!("M 260 {y} Q 500 {} 740 {y}", y + 20.0)), width, flat(accent, 0.92));
            }
            for nth in 0..9_u8 {
                let x = 300.0 + 50.0 * f32::from(nth);
                c.fill(
                    &outline(&format!("M {x} 470 L {} 500 L {x} 530 L {} 500 Z", x + 20.0, x - 20.0)),
                    flat(accent, 0.92),
                );
            }
        } else {
            for x in [400.0, 500.0, 600.0] {
                for nth in 0..9_u8 {
                    let y = 270.0 + 66.0 * f32::from(nth);
                    c.line(
                        &outline(&format!(
                            "M {} {y} C {} {} {} {} {} {}",
                            x - 22.0,
                            x + 34.0,
                            y + 20.0,
                            x - 34.0,
                            y + 46.0,
                            x + 22.0,
                            y + 66.0
                        )),
                        12.0,
                        flat(colour.lit(0.35), 0.7),
                    );
                    c.line(
                        &outline(&format!(
                            "M {} {y} C {} {} {} {} {} {}",
                            x + 22.0,
                            x - 34.0,
                            y + 20.0,
                            x + 34.0,
                            y + 46.0,
                            x - 22.0,
                            y + 66.0
                        )),
                        12.0,
                        flat(colour.dim(0.35), 0.35),
                    );
                }
            }
        }
        creases(c, colour);
        for nth in 0..24_u8 {
            let x = 296.0 + 17.6 * f32::from(nth);
            c.line(&outline(&format!("M {x} 822 L {x} 880")), 6.0, flat(colour.dim(0.6), 0.28));
        }
    });
    for nth in 0..6_u8 {
        let x = 132.0 + 18.0 * f32::from(nth);
        for x in [x, 1000.0 - x] {
            c.line(&outline(&format!("M {x} 786 L {x} 830")), 5.0, flat(colour.dim(0.6), 0.3));
        }
    }
    c.line(&outline("M 388 204 Q 500 276 612 204"), 34.0, flat(colour.dim(0.16), 1.0));
    c.line(&outline("M 392 196 Q 500 262 608 196"), 8.0, flat(accent, 0.8));
}

pub(crate) fn cap(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(600.0, 360.0, 230.0, look.wall.towards(look.accent, 0.3));
    c.shadow(480.0, FLOOR - 30.0, 640.0, 0.42);
    if look.variation.is_multiple_of(2) {
        let crown = outline("M 300 690 C 280 440 420 330 560 330 C 720 330 800 470 796 690 Q 560 740 300 690 Z");
        c.body(&crown, look.colour);
        let (accent, colour) = (look.accent, look.colour);
        c.inside(&crown, |c| {
            c.line(&outline("M 556 330 Q 470 480 480 720"), 5.0, flat(colour.dim(0.7), 0.4));
            c.line(&outline("M 560 330 Q 700 460 690 720"), 5.0, flat(colour.dim(0.7), 0.4));
            c.spot(470.0, 440.0, 140.0, 120.0, WHITE, 0.3);
        });
        c.fill(&ellipse(558.0, 332.0, 22.0, 14.0), flat(accent, 1.0));
        let peak = outline("M 310 640 C 200 650 90 700 76 742 C 72 770 300 770 520 724 C 440 706 360 690 310 640 Z");
        c.cloth(&peak, accent);
        c.line(&outline("M 96 738 C 240 764 400 736 500 718"), 5.0, flat(WHITE, 0.35));
        c.fill(&rounded(344.0, 520.0, 110.0, 80.0, 12.0), flat(accent, 0.95));
        c.line(&outline("M 368 576 L 392 540 L 410 562 L 432 540"), 8.0, flat(WHITE, 0.9));
    } else {
        let crown = outline("M 270 640 C 260 380 400 290 500 290 C 600 290 740 380 730 640 Z");
        c.body(&crown, look.colour);
        let colour = look.colour;
        c.inside(&crown, |c| {
            for nth in 0..15_u8 {
                let x = 270.0 + 33.0 * f32::from(nth);
                c.line(
                    &outline(&format!("M {} 290 Q {x} 420 {x} 650", 500.0 + (x - 500.0) * 0.25)),
                    7.0,
                    flat(colour.dim(0.7), 0.25),
                );
            }
            c.spot(420.0, 400.0, 130.0, 130.0, WHITE, 0.3);
        });
        let brim = rounded(246.0, 610.0, 508.0, 146.0, 50.0);
        c.body(&brim, look.colour.lit(0.06));
        c.inside(&brim, |c| {
            for nth in 0..21_u8 {
                let x = 262.0 + 24.0 * f32::from(nth);
                c.line(&outline(&format!("M {x} 610 L {x} 760")), 6.0, flat(colour.dim(0.7), 0.28));
            }
        });
        c.fill(&rounded(556.0, 650.0, 96.0, 66.0, 6.0), flat(look.accent, 1.0));
        c.line(&outline("M 576 684 L 632 684"), 7.0, flat(WHITE, 0.85));
        c.fill(&ellipse(MIDDLE, 268.0, 74.0, 70.0), down(200.0, 340.0, look.accent.lit(0.3), look.accent.dim(0.25)));
        for nth in 0..26_u8 {
            let angle = f32::from(nth) * std::f32::consts::TAU / 26.0;
            let (dx, dy) = (angle.cos(), angle.sin());
            c.line(
                &outline(&format!(
                    "M {} {} L {} {}",
                    500.0 + dx * 52.0,
                    268.0 + dy * 48.0,
                    500.0 + dx * 84.0,
                    268.0 + dy * 80.0
                )),
                8.0,
                flat(look.accent.lit(0.15), 0.9),
            );
        }
    }
}

pub(crate) fn socks(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    c.disc(MIDDLE, 520.0, 380.0, look.wall.towards(look.accent, 0.2));
    for (dx, dy) in [(190.0, -70.0), (0.0, 30.0)] {
        let at = |text: &str| {
            let moved = tiny_skia::Transform::from_translate(dx, dy);
            let path = outline(text);
            path.clone().transform(moved).unwrap_or(path)
        };
        let sock = at(
            "M 300 190 L 490 190 L 486 560 Q 490 600 560 630 Q 690 680 690 760 Q 690 830 600 830 L 440 830 Q 300 820 296 660 Z",
        );
        c.cast(&sock, 22.0, 28.0);
        c.cloth(&sock, look.colour);
        let (accent, colour, variation) = (look.accent, look.colour, look.variation);
        c.inside(&sock, |c| {
            match variation % 3 {
                0 => (0..5_u8).for_each(|nth| {
                    c.fill(
                        &rounded(280.0 + dx, 300.0 + dy + 60.0 * f32::from(nth), 240.0, 26.0, 0.0),
                        flat(accent, 0.92),
                    );
                }),
                1 => (0..20_u8).for_each(|nth| {
                    let (x, y) = (f32::from(nth % 4) * 62.0 + 320.0, f32::from(nth / 4) * 84.0 + 310.0);
                    c.fill(&ellipse(x + dx, y + dy, 15.0, 15.0), flat(accent, 0.92));
                }),
                _ => (0..5_u8).for_each(|nth| {
                    let y = 310.0 + 70.0 * f32::from(nth) + dy;
                    c.line(
                        &outline(&format!(
                            "M {} {y} L {} {} L {} {y} L {} {} L {} {y}",
                            280.0 + dx,
                            345.0 + dx,
                            y + 40.0,
                            395.0 + dx,
                            445.0 + dx,
                            y + 40.0,
                            510.0 + dx
                        )),
                        14.0,
                        flat(accent, 0.92),
                    );
                }),
            }
            c.fill(&ellipse(650.0 + dx, 800.0 + dy, 116.0, 110.0), flat(accent, 0.95));
            c.fill(&ellipse(310.0 + dx, 780.0 + dy, 104.0, 110.0), flat(accent, 0.95));
            c.spot(360.0 + dx, 420.0 + dy, 80.0, 260.0, WHITE, 0.25);
            c.spot(560.0 + dx, 800.0 + dy, 160.0, 70.0, colour.dim(0.9), 0.25);
        });
        let cuff = at("M 288 178 Q 288 168 298 168 L 492 168 Q 502 168 502 178 L 502 266 L 288 266 Z");
        c.cloth(&cuff, accent.lit(0.1));
        for nth in 0..11_u8 {
            let x = 300.0 + 19.0 * f32::from(nth) + dx;
            c.line(&outline(&format!("M {x} {} L {x} {}", 178.0 + dy, 258.0 + dy)), 5.0, flat(accent.dim(0.6), 0.28));
        }
    }
}
