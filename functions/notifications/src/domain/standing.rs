//! How an address stands: whether anything can still be sent to it, and whether its owner wants it.

use std::collections::BTreeSet;

use holdfast_core::Timestamp;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::preferences::Kind;

/// How an address stands, whoever has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Since when mails to it come back for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounced_at: Option<Timestamp>,
    /// Since when its owner calls them a nuisance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complained_at: Option<Timestamp>,
    /// What a guest has declined who reads mail there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub declined: BTreeSet<Kind>,
}

/// Why nothing is sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SuppressedBecause)]
pub enum Why {
    /// Mails to it come back: there is no such mailbox.
    Bounced,
    /// Its owner calls them a nuisance.
    Complained,
}

impl Standing {
    /// For so long nothing is sent where mails came back from: mailboxes are opened again, and given to others.
    pub const BOUNCED_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

    /// Why nothing, or little, is sent there now.
    pub fn why(&self, now: Timestamp) -> Option<Why> {
        let bounced = self.bounced_at.is_some_and(|at| now.duration_since(at) < Self::BOUNCED_FOR);
        match (bounced, self.complained_at) {
            (true, _) => Some(Why::Bounced),
            (false, Some(_)) => Some(Why::Complained),
            (false, None) => None,
        }
    }

    /// Whether a mail of this kind may go there. To whoever complained goes only what cannot be declined.
    pub fn admits(&self, kind: Kind, now: Timestamp) -> bool {
        match self.why(now) {
            Some(Why::Bounced) => false,
            Some(Why::Complained) => !kind.is_declinable(),
            None => !kind.is_declinable() || !self.declined.contains(&kind),
        }
    }

    /// The same, once it is known.
    pub fn suppressed(mut self, why: Why, now: Timestamp) -> Self {
        match why {
            Why::Bounced => self.bounced_at = Some(now),
            Why::Complained => self.complained_at = Some(now),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn admitted(standing: &Standing, now: Timestamp) -> Vec<Kind> {
        let kinds = Kind::CHOSEN.into_iter().chain([Kind::Codes]);
        kinds.filter(|kind| standing.admits(*kind, now)).collect()
    }

    #[test]
    fn nothing_goes_where_mails_came_back_from_until_it_is_forgotten() {
        let standing = Standing::default().suppressed(Why::Bounced, NOW);
        let end = NOW + Standing::BOUNCED_FOR;
        assert_eq!(admitted(&standing, end - SignedDuration::from_secs(1)), []);
        assert_eq!(admitted(&standing, end).len(), 6);
    }

    #[test]
    fn whoever_complained_hears_what_cannot_be_declined() {
        let standing = Standing::default().suppressed(Why::Complained, NOW);
        let later = NOW + SignedDuration::from_hours(24 * 365);
        assert_eq!(admitted(&standing, later), [Kind::Security, Kind::Codes]);
        assert_eq!(standing.clone().suppressed(Why::Bounced, later).why(later), Some(Why::Bounced));
    }

    #[test]
    fn a_guest_declines_a_kind_and_no_other() {
        let standing = Standing { declined: [Kind::Shipping, Kind::Security].into(), ..Standing::default() };
        let still = [Kind::Security, Kind::Orders, Kind::Payments, Kind::Returns, Kind::Codes];
        assert_eq!(admitted(&standing, NOW), still);
    }
}
