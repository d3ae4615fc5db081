//! `history --at URL [--operations N] [--seed N] [--groups N]`: records a history under load and checks it.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use holdfast_attack::Target;
use holdfast_attack::history::{Plan, history};

const USAGE: &str = "history --at URL [--operations N] [--seed N] [--groups N]";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut at, mut plan) = (String::new(), Plan { operations: 1_000_000, seed: 1, groups: 4 });
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(USAGE);
        match word.as_str() {
            "--at" => at = value()?,
            "--operations" => plan.operations = value()?.parse()?,
            "--seed" => plan.seed = value()?.parse()?,
            "--groups" => plan.groups = value()?.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let report = runtime.block_on(history(&Target::demo(&at), plan))?;
    for wrong in &report.violations {
        writeln!(io::stdout(), "  {wrong}")?;
    }
    writeln!(
        io::stdout(),
        "history: {} operations on stock, {} on orders, {} of them overlapping, in {:.0} s; {} violations",
        report.stock,
        report.orders,
        report.overlapping,
        report.seconds,
        report.violations.len()
    )?;
    let raced = report.overlapping > 0;
    Ok(if report.violations.is_empty() && raced { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
