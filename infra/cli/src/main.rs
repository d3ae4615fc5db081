//! `holdfast`: what an operator asks of a shop.

use std::io::{self, Write};
use std::process::ExitCode;

use holdfast_runtime::Env;

/// Nothing was found out: the question was none, or nobody answered.
const UNANSWERED: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match holdfast_cli::run(&arguments, &Env::process(), &mut io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            drop(writeln!(io::stderr(), "holdfast: {error}"));
            ExitCode::from(UNANSWERED)
        }
    }
}
