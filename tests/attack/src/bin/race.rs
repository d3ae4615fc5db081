//! `race --at URL --seed N --rounds N [--only WORD]`: attacks a shop, and prints what came of it. `make race` opens one for it.
//!
//! Accounts are the demo's, unless `--admin EMAIL PASSWORD`, `--support …` and `--customer …` name others; `--support-limit` is what
//! support may give back of one order, in minor units, and `--gateway-key` opens the gateway under /dev.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use holdfast_attack::Target;
use holdfast_attack::race::{Plan, race};

const USAGE: &str = "race --at URL [--seed N] [--rounds N] [--only WORD] [--admin EMAIL PASSWORD] [--support EMAIL PASSWORD] \
                     [--customer EMAIL PASSWORD] [--support-limit N] [--gateway-key KEY]";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (target, plan) = asked(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let report = runtime.block_on(race(&target, &plan))?;
    writeln!(io::stdout(), "{report}")?;
    let lacked = report.lacked();
    if !lacked.is_empty() {
        writeln!(io::stdout(), "it raced nothing: there were no {}", lacked.join(", no "))?;
    }
    if report.violations() > 0 {
        writeln!(io::stdout(), "again: race --at {} --seed {} --rounds {}", target.at, plan.seed, plan.rounds)?;
    }
    Ok(if report.violations() == 0 && lacked.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads the arguments.
fn asked(mut words: impl Iterator<Item = String>) -> Result<(Target, Plan), Box<dyn Error>> {
    let (mut target, mut plan) = (Target::demo(""), Plan { seed: 1, rounds: 20, only: String::new() });
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value: {USAGE}"));
        match word.as_str() {
            "--at" => target.at = value()?,
            "--seed" => plan.seed = value()?.parse()?,
            "--rounds" => plan.rounds = value()?.parse()?,
            "--only" => plan.only = value()?,
            "--admin" => target.accounts[0] = (value()?, value()?),
            "--support" => target.accounts[1] = (value()?, value()?),
            "--customer" => target.accounts[2] = (value()?, value()?),
            "--support-limit" => target.support_limit = value()?.parse()?,
            "--gateway-key" => target.gateway_key = value()?,
            _ => return Err(USAGE.into()),
        }
    }
    if target.at.is_empty() {
        return Err(USAGE.into());
    }
    Ok((target, plan))
}
