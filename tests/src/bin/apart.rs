//! `make local` without Docker: tells three stories to a shop whose queues, bus and buckets are at LocalStack, and whose tables are
//! asked for over HTTP. `apart AWS FOLDER`: where LocalStack is, and where the tables may lie.

use std::error::Error;
use std::io::{self, Write};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::ExitCode;

use futures::FutureExt;
use holdfast_testing::Shop;
use holdfast_tests::away::AT_LOCALSTACK;
use holdfast_tests::stories::all_stories;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [aws, folder] = arguments.as_slice() else { return Err("it takes where LocalStack is, and a folder".into()) };
    let (aws, folder) = (aws.parse()?, Path::new(folder));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut told, mut failed) = (0, 0);
    for (name, story) in all_stories().into_iter().filter(|(name, _)| AT_LOCALSTACK.contains(name)) {
        let began = holdfast_tests::bench::now();
        let telling = async { story(Shop::apart(aws, &folder.join(name.replace("::", "-"))).await).await };
        let ended = runtime.block_on(AssertUnwindSafe(telling).catch_unwind());
        let word = if ended.is_ok() { "told" } else { "FAILED" };
        writeln!(io::stdout(), "{word:<9} {name} ({:.1} s)", began.elapsed().as_secs_f64())?;
        told += u32::from(ended.is_ok());
        failed += u32::from(ended.is_err());
    }
    writeln!(io::stdout(), "localstack: {told} stories told, {failed} failed")?;
    Ok(if failed == 0 && told > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
