//! What came of the attacks, and whether there was a race at all.

use std::fmt;

use serde_json::Value;

use crate::ground::Ground;
use crate::person::Trouble;

/// What came of one attack.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which.
    pub attack: &'static str,
    /// How often it was made.
    pub rounds: u64,
    /// What was wrong.
    pub violations: Vec<String>,
}

/// What a local host met while it was attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Writes that were told of another at work.
    pub conflicts: u64,
    /// Calls that were told to come back.
    pub throttles: u64,
    /// Functions that died after their write had taken effect.
    pub crashes_after_commit: u64,
    /// Handlers that began while another was at work.
    pub overlapping_handlers: u64,
}

impl Counts {
    /// As they are; none of a shop that has no /dev.
    pub(super) async fn of(ground: &Ground) -> Result<Option<Self>, Trouble> {
        if !ground.local {
            return Ok(None);
        }
        let status = ground.guest.sees("/dev/status.json").await?;
        let count = |name: &str| status["met"][name].as_u64().unwrap_or_default();
        Ok(Some(Self {
            conflicts: count("conflicts"),
            throttles: count("throttle"),
            crashes_after_commit: count("crash_after_commit"),
            overlapping_handlers: count("overlapping_handlers"),
        }))
    }

    pub(super) fn since(self, before: Self) -> Self {
        Self {
            conflicts: self.conflicts.saturating_sub(before.conflicts),
            throttles: self.throttles.saturating_sub(before.throttles),
            crashes_after_commit: self.crashes_after_commit.saturating_sub(before.crashes_after_commit),
            overlapping_handlers: self.overlapping_handlers.saturating_sub(before.overlapping_handlers),
        }
    }

    /// Each with its name.
    pub fn named(&self) -> [(&'static str, u64); 4] {
        [
            ("conflicts", self.conflicts),
            ("throttles", self.throttles),
            ("crashes after commit", self.crashes_after_commit),
            ("overlapping handlers", self.overlapping_handlers),
        ]
    }
}

/// What came of all.
#[derive(Clone, Debug)]
pub struct Report {
    /// What chance grew from.
    pub seed: u64,
    /// By attack.
    pub rows: Vec<Row>,
    /// What the local host met; none of another shop.
    pub counts: Option<Counts>,
}

impl Report {
    /// How much was wrong.
    pub fn violations(&self) -> usize {
        self.rows.iter().map(|row| row.violations.len()).sum()
    }

    /// What a local run lacked that makes it a race; nothing of another shop, which tells nobody.
    pub fn lacked(&self) -> Vec<&'static str> {
        let named = self.counts.iter().flat_map(Counts::named);
        named.filter(|(_, count)| *count == 0).map(|(name, _)| name).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<30}{:>8}{:>12}", "attack", "rounds", "violations")?;
        for row in &self.rows {
            writeln!(f, "{:<30}{:>8}{:>12}", row.attack, row.rounds, row.violations.len())?;
        }
        for row in &self.rows {
            for wrong in &row.violations {
                writeln!(f, "  {}: {wrong}", row.attack)?;
            }
        }
        match &self.counts {
            Some(counts) => {
                let named = counts.named().map(|(name, count)| format!("{count} {name}"));
                writeln!(f, "{}", named.join(", "))?;
            }
            None => writeln!(f, "what the shop met is not known: it has no /dev")?,
        }
        let rounds: u64 = self.rows.iter().map(|row| row.rounds).sum();
        write!(f, "race: seed {}, {rounds} rounds, {} violations", self.seed, self.violations())
    }
}

/// Of an answer that should be a list.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value["items"].as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_what_was_wrong_and_what_it_lacked() {
        let row = |violations: &[&str]| Row {
            attack: "last unit bought twice",
            rounds: 2,
            violations: violations.iter().map(|wrong| (*wrong).to_owned()).collect(),
        };
        let counts = Counts { conflicts: 3, throttles: 0, crashes_after_commit: 1, overlapping_handlers: 9 };
        let report = Report { seed: 7, rows: vec![row(&[]), row(&["round 1: sold twice"])], counts: Some(counts) };
        assert_eq!((report.violations(), report.lacked()), (1, vec!["throttles"]));
        let shown = report.to_string();
        assert!(shown.contains("last unit bought twice               2           1\n"), "{shown}");
        assert!(shown.ends_with("race: seed 7, 4 rounds, 1 violations"), "{shown}");
        assert!(shown.contains("3 conflicts, 0 throttles, 1 crashes after commit, 9 overlapping handlers"), "{shown}");
        assert_eq!(Report { counts: None, ..report }.lacked(), Vec::<&str>::new());
    }
}
