//! Runs seeds, on as many threads as there are cores, and names the one command that replays a seed that fails.
//!
//!     simulate --from 1 --seeds 10000 [--threads 2] [--lines]

use std::io::Write;
use std::process::ExitCode;

use holdfast_core::Ambient;
use holdfast_proof::stage::Error;
use holdfast_proof::tally::{Tally, many};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments, &mut std::io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("simulate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String], out: &mut dyn Write) -> Result<bool, Error> {
    let (mut from, mut seeds, mut threads, mut lines) = (1_u64, 1_u64, 2_usize, false);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{name} wants a number"));
        match name.as_str() {
            "--from" => from = value()?.parse()?,
            "--seeds" => seeds = value()?.parse()?,
            "--threads" => threads = value()?.parse()?,
            "--lines" => lines = true,
            other => return Err(format!("{other} is no argument: --from, --seeds, --threads, --lines").into()),
        }
    }
    let (clock, began) = (Ambient::system(), Ambient::system().now());
    let tally: Tally = many(from, seeds, threads, lines, out)?;
    let took = clock.now().duration_since(began).unsigned_abs();
    tally.write(took, out)?;
    Ok(tally.is_well())
}
