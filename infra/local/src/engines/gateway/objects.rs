//! What the gateway keeps, in the words of Stripe's API.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far an intent has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// It is paid.
    Succeeded,
    /// It never will be.
    Canceled,
}

impl IntentStatus {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// A `PaymentIntent`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "object", rename = "payment_intent")]
pub struct Intent {
    /// `pi_…`.
    pub id: String,
    /// What is to be paid, in minor units.
    pub amount: u64,
    /// Always nothing: what is authorised is captured.
    pub amount_capturable: u64,
    /// What was paid.
    pub amount_received: u64,
    /// Whether the gateway chooses the ways to pay.
    pub automatic_payment_methods: Option<Value>,
    /// When it was called off, in seconds since 1970.
    pub canceled_at: Option<i64>,
    /// Why it was called off.
    pub cancellation_reason: Option<String>,
    /// Always `automatic_async`.
    pub capture_method: String,
    /// What a browser may confirm it with.
    pub client_secret: String,
    /// Always `automatic`.
    pub confirmation_method: String,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// Three small letters.
    pub currency: String,
    /// Nobody: customers are not kept here.
    pub customer: Option<String>,
    /// Whatever the merchant wrote.
    pub description: Option<String>,
    /// Why the last attempt failed.
    pub last_payment_error: Option<Value>,
    /// The last attempt that reached the bank.
    pub latest_charge: Option<String>,
    /// Never.
    pub livemode: bool,
    /// The merchant's own words.
    pub metadata: BTreeMap<String, String>,
    /// What the customer has to do.
    pub next_action: Option<Value>,
    /// What it is paid with.
    pub payment_method: Option<String>,
    /// What it may be paid with.
    pub payment_method_types: Vec<String>,
    /// How far it has come.
    pub status: IntentStatus,
}

/// An attempt that reached the bank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "object", rename = "charge")]
pub struct Charge {
    /// `ch_…`.
    pub id: String,
    /// What was asked of the bank.
    pub amount: u64,
    /// What the bank gave.
    pub amount_captured: u64,
    /// What was given back, or is on its way.
    pub amount_refunded: u64,
    /// Whether the bank gave it.
    pub captured: bool,
    /// When, in seconds since 1970.
    pub created: i64,
    /// Three small letters.
    pub currency: String,
    /// Never: nobody disputes here.
    pub disputed: bool,
    /// Why the bank gave nothing.
    pub failure_code: Option<String>,
    /// The same, for people.
    pub failure_message: Option<String>,
    /// Never.
    pub livemode: bool,
    /// The intent's.
    pub metadata: BTreeMap<String, String>,
    /// Whether the bank gave it.
    pub paid: bool,
    /// Of which intent.
    pub payment_intent: String,
    /// What it was paid with.
    pub payment_method: String,
    /// Whether all of it was given back.
    pub refunded: bool,
    /// `succeeded`, `pending` or `failed`.
    pub status: String,
}

impl Charge {
    /// What can still be given back.
    pub(super) fn refundable(&self) -> u64 {
        self.amount_captured.saturating_sub(self.amount_refunded)
    }
}

/// How far a refund has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// It is under way.
    Pending,
    /// The money is back.
    Succeeded,
    /// It came back to us.
    Failed,
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "object", rename = "refund")]
pub struct Refund {
    /// `re_…`.
    pub id: String,
    /// How much.
    pub amount: u64,
    /// Of which charge.
    pub charge: String,
    /// When, in seconds since 1970.
    pub created: i64,
    /// Three small letters.
    pub currency: String,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// The merchant's own words.
    pub metadata: BTreeMap<String, String>,
    /// Of which intent.
    pub payment_intent: String,
    /// Why, in one of Stripe's three words.
    pub reason: Option<String>,
    /// How far it has come.
    pub status: RefundStatus,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "object", rename = "event")]
pub struct Event {
    /// `evt_…`.
    pub id: String,
    /// The version that its object is written in.
    pub api_version: String,
    /// When, in seconds since 1970.
    pub created: i64,
    /// The object, as it was then.
    pub data: EventData,
    /// Never.
    pub livemode: bool,
    /// How many endpoints are still to hear of it.
    pub pending_webhooks: u32,
    /// Whose request it was.
    pub request: EventRequest,
    /// `payment_intent.succeeded` and the like.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventData {
    /// The object, as it was then.
    pub object: Value,
}

/// The request that made something happen; neither when time did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRequest {
    /// `req_…`.
    pub id: Option<String>,
    /// The key that it bore.
    pub idempotency_key: Option<String>,
}
