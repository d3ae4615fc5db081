//! What goes wrong on purpose: the failures that AWS has and that local engines never produce.
//!
//! All of it is drawn from one seed. Chance faults are switched on by kind; a test that needs one failure
//! at one place scripts it with [`Faults::once`].

mod kind;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use self::kind::{FaultsError, Kind};
use crate::clock::SeededEntropy;
use crate::turns::Turns;

/// What happens to one call of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused: a transaction elsewhere is at work on the item.
    Conflict,
    /// Refused: too much is asked.
    Throttle,
    /// The function dies before the call takes effect.
    CrashBefore,
    /// The function dies after the call took effect.
    CrashAfter,
    /// The call takes effect; its answer never arrives.
    LostAnswer,
    /// The service answers 500.
    Outage,
    /// The transaction is cancelled: this number says for which of the reasons that pass, and at which of its items.
    Cancelled(u64),
    /// Nobody answers, and nothing has taken effect.
    Unreached,
    /// Nobody answers, and all has taken effect.
    Unanswered,
}

impl Fault {
    fn name(&self) -> &'static str {
        match self {
            Fault::Conflict => "conflicts",
            Fault::Throttle => "throttle",
            Fault::CrashBefore | Fault::CrashAfter => "crash",
            Fault::LostAnswer => "lost",
            Fault::Outage => "outage",
            Fault::Cancelled(_) => "cancelled",
            Fault::Unreached | Fault::Unanswered => "timeout",
        }
    }
}

/// Which call a scripted fault waits for.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// The function's name in the template; any when none.
    pub function: Option<String>,
    /// `TransactWriteItems`; any when none.
    pub operation: Option<String>,
    /// So many calls that match pass unharmed first.
    pub after: u32,
}

#[derive(Debug, Default)]
struct Script {
    waiting: Vec<(Matcher, Fault)>,
    counts: BTreeMap<&'static str, u64>,
}

/// Under this name it is counted that a function died after its write had taken effect: the worst moment to die at.
pub const CRASH_AFTER_COMMIT: &str = "crash_after_commit";

/// How long DynamoDB takes, in real time, beside what its engine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Each call but a transaction.
    pub call: Duration,
    /// A transaction.
    pub transaction: Duration,
}

/// The faults of a world.
#[derive(Debug)]
pub struct Faults {
    /// In how many of a thousand cases each kind strikes.
    kinds: BTreeMap<Kind, u64>,
    turns: Turns,
    random: SeededEntropy,
    paused: AtomicBool,
    script: Mutex<Script>,
    latency: Mutex<Option<Latency>>,
}

impl Faults {
    /// None, until one is scripted.
    pub fn none() -> Self {
        Self::seeded(&[], 0)
    }

    /// Chance faults of these kinds.
    pub fn seeded(kinds: &[Kind], seed: u64) -> Self {
        let often: Vec<_> = kinds.iter().map(|kind| (*kind, kind.of_a_thousand())).collect();
        Self::tuned(&often, seed)
    }

    /// Chance faults of these kinds, each in so many of a thousand cases.
    pub fn tuned(kinds: &[(Kind, u64)], seed: u64) -> Self {
        let script = Mutex::default();
        let (paused, latency) = (AtomicBool::new(false), Mutex::default());
        let kinds = kinds.iter().copied().collect();
        Self { kinds, turns: Turns::default(), random: SeededEntropy::new(seed), paused, script, latency }
    }

    /// Who goes next.
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// Chance faults of the kinds that `HOLDFAST_CHAOS` lists, with commas between them.
    pub fn parse(chaos: &str, seed: u64) -> Result<Self, FaultsError> {
        let names = chaos.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(Self::seeded(&names.map(str::parse).collect::<Result<Vec<_>, _>>()?, seed))
    }

    /// The one fault, at the one call.
    pub fn once(&self, matcher: Matcher, fault: Fault) {
        self.script().waiting.push((matcher, fault));
    }

    /// Makes DynamoDB as slow as it is in the cloud: for benches, which measure real time.
    pub fn slow(&self, latency: Option<Latency>) {
        *self.latency.lock().unwrap_or_else(PoisonError::into_inner) = latency;
    }

    /// How long this operation of DynamoDB takes.
    pub(crate) fn latency(&self, operation: &str) -> Option<Duration> {
        let latency = (*self.latency.lock().unwrap_or_else(PoisonError::into_inner))?;
        Some(if operation == "TransactWriteItems" { latency.transaction } else { latency.call })
    }

    /// Holds chance faults back, or lets them happen again: a story's last look at the world wants calm.
    pub fn pause(&self, paused: bool) {
        self.paused.store(paused, Ordering::SeqCst);
    }

