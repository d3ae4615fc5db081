//! stock-audit: every stock, held against its movements. A finding fails the run, so that its alarm rings.

use std::sync::Arc;

use holdfast_runtime::{EventHandler, FromInit, Function};
use serde_json::Value;

use crate::store::Inventory;

/// stock-audit.
pub fn function() -> Function {
    Function::event("stock-audit", |init| async move {
        let inventory = Inventory::from_init(&init).await?;
        let handler: EventHandler = Arc::new(move |_| {
            let inventory = inventory.clone();
            Box::pin(async move {
                let (stocks, found) = inventory.audit().await?;
                for discrepancy in &found {
                    let (sku, warehouse_id) = (discrepancy.sku.as_str(), discrepancy.warehouse_id);
                    tracing::error!(sku, %warehouse_id, finding = ?discrepancy.finding, "stock.differs");
                }
                tracing::info!(stocks, differences = found.len(), "stock.audited");
                if found.is_empty() {
                    Ok(Value::Null)
                } else {
                    Err(format!("{} of {stocks} stocks are not what their movements say", found.len()).into())
                }
            })
        });
        Ok(handler)
    })
}
