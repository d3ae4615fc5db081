//! The payment gateway, asked: Stripe's HTTP API, or whatever speaks it at the address that the environment names.
//!
//! What is asked for bears a key of ours, so that asking again does nothing twice. What comes back is an answer, or one of
//! four errors that say what is known: nothing was done, something may have been, it was refused, or its key is spoilt.

mod breaker;
mod exchange;
mod objects;

use holdfast_core::{Money, OrderId, RefundId};
use holdfast_runtime::{FromInit, Init, InitError};
use http::Method;
use http::uri::Scheme;
use serde::Deserialize;
use serde_json::Value;

use self::exchange::{Ask, Exchange};
pub use self::objects::{GatewayRefund, Intent, IntentStatus, RefundStatus, Unreadable};

/// The version of the API that is spoken here: what it answers never changes under us.
pub const API_VERSION: &str = "2026-10-28.endive";
/// Where the API is.
const URL: &str = "GATEWAY_URL";
/// Which parameter holds the key that opens it.
const KEY_PARAMETER: &str = "GATEWAY_KEY_PARAMETER";
/// Under these names our ids stand in the gateway's objects.
const ORDER_ID: &str = "order_id";
const REFUND_ID: &str = "refund_id";
/// The most of a list that one answer has.
const PAGE: &str = "100";
/// No charge has more refunds than fit into these: each is asked for by us.
const MOST_PAGES: usize = 20;
/// What is said of an intent that is past what was asked of it.
const UNEXPECTED_STATE: &str = "payment_intent_unexpected_state";

/// The payment gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    exchange: Exchange,
    livemode: bool,
}

/// Why the gateway did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It did nothing, and can be asked again.
    #[error("the payment gateway is out of reach; again after {retry_after_s} s")]
    Unavailable {
        /// When it makes sense to ask again.
        retry_after_s: u64,
    },
    /// It may have done it: ask again with the same key.
    #[error("what the payment gateway did is not known")]
    Unclear,
    /// It says no, and will again.
    #[error("the payment gateway refuses: {code}: {message}")]
    Refused {
        /// The gateway's word for why.
        code: String,
        /// For people.
        message: String,
    },
    /// It failed, and answers this key with that failure for a day: another key is needed, once it is known whether
    /// something was done.
    #[error("the payment gateway failed, and keeps that under the key")]
    Broken500,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    has_more: bool,
}

impl FromInit for Gateway {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let url = init.env.text(URL)?.trim_end_matches('/').to_owned();
        is_base(&url).map_err(|reason| InitError::Invalid { name: URL.to_owned(), reason: reason.to_owned() })?;
        let key = init.aws.secret(KEY_PARAMETER).await?;
        let livemode = key.expose().starts_with("sk_live_") || key.expose().starts_with("rk_live_");
        Ok(Self { exchange: Exchange::new(init, url, key)?, livemode })
    }
}

/// Money's requests go nowhere unencrypted but to this machine itself.
fn is_base(url: &str) -> Result<(), &'static str> {
    let url: http::Uri = url.parse().map_err(|_| "is no URL")?;
    let here = matches!(url.host(), Some("127.0.0.1" | "localhost"));
    match url.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS || (*scheme == Scheme::HTTP && here) => Ok(()),
        _ => Err("is neither https nor this machine"),
    }
}

impl Gateway {
    /// Whether this is about real money.
    pub fn livemode(&self) -> bool {
        self.livemode
    }

    /// Asks for an intent to pay an order. The same key, the same intent.
    pub async fn create_intent(&self, order: OrderId, amount: Money, key: &str) -> Result<Intent, GatewayError> {
        let ask = Ask::post("/v1/payment_intents")
            .keyed(key)
            .with("amount", objects::minor_units(amount)?.to_string())
            .with("currency", amount.currency.code().to_ascii_lowercase())
            .with(format!("metadata[{ORDER_ID}]"), order.to_string());
        read(Method::POST, &self.exchange.ask(&ask).await?)
    }

