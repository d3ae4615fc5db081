//! Test payment methods, by their ids: what each does when it is to pay.

/// A payment method that is good for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// What an API call names it by.
    pub id: &'static str,
    /// What a person reads.
    pub title: &'static str,
    /// What becomes of a payment with it.
    pub(super) pays: Pays,
    /// What becomes of a refund to it.
    pub(super) refunds: Refunds,
}

/// What becomes of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pays {
    /// It succeeds at once.
    AtOnce,
    /// It succeeds at once, and the answer that says so gets lost.
    Unheard,
    /// It is under way for a while, and succeeds or fails then.
    Later { well: bool },
    /// The bank declines it, for this reason.
    Declined(&'static str),
    /// The bank wants to see the customer first.
    Asks,
}

/// What becomes of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refunds {
    /// It succeeds at once.
    AtOnce,
    /// It is pending for a while, and succeeds then.
    Later,
    /// It looks well for a while, and fails then.
    Fails,
}

impl Card {
    /// The payment method with this id.
    pub fn find(id: &str) -> Option<Self> {
        if let Some(card) = CARDS.iter().find(|card| card.id == id) {
            return Some(*card);
        }
        let sibling = id.strip_prefix("pm_card_")?;
        let is = |name: &str| sibling == name || sibling.strip_prefix("visa_") == Some(name);
        let code = DECLINED.iter().find(|(name, _)| is(name)).map(|(_, code)| *code);
        let pays = match code {
            Some(code) => Pays::Declined(code),
            None if ASKING.contains(&sibling) => Pays::Asks,
            None if PAYING.contains(&sibling) => Pays::AtOnce,
            None => return None,
        };
        Some(Self { id: "", title: "", pays, refunds: Refunds::AtOnce })
    }
}

const fn card(id: &'static str, title: &'static str, pays: Pays, refunds: Refunds) -> Card {
    Card { id, title, pays, refunds }
}

/// One of each kind, for people to choose from.
pub const CARDS: [Card; 9] = [
    card("pm_card_visa", "succeeds", Pays::AtOnce, Refunds::AtOnce),
    card("pm_card_chargeDeclined", "is declined", Pays::Declined("generic_decline"), Refunds::AtOnce),
    card("pm_card_authenticationRequired", "asks the customer to authenticate", Pays::Asks, Refunds::AtOnce),
    card("pm_sandbox_succeedsLate", "succeeds after a while", Pays::Later { well: true }, Refunds::AtOnce),
    card("pm_sandbox_failsLate", "fails after a while", Pays::Later { well: false }, Refunds::AtOnce),
    card("pm_sandbox_timesOutAfterCharging", "succeeds, and no answer says so", Pays::Unheard, Refunds::AtOnce),
    card("pm_sandbox_refundFails", "succeeds; its refunds fail after a while", Pays::AtOnce, Refunds::Fails),
    card(
        "pm_card_refundFail",
        "succeeds; its refunds fail after a while, as Stripe's does",
        Pays::AtOnce,
        Refunds::Fails,
    ),
    card("pm_card_pendingRefund", "succeeds; its refunds take a while", Pays::AtOnce, Refunds::Later),
];

/// Siblings of `pm_card_visa`.
const PAYING: [&str; 24] = [
    "visa_debit",
    "mastercard",
    "mastercard_debit",
    "mastercard_prepaid",
    "amex",
    "discover",
    "diners",
    "jcb",
    "unionpay",
    "us",
    "gb",
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "at",
    "be",
    "ch",
    "pl",
    "se",
    "ca",
    "au",
    "jp",
];

/// Those that the bank declines, and why. Stripe has some of these names with `visa_` in front.
const DECLINED: [(&str, &str); 8] = [
    ("chargeDeclined", "generic_decline"),
    ("chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ("chargeDeclinedLostCard", "lost_card"),
    ("chargeDeclinedStolenCard", "stolen_card"),
    ("chargeDeclinedExpiredCard", "expired_card"),
    ("chargeDeclinedIncorrectCvc", "incorrect_cvc"),
    ("chargeDeclinedProcessingError", "processing_error"),
    ("chargeCustomerFail", "generic_decline"),
];

/// Those that ask the customer first.
const ASKING: [&str; 3] = ["threeDSecureRequired", "threeDSecure2Required", "authenticationRequiredOnSetup"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_known_and_strangers_are_not() {
        let pays = |id| Card::find(id).map(|card| card.pays);
        assert_eq!(pays("pm_card_visa"), Some(Pays::AtOnce));
        assert_eq!(pays("pm_card_mastercard"), Some(Pays::AtOnce));
        assert_eq!(pays("pm_card_visa_chargeDeclinedLostCard"), Some(Pays::Declined("lost_card")));
        assert_eq!(pays("pm_card_threeDSecure2Required"), Some(Pays::Asks));
        for stranger in ["", "pm_card_", "pm_card_nobody", "pm_sandbox_visa", "tok_visa", "4242424242424242"] {
            assert_eq!(pays(stranger), None, "{stranger}");
        }
    }

    #[test]
    fn no_id_is_there_twice() {
        let mut names: Vec<_> = CARDS.iter().map(|card| card.id.trim_start_matches("pm_card_")).collect();
        names.extend(PAYING);
        names.extend(ASKING);
        names.extend(DECLINED.iter().map(|(name, _)| *name).filter(|name| *name != "chargeDeclined"));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
