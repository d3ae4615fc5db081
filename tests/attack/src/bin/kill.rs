//! `kill --host BINARY --holdfast BINARY [--kills N] [--seed N]`: kills a local host on disk so often under load.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode};

use holdfast_attack::kill::{Plan, Shop, kills};

const USAGE: &str = "kill --host BINARY --holdfast BINARY [--kills N] [--seed N]";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut host, mut holdfast) = (String::new(), String::new());
    let mut plan = Plan { kills: 500, seed: 1, kills_of_one_shop: 50 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(USAGE);
        match word.as_str() {
            "--host" => host = value()?,
            "--holdfast" => holdfast = value()?,
            "--kills" => plan.kills = value()?.parse()?,
            "--seed" => plan.seed = value()?.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    let open = |folder: &Path| {
        let mut command = Command::new(&host);
        command.env("HOLDFAST_PORT", "0").env("HOLDFAST_DATA", folder).env("HOLDFAST_SEED", "accounts");
        command.env("RUST_LOG", "off");
        command
    };
    let audit = |folder: &Path| {
        let told = Command::new(&holdfast).arg("--data").arg(folder).arg("audit").output();
        let told = told.map_err(|error| error.to_string())?;
        if told.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&told.stdout).into_owned() + &String::from_utf8_lossy(&told.stderr))
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let survived = runtime.block_on(kills(&Shop { host: &open, audit: &audit }, plan, io::stdout()))?;
    for wrong in &survived.violations {
        writeln!(io::stdout(), "  {wrong}")?;
    }
    let (count, orders, paid) = (survived.kills, survived.orders, survived.paid);
    let wrong = survived.violations.len();
    writeln!(io::stdout(), "kill: {count} kills, {orders} orders acknowledged, {paid} paid, {wrong} violations")?;
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
