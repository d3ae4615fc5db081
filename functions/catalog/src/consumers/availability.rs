//! catalog-availability: brings how variants stand to where pages show it, so that no page has to ask stock.

use holdfast_core::{Envelope, ProductId, Sku, StoredEvent};
use holdfast_events::{ConsumeError, Consumer, queue};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;

use crate::domain::Availability;
use crate::store::Catalog;

/// Keeps availability up.
#[derive(Clone, Debug)]
pub struct Shelves(Catalog);

/// What is heard of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
enum Heard {
    /// Stock has begun to count an article: there is enough until a level says otherwise.
    #[serde(rename = "inventory.article-created.v1")]
    Counted {},
    /// An article stands otherwise than before.
    #[serde(rename = "inventory.level-changed.v1")]
    Level {
        /// Which.
        sku: Sku,
        /// So.
        is: Availability,
    },
    /// A product is new: stock may have told of its SKUs before.
    #[serde(rename = "catalog.product-created.v1")]
    Product {},
    /// So with a variant.
    #[serde(rename = "catalog.variant-added.v1")]
    Variant {},
}

/// What a SKU's first level comes after.
const BEFORE_ALL_LEVELS: u64 = 0;

impl FromInit for Shelves {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Catalog::from_init(init).await.map(Self)
    }
}

impl Consumer for Shelves {
    async fn handle(&self, envelope: Envelope) -> Result<(), ConsumeError> {
        let subject = &envelope.event.subject;
        match read(&envelope.event)? {
            Heard::Counted {} => {
                let sku = subject.parse::<Sku>().map_err(|_| poison("its subject is no SKU"))?;
                self.0.hear(&sku, Availability::InStock, BEFORE_ALL_LEVELS).await?;
            }
            Heard::Level { sku, is } => self.0.hear(&sku, is, envelope.sequence).await?,
            Heard::Product {} | Heard::Variant {} => {
                let product = subject.parse::<ProductId>().map_err(|_| poison("its subject is no product"))?;
                self.0.restock(product).await?;
            }
        }
        Ok(())
    }
}

fn poison(why: &str) -> ConsumeError {
    ConsumeError::Poison(why.to_owned())
}

fn read(event: &StoredEvent) -> Result<Heard, ConsumeError> {
    event.told().map_err(|_| poison("it is of no type that is heard of, or not of its shape"))
}

/// catalog-availability.
pub fn function() -> Function {
    queue::<Shelves>("catalog-availability")
}

#[cfg(test)]
mod tests {
    use holdfast_core::{Ambient, Causation};
    use serde_json::json;

    use super::*;

    fn read(kind: &str, data: serde_json::Value) -> Result<Heard, ConsumeError> {
        let event =
            StoredEvent::now(&Ambient::system(), &json!({"type": kind, "data": data}), "s", Causation::default());
        super::read(&event)
    }

    #[test]
    fn levels_are_read_and_strange_events_are_not_passed_over() {
        let level = json!({"sku": "MUG", "was": "in_stock", "is": "low", "available": 3, "threshold": 5});
        assert_eq!(
            read("inventory.level-changed.v1", level),
            Ok(Heard::Level { sku: "MUG".parse().unwrap(), is: Availability::Low })
        );
        let counted = json!({"low_stock_threshold": 5});
        assert_eq!(read("inventory.article-created.v1", counted), Ok(Heard::Counted {}));
        let made = json!({"status": "ACTIVE", "skus": ["MUG"]});
        assert_eq!(read("catalog.product-created.v1", made), Ok(Heard::Product {}));
        assert_eq!(read("catalog.variant-added.v1", json!({"sku": "MUG"})), Ok(Heard::Variant {}));
        assert!(read("inventory.level-changed.v1", json!({"is": "plenty"})).is_err());
        assert!(read("catalog.product-archived.v1", json!({})).is_err());
    }
}
