//! What makes a room soft.

use crate::Look;
use crate::canvas::{Canvas, FLOOR, MIDDLE, across, down, flat, slope};
use crate::colour::Colour;
use crate::path::{ellipse, outline, rounded};

const SOFA: Colour = Colour::new(226, 214, 198);

pub(crate) fn cushion(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.cloth(&rounded(-60.0, 560.0, 1120.0, 300.0, 70.0), SOFA);
    c.fill(&rounded(-60.0, 760.0, 1120.0, 300.0, 60.0), down(760.0, 960.0, SOFA.dim(0.08), SOFA.dim(0.3)));
    c.shadow(MIDDLE, 778.0, 620.0, 0.4);
    let pillow = outline(
        "M 224 276 Q 500 330 776 276 Q 800 276 796 300 Q 748 530 796 760 Q 798 790 770 786 Q 500 738 230 786 Q 202 790 204 760 Q 252 530 204 300 Q 200 276 224 276 Z",
    );
    c.cloth(&pillow, look.colour);
    let (accent, colour, variation) = (look.accent, look.colour, look.variation);
    c.inside(&pillow, |c| {
        match variation % 4 {
            0 => (0..7_u8).for_each(|nth| {
                let y = 330.0 + 66.0 * f32::from(nth);
                c.line(
                    &outline(&format!("M 180 {y} Q 500 {} 820 {y}", y + (530.0 - y) * 0.12)),
                    22.0,
                    flat(accent, 0.9),
                );
            }),
            1 => (0..36_u8).for_each(|nth| {
                let (x, y) = (f32::from(nth % 6) * 92.0 + 270.0, f32::from(nth / 6) * 84.0 + 320.0);
                let leaf = format!(
                    "M {x} {} Q {} {y} {x} {} Q {} {y} {x} {} Z",
                    y - 30.0,
                    x + 30.0,
                    y + 30.0,
                    x - 30.0,
                    y - 30.0
                );
                c.fill(&outline(&leaf), flat(accent, 0.9));
            }),
            2 => {
                c.fill(&outline("M 500 230 L 880 530 L 500 840 L 120 530 Z"), flat(accent, 0.85));
                c.fill(&outline("M 500 330 L 740 530 L 500 740 L 260 530 Z"), flat(colour.lit(0.15), 0.95));
                c.fill(&outline("M 500 430 L 620 530 L 500 640 L 380 530 Z"), flat(accent, 0.9));
            }
            _ => {
                c.fill(&ellipse(500.0, 640.0, 210.0, 210.0), flat(accent, 0.9));
                c.fill(&rounded(180.0, 640.0, 640.0, 220.0, 0.0), flat(colour.dim(0.25), 0.95));
            }
        }
        c.spot(370.0, 420.0, 240.0, 200.0, Colour::new(255, 255, 255), 0.28);
        c.spot(760.0, 720.0, 240.0, 200.0, colour.dim(0.85), 0.35);
    });
    c.line(&pillow, 7.0, slope(204.0, 276.0, 796.0, 786.0, colour.lit(0.5), colour.dim(0.35)));
}

pub(crate) fn blanket(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.shadow(MIDDLE, FLOOR + 10.0, 680.0, 0.42);
    let folds = 4_u8;
    for nth in 0..folds {
        let y = 690.0 - 88.0 * f32::from(nth);
        let inset = 10.0 * f32::from(nth % 2);
        let fold = rounded(200.0 + inset, y, 600.0 - inset * 2.0, 96.0, 46.0);
        c.cloth(&fold, if nth % 2 == 0 { look.colour } else { look.colour.lit(0.08) });
        let (accent, variation) = (look.accent, look.variation);
        c.inside(&fold, |c| {
            match variation % 2 {
                0 => (0..3_u8).for_each(|stripe| {
                    let x = 300.0 + 44.0 * f32::from(stripe);
                    c.fill(&rounded(x, y, 20.0, 100.0, 0.0), flat(accent, 0.9));
                }),
                _ => (0..8_u8).for_each(|stripe| {
                    c.fill(&rounded(214.0 + 76.0 * f32::from(stripe), y, 26.0, 100.0, 0.0), flat(accent, 0.35));
                    c.fill(&rounded(190.0, y + 36.0, 620.0, 8.0, 0.0), flat(accent, 0.12));
                }),
            }
            c.fill(&rounded(190.0, y + 78.0, 620.0, 22.0, 0.0), flat(Colour::new(30, 20, 40), 0.16));
        });
        c.gleam(&outline(&format!("M 250 {} L 740 {}", y + 16.0, y + 16.0)), 5.0);
    }
    let drape = outline("M 560 420 L 740 420 Q 770 424 770 460 L 782 812 L 566 826 L 560 460 Z");
    c.cast(&drape, 16.0, 12.0);
    c.cloth(&drape, look.colour.lit(0.05));
    let (accent, variation) = (look.accent, look.variation);
    c.inside(&drape, |c| {
        for stripe in 0..5_u8 {
            let y = 520.0 + 56.0 * f32::from(stripe);
            c.line(
                &outline(&format!("M 540 {y} Q 670 {} 800 {y}", y + 12.0)),
                if variation.is_multiple_of(2) { 18.0 } else { 30.0 },
                flat(accent, 0.6),
            );
        }
        c.line(&outline("M 640 430 Q 632 640 646 830"), 16.0, flat(Colour::new(30, 20, 40), 0.12));
    });
    for nth in 0..12_u8 {
        let x = 574.0 + 18.0 * f32::from(nth);
        c.line(&outline(&format!("M {x} 818 L {} 868", x + 3.0)), 6.0, flat(look.colour.dim(0.1), 1.0));
    }
}