    /// How many of each happened.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.script().counts.clone()
    }

    /// How many scripted faults still wait for their call.
    pub fn waiting(&self) -> usize {
        self.script().waiting.len()
    }

    /// Whether to deliver this twice.
    pub fn duplicate(&self) -> bool {
        self.strikes(Kind::Duplicates)
    }

    /// Whether to hold this back, and for how long.
    pub fn delay(&self) -> Option<Duration> {
        if self.strikes(Kind::DayLate) {
            return Some(Duration::from_secs(1 + self.random.next() % 86_400));
        }
        self.strikes(Kind::Delay).then(|| Duration::from_secs(1 + self.random.next() % 30))
    }

    /// By so many seconds a function's clock is wrong at most.
    pub const MOST_SKEW_S: u64 = 300;

    /// By how many seconds a function's clock is wrong during a call of it.
    pub fn skew_s(&self) -> i64 {
        if !self.strikes(Kind::Skew) {
            return 0;
        }
        i64::try_from(self.random.next() % (2 * Self::MOST_SKEW_S + 1)).unwrap_or(0)
            - i64::try_from(Self::MOST_SKEW_S).unwrap_or(0)
    }

    /// How long ago what is deleted now must have expired.
    pub fn overdue(&self) -> Duration {
        const MOST_S: u64 = 48 * 3_600;
        let late_s = if self.strikes(Kind::Overdue) { self.random.next() % (MOST_S + 1) } else { 0 };
        Duration::from_secs(late_s)
    }

    /// How old what an index shows is.
    pub(crate) fn stale(&self) -> Option<Duration> {
        self.strikes(Kind::Stale).then(|| Duration::from_millis(self.random.next() % 60_000))
    }

    /// Whether to tell of this before it is answered.
    pub fn early(&self) -> bool {
        self.strikes(Kind::Early)
    }

    /// Perhaps another order.
    pub fn reorder<T>(&self, items: &mut [T]) {
        if items.len() < 2 || !self.strikes(Kind::Reorder) {
            return;
        }
        for last in (1..items.len()).rev() {
            let places = u64::try_from(last).unwrap_or(0) + 1;
            items.swap(last, usize::try_from(self.random.next() % places).unwrap_or(0));
        }
    }

    /// What happens to this call.
    pub(crate) fn on_call(&self, function: &str, service: &str, operation: &str) -> Option<Fault> {
        if let Some(fault) = self.scripted(function, operation) {
            self.count(fault.name());
            return Some(fault);
        }
        if service == "dynamodb" && writes(operation) && self.strikes(Kind::Conflicts) {
            return Some(Fault::Conflict);
        }
        if operation == "TransactWriteItems" && self.strikes(Kind::Cancelled) {
            return Some(Fault::Cancelled(self.random.next()));
        }
        if self.strikes(Kind::Outage) {
            return Some(Fault::Outage);
        }
        if self.strikes(Kind::Throttle) {
            return Some(Fault::Throttle);
        }
        if self.strikes(Kind::Crash) {
            return Some(if self.random.chance(500) { Fault::CrashBefore } else { Fault::CrashAfter });
        }
        // A mail whose answer is lost may go out twice, and its reader notices: that is scripted by whoever looks at it.
        let unnoticed = !matches!(service, "ses" | "sns");
        if unnoticed && self.strikes(Kind::Timeout) {
            return Some(if self.random.chance(500) { Fault::Unreached } else { Fault::Unanswered });
        }
        (unnoticed && self.strikes(Kind::Lost)).then_some(Fault::LostAnswer)
    }

    fn scripted(&self, function: &str, operation: &str) -> Option<Fault> {
        let mut script = self.script();
        let fits = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        let place = script
            .waiting
            .iter()
            .position(|(matcher, _)| fits(&matcher.function, function) && fits(&matcher.operation, operation))?;
        let (matcher, _) = script.waiting.get_mut(place)?;
        if matcher.after > 0 {
            matcher.after -= 1;
            return None;
        }
        Some(script.waiting.remove(place).1)
    }

    fn strikes(&self, kind: Kind) -> bool {
        let Some(often) = self.kinds.get(&kind).filter(|_| !self.paused.load(Ordering::SeqCst)) else { return false };
        let struck = self.random.chance(*often);
        if struck {
            self.count(kind.name());
        }
        struck
    }

    /// Something happened that these faults are counted by.
    pub(crate) fn count(&self, name: &'static str) {
        *self.script().counts.entry(name).or_default() += 1;
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an operation of DynamoDB writes.
pub(crate) fn writes(operation: &str) -> bool {
    matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_and_a_typo_is_named() {
        let faults = Faults::parse("duplicates, conflicts", 1).unwrap();
        assert_eq!(faults.kinds.keys().copied().collect::<Vec<_>>(), [Kind::Duplicates, Kind::Conflicts]);
        assert!(Faults::parse("", 1).unwrap().kinds.is_empty());
        assert!(Faults::parse("conflict", 1).unwrap_err().to_string().contains("\"conflict\""));
    }

    #[test]
    fn a_scripted_fault_strikes_its_call_once() {
        let faults = Faults::none();
        let operation = Some("PutItem".to_owned());
        faults.once(Matcher { operation, after: 1, ..Matcher::default() }, Fault::LostAnswer);
        let struck = ["GetItem", "PutItem", "PutItem", "PutItem"].map(|op| faults.on_call("F", "dynamodb", op));
        assert_eq!(struck, [None, None, Some(Fault::LostAnswer), None]);
        assert_eq!(faults.counts().get("lost"), Some(&1));
    }

    #[test]
    fn chance_is_the_seeds_and_can_be_paused() {
        let draw = |seed| {
            let faults = Faults::seeded(&[Kind::Duplicates], seed);
            (0..500).map(|_| faults.duplicate()).collect::<Vec<_>>()
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
        let faults = Faults::seeded(&[Kind::Conflicts], 1);
        faults.pause(true);
        assert!((0..500).all(|_| faults.on_call("F", "dynamodb", "PutItem").is_none()));
        faults.pause(false);
        assert!((0..500).any(|_| faults.on_call("F", "dynamodb", "PutItem") == Some(Fault::Conflict)));
        assert!((0..500).all(|_| faults.on_call("F", "sqs", "SendMessage").is_none()));
    }

    #[test]
    fn reordering_loses_nothing() {
        let faults = Faults::seeded(&[Kind::Reorder], 5);
        let mut moved = false;
        for _ in 0..50 {
            let mut items = [1, 2, 3, 4, 5];
            faults.reorder(&mut items);
            moved |= items != [1, 2, 3, 4, 5];
            items.sort_unstable();
            assert_eq!(items, [1, 2, 3, 4, 5]);
        }
        assert!(moved);
    }
}
