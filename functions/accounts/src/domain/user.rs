//! Users, without anything personal: that lies in an item of its own, which carries no event.

use holdfast_auth::Role;
use holdfast_core::{AddressId, CodeId, Timestamp, UserId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What has become of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Registered; nobody has shown yet that the e-mail address is theirs.
    Unverified,
    /// As it should be.
    Active,
    /// Locked out by staff.
    Disabled,
    /// Gone, with everything personal. The id stays, because orders name it.
    Erased,
}

/// Why staff lock someone out, or let them in again. A choice, not a text: events carry nothing that somebody typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisableReason {
    /// Orders or payments that are not theirs.
    Fraud,
    /// They trouble others, or the service.
    Abuse,
    /// They asked for it.
    Request,
    /// It was decided wrongly before.
    Mistake,
    /// None of these.
    #[default]
    Other,
}

/// A one-time code that waits to be used. The code itself is nowhere: see `holdfast_auth::CodeKey`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Which.
    pub id: CodeId,
    /// From this moment on it is worth nothing.
    pub expires_at: Timestamp,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// What has become of them.
    pub status: Status,
    /// What staff work as; empty for customers.
    pub roles: Vec<Role>,
    /// Counts changes: the ETag, and the sequence of events.
    pub version: u64,
    /// Counts the moments at which all sessions ended.
    pub epoch: u64,
    /// The code that verifies the e-mail address: the newest alone counts.
    pub verification: Option<Code>,
    /// Whether two registrations differ in their password: then neither counts, and the address's owner sets one by mail.
    pub contested: bool,
    /// The code that resets the password.
    pub reset: Option<Code>,
    /// The addresses, in the order of their making.
    pub addresses: Vec<AddressId>,
    /// Where parcels go.
    pub default_shipping: Option<AddressId>,
    /// Where invoices go.
    pub default_billing: Option<AddressId>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
}

impl Code {
    /// A mail is read within a day, or asked for again.
    pub const LIFETIME: SignedDuration = SignedDuration::from_hours(24);
    /// A reset takes over an account: it is asked for and used in one sitting.
    pub const RESET_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

    /// A code for a while.
    pub fn new(id: CodeId, now: Timestamp, lifetime: SignedDuration) -> Self {
        Self { id, expires_at: now.checked_add(lifetime).unwrap_or(Timestamp::MAX) }
    }

    fn is(self, id: CodeId, now: Timestamp) -> bool {
        self.id == id && now < self.expires_at
    }
}

impl User {
    /// The most addresses: erasing a person takes all of them in one transaction.
    pub const MOST_ADDRESSES: usize = 20;

    /// Someone who has just registered.
    pub fn registered(id: UserId, verification: Code, now: Timestamp) -> Self {
        Self {
            id,
            status: Status::Unverified,
            roles: Vec::new(),
            version: 1,
            epoch: 0,
            verification: Some(verification),
            contested: false,
            reset: None,
            addresses: Vec::new(),
            default_shipping: None,
            default_billing: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether this code verifies the address now.
    pub fn is_verified_by(&self, code: CodeId, now: Timestamp) -> bool {
        self.status == Status::Unverified && self.verification.is_some_and(|waiting| waiting.is(code, now))
    }

    /// Whether this code resets the password now.
    pub fn is_reset_by(&self, code: CodeId, now: Timestamp) -> bool {
        self.may_reset() && self.reset.is_some_and(|waiting| waiting.is(code, now))
    }

    /// Whether a forgotten password may be reset: not by someone locked out or gone.
    pub fn may_reset(&self) -> bool {
        match self.status {
            Status::Active | Status::Unverified => true,
            Status::Disabled | Status::Erased => false,
        }
    }

    /// The address is theirs: a mail that was sent there came back.
    pub fn verify(&mut self) {
        self.status = Status::Active;
        self.verification = None;
        self.contested = false;
    }

    /// Ends every session there is.
    pub fn end_sessions(&mut self) {
        self.epoch = self.epoch.saturating_add(1);
    }

    /// Takes an address in; the first is the default for everything.
    pub fn add_address(&mut self, id: AddressId, shipping: bool, billing: bool) {
        self.addresses.push(id);
        self.choose_defaults(
            id,
            shipping || self.default_shipping.is_none(),
            billing || self.default_billing.is_none(),
        );
    }

    /// Makes an address the default.
    pub fn choose_defaults(&mut self, id: AddressId, shipping: bool, billing: bool) {
        if shipping {
            self.default_shipping = Some(id);
        }
        if billing {
            self.default_billing = Some(id);
        }
    }

    /// Lets an address go; the oldest that is left takes over as default.
    pub fn remove_address(&mut self, id: AddressId) {
        self.addresses.retain(|address| *address != id);
        let heir = self.addresses.first().copied();
        for default in [&mut self.default_shipping, &mut self.default_billing] {
            if *default == Some(id) {
                *default = heir;
            }
        }
    }

    /// Gone: only the id and the dates stay.
    pub fn erase(&mut self) {
        self.status = Status::Erased;
        self.contested = false;
        self.roles.clear();
        self.addresses.clear();
        (self.verification, self.reset, self.default_shipping, self.default_billing) = (None, None, None, None);
        self.end_sessions();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn code(byte: u8) -> Code {
        Code::new(CodeId::from_bytes([byte; 16]), NOW, Code::LIFETIME)
    }

    fn user() -> User {
        User::registered(UserId::from_bytes([1; 16]), code(1), NOW)
    }

    #[test]
    fn only_the_newest_code_verifies_and_only_before_its_end() {
        let mut user = user();
        let end = NOW + Code::LIFETIME;
        assert!(user.is_verified_by(code(1).id, end - SignedDuration::from_secs(1)));
        assert!(!user.is_verified_by(code(1).id, end));
        assert!(!user.is_verified_by(code(2).id, NOW));
        user.verify();
        assert!(!user.is_verified_by(code(1).id, NOW), "once");
    }

    #[test]
    fn who_is_locked_out_cannot_reset() {
        let mut user = User { reset: Some(code(1)), ..user() };
        assert!(user.is_reset_by(code(1).id, NOW));
        user.status = Status::Disabled;
        assert!(!user.is_reset_by(code(1).id, NOW));
    }

    #[test]
    fn there_is_one_default_while_there_is_an_address() {
        let mut user = user();
        let [a, b] = [1, 2].map(|byte| AddressId::from_bytes([byte; 16]));
        user.add_address(a, false, false);
        user.add_address(b, true, false);
        assert_eq!((user.default_shipping, user.default_billing), (Some(b), Some(a)));
        user.remove_address(b);
        assert_eq!((user.default_shipping, user.default_billing), (Some(a), Some(a)));
        user.remove_address(a);
        assert_eq!((user.default_shipping, user.default_billing), (None, None));
    }

    #[test]
    fn nothing_personal_outlives_erasure() {
        let mut user = user();
        user.roles = vec![Role::Support];
        user.add_address(AddressId::from_bytes([1; 16]), false, false);
        user.erase();
        let left = User { version: user.version, epoch: 1, status: Status::Erased, verification: None, ..self::user() };
        assert_eq!(user, left);
    }
}
