//! What the gateway answers, as far as it matters here, and how it counts money.

use std::fmt;

use holdfast_core::{Currency, Money};
use serde::{Deserialize, Deserializer};

use super::GatewayError;

/// The gateway counts these in hundredths, although they have none.
const HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];
/// The gateway counts these whole, although they have hundredths.
const WHOLE: [&str; 1] = ["MGA"];

/// A payment that is asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Intent {
    /// `pi_…`.
    pub id: String,
    /// How far it is.
    pub status: IntentStatus,
    /// What is asked for.
    pub amount: Money,
    /// What came.
    pub received: Money,
    /// What the customer's browser may pay it with.
    pub client_secret: String,
    /// The last attempt that reached a bank: once it is paid, the one that succeeded.
    pub latest_charge: Option<String>,
    /// The order that it says it pays for, word by word.
    pub order: Option<String>,
    /// Why the last attempt failed, if it did.
    pub failure: Option<String>,
    /// Whether it is about real money.
    pub livemode: bool,
}

/// Without the client's secret: whoever has it may pay.
impl fmt::Debug for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, status, amount, received, order, .. } = self;
        write!(f, "Intent({id}, {status:?}, {received} of {amount}, {order:?})")
    }
}

/// How far an intent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// Nobody has paid yet, or nobody could.
    RequiresPaymentMethod,
    /// There is a payment method, and nobody has said go.
    RequiresConfirmation,
    /// The customer has to authenticate.
    RequiresAction,
    /// It is under way.
    Processing,
    /// It is authorised, and nobody has taken it: ours are taken at once.
    RequiresCapture,
    /// It is paid.
    Succeeded,
    /// It never will be.
    Canceled,
}

impl IntentStatus {
    /// Whether nothing more will become of it.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Succeeded | Self::Canceled => true,
            Self::RequiresPaymentMethod
            | Self::RequiresConfirmation
            | Self::RequiresAction
            | Self::Processing
            | Self::RequiresCapture => false,
        }
    }
}

/// Money on its way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayRefund {
    /// `re_…`.
    pub id: String,
    /// How far it is.
    pub status: RefundStatus,
    /// How much.
    pub amount: Money,
    /// Which of ours it says it is, word by word.
    pub refund: Option<String>,
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// It is under way.
    Pending,
    /// The customer has to say where it goes.
    RequiresAction,
    /// It is back where it came from.
    Succeeded,
    /// It came back to us.
    Failed,
    /// It never left.
    Canceled,
}

/// What an amount cannot be read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no amount of a currency that there is")]
pub struct Unreadable;

/// An amount, as the gateway counts it.
pub(super) fn minor_units(money: Money) -> Result<i64, GatewayError> {
    let code = money.currency.code();
    let counted = match money.amount {
        amount if amount <= 0 => None,
        amount if HUNDREDTHS.contains(&code) => amount.checked_mul(100),
        amount if WHOLE.contains(&code) => (amount % 100 == 0).then_some(amount / 100),
        amount => Some(amount),
    };
    counted.ok_or_else(|| super::refused("parameter_invalid_integer", "the gateway cannot count this amount"))
}

/// An amount that the gateway has counted.
pub(super) fn money(amount: i64, currency: &str) -> Result<Money, Unreadable> {
    let currency: Currency = currency.to_ascii_uppercase().parse().map_err(|_| Unreadable)?;
    let amount = match currency.code() {
        code if HUNDREDTHS.contains(&code) => (amount % 100 == 0).then_some(amount / 100),
        code if WHOLE.contains(&code) => amount.checked_mul(100),
        _ => Some(amount),
    };
    Ok(Money::new(amount.ok_or(Unreadable)?, currency))
}

/// An id, or the whole object where the gateway shows that instead.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Id(String),
    Object { id: String },
}

#[derive(Default, Deserialize)]
struct Metadata {
    order_id: Option<String>,
    refund_id: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    decline_code: Option<String>,
    code: Option<String>,
}

#[derive(Deserialize)]
struct IntentOnWire {
    id: String,
    status: IntentStatus,
    amount: i64,
    #[serde(default)]
    amount_received: i64,
    currency: String,
    client_secret: Option<String>,
    latest_charge: Option<Named>,
    #[serde(default)]
    metadata: Metadata,
    last_payment_error: Option<Failure>,
    livemode: bool,
}

