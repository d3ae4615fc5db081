//! The kinds of chance faults, and how often each strikes.

use std::fmt;
use std::str::FromStr;

/// A kind of chance fault, as `HOLDFAST_CHAOS` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A message, record or event is delivered twice.
    Duplicates,
    /// Messages arrive in another order than they were sent.
    Reorder,
    /// A message is held back.
    Delay,
    /// DynamoDB answers that another transaction is at work on the item.
    Conflicts,
    /// AWS answers that it is asked too much.
    Throttle,
    /// A function's environment dies in the middle of a call.
    Crash,
    /// A call takes effect and its answer is lost.
    Lost,
    /// The payment gateway tells of what it did before it answers.
    Early,
    /// A transaction is cancelled for one of the reasons that pass, at one of its items.
    Cancelled,
    /// A service answers 500.
    Outage,
    /// Nobody answers: the call has taken effect, or not.
    Timeout,
    /// An index shows what was a moment ago.
    Stale,
    /// A function's clock is up to five minutes wrong, and may be set back from one call to the next.
    Skew,
    /// What has expired is deleted up to two days later.
    Overdue,
    /// A batch or a message is held back for up to a day.
    DayLate,
}

impl Kind {
    /// All of them, what they are called, and in how many of a thousand cases they strike.
    pub const ALL: [(Kind, &'static str, u64); 15] = [
        (Kind::Duplicates, "duplicates", 100),
        (Kind::Reorder, "reorder", 300),
        (Kind::Delay, "delay", 100),
        (Kind::Conflicts, "conflicts", 60),
        (Kind::Throttle, "throttle", 30),
        (Kind::Crash, "crash", 10),
        (Kind::Lost, "lost", 20),
        (Kind::Early, "early", 300),
        (Kind::Cancelled, "cancelled", 60),
        (Kind::Outage, "outage", 20),
        (Kind::Timeout, "timeout", 10),
        (Kind::Stale, "stale", 200),
        (Kind::Skew, "skew", 300),
        (Kind::Overdue, "overdue", 500),
        (Kind::DayLate, "day-late", 20),
    ];

    /// In how many of a thousand cases it strikes, until somebody says otherwise.
    pub(super) fn of_a_thousand(self) -> u64 {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or(0, |(.., often)| *often)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, name, _)| name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = FaultsError;
    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let found = Self::ALL.iter().find(|(_, name, _)| *name == text);
        found.map(|(kind, ..)| *kind).ok_or_else(|| FaultsError(text.to_owned()))
    }
}

/// A name that is no kind of fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no kind of chaos is called {0:?}: {all}", all = Kind::ALL.map(|(_, name, _)| name).join(", "))]
pub struct FaultsError(String);
