//! `make e2e`: tells the stories to a shop that is deployed. `e2e AWS API JWKS [WORD]`: where AWS is, what the API is called there,
//! the public keys that it was deployed with, and a word that stories must have in their names. `e2e AWS API JWKS seed FILE` puts
//! goods, carts and an account there instead, for `make bench-cold`, and says in the file what there is.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::ExitCode;

use futures::FutureExt;
use holdfast_core::Ambient;
use holdfast_local::{Blueprint, template};
use holdfast_testing::{Away, Shop};
use holdfast_tests::away::{kept_out, seeded};
use holdfast_tests::stories::all_stories;

const STAGE: &str = "e2e";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (aws, api, jwks, word, file) = match arguments.as_slice() {
        [aws, api, jwks] => (aws, api, jwks, "", None),
        [aws, api, jwks, word] => (aws, api, jwks, word.as_str(), None),
        [aws, api, jwks, seed, file] if seed == "seed" => (aws, api, jwks, "", Some(file)),
        _ => return Err("it takes where AWS is, the API's name there, the public keys, and a word at most".into()),
    };
    let away = Away::new(aws.parse()?, api, blueprint(jwks)?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Some(file) = file {
        let goods = runtime.block_on(seeded(&Shop::away(away)));
        fs::write(file, goods.to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let (mut told, mut kept, mut failed) = (0, 0, Vec::new());
    for (name, story) in all_stories().into_iter().filter(|(name, _)| name.contains(word)) {
        if let Some(why) = kept_out(name) {
            kept += 1;
            writeln!(io::stdout(), "not here  {name}: {why}")?;
            continue;
        }
        let began = holdfast_tests::bench::now();
        let telling = AssertUnwindSafe(async { story(Shop::away(away.clone())).await }).catch_unwind();
        let ended = runtime.block_on(telling);
        told += 1;
        let word = if ended.is_ok() { "told" } else { "FAILED" };
        writeln!(io::stdout(), "{word:<9} {name} ({:.1} s)", began.elapsed().as_secs_f64())?;
        if ended.is_err() {
            failed.push(name);
        }
    }
    let passed = told - failed.len();
    writeln!(io::stdout(), "e2e: {passed} stories told, {} failed, {kept} kept out", failed.len())?;
    for name in &failed {
        writeln!(io::stdout(), "  failed: {name}")?;
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// template.yaml as its stage `e2e` has it.
fn blueprint(jwks: &str) -> Result<Blueprint, Box<dyn Error>> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let overrides = template::stage_overrides(&root.join("infra/samconfig.toml"), STAGE)?;
    let known = |name: &str| name.ends_with("/jwks").then(|| jwks.to_owned());
    Ok(Blueprint::load(&root.join("template.yaml"), &overrides, &known, &Ambient::system())?)
}
