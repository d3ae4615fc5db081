//! What goes along.

use crate::Look;
use crate::canvas::{Canvas, FLOOR, MIDDLE, down, flat, slope};
use crate::colour::Colour;
use crate::path::{ellipse, outline, rounded};

const LEATHER: Colour = Colour::new(150, 92, 52);
const STEEL: Colour = Colour::new(192, 196, 202);
const WHITE: Colour = Colour::new(255, 255, 255);

pub(crate) fn backpack(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(300.0, 330.0, 180.0, look.wall.towards(look.accent, 0.35));
    c.shadow(MIDDLE, FLOOR + 20.0, 520.0, 0.45);
    c.line(&outline("M 440 200 C 440 120 560 120 560 200"), 22.0, flat(look.accent.dim(0.3), 1.0));
    for (x, side) in [(262.0, -1.0), (738.0, 1.0)] {
        c.cloth(&rounded(x - 46.0 + side * 8.0, 520.0, 92.0, 220.0, 40.0), look.colour.dim(0.16));
    }
    let body = outline(
        "M 290 360 C 290 230 380 180 500 180 C 620 180 710 230 710 360 L 724 730 Q 724 796 660 796 L 340 796 Q 276 796 276 730 Z",
    );
    c.body(&body, look.colour);
    let (accent, colour) = (look.accent, look.colour);
    c.inside(&body, |c| {
        c.spot(400.0, 300.0, 150.0, 140.0, WHITE, 0.28);
        c.line(&outline("M 270 470 Q 500 506 730 470"), 6.0, flat(colour.dim(0.7), 0.4));
    });
    let pocket = rounded(336.0, 540.0, 328.0, 212.0, 44.0);
    c.cast(&pocket, 8.0, 12.0);
    c.cloth(&pocket, if look.variation.is_multiple_of(2) { accent } else { colour.lit(0.1) });
    c.line(&outline("M 352 596 L 648 596"), 8.0, flat(colour.dim(0.75), 0.55));
    c.fill(&rounded(610.0, 590.0, 16.0, 46.0, 6.0), flat(LEATHER, 1.0));
    if look.variation % 2 == 1 {
        let flap = outline(
            "M 286 330 C 290 230 380 176 500 176 C 620 176 710 230 714 330 L 700 470 Q 690 506 640 506 L 360 506 Q 310 506 300 470 Z",
        );
        c.cast(&flap, 6.0, 16.0);
        c.body(&flap, accent);
        for x in [390.0, 590.0] {
            c.cloth(&rounded(x, 430.0, 30.0, 170.0, 8.0), LEATHER);
            c.line(&rounded(x - 6.0, 520.0, 42.0, 32.0, 6.0), 7.0, flat(STEEL, 1.0));
        }
    } else {
        c.fill(&rounded(430.0, 380.0, 140.0, 66.0, 10.0), flat(LEATHER, 1.0));
        c.line(&outline("M 456 426 L 490 396 L 510 414 L 544 396"), 7.0, flat(WHITE, 0.7));
    }
    c.gleam(&outline("M 314 380 L 306 680"), 10.0);
}

pub(crate) fn tote(c: &mut Canvas, look: &Look) {
    c.backdrop(look.wall);
    c.disc(MIDDLE, 560.0, 390.0, look.wall.towards(look.accent, 0.22));
    c.fill(
        &ellipse(MIDDLE, 206.0, 34.0, 34.0),
        down(172.0, 240.0, Colour::new(190, 150, 108), Colour::new(120, 84, 54)),
    );
    c.line(&outline("M 380 420 C 380 60 620 60 620 420"), 30.0, flat(look.accent.dim(0.28), 1.0));
    let bag = outline("M 262 380 Q 500 404 738 380 L 776 880 Q 500 912 224 880 Z");
    c.cast(&bag, 26.0, 30.0);
    c.cloth(&bag, look.colour);
    let (accent, colour, variation) = (look.accent, look.colour, look.variation);
    c.inside(&bag, |c| {
        match variation % 2 {
            0 => {
                c.fill(&ellipse(MIDDLE, 600.0, 96.0, 96.0), flat(accent, 0.95));
                c.fill(
                    &outline("M 220 740 Q 380 600 520 730 Q 640 640 800 760 L 800 920 L 200 920 Z"),
                    flat(accent.dim(0.35), 0.9),
                );
                c.fill(&outline("M 200 830 Q 420 730 800 840 L 800 940 L 200 940 Z"), flat(accent.dim(0.1), 0.95));
            }
            _ => (0..7_u8).for_each(|nth| {
                let x = 236.0 + 84.0 * f32::from(nth);
                c.fill(&rounded(x, 360.0, 30.0, 560.0, 0.0), flat(accent, 0.85));
            }),
        }
        c.line(&outline("M 240 412 Q 500 440 760 412"), 5.0, flat(colour.dim(0.7), 0.35));
        c.line(&outline("M 420 470 Q 400 680 430 900"), 20.0, flat(colour.dim(0.9), 0.07));
        c.line(&outline("M 620 500 Q 640 700 610 900"), 20.0, flat(colour.dim(0.9), 0.07));
        c.spot(370.0, 520.0, 170.0, 200.0, WHITE, 0.22);
    });
    c.line(
        &outline("M 350 470 C 340 120 660 120 650 470"),
        34.0,
        slope(300.0, 150.0, 700.0, 470.0, look.accent.lit(0.1), look.accent.dim(0.2)),
    );
    for x in [350.0, 650.0] {
        c.fill(&rounded(x - 17.0, 400.0, 34.0, 86.0, 6.0), flat(look.accent.dim(0.12), 1.0));
        c.line(
            &outline(&format!("M {} 452 L {} 478 M {} 452 L {} 478", x - 10.0, x + 10.0, x + 10.0, x - 10.0)),
            4.0,
            flat(WHITE, 0.7),
        );
    }
}

