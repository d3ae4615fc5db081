//! `make audit`: every stock of a laptop's shop, held against its movements. A line for each that differs, and one that
//! sums up. In the cloud the function `stock-audit` does the same every day.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use holdfast_core::Ambient;
use holdfast_inventory::store::Inventory;
use holdfast_local::{Blueprint, DataFolder, Options, World, template};
use holdfast_runtime::{Env, FromInit};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            drop(writeln!(io::stderr(), "holdfast-audit: {}", error.to_string().replace('\n', " ")));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(audit())
}

/// Whether every stock is what its movements say.
async fn audit() -> Result<bool, Box<dyn Error>> {
    let env = Env::process();
    let folder = PathBuf::from(env.get("HOLDFAST_DATA").unwrap_or(".holdfast"));
    if !folder.is_dir() {
        return Err(format!("there is no shop in {}: make run opens one", folder.display()).into());
    }
    let data = DataFolder::open(&folder)?;
    let template = PathBuf::from(env.get("HOLDFAST_TEMPLATE").unwrap_or("template.yaml"));
    let stages = PathBuf::from(env.get("HOLDFAST_STAGES").unwrap_or("infra/samconfig.toml"));
    let overrides = template::stage_overrides(&stages, "local")?;
    let world = World::start(Options::kept(Blueprint::kept(&template, &overrides, &data, &Ambient::system())?, data))?;
    // What has happened is told first.
    world.settle().await;
    let init = world.operator("stock-audit").ok_or("the template has no function stock-audit")?;
    let (stocks, differences) = Inventory::from_init(&init).await?.audit().await?;
    let mut out = io::stdout();
    for difference in &differences {
        writeln!(out, "{difference}")?;
    }
    writeln!(out, "audit: {stocks} stocks, {} differences", differences.len())?;
    Ok(differences.is_empty())
}
