//! Sessions: one login's family of refresh tokens, and when it ends.

use holdfast_auth::{RefreshToken, SecretHash};
use holdfast_core::{SessionId, Timestamp, UserId};
use jiff::SignedDuration;

use super::device::Device;

/// One login, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// Counts its changes.
    pub version: u64,
    /// The user's epoch at its start: a later one has ended it.
    pub epoch: u64,
    /// The secret that all of its tokens carry.
    pub family: SecretHash,
    /// The secret that the newest alone carries.
    pub rotation: SecretHash,
    /// Where.
    pub device: Device,
    /// Since when.
    pub created_at: Timestamp,
    /// When a token of it was last used.
    pub last_used_at: Timestamp,
    /// Whether it goes on.
    pub state: SessionState,
}

/// Whether a session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SessionState {
    /// It does.
    Active,
    /// Its owner ended it.
    Ended,
    /// An old token of it was used again: someone has a copy.
    Revoked,
}

/// What a refresh token turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The newest of a session that goes on.
    Current,
    /// An earlier one of a session that goes on: it was copied, by whoever presents it or by whoever used it first.
    Reused,
    /// Of a session that has ended, or no token of this session at all.
    Worthless,
}

impl Session {
    /// Unused for so long, a session ends.
    pub const IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);
    /// However it is used, after so long it ends.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

    /// From this moment on it is over, unless it is used before.
    pub fn expires_at(&self) -> Timestamp {
        let after = |from: Timestamp, time| from.checked_add(time).unwrap_or(Timestamp::MAX);
        after(self.last_used_at, Self::IDLE).min(after(self.created_at, Self::LONGEST))
    }

    /// Whether it goes on, for a user whose epoch this is.
    pub fn is_alive(&self, epoch: u64, now: Timestamp) -> bool {
        self.state == SessionState::Active && self.epoch == epoch && now < self.expires_at()
    }

    /// What a token is worth.
    pub fn judge(&self, token: &RefreshToken, epoch: u64, now: Timestamp) -> Presented {
        if token.family_hash() != self.family || !self.is_alive(epoch, now) {
            Presented::Worthless
        } else if token.rotation_hash() == self.rotation {
            Presented::Current
        } else {
            Presented::Reused
        }
    }

    /// After a token's use: the next one's hash is the one that counts.
    pub fn rotated(self, next: &RefreshToken, now: Timestamp) -> Self {
        Self { version: self.version.saturating_add(1), rotation: next.rotation_hash(), last_used_at: now, ..self }
    }

    /// Over.
    pub fn over(self, state: SessionState) -> Self {
        Self { version: self.version.saturating_add(1), state, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;

    const START: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn token(family: u8, rotation: u8) -> RefreshToken {
        let (user, session) = (UserId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
        RefreshToken::new(user, session, [family; 32], [rotation; 32])
    }

    fn session() -> Session {
        Session {
            id: SessionId::from_bytes([2; 16]),
            user_id: UserId::from_bytes([1; 16]),
            version: 1,
            epoch: 3,
            family: token(1, 1).family_hash(),
            rotation: token(1, 1).rotation_hash(),
            device: Device::named_by(""),
            created_at: START,
            last_used_at: START,
            state: SessionState::Active,
        }
    }

    #[test]
    fn the_newest_token_is_current_an_earlier_one_is_reuse_and_a_forged_one_is_worth_nothing() {
        let session = session().rotated(&token(1, 2), START);
        assert_eq!(session.judge(&token(1, 2), 3, START), Presented::Current);
        assert_eq!(session.judge(&token(1, 1), 3, START), Presented::Reused);
        assert_eq!(session.judge(&token(9, 2), 3, START), Presented::Worthless);
    }

    #[test]
    fn a_session_ends_at_its_moment_and_not_before() {
        let last = START + Session::IDLE;
        assert!(session().is_alive(3, last - SignedDuration::from_secs(1)));
        assert!(!session().is_alive(3, last));
        let used = Session { last_used_at: START + SignedDuration::from_hours(80 * 24), ..session() };
        let end = START + Session::LONGEST;
        assert!(used.is_alive(3, end - SignedDuration::from_secs(1)) && !used.is_alive(3, end));
    }

    #[test]
    fn a_new_epoch_and_an_end_are_both_final() {
        assert_eq!(session().judge(&token(1, 1), 4, START), Presented::Worthless);
        for state in [SessionState::Ended, SessionState::Revoked] {
            assert_eq!(session().over(state).judge(&token(1, 1), 3, START), Presented::Worthless);
        }
    }
}
