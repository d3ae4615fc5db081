//! What is asked, and of which shop.

use std::path::PathBuf;

use holdfast_core::{OrderId, Timestamp};

/// Where a shop runs on this machine, if nobody says otherwise.
const HERE: &str = "http://127.0.0.1:8080";

/// What can be asked, and how.
pub(crate) const USAGE: &str = "holdfast [--at URL | --data FOLDER | --stage STAGE] COMMAND

  of which shop: one that runs on this machine (--at, http://127.0.0.1:8080 unless said), one that is
  stopped (--data, its folder), or a deployed one (--stage, with AWS_REGION and AWS's credentials in the environment)

  doctor                           what is configured, and whether it answers
  audit                            whether stock and orders agree
  audit --chain                    whether the audit trail is what was appended to it: of each chain, the first record that is not
  redrive QUEUE [--to QUEUE] [--go]
                                   what lies in a queue of dead letters; --go sends it back
  replay order ID                  an order from its events, held against the order
  replay archive RULE --since TIME [--until TIME] [--go]
                                   what the archive kept; --go tells it to that rule's queue again
  cost [FILE]                      by route: of the running shop, or of lines of its log (- reads them from here)";

/// Arguments that say nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Usage(String);

/// Of which shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// One that runs on this machine.
    At(String),
    /// One that is stopped.
    Data(PathBuf),
    /// A deployed one.
    Stage(String),
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// What is configured, and whether it answers.
    Doctor,
    /// Whether all adds up.
    Audit,
    /// Whether the audit trail is what was appended to it.
    AuditChain,
    /// An order, from its events.
    ReplayOrder {
        /// Which.
        id: OrderId,
    },
    /// What the archive kept, told again.
    ReplayArchive {
        /// To whom: a rule, as the template calls it.
        rule: String,
        /// From when.
        since: Timestamp,
        /// Until when; until now.
        until: Option<Timestamp>,
        /// Or only said what would be.
        go: bool,
    },
    /// Dead letters, sent back.
    Redrive {
        /// Of which queue, as the template calls it.
        queue: String,
        /// To which, where they do not know it themselves.
        to: Option<String>,
        /// Or only looked at.
        go: bool,
    },
    /// What routes cost.
    Cost {
        /// Lines of a log; the running shop's own figures when none are named.
        lines: Option<PathBuf>,
    },
}

/// A command, and the shop that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Of which shop.
    pub of: Where,
    /// What.
    pub command: Command,
}

impl Asked {
    /// Reads the arguments.
    pub fn parse(arguments: &[String]) -> Result<Self, Usage> {
        let mut words = Vec::new();
        let (mut of, mut to, mut since, mut until, mut go, mut chain) = (None, None, None, None, false, false);
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let mut value = || rest.next().cloned().ok_or_else(|| Usage(format!("{word} needs a value\n\n{USAGE}")));
            match word.as_str() {
                "--at" => of = Some(Where::At(value()?.trim_end_matches('/').to_owned())),
                "--data" => of = Some(Where::Data(value()?.into())),
                "--stage" => of = Some(Where::Stage(value()?)),
                "--to" => to = Some(value()?),
                "--since" => since = Some(time(&value()?)?),
                "--until" => until = Some(time(&value()?)?),
                "--go" => go = true,
                "--chain" => chain = true,
                unknown if unknown.starts_with("--") => return Err(Usage(format!("there is no {unknown}\n\n{USAGE}"))),
                word => words.push(word),
            }
        }
        let bare = to.is_none() && since.is_none() && until.is_none() && !go;
        let plain = bare && !chain;
        let command = match (words.as_slice(), since) {
            (["doctor"], None) if plain => Command::Doctor,
            (["audit"], None) if plain => Command::Audit,
            (["audit"], None) if bare => Command::AuditChain,
            (["replay", "order", id], None) if plain => {
                Command::ReplayOrder { id: id.parse().map_err(|_| Usage(format!("{id} is no order's id")))? }
            }
            (["replay", "archive", rule], Some(since)) if to.is_none() && !chain => {
                Command::ReplayArchive { rule: (*rule).to_owned(), since, until, go }
            }
            (["redrive", queue], None) if until.is_none() && !chain => {
                Command::Redrive { queue: (*queue).to_owned(), to, go }
            }
            (["cost"], None) if plain => Command::Cost { lines: None },
            (["cost", file], None) if plain => Command::Cost { lines: Some(file.into()) },
            _ => return Err(Usage(USAGE.to_owned())),
        };
        Ok(Self { of: of.unwrap_or_else(|| Where::At(HERE.to_owned())), command })
    }
}

fn time(text: &str) -> Result<Timestamp, Usage> {
    text.parse().map_err(|_| Usage(format!("{text} is no time: 2026-01-31T12:00:00Z is one")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Asked, Usage> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Asked::parse(&words)
    }

    #[test]
    fn a_command_is_for_the_shop_that_is_named_or_the_one_here() {
        let doctor = |of| Ok(Asked { of, command: Command::Doctor });
        assert_eq!(parsed("doctor"), doctor(Where::At(HERE.to_owned())));
        assert_eq!(parsed("--stage prod doctor"), doctor(Where::Stage("prod".to_owned())));
        assert_eq!(parsed("doctor --data .holdfast"), doctor(Where::Data(".holdfast".into())));
        assert_eq!(parsed("--at http://127.0.0.1:1/ doctor"), doctor(Where::At("http://127.0.0.1:1".to_owned())));
    }

    #[test]
    fn each_command_has_its_words() {
        let command = |line: &str| parsed(line).unwrap().command;
        let queue = || "ImagesDeadLetters".to_owned();
        assert_eq!(command("redrive ImagesDeadLetters"), Command::Redrive { queue: queue(), to: None, go: false });
        let to = Some("ImagesQueue".to_owned());
        assert_eq!(
            command("redrive ImagesDeadLetters --to ImagesQueue --go"),
            Command::Redrive { queue: queue(), to, go: true }
        );
        let since = "2026-01-01T00:00:00Z".parse().unwrap();
        let replay = Command::ReplayArchive { rule: "R".to_owned(), since, until: None, go: false };
        assert_eq!(command("replay archive R --since 2026-01-01T00:00:00Z"), replay);
        assert_eq!((command("audit"), command("audit --chain")), (Command::Audit, Command::AuditChain));
        assert_eq!(command("cost -"), Command::Cost { lines: Some("-".into()) });
        assert!(matches!(command("replay order ord_00000000000000000000000001"), Command::ReplayOrder { .. }));
    }

    #[test]
    fn what_is_no_command_is_told_what_there_is() {
        for line in [
            "",
            "doctors",
            "doctor --go",
            "doctor --chain",
            "redrive",
            "replay archive R",
            "audit --since 2026-01-01T00:00:00Z",
            "cost a b",
        ] {
            assert!(parsed(line).unwrap_err().to_string().contains("doctor  "), "{line}");
        }
        for (line, why) in [
            ("--stage", "--stage needs a value"),
            ("doctor --force", "there is no --force"),
            ("replay order 7", "7 is no order's id"),
            ("replay archive R --since yesterday", "yesterday is no time"),
        ] {
            assert!(parsed(line).unwrap_err().to_string().starts_with(why), "{line}");
        }
    }
}