    /// An intent, as it is now.
    pub async fn intent(&self, id: &str) -> Result<Intent, GatewayError> {
        let ask = Ask::get(format!("/v1/payment_intents/{}", of_path(id)?));
        read(Method::GET, &self.exchange.ask(&ask).await?)
    }

    /// Calls an intent off. What it has become is answered, whatever that is: one that is paid cannot be called off any more.
    pub async fn cancel_intent(&self, id: &str) -> Result<Intent, GatewayError> {
        // Without a key: the gateway would keep a refusal of now for a day, and calling off twice does nothing anyway.
        let ask = Ask::post(format!("/v1/payment_intents/{}/cancel", of_path(id)?));
        match self.exchange.ask(&ask).await {
            Ok(intent) => read(Method::POST, &intent),
            Err(GatewayError::Refused { code, .. }) if code == UNEXPECTED_STATE => self.intent(id).await,
            Err(error) => Err(error),
        }
    }

    /// Gives money back that came by this intent. The same key, the same refund.
    pub async fn refund(
        &self,
        intent: &str,
        refund: RefundId,
        amount: Money,
        key: &str,
    ) -> Result<GatewayRefund, GatewayError> {
        let intent = self.intent(intent).await?;
        let nothing = || refused("charge_missing", "nothing was ever charged for this intent");
        let ask = Ask::post("/v1/refunds")
            .keyed(key)
            .with("charge", intent.latest_charge.ok_or_else(nothing)?)
            .with("amount", objects::minor_units(amount)?.to_string())
            .with(format!("metadata[{REFUND_ID}]"), refund.to_string());
        read(Method::POST, &self.exchange.ask(&ask).await?)
    }

    /// All refunds of what came by this intent, the newest first.
    pub async fn refunds_of(&self, intent: &str) -> Result<Vec<GatewayRefund>, GatewayError> {
        let Some(charge) = self.intent(intent).await?.latest_charge else { return Ok(Vec::new()) };
        let mut refunds: Vec<GatewayRefund> = Vec::new();
        for _ in 0..MOST_PAGES {
            let mut ask = Ask::get("/v1/refunds").with("charge", charge.clone()).with("limit", PAGE);
            if let Some(last) = refunds.last() {
                ask = ask.with("starting_after", last.id.clone());
            }
            let page: Page = read(Method::GET, &self.exchange.ask(&ask).await?)?;
            for refund in &page.data {
                refunds.push(read(Method::GET, refund)?);
            }
            if !page.has_more || page.data.is_empty() {
                return Ok(refunds);
            }
        }
        Err(refused("list_too_long", "the charge has more refunds than can be looked at"))
    }
}

/// What an answer says. One that cannot be read says that something was answered, and no more.
fn read<T: for<'de> Deserialize<'de>>(method: Method, answer: &Value) -> Result<T, GatewayError> {
    T::deserialize(answer).map_err(|error| {
        tracing::error!(%error, "the payment gateway's answer cannot be read");
        exchange::unknown(&method)
    })
}

fn refused(code: &str, message: &str) -> GatewayError {
    GatewayError::Refused { code: code.to_owned(), message: message.to_owned() }
}

/// An id that is safe in a path.
fn of_path(id: &str) -> Result<&str, GatewayError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match !id.is_empty() && id.bytes().all(fits) {
        true => Ok(id),
        false => Err(refused("resource_missing", "this is no id of the gateway's")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_talked_about_in_private() {
        for url in ["https://api.stripe.com", "http://127.0.0.1:8080/dev/gateway", "http://localhost:8420"] {
            assert_eq!(is_base(url), Ok(()), "{url}");
        }
        for url in ["http://api.stripe.com", "ftp://127.0.0.1", "api.stripe.com", "", "http://127.0.0.1.example"] {
            assert!(is_base(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_id_leads_nowhere_else() {
        assert_eq!(of_path("pi_3Px-Y"), Ok("pi_3Px-Y"));
        for id in ["", "pi_1/cancel", "..", "pi_1?x=1", "pi_1#", "pi 1", "pi_é"] {
            assert!(of_path(id).is_err(), "{id}");
        }
    }
}
