//! What something has cost: an item for each change, for good. They are the only items of the catalog that grow in number for
//! ever, so that they say their currency once since version 2.

use holdfast_core::{Currency, EventId, Money, Sku, Timestamp};
use holdfast_dynamo::{AttributeValue, Attributes, Item, Key, Migration, StoreError};
use serde::{Deserialize, Serialize};

use super::items::price_key;

/// A change of a price, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    /// Of what.
    pub sku: Sku,
    /// The event that told of it.
    pub event_id: EventId,
    /// Its place among the product's events: in this order they are read, whatever the clock did.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// Of both prices: a variant keeps its currency.
    pub currency: Currency,
    /// What it cost before, in minor units.
    pub old: i64,
    /// What it has cost since.
    pub new: i64,
}

impl PriceChange {
    /// From one price to another.
    pub fn new(sku: Sku, event_id: EventId, sequence: u64, at: Timestamp, old: Money, new: Money) -> Self {
        Self { sku, event_id, sequence, at, currency: new.currency, old: old.amount, new: new.amount }
    }
}

impl Item for PriceChange {
    const ENTITY: &'static str = "price_change";
    const VERSION: u32 = 2;
    fn key(&self) -> Key {
        price_key(&self.sku, self.sequence)
    }
    fn read(version: u32, attributes: Attributes) -> Result<Self, StoreError> {
        let unreadable = |reason| StoreError::Unreadable { entity: Self::ENTITY, version, reason };
        let attributes = match version {
            0 | 1 => forward(attributes).map_err(unreadable)?,
            2 => attributes,
            _ => return Err(unreadable("it was written by a later release".to_owned())),
        };
        holdfast_dynamo::from_attributes(attributes).map_err(unreadable)
    }
}

/// From two amounts of money to two numbers and their currency.
pub const PRICE_CHANGES_2: Migration = Migration {
    name: "catalog-price-changes-2",
    table: "CATALOG_TABLE",
    entity: PriceChange::ENTITY,
    to: 2,
    forward,
    back,
};

const PRICES: [&str; 2] = ["old", "new"];

fn forward(mut item: Attributes) -> Result<Attributes, String> {
    for price in PRICES {
        let Some(AttributeValue::M(mut money)) = item.remove(price) else {
            return Err(format!("its {price} price is no amount of money"));
        };
        let (Some(amount), Some(currency)) = (money.remove("amount"), money.remove("currency")) else {
            return Err(format!("its {price} price has no amount, or no currency"));
        };
        if item.get("currency").is_some_and(|other| *other != currency) {
            return Err("its prices are in two currencies".to_owned());
        }
        item.insert(price.to_owned(), amount);
        item.insert("currency".to_owned(), currency);
    }
    Ok(item)
}

fn back(mut item: Attributes) -> Result<Attributes, String> {
    let currency = item.remove("currency").ok_or("it has no currency")?;
    for price in PRICES {
        let amount = item.remove(price).ok_or_else(|| format!("it has no {price} price"))?;
        let money = [("amount".to_owned(), amount), ("currency".to_owned(), currency.clone())];
        item.insert(price.to_owned(), AttributeValue::M(money.into()));
    }
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn attributes(value: serde_json::Value) -> Attributes {
        holdfast_dynamo::to_attributes(&value).unwrap()
    }

    fn first() -> serde_json::Value {
        json!({"sku": "MUG", "event_id": "evt_00000000000000000000000001", "sequence": 2, "at": "2026-11-21T00:00:00Z",
            "old": {"amount": 1000, "currency": "USD"}, "new": {"amount": 1200, "currency": "USD"}})
    }

    #[test]
    fn a_change_as_first_written_still_reads() {
        let second = json!({"sku": "MUG", "event_id": "evt_00000000000000000000000001", "sequence": 2,
            "at": "2026-11-21T00:00:00Z", "currency": "USD", "old": 1000, "new": 1200});
        let (old, new) =
            (PriceChange::read(1, attributes(first())).unwrap(), PriceChange::read(2, attributes(second)).unwrap());
        assert_eq!(old, new);
        assert_eq!((new.old, new.new, new.currency.to_string().as_str()), (1000, 1200, "USD"));
        assert!(PriceChange::read(3, attributes(first())).is_err());
        assert_eq!(new.key(), Key::new("PRICES#MUG", "000000000002"));
    }

    #[test]
    fn there_and_back_is_where_it_began() {
        let before = attributes(first());
        let there = forward(before.clone()).unwrap();
        assert_ne!(there, before);
        assert_eq!(back(there).unwrap(), before);
    }

    #[test]
    fn what_is_no_price_is_refused() {
        assert!(forward(attributes(json!({"old": 1000, "new": 1200}))).unwrap_err().contains("no amount of money"));
        let two = json!({"old": {"amount": 1, "currency": "USD"}, "new": {"amount": 1, "currency": "EUR"}});
        assert_eq!(forward(attributes(two)).unwrap_err(), "its prices are in two currencies");
        assert_eq!(back(attributes(json!({"old": 1000, "new": 1200}))).unwrap_err(), "it has no currency");
    }
}
