//! The operator's command.
//!
//! It asks a shop: one that runs on this machine, one that lies stopped in a folder, or a deployed stack. All of them are asked
//! in the same way, by the shop's own code over the AWS SDK (`site`); a command is a file. A command says what it found, line
//! by line, and whether all is well; only one that is told to `--go` changes anything.

mod arguments;
mod audit;
mod books;
mod cost;
mod doctor;
mod redrive;
mod replay;
mod replayed;
mod site;

use std::io::Write;

use holdfast_runtime::Env;

use arguments::USAGE;
pub use arguments::{Asked, Command, Usage, Where};
pub use site::Site;

/// Why there is no answer.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Does what the arguments say; whether all is well.
pub fn run(arguments: &[String], env: &Env, out: &mut dyn Write) -> Result<bool, Error> {
    if let [help] = arguments
        && ["help", "--help", "-h"].contains(&help.as_str())
    {
        writeln!(out, "{USAGE}")?;
        return Ok(true);
    }
    let asked = Asked::parse(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // What was logged says all there is to say: no shop needs to be there.
        if let Command::Cost { lines: Some(lines) } = &asked.command {
            let stack = site::stack(&asked.of, env)?;
            return cost::of_lines(lines, &stack, out);
        }
        answer(&Site::open(&asked.of, env).await?, &asked.command, out).await
    })
}

/// Asks a shop.
pub async fn answer(site: &Site, command: &Command, out: &mut dyn Write) -> Result<bool, Error> {
    match command {
        Command::Doctor => doctor::examine(site, out).await,
        Command::Audit => audit::audit(site, out).await,
        Command::AuditChain => audit::chain(site, out).await,
        Command::ReplayOrder { id } => replay::order(site, *id, out).await,
        Command::ReplayArchive { rule, since, until, go } => {
            replay::archive(site, &replay::Wanted { rule, since: *since, until: *until, go: *go }, out).await
        }
        Command::Redrive { queue, to, go } => redrive::redrive(site, queue, to.as_deref(), *go, out).await,
        Command::Cost { lines: Some(lines) } => cost::of_lines(lines, site.stack(), out),
        Command::Cost { lines: None } => cost::of_figures(site, out).await,
    }
}
