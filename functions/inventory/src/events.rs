//! What can happen here: the types and the data of this context's events. A published one never changes; a new shape is a v2.

use holdfast_core::{Causation, ReservationId, Sku, StoredEvent, Timestamp, WarehouseId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Kind, Level};

/// What can happen in this context: the types and the data of its events.
///
/// An article's subject is its SKU, its level's `<sku>/level`, a stock's `<sku>/<warehouse id>`: each counts its own events. A
/// stock's data is short, because the item that bears it must stay under 1 KB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum Happened {
    /// A warehouse was opened.
    #[serde(rename = "inventory.warehouse-created.v1")]
    WarehouseCreated {},
    /// A warehouse got another name or another priority.
    #[serde(rename = "inventory.warehouse-changed.v1")]
    WarehouseChanged {},
    /// An article is kept from now on.
    #[serde(rename = "inventory.article-created.v1")]
    ArticleCreated {
        /// At how many it counts as low.
        low_stock_threshold: u32,
    },
    /// An article counts as low at another number.
    #[serde(rename = "inventory.threshold-set.v1")]
    ThresholdSet {
        /// At how many from now on.
        low_stock_threshold: u32,
    },
    /// An article came into a warehouse for the first time.
    #[serde(rename = "inventory.stock-created.v1")]
    Created(Moved),
    /// Staff corrected a stock.
    #[serde(rename = "inventory.stock-adjusted.v1")]
    Adjusted(Moved),
    /// A warehouse counted a stock.
    #[serde(rename = "inventory.stock-counted.v1")]
    Counted(Moved),
    /// Stock came from another warehouse, or went there.
    #[serde(rename = "inventory.stock-transferred.v1")]
    Transferred(Moved),
    /// Stock was held for somebody.
    #[serde(rename = "inventory.stock-held.v1")]
    Held(Moved),
    /// Held stock was sold.
    #[serde(rename = "inventory.stock-committed.v1")]
    Committed(Moved),
    /// Held stock was given back.
    #[serde(rename = "inventory.stock-released.v1")]
    Released(Moved),
    /// Held stock was not fetched in time.
    #[serde(rename = "inventory.stock-expired.v1")]
    Expired(Moved),
    /// Stock that was sold came back.
    #[serde(rename = "inventory.stock-returned.v1")]
    Returned(Moved),
    /// A reservation was made.
    #[serde(rename = "inventory.reservation-made.v1")]
    ReservationMade {
        /// From when on it may expire.
        #[schema(value_type = String, format = DateTime)]
        expires_at: Timestamp,
    },
    /// A reservation ended in a sale.
    #[serde(rename = "inventory.reservation-committed.v1")]
    ReservationCommitted {},
    /// A reservation was given back.
    #[serde(rename = "inventory.reservation-released.v1")]
    ReservationReleased {},
    /// A reservation ended by the clock.
    #[serde(rename = "inventory.reservation-expired.v1")]
    ReservationExpired {},
    /// An article, over all warehouses, is stocked otherwise than before.
    #[serde(rename = "inventory.level-changed.v1")]
    LevelChanged {
        /// Which article.
        #[schema(value_type = String)]
        sku: Sku,
        /// How it was.
        was: Level,
        /// How it is.
        is: Level,
        /// How many can be had.
        available: u32,
        /// At how many it counts as low.
        threshold: u32,
    },
}

/// Why stock moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    /// The reservation, the receipt's id, or staff's reason.
    pub reference: String,
}

impl Happened {
    /// The event of a movement of this kind.
    pub(crate) fn moved(kind: Kind, reference: impl ToString) -> Self {
        let moved = Moved { reference: reference.to_string() };
        match kind {
            Kind::Created => Self::Created(moved),
            Kind::Adjusted => Self::Adjusted(moved),
            Kind::Counted => Self::Counted(moved),
            Kind::Transferred => Self::Transferred(moved),
            Kind::Held => Self::Held(moved),
            Kind::Committed => Self::Committed(moved),
            Kind::Released => Self::Released(moved),
            Kind::Expired => Self::Expired(moved),
            Kind::Returned => Self::Returned(moved),
        }
    }

    /// The kind of movement that a stock's event tells of, and its reference; nothing of another's.
    pub(crate) fn movement(self) -> Option<(Kind, String)> {
        let (kind, moved) = match self {
            Self::Created(moved) => (Kind::Created, moved),
            Self::Adjusted(moved) => (Kind::Adjusted, moved),
            Self::Counted(moved) => (Kind::Counted, moved),
            Self::Transferred(moved) => (Kind::Transferred, moved),
            Self::Held(moved) => (Kind::Held, moved),
            Self::Committed(moved) => (Kind::Committed, moved),
            Self::Released(moved) => (Kind::Released, moved),
            Self::Expired(moved) => (Kind::Expired, moved),
            Self::Returned(moved) => (Kind::Returned, moved),
            Self::WarehouseCreated {}
            | Self::WarehouseChanged {}
            | Self::ArticleCreated { .. }
            | Self::ThresholdSet { .. }
            | Self::ReservationMade { .. }
            | Self::ReservationCommitted {}
            | Self::ReservationReleased {}
            | Self::ReservationExpired {}
            | Self::LevelChanged { .. } => return None,
        };
        Some((kind, moved.reference))
    }
}

/// A stock, as events name it.
pub(crate) fn subject(sku: &Sku, warehouse: WarehouseId) -> String {
    format!("{sku}/{warehouse}")
}

/// What led to an event that the shop itself sets off, because of an earlier one.
pub(crate) fn caused_by(event: &StoredEvent) -> Causation {
    Causation { causation_id: Some(event.id), actor: None, ..event.causation.clone() }
}

/// What led to an event that a clock sets off.
pub(crate) fn by_itself(reservation: ReservationId) -> Causation {
    Causation { correlation_id: reservation.to_string(), ..Causation::default() }
}
