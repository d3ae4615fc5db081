//! low-stock-alert: tells staff that an article was in stock, and is low now or out.

use holdfast_checkout::Alerts;
use holdfast_core::{Envelope, Sku};
use holdfast_events::{Claims, ConsumeError, Consumer, queue};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;

use crate::desk::House;
use crate::mails::low_stock;
use crate::postbox::{self, Postbox};
use crate::store::Ledger;

/// Tells staff.
#[derive(Clone)]
pub struct Alert {
    claims: Claims,
    alerts: Alerts,
    postbox: Postbox,
    ledger: Ledger,
    house: House,
    /// Who is told while staff have named nobody: the stage's parameter.
    usual: Option<String>,
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
            alerts: Alerts::from_init(init).await?,
            postbox: Postbox::from_init(init).await?,
            ledger: Ledger::from_init(init).await?,
            house: House::from_env(&init.env)?,
            usual: init.env.get("LOW_STOCK_ALERT_ADDRESS").filter(|address| !address.is_empty()).map(str::to_owned),
        })
    }
}

impl Alert {
    /// Whom staff have named, nobody among them; before that, whom the stage names.
    async fn told(&self) -> Result<Vec<String>, ConsumeError> {
        Ok(match self.alerts.addresses().await? {
            Some(named) => named.low_stock.iter().map(ToString::to_string).collect(),
            None => self.usual.iter().cloned().collect(),
        })
    }
}

impl Consumer for Alert {
    async fn handle(&self, envelope: Envelope) -> Result<(), ConsumeError> {
        let event = envelope.event;
        let heard = event.told().map_err(|_| ConsumeError::Poison("it is no change of a level".to_owned()))?;
        let Heard::Level { sku, available, threshold } = heard;
        let mail = low_stock::mail(&self.house.staff(), &sku, available, threshold);
        let told = self.told().await?;
        let told = told.iter().map(|address| async {
            // A claim names nobody by address.
            let mark = self.ledger.mark(address);
            let standing = self.ledger.standing(&mark).await?;
            if standing.why(self.ledger.ambient.now()).is_some() {
                return Ok(());
            }
            let to = postbox::Envelope { to: address, mark: &mark, decline: None };
            self.claims.once(event.id, &format!("staff/{mark}"), self.postbox.send(&to, &mail, event.id)).await
        });
        // One whom a mail does not reach keeps it from nobody else.
        let outcomes = futures::future::join_all(told).await;
        outcomes.into_iter().collect()
    }
}

/// low-stock-alert.
pub fn function() -> Function {
    queue::<Alert>("low-stock-alert")
}