pub(crate) fn bottle(c: &mut Canvas, look: &Look) {
    c.room(look.wall);
    c.disc(640.0, 400.0, 220.0, look.wall.towards(look.accent, 0.35));
    c.shadow(480.0, FLOOR + 10.0, 280.0, 0.45);
    c.line(&outline("M 420 210 C 420 120 540 120 540 210"), 18.0, flat(look.accent.dim(0.3), 1.0));
    c.body(&rounded(406.0, 190.0, 148.0, 96.0, 18.0), look.accent);
    for nth in 0..7_u8 {
        let x = 420.0 + 20.0 * f32::from(nth);
        c.line(&outline(&format!("M {x} 204 L {x} 270")), 4.0, flat(look.accent.dim(0.7), 0.3));
    }
    c.body(&rounded(422.0, 282.0, 116.0, 30.0, 4.0), STEEL);
    let body = outline(
        "M 424 306 L 536 306 Q 616 350 616 440 L 616 740 Q 616 782 574 782 L 386 782 Q 344 782 344 740 L 344 440 Q 344 350 424 306 Z",
    );
    c.body(&body, look.colour);
    let (accent, colour, variation) = (look.accent, look.colour, look.variation);
    c.inside(&body, |c| {
        match variation % 3 {
            0 => c.fill(
                &outline("M 330 640 L 420 540 L 480 600 L 560 500 L 640 600 L 640 800 L 330 800 Z"),
                flat(accent, 0.9),
            ),
            1 => {
                c.fill(&rounded(330.0, 520.0, 300.0, 44.0, 0.0), flat(accent, 0.9));
                c.fill(&rounded(330.0, 578.0, 300.0, 14.0, 0.0), flat(accent, 0.9));
            }
            _ => c.fill(&rounded(330.0, 610.0, 300.0, 200.0, 0.0), flat(accent, 0.92)),
        }
        c.spot(600.0, 560.0, 80.0, 300.0, colour.dim(0.9), 0.4);
    });
    c.gleam(&outline("M 378 440 L 378 720"), 16.0);
    c.body(&rounded(350.0, 762.0, 260.0, 24.0, 10.0), STEEL);
}

pub(crate) fn tent(c: &mut Canvas, look: &Look) {
    let night = look.wall;
    c.fill(&rounded(-10.0, -10.0, 1020.0, 1020.0, 0.0), down(0.0, 760.0, night.dim(0.35), night.lit(0.35)));
    c.fill(&ellipse(760.0, 230.0, 76.0, 76.0), flat(Colour::new(255, 240, 206), 0.95));
    c.spot(760.0, 230.0, 260.0, 260.0, Colour::new(255, 240, 206), 0.5);
    for nth in 0..26_u8 {
        let (x, y) = (f32::from(nth).mul_add(173.0, 60.0) % 1000.0, f32::from(nth).mul_add(97.0, 30.0) % 420.0);
        c.fill(&ellipse(x, y, 3.0, 3.0), flat(WHITE, 0.7));
    }
    c.fill(
        &outline("M -10 640 L 170 400 L 300 540 L 430 360 L 640 620 L 780 470 L 1010 660 L 1010 800 L -10 800 Z"),
        down(360.0, 760.0, night.dim(0.3), night.dim(0.1)),
    );
    c.fill(
        &outline("M -10 740 Q 260 640 520 720 Q 780 780 1010 700 L 1010 1010 L -10 1010 Z"),
        down(680.0, 1000.0, Colour::new(86, 116, 84), Colour::new(46, 70, 56)),
    );
    c.shadow(MIDDLE, 846.0, 720.0, 0.5);
    let back = outline("M 500 360 L 860 840 L 560 860 Z");
    c.fill(&back, slope(500.0, 360.0, 860.0, 840.0, look.colour.dim(0.1), look.colour.dim(0.42)));
    let front = outline("M 500 360 L 570 862 L 150 850 Z");
    c.fill(&front, slope(200.0, 400.0, 560.0, 860.0, look.colour.lit(0.25), look.colour));
    let door = outline("M 480 470 L 510 860 L 300 855 Q 420 660 480 470 Z");
    c.fill(&door, down(470.0, 860.0, Colour::new(255, 214, 130), Colour::new(240, 150, 70)));
    c.spot(430.0, 760.0, 180.0, 180.0, Colour::new(255, 236, 180), 0.7);
    c.fill(&outline("M 480 470 L 510 860 L 440 858 Q 490 660 480 470 Z"), flat(look.accent, 0.95));
    c.line(&outline("M 500 360 L 150 850 M 500 360 L 860 840 M 500 360 L 566 860"), 7.0, flat(look.accent, 0.9));
    c.line(&outline("M 500 360 L 40 820 M 500 360 L 960 800"), 3.0, flat(WHITE, 0.5));
    if look.variation % 2 == 1 {
        c.spot(860.0, 880.0, 190.0, 120.0, Colour::new(255, 180, 90), 0.7);
        c.line(&outline("M 810 900 L 910 870 M 810 870 L 910 900"), 16.0, flat(Colour::new(92, 62, 46), 1.0));
        c.fill(
            &outline("M 860 780 C 890 820 900 850 860 884 C 820 850 836 820 860 780 Z"),
            down(780.0, 884.0, Colour::new(255, 226, 140), Colour::new(240, 120, 50)),
        );
    }
}
