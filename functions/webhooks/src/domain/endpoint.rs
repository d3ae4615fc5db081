//! An endpoint: where it lies, what it wants to hear, and which secrets sign what it hears.

use std::fmt;

use holdfast_core::{Timestamp, UserId, WebhookEndpointId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Target, known_kinds};

/// Where events are delivered to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Which.
    pub id: WebhookEndpointId,
    /// Counts its changes.
    pub version: u64,
    /// Where it lies.
    pub url: Target,
    /// What it wants to hear.
    pub event_types: Filter,
    /// What staff call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Whether it is told.
    pub status: Status,
    /// How often it was switched on: what was under way before begins anew.
    pub epoch: u32,
    /// Since when it is told: what happened earlier is not for it.
    pub since: Timestamp,
    /// Which secret it has.
    pub generation: u32,
    /// Those that still sign beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retiring: Vec<Retiring>,
    /// Who registered it, and is told when it is switched off.
    pub owner: UserId,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// Whether an endpoint is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It is.
    Enabled,
    /// It is not: staff, or a day of failures, switched it off.
    Disabled,
    /// It is no more.
    Deleted,
}

/// A secret that was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retiring {
    /// Which.
    pub generation: u32,
    /// Until when it signs.
    pub until: Timestamp,
}

/// The types of events that an endpoint wants to hear: 1 to [`Filter::MOST`] of those that there are, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Filter(Vec<String>);

/// Why a list is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Too few, or too many.
    #[error("must have 1 to {} types of events", Filter::MOST)]
    Length,
    /// No such event is delivered.
    #[error("knows no event of the type {0:?}")]
    Unknown(String),
    /// Named before.
    #[error("names {0:?} twice")]
    Twice(String),
}

/// What staff call an endpoint: one line of 1 to [`Description::LONGEST`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(String);

/// Why a text is no description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one line of 1 to {} characters, without spaces around", Description::LONGEST)]
pub struct DescriptionError;

/// What is to change of an endpoint; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Where it lies from now on.
    pub url: Option<Target>,
    /// What it wants to hear from now on.
    pub event_types: Option<Filter>,
    /// What it is called from now on.
    pub description: Option<Description>,
    /// Whether it is told from now on.
    pub enabled: Option<bool>,
}

impl Endpoint {
    /// How many there may be: each event is held against all of them.
    pub const MOST: u32 = 20;
    /// How many replaced secrets sign at the same time.
    pub const MOST_RETIRING: usize = 3;
    /// How long a replaced secret signs when nobody says otherwise.
    pub const USUAL_OVERLAP: SignedDuration = SignedDuration::from_hours(24);
    /// How long it can sign.
    pub const LONGEST_OVERLAP_S: u32 = 7 * 24 * 60 * 60;

    /// Whether it is told of what happened then.
    pub fn hears(&self, at: Timestamp) -> bool {
        self.status == Status::Enabled && at >= self.since
    }

    /// Whether it wants to hear of this type.
    pub fn wants(&self, kind: &str) -> bool {
        self.event_types.0.iter().any(|wanted| wanted == kind)
    }

    /// The secrets that sign now, the current one first.
    pub fn generations(&self, now: Timestamp) -> Vec<u32> {
        let old = self.retiring.iter().filter(|old| old.until > now).map(|old| old.generation);
        std::iter::once(self.generation).chain(old).collect()
    }

    /// With another secret; the one before it signs until then, and so do those that were replaced a little earlier.
    ///
    /// Replacing twice, because an answer was lost, thus takes no secret from a receiver that has not heard of the new one.
    #[must_use]
    pub fn rotated(mut self, now: Timestamp, until: Timestamp) -> Self {
        let last = Retiring { generation: self.generation, until };
        // A secret that has leaked is replaced at once, and takes all that came before it along.
        let kept = self.retiring.into_iter().filter(|old| old.until > now && until > now);
        let kept = std::iter::once(last).filter(|last| last.until > now).chain(kept);
        self.retiring = kept.take(Self::MOST_RETIRING).collect();
        self.generation = self.generation.saturating_add(1);
        self.version = self.version.saturating_add(1);
        self
    }

    /// As staff changed it.
    #[must_use]
    pub fn changed(mut self, change: Change, now: Timestamp) -> Self {
        self.url = change.url.unwrap_or(self.url);
        self.event_types = change.event_types.unwrap_or(self.event_types);
        self.description = change.description.or(self.description);
        match (self.status, change.enabled) {
            (Status::Enabled, Some(false)) => self.status = Status::Disabled,
            (Status::Disabled, Some(true)) => {
                self.status = Status::Enabled;
                self.epoch = self.epoch.saturating_add(1);
                self.since = now;
            }
            (Status::Enabled | Status::Disabled | Status::Deleted, _) => {}
        }
        self.version = self.version.saturating_add(1);
        self
    }
}

impl Filter {
    /// The most that an endpoint can ask for: more types than there are.
    pub const MOST: usize = 200;

