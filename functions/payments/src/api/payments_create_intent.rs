//! POST /v1/orders/{id}/payment-intent: what an order can be paid with.

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use holdfast_core::Money;
use holdfast_dynamo::CommitError;
use holdfast_http::{CallerProblems, Json, MoneySchema, NotFound, Origin, OurFault, Problem, endpoint};
use holdfast_orders::Counter;
use holdfast_orders::domain::{Order, PaymentStatus};
use holdfast_orders::owner::Own;
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::agent::can_be_paid;
use crate::domain::{GatewayId, Payment, PaymentState};
use crate::gateway::{Gateway, GatewayError, Intent, IntentStatus};
use crate::store::Payments;

/// Orders, payments, and the gateway.
#[derive(Clone)]
pub struct Desk {
    counter: Counter,
    payments: Payments,
    gateway: Gateway,
}

impl FromInit for Desk {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            counter: Counter::from_init(init).await?,
            payments: Payments::from_init(init).await?,
            gateway: Gateway::from_init(init).await?,
        })
    }
}

impl FromRef<Desk> for Counter {
    fn from_ref(desk: &Desk) -> Self {
        desk.counter.clone()
    }
}

/// What an order can be paid with.
#[derive(Serialize, ToSchema)]
pub struct PaymentIntentView {
    /// The gateway's id of it.
    #[schema(example = "pi_3PxYzA2eZvKYlo2C1x8rKvVt")]
    payment_intent_id: String,
    /// What the gateway's own code in a browser confirms it with. Whoever has it may pay.
    client_secret: String,
    /// How far it is, in the gateway's words.
    #[schema(example = "requires_payment_method")]
    status: &'static str,
    /// What is asked for.
    #[schema(value_type = MoneySchema)]
    amount: Money,
}

impl PaymentIntentView {
    fn of(intent: Intent) -> Self {
        let status = match intent.status {
            IntentStatus::RequiresPaymentMethod => "requires_payment_method",
            IntentStatus::RequiresConfirmation => "requires_confirmation",
            IntentStatus::RequiresAction => "requires_action",
            IntentStatus::Processing => "processing",
            IntentStatus::RequiresCapture => "requires_capture",
            IntentStatus::Succeeded => "succeeded",
            IntentStatus::Canceled => "canceled",
        };
        let Intent { id, client_secret, amount, .. } = intent;
        Self { payment_intent_id: id, client_secret, status, amount }
    }
}

/// Gives an order's payment intent, and makes it when it is asked for the first time.
///
/// The card is typed into the gateway's own form, which takes the client secret: no card data comes here. Asking again gives the
/// same intent, paid or not. Where the gateway does not answer, the order stays as it is, and can be tried again.
#[utoipa::path(
    post, path = "/v1/orders/{id}/payment-intent", operation_id = "payments_create_intent", tag = "payments", security(("access_token" = []), ("order_token" = [])),
    params(("id" = String, Path, description = "The order's id")),
    responses(
        (status = 200, description = "The order's payment intent", body = PaymentIntentView),
        (status = 409, description = "not_payable: the order has expired, was called off, or was paid in another way; payment_refused: the gateway does not take its amount", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        CallerProblems, NotFound, OurFault
    )
)]
async fn payments_create_intent(
    State(desk): State<Desk>,
    own: Own,
    origin: Origin,
) -> Result<(StatusCode, Json<PaymentIntentView>), Problem> {
    let order = &own.order;
    let payments = desk.payments.payments_of(order.id).await?;
    let answer = |intent| Ok((StatusCode::OK, Json(PaymentIntentView::of(intent))));
    if let Some(payment) = payments.iter().find(|payment| is_the_orders(payment, order)) {
        return answer(desk.gateway.intent(payment.intent_id.as_str()).await.map_err(not_now)?);
    }
    if !can_be_paid(order) || order.payment_status != PaymentStatus::None {
        return Err(not_payable(order));
    }
    let intent = desk.make(order, payments.len()).await?;
    let amount = order.money(order.charges.total);
    let id: GatewayId = intent.id.parse().map_err(|_| Problem::internal("the gateway's id is none"))?;
    let piece = desk.payments.open(order.id, &id, amount, &origin.causation(own.user));
    match desk.payments.table.commit(piece).await {
        // A webhook was faster, or somebody who asked at the same moment.
        Ok(()) | Err(CommitError::Cancelled(_)) => answer(intent),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

impl Desk {
    /// Makes an intent. Whoever asks at the same time, or again, has the same key and makes the same one; each that was called off
    /// has used up a key. Where the gateway keeps a failure of its own under it, there is another key every minute.
    async fn make(&self, order: &Order, used: usize) -> Result<Intent, Problem> {
        let amount = order.money(order.charges.total);
        let key = format!("{}-{used}", order.id);
        match self.gateway.create_intent(order.id, amount, &key).await {
            Err(GatewayError::Broken500) => {}
            made => return made.map_err(not_now),
        }
        let minute = self.payments.ambient.now().as_second().div_euclid(60);
        self.gateway.create_intent(order.id, amount, &format!("{key}-{minute}")).await.map_err(not_now)
    }
}

/// Whether this is what the order is paid with: one that was called off is not, nor one whose money went back. Nobody is led to
/// pay for what has ended.
fn is_the_orders(payment: &Payment, order: &Order) -> bool {
    match payment.state {
        PaymentState::Open => can_be_paid(order),
        PaymentState::Paid => true,
        PaymentState::SentBack | PaymentState::Unmatched | PaymentState::Cancelled => false,
    }
}

fn not_payable(order: &Order) -> Problem {
    let detail = format!("An order that is {} is not to be paid.", order.status.name());
    Problem::conflict("not_payable", "The order is not to be paid", detail)
}

/// The gateway's silence as an answer of ours.
fn not_now(error: GatewayError) -> Problem {
    match error {
        GatewayError::Unavailable { retry_after_s } => {
            Problem::unavailable_for("the payment gateway does not answer", retry_after_s)
        }
        GatewayError::Unclear | GatewayError::Broken500 => Problem::unavailable(error.to_string()),
        GatewayError::Refused { code, message } => {
            tracing::error!(code, message, "intent.refused");
            let detail = "The payment gateway does not take this amount.";
            Problem::conflict("payment_refused", "The payment is refused", detail)
        }
    }
}

/// payments-create-intent.
pub fn function() -> Function {
    endpoint::<Desk>("payments-create-intent", || routes!(payments_create_intent))
}
