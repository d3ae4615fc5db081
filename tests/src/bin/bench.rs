//! `make bench`: prints a JSON object a line for each figure, and fails when one falls short of what it must reach.
//! `bench cold` measures cold starts alone, `bench checkout` checkouts, `bench import` a large file of products, `bench purchase` whole
//! purchases and what the payment gateway tells, `bench pages` what everybody looks at.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use holdfast_tests::bench::{Figure, cold, goods, import, local, purchases, tills, webhooks, work};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let began = holdfast_tests::bench::now();
    let mut figures = Vec::new();
    for part in parts(std::env::args().nth(1).as_deref())? {
        figures.extend(print(part()?)?);
    }
    let short: Vec<_> = figures.iter().filter(|figure| figure.falls_short()).map(|figure| figure.name).collect();
    let (count, seconds) = (figures.len(), began.elapsed().as_secs());
    if short.is_empty() {
        writeln!(io::stderr(), "bench: {count} figures in {seconds} s, none falls short")?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(io::stderr(), "bench: {count} figures in {seconds} s, {} short: {}", short.len(), short.join(", "))?;
    Ok(ExitCode::FAILURE)
}

type Part = fn() -> Result<Vec<Figure>, Box<dyn Error>>;

/// What is measured when this is asked for.
fn parts(asked: Option<&str>) -> Result<&'static [Part], String> {
    match asked {
        None => Ok(&[
            cold::figures,
            local::figures,
            work::figures,
            import::figures,
            goods::figures,
            tills::figures,
            webhooks::figures,
            purchases::pages,
            purchases::figures,
        ]),
        Some("cold") => Ok(&[cold::figures]),
        Some("import") => Ok(&[import::large]),
        Some("checkout") => Ok(&[tills::figures]),
        Some("pages") => Ok(&[purchases::pages]),
        Some("purchase") => Ok(&[webhooks::figures, purchases::figures]),
        Some(other) => Err(format!("there is no bench {other}: there are checkout, cold, import, pages and purchase")),
    }
}

fn print(figures: Vec<Figure>) -> io::Result<Vec<Figure>> {
    for figure in &figures {
        writeln!(io::stdout(), "{figure}")?;
    }
    Ok(figures)
}
