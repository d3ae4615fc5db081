//! `fuzz [SECONDS] [SEED] [NAME]`: hostile input for each target for so long; prints how much, and the first that does harm.

use std::error::Error;
use std::io::{self, Write};
use std::panic;
use std::process::ExitCode;
use std::time::Duration;

use holdfast_tests::bench::now;
use holdfast_tests::fuzz::TARGETS;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let seconds = words.first().map_or(Ok(60), |word| word.parse())?;
    let seed = words.get(1).map_or(Ok(1), |word| word.parse())?;
    let only = words.get(2).map_or("", String::as_str);
    // What panics is told of below.
    panic::set_hook(Box::new(|_| {}));
    let (mut inputs, mut harmed) = (0, 0);
    for target in TARGETS.iter().filter(|target| target.name.contains(only)) {
        let began = now();
        let (tried, harm) = target.run(seed, |_| began.elapsed() < Duration::from_secs(seconds));
        inputs += tried;
        writeln!(io::stdout(), "{:<15}{tried:>12} inputs", target.name)?;
        if let Some(harm) = harm {
            harmed += 1;
            writeln!(io::stdout(), "  {}: {:?}", harm.what, String::from_utf8_lossy(&harm.input))?;
        }
    }
    writeln!(io::stdout(), "fuzz: {inputs} inputs, seed {seed}, {harmed} targets harmed")?;
    Ok(if harmed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
