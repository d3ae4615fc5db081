//! low-stock-alert: tells staff that an article was in stock, and is low now or out.

use holdfast_core::{Envelope, Sku};
use holdfast_events::{Claims, ConsumeError, Consumer, queue};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;

use crate::mails::low_stock;
use crate::postbox::Postbox;

/// As whom claims name the staff that is told: never by its address.
const STAFF: &str = "staff";

/// Tells staff.
#[derive(Clone, Debug)]
pub struct Alert {
    claims: Claims,
    postbox: Postbox,
    /// Nobody is told when there is none.
    address: Option<String>,
}

/// What the queue's rule lets through: articles that were in stock.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
enum Heard {
    #[serde(rename = "inventory.level-changed.v1")]
    Level { sku: Sku, available: u32, threshold: u32 },
}

impl FromInit for Alert {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            claims: Claims::new(init, "NOTIFICATIONS_TABLE", "low-stock-alert")?,
            postbox: Postbox::from_init(init).await?,
            address: init.env.get("LOW_STOCK_ALERT_ADDRESS").filter(|address| !address.is_empty()).map(str::to_owned),
        })
    }
}

impl Consumer for Alert {
    async fn handle(&self, envelope: Envelope) -> Result<(), ConsumeError> {
        let event = envelope.event;
        let heard = event.told().map_err(|_| ConsumeError::Poison("it is no change of a level".to_owned()))?;
        let Heard::Level { sku, available, threshold } = heard;
        let Some(address) = &self.address else { return Ok(()) };
        let mail = low_stock::mail(&sku, available, threshold);
        self.claims.once(event.id, STAFF, self.postbox.send(address, &mail, event.id)).await
    }
}

/// low-stock-alert.
pub fn function() -> Function {
    queue::<Alert>("low-stock-alert")
}
