//! POST /v1/webhooks/payments: the gateway tells what became of a payment or a refund.

use axum::extract::State;
use axum::http::HeaderMap;
use holdfast_core::Ambient;
use holdfast_http::{Json, Origin, OurFault, Problem, Raw, Signatures, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::cashier::{Bearer, Cashier, Taken};
use crate::domain::Mismatch;
use crate::store::Inbox;
use crate::wire::{Event, Told};

/// The cashier, and what is known of the gateway's webhooks.
#[derive(Clone, Debug)]
pub struct Hatch {
    cashier: Cashier,
    signatures: Signatures,
    ambient: Ambient,
    /// Whether money is real.
    live: bool,
    /// The account at the gateway, where its events name one.
    account: Option<String>,
}

impl FromInit for Hatch {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let account = init.env.get("GATEWAY_ACCOUNT").filter(|account| !account.is_empty()).map(str::to_owned);
        Ok(Self {
            cashier: Cashier::from_init(init).await?,
            signatures: Signatures::from_parameter(init, "GATEWAY_WEBHOOK_SECRET_PARAMETER").await?,
            ambient: init.ambient.clone(),
            live: init.env.text("GATEWAY_LIVE")? == "true",
            account,
        })
    }
}

/// An event of the gateway's, of which only this is read.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = GatewayEvent)]
#[expect(dead_code, reason = "it describes the body, which is read from its bytes")]
struct GatewayEvent {
    /// Names it: told twice, it is known by this.
    #[schema(example = "evt_1PxYzA2eZvKYlo2C")]
    id: String,
    /// payment_intent.succeeded and its like; a type that nobody here knows is kept and ignored.
    #[serde(rename = "type")]
    #[schema(example = "payment_intent.succeeded")]
    kind: String,
    /// Whether its money is real.
    livemode: bool,
    /// The object, as it was then.
    #[schema(value_type = Object)]
    data: serde_json::Value,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    /// Always: it is known from now on.
    received: bool,
    /// Whether it was told before.
    again: bool,
}

/// Takes the gateway's word.
///
/// The header Stripe-Signature signs the exact bytes, not older than five minutes. The event and all that it does are one
/// transaction: what is told twice, in another order or days late ends alike. An event for an order that there is not waits for it;
/// one of another account or mode is kept, and people are told.
#[utoipa::path(
    post, path = "/v1/webhooks/payments", operation_id = "payments_webhook", tag = "payments", security(("gateway_signature" = [])),
    request_body = GatewayEvent,
    responses(
        (status = 200, description = "It is known, and so is all that it does", body = WebhookView),
        (status = 400, description = "invalid_signature: it is not the gateway's, or too old; malformed_request: it is no event", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "body_too_large: over 1,000,000 bytes", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        OurFault
    )
)]
async fn payments_webhook(
    State(hatch): State<Hatch>,
    origin: Origin,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<WebhookView>, Problem> {
    hatch.signatures.check(&headers, "stripe-signature", &body, hatch.ambient.now())?;
    let event =
        Event::read(&body).map_err(|_| Problem::malformed("The body is no event that the gateway would send."))?;
    let told = event.told().map_err(|_| Problem::malformed("The event's object is not what its type says."))?;
    let cause = origin.causation(None);
    let inbox = Inbox { event_id: event.id.clone(), kind: event.kind.clone() };
    let cashier = &hatch.cashier;
    let taken = match (hatch.strange(&event), told) {
        (Some(what), Told::Intent(intent)) => cashier.refuse(&inbox, what, intent.order_id(), &cause).await?,
        (Some(what), Told::Refund(_) | Told::Else) => cashier.refuse(&inbox, what, None, &cause).await?,
        (None, Told::Intent(intent)) => cashier.intent(&intent, Bearer::Webhook(&inbox), &cause).await?,
        (None, Told::Refund(refund)) => cashier.refund(&refund, Bearer::Webhook(&inbox), &cause).await?,
        (None, Told::Else) => cashier.ignore(&inbox).await?,
    };
    Ok(Json(WebhookView { received: true, again: taken == Taken::Again }))
}

impl Hatch {
    /// What is wrong with where an event comes from.
    fn strange(&self, event: &Event) -> Option<Mismatch> {
        let others = event.account.as_ref().filter(|account| self.account.as_ref() != Some(*account));
        if event.livemode != self.live { Some(Mismatch::Mode) } else { others.map(|_| Mismatch::Account) }
    }
}

/// payments-webhook.
pub fn function() -> Function {
    endpoint::<Hatch>("payments-webhook", || routes!(payments_webhook))
}
