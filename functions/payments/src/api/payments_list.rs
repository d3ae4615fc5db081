//! GET /v1/admin/payments: payments by where they stand and by order, for staff.

use axum::extract::{FromRef, State};
use futures::future::try_join_all;
use holdfast_core::{OrderId, Page};
use holdfast_dynamo::StoreError;
use holdfast_http::{
    Guard, Json, ListQuery, Listed, OurFault, Problem, Query, QueryProblems, ServerKey, Staff, StaffProblems, endpoint,
    permission,
};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::views::PaymentView;
use crate::domain::{Payment, PaymentState};
use crate::store::Payments;

/// Payments, for staff who page through them.
#[derive(Clone)]
pub struct Ledger {
    payments: Payments,
    guard: Guard,
    server_key: ServerKey,
}

impl FromInit for Ledger {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            payments: Payments::from_init(init).await?,
            guard: Guard::from_init(init).await?,
            server_key: ServerKey::from_init(init).await?,
        })
    }
}

impl FromRef<Ledger> for Guard {
    fn from_ref(ledger: &Ledger) -> Self {
        ledger.guard.clone()
    }
}

/// Which payments, and which part of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PaymentsQuery {
    /// That stand there.
    #[param(inline)]
    status: Option<PaymentState>,
    /// Of this order: all of them, on one page.
    #[param(value_type = Option<String>)]
    order_id: Option<OrderId>,
    /// How many, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Payments of which all that is asked for is true, the newest first, each with its refunds.
#[utoipa::path(
    get, path = "/v1/admin/payments", operation_id = "payments_list", tag = "payments", security(("access_token" = ["payments.read"])),
    params(PaymentsQuery),
    responses((status = 200, description = "A page of payments", body = Listed<PaymentView>), QueryProblems, StaffProblems, OurFault)
)]
async fn payments_list(
    State(ledger): State<Ledger>,
    _: Staff<permission::PaymentsRead>,
    Query(query): Query<PaymentsQuery>,
) -> Result<Json<Listed<PaymentView>>, Problem> {
    let PaymentsQuery { status, order_id, limit, cursor } = query;
    let limit = ListQuery { limit, cursor: None }.limit()?;
    let page = match order_id {
        Some(order) => {
            let mut items = ledger.payments.payments_of(order).await?;
            items.retain(|payment| status.is_none_or(|status| payment.state == status));
            items.reverse();
            Page { items, next_cursor: None }
        }
        None => ledger.payments.list(status, limit, &ledger.server_key.cursors(), cursor.as_deref()).await??,
    };
    let items = try_join_all(page.items.iter().map(|payment| ledger.view(payment))).await?;
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}

impl Ledger {
    async fn view(&self, payment: &Payment) -> Result<PaymentView, StoreError> {
        let refunds =
            if payment.captured > 0 { self.payments.refunds_of(&payment.intent_id).await? } else { Vec::new() };
        Ok(PaymentView::of(payment, &refunds))
    }
}

/// payments-list.
pub fn function() -> Function {
    endpoint::<Ledger>("payments-list", || routes!(payments_list))
}
