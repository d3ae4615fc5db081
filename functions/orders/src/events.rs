//! What can happen here: the types and the data of this context's events. A published one never changes; a new shape is a v2.

use holdfast_core::{Money, ReservationId, ReturnId, Timestamp, UserId};
use holdfast_http::MoneySchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{PaymentStatus, ShipmentState, Status};

/// What can happen in this context: the types and the data of its events. The subject is an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
#[schema(as = OrdersHappened)]
pub enum Happened {
    /// An order was placed, and its stock is held.
    #[serde(rename = "orders.order-placed.v1")]
    Placed {
        /// By whom; by a guest when nobody is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        customer_id: Option<UserId>,
        /// What is to be paid.
        #[schema(value_type = MoneySchema)]
        total: Money,
        /// From when on it may expire.
        #[schema(value_type = String, format = DateTime)]
        expires_at: Timestamp,
    },
    /// An order was paid, and its stock is its own.
    #[serde(rename = "orders.order-paid.v1")]
    Paid {
        /// How much came.
        #[schema(value_type = MoneySchema)]
        amount: Money,
        /// Whether it had expired before.
        late: bool,
    },
    /// An order's money moved otherwise: it came when the order could not be had any more, or some of it went back.
    #[serde(rename = "orders.payment-status-changed.v1")]
    PaymentStatusChanged {
        /// Where the money stands.
        payment_status: PaymentStatus,
        /// How much of it went back, all together.
        #[schema(value_type = MoneySchema)]
        refunded: Money,
    },
    /// Nobody paid for an order in time.
    #[serde(rename = "orders.order-expired.v1")]
    Expired {
        /// What held its stock.
        #[schema(value_type = String)]
        reservation_id: ReservationId,
    },
    /// An order was called off.
    #[serde(rename = "orders.order-cancelled.v1")]
    Cancelled {
        /// Where it stood.
        was: Status,
        /// What is to go back.
        #[schema(value_type = MoneySchema)]
        refund: Money,
    },
    /// An order is being packed.
    #[serde(rename = "orders.order-processing.v1")]
    Processing {},
    /// An order is on its way.
    #[serde(rename = "orders.order-shipped.v1")]
    Shipped {},
    /// The carrier told where a parcel is.
    #[serde(rename = "orders.shipment-moved.v1")]
    ShipmentMoved {
        /// Where.
        state: ShipmentState,
    },
    /// An order has arrived.
    #[serde(rename = "orders.order-delivered.v1")]
    Delivered {},
    /// A buyer wants to send something back.
    #[serde(rename = "orders.return-requested.v1")]
    ReturnRequested {
        /// Which return.
        #[schema(value_type = String)]
        return_id: ReturnId,
    },
    /// A return may come.
    #[serde(rename = "orders.return-approved.v1")]
    ReturnApproved {
        /// Which return.
        #[schema(value_type = String)]
        return_id: ReturnId,
    },
    /// A return may not come.
    #[serde(rename = "orders.return-rejected.v1")]
    ReturnRejected {
        /// Which return.
        #[schema(value_type = String)]
        return_id: ReturnId,
    },
    /// A return has come.
    #[serde(rename = "orders.return-received.v1")]
    ReturnReceived {
        /// Which return.
        #[schema(value_type = String)]
        return_id: ReturnId,
        /// What is to go back.
        #[schema(value_type = MoneySchema)]
        refund: Money,
    },
}
