//! `make bench`: prints a JSON object a line for each figure, and fails when one falls short of what it must reach.
//! `bench cold` measures cold starts alone.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use holdfast_tests::bench::{Figure, cold, goods, local, work};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let began = holdfast_tests::bench::now();
    let only_cold = std::env::args().nth(1).is_some_and(|what| what == "cold");
    let mut figures = print(cold::figures()?)?;
    if !only_cold {
        figures.extend(print(local::figures()?)?);
        figures.extend(print(work::figures()?)?);
        figures.extend(print(goods::figures()?)?);
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

fn print(figures: Vec<Figure>) -> io::Result<Vec<Figure>> {
    for figure in &figures {
        writeln!(io::stdout(), "{figure}")?;
    }
    Ok(figures)
}
