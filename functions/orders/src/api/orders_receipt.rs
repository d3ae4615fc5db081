//! GET /v1/orders/{id}/receipt: what was paid, on paper.

use axum::extract::{FromRef, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use holdfast_http::{CallerProblems, Guard, NotFound, OurFault, Problem, Query, QueryProblems, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::owner::Own;
use crate::receipt::Receipt;
use crate::store::Counter;

/// Orders, and whose shop it is.
#[derive(Clone)]
pub struct Printer {
    counter: Counter,
    shop: String,
}

impl FromInit for Printer {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { counter: Counter::from_init(init).await?, shop: init.env.text("SHOP_NAME")?.to_owned() })
    }
}

impl FromRef<Printer> for Counter {
    fn from_ref(printer: &Printer) -> Self {
        printer.counter.clone()
    }
}

impl FromRef<Printer> for Guard {
    fn from_ref(printer: &Printer) -> Self {
        Self::from_ref(&printer.counter)
    }
}

/// On which paper.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ReceiptQuery {
    /// html or pdf; what Accept says when it is not said.
    #[param(inline)]
    format: Option<Paper>,
}

/// Kinds of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// A page for a browser.
    Html,
    /// A PDF.
    Pdf,
}

/// The receipt of an order that was paid.
#[utoipa::path(
    get, path = "/v1/orders/{id}/receipt", operation_id = "orders_receipt", tag = "orders", security(("access_token" = []), ("order_token" = [])),
    params(("id" = String, Path, description = "The order's id"), ReceiptQuery),
    responses(
        (status = 200, description = "The receipt: a page that prints well, or a PDF", content((String = "text/html"), (Vec<u8> = "application/pdf"))),
        (status = 409, description = "not_paid: nothing was paid for it", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        QueryProblems, CallerProblems, NotFound, OurFault
    )
)]
async fn orders_receipt(
    State(printer): State<Printer>,
    own: Own,
    headers: HeaderMap,
    Query(query): Query<ReceiptQuery>,
) -> Result<Response, Problem> {
    let receipt = Receipt::of(&own.order, own.buyer.as_ref(), &printer.shop);
    let receipt = receipt.ok_or_else(|| {
        Problem::conflict("not_paid", "Nothing was paid", "There is a receipt once the order is paid.")
    })?;
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wished = if accepted.contains("application/pdf") { Paper::Pdf } else { Paper::Html };
    let private = (CACHE_CONTROL, "private, no-store".to_owned());
    Ok(match query.format.unwrap_or(wished) {
        Paper::Html => {
            // The page's own style, and nothing else.
            let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
            let policy = (CONTENT_SECURITY_POLICY, policy.to_owned());
            ([(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), private, policy], receipt.html()).into_response()
        }
        Paper::Pdf => {
            let name = (CONTENT_DISPOSITION, format!("inline; filename=\"receipt-{}.pdf\"", receipt.number));
            ([(CONTENT_TYPE, "application/pdf".to_owned()), private, name], receipt.pdf()).into_response()
        }
    })
}

/// orders-receipt.
pub fn function() -> Function {
    endpoint::<Printer>("orders-receipt", || routes!(orders_receipt))
}
