//! POST /v1/webhooks/shipping: the carrier tells where a parcel is.

use axum::extract::State;
use axum::http::HeaderMap;
use holdfast_core::OrderId;
use holdfast_http::{NoContent, Origin, OurFault, Problem, Raw, Signatures, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::admin_orders_set_status::parcel;
use super::cancelling::ROUNDS;
use crate::domain::{ShipmentState, Status, Step};
use crate::events::Happened;
use crate::store::Orders;

/// Orders, and what the carrier signs with.
#[derive(Clone, Debug)]
pub struct Ramp {
    orders: Orders,
    signatures: Signatures,
}

impl FromInit for Ramp {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let signatures = Signatures::from_parameter(init, "CARRIER_SECRET_PARAMETER").await?;
        Ok(Self { orders: Orders::from_init(init).await?, signatures })
    }
}

/// What the carrier tells.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CarrierEvent {
    /// Names it: told twice, it is known by this. 1 to 64 visible ASCII characters.
    #[schema(example = "evt-20261121-0001", max_length = 64)]
    id: String,
    /// shipment.in_transit, shipment.delivered or shipment.failed; another is kept and ignored.
    #[serde(rename = "type")]
    #[schema(example = "shipment.delivered")]
    kind: String,
    /// Of which order.
    #[schema(value_type = String)]
    order_id: OrderId,
}

/// Takes the carrier's word.
///
/// The header X-Carrier-Signature is `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, not older than five minutes. What is
/// told twice happens once; a parcel that has arrived does not go back on its way.
#[utoipa::path(
    post, path = "/v1/webhooks/shipping", operation_id = "shipping_webhook", tag = "orders", security(("carrier_signature" = [])),
    request_body = CarrierEvent,
    responses(
        (status = 204, description = "It is known from now on"),
        (status = 400, description = "invalid_signature: it is not the carrier's, or too old; malformed_request: it is not what a carrier tells", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "not_found: there is no such order", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        OurFault
    )
)]
async fn shipping_webhook(
    State(Ramp { orders, signatures }): State<Ramp>,
    origin: Origin,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<NoContent, Problem> {
    signatures.check(&headers, "x-carrier-signature", &body, orders.ambient.now())?;
    let told: CarrierEvent =
        serde_json::from_slice(&body).map_err(|error| Problem::malformed(format!("The body is no event: {error}.")))?;
    if !(1..=64).contains(&told.id.len()) || !told.id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::malformed("The event's id must be 1 to 64 visible ASCII characters."));
    }
    let cause = origin.causation(None);
    for _ in 0..ROUNDS {
        let (known, order) = futures::try_join!(orders.was_told(&told.id), orders.order(told.order_id))?;
        if known {
            return Ok(NoContent);
        }
        let order = order.ok_or_else(|| Problem::not_found("order"))?;
        let at = orders.ambient.now();
        let on_its_way = order.status == Status::Shipped;
        let action = match told.kind.as_str() {
            "shipment.delivered" if on_its_way => {
                let shipment = parcel(&order, None, ShipmentState::Delivered, at);
                let step = Step { to: Status::Delivered, why: Some("told by the carrier".to_owned()), request: None };
                Some(orders.step(&order, &step, Some(&shipment), &Happened::Delivered {}, &cause))
            }
            "shipment.in_transit" if on_its_way => {
                Some(orders.follow(&order, &parcel(&order, None, ShipmentState::InTransit, at), &cause))
            }
            "shipment.failed" if on_its_way => {
                Some(orders.follow(&order, &parcel(&order, None, ShipmentState::Failed, at), &cause))
            }
            _ => None,
        };
        let inbox = orders.told_by_carrier(&told.id, order.id);
        match orders.table.transaction().and(inbox).and_all(action).commit().await {
            Ok(()) => return Ok(NoContent),
            Err(error) if error.lost() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the order kept changing"))
}

/// shipping-webhook.
pub fn function() -> Function {
    endpoint::<Ramp>("shipping-webhook", || routes!(shipping_webhook))
}
