//! A lane: one subject's events on their way to one endpoint, in the order of their `sequence`.
//!
//! **The next event waits for the one before it**: until that is delivered, or given up, or nobody has heard of it for
//! [`WAITED_FOR`]. What comes after one that was sent already is sent all the same, and says that it is late: nothing is lost.

use holdfast_core::Timestamp;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::Mark;

/// How long an event that nobody has heard of is waited for, from when one after it was heard.
pub const WAITED_FOR: SignedDuration = SignedDuration::from_mins(5);
/// How long a delivery is tried, from its first failure on.
pub const RETRIED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// The pause after a first failure, in seconds; each is twice the one before it.
const FIRST_PAUSE_S: i64 = 30;
/// The longest pause, in seconds.
const LONGEST_PAUSE_S: i64 = 2 * 60 * 60;

/// Where a lane stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The epoch of its endpoint that it belongs to: in another one it begins anew.
    pub epoch: u32,
    /// Which event is next; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// Those before it that came too late, in the order in which they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<u64>,
    /// Whether one was passed that the endpoint should have heard of: the next that is sent says so.
    #[serde(default)]
    pub gap: bool,
    /// What stands in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<Failing>,
    /// When somebody is to look at it again: a message is on its way that comes then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_at: Option<Timestamp>,
}

/// A delivery that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// Since when.
    pub since: Timestamp,
    /// How often it has.
    pub times: u32,
    /// When it is tried again.
    pub again_at: Timestamp,
}

/// What is known of an event of the lane's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The subject's how-manieth.
    pub sequence: u64,
    /// When it happened.
    pub time: Timestamp,
    /// When it was heard of.
    pub heard_at: Timestamp,
    /// Whether the endpoint wants to hear of it.
    pub wanted: bool,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Deliver this one.
    Deliver {
        /// Which.
        sequence: u64,
        /// What the receiver should know of its place.
        mark: Option<Mark>,
    },
    /// Go on behind this one: the endpoint does not want it.
    Pass {
        /// Which.
        sequence: u64,
    },
    /// Begin here, or go on here although one before it is missing.
    Jump {
        /// Where.
        to: u64,
        /// Whether one is missing.
        gap: bool,
    },
    /// Look again then.
    Wait(Timestamp),
    /// Nothing, until something happens.
    Rest,
}

/// What becomes of a delivery that has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is tried again then.
    Again(Timestamp),
    /// It is given up: it has failed since then.
    GivenUp(Timestamp),
}

impl Lane {
    /// A lane at its beginning.
    pub fn new(epoch: u32) -> Self {
        Self { epoch, ..Self::default() }
    }

    /// From which event on a lane needs to know.
    pub fn floor(&self) -> u64 {
        self.late.iter().copied().chain(self.next).min().unwrap_or(0)
    }

    /// Notes that this one came although one after it has been sent; nothing where it is in its place.
    pub fn came(&mut self, sequence: u64) {
        if self.next.is_some_and(|next| sequence < next) && !self.late.contains(&sequence) {
            self.late.push(sequence);
        }
    }

    /// What is to be done next, by what is known of the subject (in the order of `sequence`), for an endpoint that is on since `since`.
    pub fn step(&self, known: &[Heard], since: Timestamp, now: Timestamp) -> Step {
        if let Some(failing) = self.failing.filter(|failing| failing.again_at > now) {
            return Step::Wait(failing.again_at);
        }
        let find = |sequence: u64| known.iter().find(|heard| heard.sequence == sequence);
        if let Some(sequence) = self.late.first().copied() {
            return match find(sequence) {
                Some(heard) if heard.wanted => Step::Deliver { sequence, mark: Some(Mark::Late) },
                Some(_) | None => Step::Pass { sequence },
            };
        }
        let Some(next) = self.next else { return Self::first(known, since, now) };
        if let Some(heard) = find(next) {
            return match heard.wanted {
                true => Step::Deliver { sequence: next, mark: self.gap.then_some(Mark::Gap) },
                false => Step::Pass { sequence: next },
            };
        }
        match known.iter().find(|heard| heard.sequence > next) {
            Some(after) => Self::waited(after, now),
            None => Step::Rest,
        }
    }

    /// Where a lane begins: at the first that happened since the endpoint is on, if the one before that is known, or there is none.
    fn first(known: &[Heard], since: Timestamp, now: Timestamp) -> Step {
        let Some(first) = known.iter().find(|heard| heard.time >= since) else { return Step::Rest };
        let before = first.sequence.saturating_sub(1);
        if before == 0 || known.iter().any(|heard| heard.sequence == before) {
            return Step::Jump { to: first.sequence, gap: false };
        }
        Self::waited(first, now)
    }

    /// At this one, when what is missing before it has been waited for.
    fn waited(after: &Heard, now: Timestamp) -> Step {
        let until = after.heard_at.saturating_add(WAITED_FOR).unwrap_or(after.heard_at);
        if now < until { Step::Wait(until) } else { Step::Jump { to: after.sequence, gap: true } }
    }

    /// Goes on there.
    pub fn jumped(&mut self, to: u64, gap: bool) {
        self.next = Some(to);
        self.gap |= gap;
    }

    /// Goes on behind this one, which was delivered or is not wanted.
    pub fn passed(&mut self, sequence: u64, delivered: bool) {
        self.failing = None;
        if self.late.first() == Some(&sequence) {
            self.late.remove(0);
            return;
        }
        self.next = Some(sequence.saturating_add(1));
        self.gap &= !delivered;
    }

    /// Goes on behind this one, which was given up: the next says that one is missing.
    pub fn gave_up(&mut self, sequence: u64) {
        self.passed(sequence, false);
        self.gap = true;
    }

    /// What becomes of a delivery that has just failed. The pauses grow, by up to a tenth more than they must, so that not all
    /// who failed together come again together; `random` is where in that tenth.
    pub fn failed(&mut self, now: Timestamp, random: u8) -> Verdict {
        let (since, times) = self.failing.map_or((now, 0), |failing| (failing.since, failing.times));
        let end = since.saturating_add(RETRIED_FOR).unwrap_or(since);
        if now >= end {
            return Verdict::GivenUp(since);
        }
        let pause_s = FIRST_PAUSE_S.saturating_mul(1_i64 << times.min(20)).min(LONGEST_PAUSE_S);
        let more_ms = pause_s.saturating_mul(1_000).saturating_mul(i64::from(random)) / 2_560;
        let pause = SignedDuration::from_millis(pause_s.saturating_mul(1_000).saturating_add(more_ms));
        // The last attempt is when the time is over, not long after.
        let again_at = now.saturating_add(pause).unwrap_or(end).min(end);
        self.failing = Some(Failing { since, times: times.saturating_add(1), again_at });
        Verdict::Again(again_at)
    }
}

#[cfg(test)]
mod tests;