    /// The types.
    pub fn kinds(&self) -> &[String] {
        &self.0
    }
}

impl TryFrom<Vec<String>> for Filter {
    type Error = FilterError;

    fn try_from(kinds: Vec<String>) -> Result<Self, FilterError> {
        if !(1..=Self::MOST).contains(&kinds.len()) {
            return Err(FilterError::Length);
        }
        for (nth, kind) in kinds.iter().enumerate() {
            if !known_kinds().any(|known| known == kind) {
                return Err(FilterError::Unknown(kind.clone()));
            }
            if kinds.iter().take(nth).any(|before| before == kind) {
                return Err(FilterError::Twice(kind.clone()));
            }
        }
        Ok(Self(kinds))
    }
}

impl From<Filter> for Vec<String> {
    fn from(filter: Filter) -> Vec<String> {
        filter.0
    }
}

impl Description {
    /// The longest, in characters.
    pub const LONGEST: usize = 200;
}

impl TryFrom<String> for Description {
    type Error = DescriptionError;

    fn try_from(text: String) -> Result<Self, DescriptionError> {
        let fits = (1..=Self::LONGEST).contains(&text.chars().count()) && text.trim() == text;
        if fits && !text.chars().any(char::is_control) { Ok(Self(text)) } else { Err(DescriptionError) }
    }
}

impl From<Description> for String {
    fn from(description: Description) -> String {
        description.0
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::Id;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn endpoint() -> Endpoint {
        Endpoint {
            id: WebhookEndpointId::from_bytes([1; 16]),
            version: 1,
            url: Target::try_from("https://hooks.example.com/".to_owned()).unwrap(),
            event_types: Filter::try_from(vec!["orders.order-paid.v1".to_owned()]).unwrap(),
            description: None,
            status: Status::Enabled,
            epoch: 1,
            since: at(100),
            generation: 1,
            retiring: Vec::new(),
            owner: UserId::from_bytes([2; 16]),
            created_at: at(100),
        }
    }

    #[test]
    fn it_hears_what_happens_while_it_is_on() {
        let on = endpoint();
        assert!(on.hears(at(100)) && !on.hears(at(99)));
        assert!(on.wants("orders.order-paid.v1") && !on.wants("orders.order-placed.v1"));
        let off = on.changed(Change { enabled: Some(false), ..Change::default() }, at(200));
        assert!(!off.hears(at(200)));
        assert_eq!((off.version, off.epoch), (2, 1));
        let again = off.changed(Change { enabled: Some(true), ..Change::default() }, at(300));
        assert!(again.hears(at(300)) && !again.hears(at(299)), "what happened while it was off is not for it");
        assert_eq!((again.version, again.epoch), (3, 2));
        let same = again.changed(Change { enabled: Some(true), ..Change::default() }, at(400));
        assert_eq!((same.epoch, same.since), (2, at(300)), "it was on already");
    }

    #[test]
    fn a_replaced_secret_signs_for_a_while() {
        let rotated = endpoint().rotated(at(1_000), at(2_000));
        assert_eq!(rotated.generations(at(1_999)), [2, 1]);
        assert_eq!(rotated.generations(at(2_000)), [2]);
        // Twice in a row: the first is still known to whoever heard of no other.
        let twice = rotated.clone().rotated(at(1_001), at(2_001));
        assert_eq!(twice.generations(at(1_001)), [3, 2, 1]);
        let often = (2..9).fold(twice, |endpoint, nth| endpoint.rotated(at(1_000 + nth), at(2_000 + nth)));
        assert_eq!(often.generations(at(1_010)), [10, 9, 8, 7]);
        // One that leaked: it and those before it sign no more.
        assert_eq!(rotated.rotated(at(1_500), at(1_500)).generations(at(1_500)), [3]);
    }

    #[test]
    fn a_filter_names_events_that_there_are() {
        let filter = |kinds: &[&str]| Filter::try_from(kinds.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>());
        assert!(filter(&["orders.order-paid.v1", "orders.order-placed.v1"]).is_ok());
        assert_eq!(filter(&[]), Err(FilterError::Length));
        assert_eq!(filter(&["orders.order-lost.v1"]), Err(FilterError::Unknown("orders.order-lost.v1".to_owned())));
        let twice = filter(&["orders.order-paid.v1", "orders.order-paid.v1"]);
        assert_eq!(twice, Err(FilterError::Twice("orders.order-paid.v1".to_owned())));
        assert_eq!(filter(&["orders.order-paid.v1"; Filter::MOST + 1]), Err(FilterError::Length));
    }

    #[test]
    fn a_description_is_a_line() {
        let fits = |text: &str| Description::try_from(text.to_owned()).is_ok();
        assert!(fits("our ERP") && fits(&"é".repeat(200)));
        assert!(!fits("") && !fits(&"x".repeat(201)) && !fits(" x") && !fits("a\nb"));
    }
}
