//! Makes and changes the keys that sign access tokens: an operator's filter from one parameter to the next
//! (docs/runbooks/key-rotation.md). Reads the signing parameter, writes what it becomes; only `kids` and `jwks` are for other eyes.

use std::error::Error;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use holdfast_auth::KeySet;
use holdfast_core::Ambient;

const USAGE: &str = "it takes one of: new | next | activate KID | withdraw KID | kids | jwks";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match changed(&arguments).and_then(|text| Ok(writeln!(io::stdout(), "{text}")?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "signing-keys: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn changed(arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let keys = || -> Result<KeySet, Box<dyn Error>> {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        Ok(KeySet::from_parameter(text.trim())?)
    };
    match arguments {
        ["new"] => Ok(KeySet::generate(&Ambient::system()).signing_parameter()),
        ["next"] => Ok(keys()?.with_next(&Ambient::system()).signing_parameter()),
        ["activate", kid] => Ok(keys()?.activate(kid)?.signing_parameter()),
        ["withdraw", kid] => Ok(keys()?.without(kid)?.signing_parameter()),
        ["kids"] => Ok(keys()?.kids().collect::<Vec<_>>().join("\n")),
        ["jwks"] => Ok(keys()?.jwks()),
        _ => Err(USAGE.into()),
    }
}