impl<'de> Deserialize<'de> for Intent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wire = IntentOnWire::deserialize(from)?;
        let counted = |amount| money(amount, &wire.currency).map_err(serde::de::Error::custom);
        Ok(Self {
            amount: counted(wire.amount)?,
            received: counted(wire.amount_received)?,
            id: wire.id,
            status: wire.status,
            client_secret: wire.client_secret.unwrap_or_default(),
            latest_charge: wire.latest_charge.map(|(Named::Id(id) | Named::Object { id })| id),
            order: wire.metadata.order_id,
            failure: wire.last_payment_error.and_then(|failure| failure.decline_code.or(failure.code)),
            livemode: wire.livemode,
        })
    }
}

#[derive(Deserialize)]
struct RefundOnWire {
    id: String,
    status: RefundStatus,
    amount: i64,
    currency: String,
    #[serde(default)]
    metadata: Metadata,
}

impl<'de> Deserialize<'de> for GatewayRefund {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wire = RefundOnWire::deserialize(from)?;
        let amount = money(wire.amount, &wire.currency).map_err(serde::de::Error::custom)?;
        Ok(Self { id: wire.id, status: wire.status, amount, refund: wire.metadata.refund_id })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn intent(changes: Value) -> Result<Intent, serde_json::Error> {
        let mut wire = json!({
            "id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 1999, "amount_received": 1999,
            "currency": "usd", "client_secret": "pi_1_secret_2", "latest_charge": "ch_1", "livemode": false,
            "metadata": {"order_id": "ord_1"}, "last_payment_error": null,
        });
        wire.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        Intent::deserialize(&wire)
    }

    #[test]
    fn an_intent_is_read_with_what_it_says_of_itself() {
        let read = intent(json!({})).unwrap();
        assert_eq!(
            (read.id.as_str(), read.status, read.order.as_deref()),
            ("pi_1", IntentStatus::Succeeded, Some("ord_1"))
        );
        assert_eq!((read.amount, read.received), (usd(1999), usd(1999)));
        assert_eq!(read.latest_charge.as_deref(), Some("ch_1"));
        let read = intent(json!({"latest_charge": {"id": "ch_2", "object": "charge"}})).unwrap();
        assert_eq!(read.latest_charge.as_deref(), Some("ch_2"));
        let declined = json!({"code": "card_declined", "decline_code": "lost_card", "message": "No."});
        let read = intent(json!({"latest_charge": null, "last_payment_error": declined, "metadata": {}})).unwrap();
        assert_eq!((read.latest_charge, read.order, read.failure.as_deref()), (None, None, Some("lost_card")));
        assert!(!format!("{:?}", intent(json!({})).unwrap()).contains("secret"));
    }

    #[test]
    fn what_is_not_understood_is_not_guessed() {
        for changes in [
            json!({"status": "on_holiday"}),
            json!({"currency": "xxq"}),
            json!({"amount": "1999"}),
            json!({"amount": 19.99}),
            json!({"livemode": null}),
            json!({"id": null}),
        ] {
            assert!(intent(changes.clone()).is_err(), "{changes}");
        }
    }

    #[test]
    fn a_refund_is_read() {
        let wire = json!({"id": "re_1", "status": "pending", "amount": 5, "currency": "usd", "metadata": {"refund_id": "rfd_1"}});
        let read = GatewayRefund::deserialize(&wire).unwrap();
        let expected = GatewayRefund {
            id: "re_1".to_owned(),
            status: RefundStatus::Pending,
            amount: usd(5),
            refund: Some("rfd_1".to_owned()),
        };
        assert_eq!(read, expected);
    }

    fn usd(amount: i64) -> Money {
        Money::new(amount, "USD".parse().unwrap())
    }

    #[test]
    fn money_is_counted_as_the_gateway_counts_it_and_back() {
        for (amount, currency, counted) in [
            (1999, "USD", 1999),
            (1999, "JPY", 1999),
            (1990, "KWD", 1990),
            (500, "ISK", 50_000),
            (500, "UGX", 50_000),
            (500, "MGA", 5),
        ] {
            let ours = Money::new(amount, currency.parse().unwrap());
            assert_eq!(minor_units(ours), Ok(counted), "{currency}");
            assert_eq!(money(counted, &currency.to_ascii_lowercase()), Ok(ours), "{currency}");
        }
        for (amount, currency) in [(0, "USD"), (-1, "USD"), (550, "MGA"), (i64::MAX, "ISK")] {
            let ours = Money::new(amount, currency.parse().unwrap());
            assert!(minor_units(ours).is_err(), "{amount} {currency}");
        }
        assert_eq!(money(50, "isk"), Err(Unreadable));
    }
}
