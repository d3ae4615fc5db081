//! `make local` without Docker: tells stories to a shop whose queues, bus and buckets are at LocalStack, and whose tables are asked
//! for over HTTP. `apart AWS FOLDER STORY`: where an empty LocalStack is, where the tables may lie, and what is told; without words
//! it says which stories there are.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use holdfast_testing::Shop;
use holdfast_tests::away::AT_LOCALSTACK;
use holdfast_tests::stories::all_stories;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (aws, folder, wanted) = match arguments.as_slice() {
        [] => return Ok(AT_LOCALSTACK.iter().try_for_each(|name| writeln!(io::stdout(), "{name}"))?),
        [aws, folder, wanted] => (aws, folder, wanted),
        _ => return Err("it takes where LocalStack is, a folder and a story, or nothing".into()),
    };
    let (name, story) =
        all_stories().into_iter().find(|(name, _)| name == wanted).ok_or(format!("there is no story {wanted}"))?;
    let began = holdfast_tests::bench::now();
    let (aws, folder) = (aws.parse()?, Path::new(folder));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { story(Shop::apart(aws, folder).await).await });
    writeln!(io::stdout(), "told {name} ({:.1} s)", began.elapsed().as_secs_f64())?;
    Ok(())
}