pub(crate) fn rug(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    for nth in 0..7_u8 {
        let y = 150.0 * f32::from(nth);
        c.line(&outline(&format!("M -10 {y} L 1010 {y}")), 3.0, flat(look.wall.dim(0.5), 0.25));
    }
    let rug = rounded(180.0, 150.0, 640.0, 700.0, 10.0);
    for nth in 0..40_u8 {
        let x = 190.0 + 15.9 * f32::from(nth);
        c.line(&outline(&format!("M {x} 126 L {x} 876")), 5.0, flat(look.accent.lit(0.55), 0.95));
    }
    c.cast(&rug, 18.0, 24.0);
    c.cloth(&rug, look.colour);
    let (accent, colour, variation) = (look.accent, look.colour, look.variation);
    c.inside(&rug, |c| {
        c.line(&rounded(214.0, 184.0, 572.0, 632.0, 4.0), 14.0, flat(accent, 0.9));
        c.line(&rounded(240.0, 210.0, 520.0, 580.0, 4.0), 5.0, flat(accent, 0.7));
        for row in 0..5_u8 {
            for column in 0..4_u8 {
                let (x, y) = (310.0 + 127.0 * f32::from(column), 280.0 + 110.0 * f32::from(row));
                let diamond = |r: f32| {
                    outline(&format!("M {x} {} L {} {y} L {x} {} L {} {y} Z", y - r, x + r * 0.9, y + r, x - r * 0.9))
                };
                if variation.is_multiple_of(2) {
                    c.fill(&diamond(46.0), flat(accent, 0.92));
                    c.fill(&diamond(27.0), flat(colour.lit(0.3), 0.95));
                    c.fill(&diamond(12.0), flat(accent.dim(0.3), 0.95));
                } else {
                    let arch = |r: f32| {
                        outline(&format!(
                            "M {} {} L {} {y} C {} {} {} {} {} {y} L {} {} Z",
                            x - r,
                            y + 44.0,
                            x - r,
                            x - r,
                            y - r * 1.6,
                            x + r,
                            y - r * 1.6,
                            x + r,
                            x + r,
                            y + 44.0
                        ))
                    };
                    c.fill(&arch(46.0), flat(accent, 0.92));
                    c.fill(&arch(28.0), flat(colour.lit(0.25), 0.95));
                    c.fill(&arch(13.0), flat(accent.dim(0.2), 0.95));
                }
            }
        }
        for nth in 0..116_u8 {
            let y = 150.0 + 6.1 * f32::from(nth);
            c.line(&outline(&format!("M 170 {y} L 830 {y}")), 1.6, flat(Colour::new(20, 10, 30), 0.07));
        }
    });
}

pub(crate) fn towels(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(720.0, 300.0, 150.0, look.wall.towards(look.accent, 0.3));
    c.shadow(470.0, FLOOR + 10.0, 560.0, 0.42);
    let shades = [look.colour, look.accent, look.colour.lit(0.3), look.accent.lit(0.4)];
    for (nth, colour) in (0..4_u8).zip(shades) {
        let y = 674.0 - 104.0 * f32::from(nth);
        let towel = rounded(230.0 + 8.0 * f32::from(nth % 2), y, 480.0, 108.0, 50.0);
        c.cloth(&towel, colour);
        c.inside(&towel, |c| {
            c.fill(&rounded(220.0, y + 50.0, 500.0, 6.0, 0.0), flat(colour.dim(0.6), 0.4));
            c.fill(&rounded(600.0, y, 16.0, 110.0, 0.0), flat(Colour::new(255, 255, 255), 0.45));
            c.fill(&rounded(630.0, y, 7.0, 110.0, 0.0), flat(Colour::new(255, 255, 255), 0.45));
            c.fill(&rounded(220.0, y + 88.0, 500.0, 24.0, 0.0), flat(Colour::new(30, 20, 40), 0.15));
        });
    }
    c.shadow(830.0, FLOOR + 24.0, 150.0, 0.34);
    c.body(&rounded(770.0, 600.0, 120.0, 200.0, 26.0), Colour::new(188, 122, 76));
    c.body(&rounded(812.0, 540.0, 36.0, 66.0, 8.0), Colour::new(64, 58, 60));
    c.line(&outline("M 830 544 L 830 520 L 876 516"), 14.0, flat(Colour::new(64, 58, 60), 1.0));
    let label = rounded(786.0, 668.0, 88.0, 74.0, 6.0);
    c.fill(&label, across(786.0, 874.0, &[(0.0, Colour::new(250, 246, 236)), (1.0, Colour::new(220, 208, 190))]));
    c.line(&outline("M 806 694 L 854 694"), 7.0, flat(look.accent.dim(0.2), 0.9));
    c.line(&outline("M 812 716 L 848 716"), 5.0, flat(look.accent.dim(0.2), 0.6));
}
