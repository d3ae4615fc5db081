//! Whether something can be had, as shoppers are told: never how many there are.

use std::collections::BTreeMap;

use holdfast_core::Sku;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether something can be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// There is none.
    #[default]
    Out,
    /// There are few.
    Low,
    /// There is enough.
    InStock,
}

/// What is known of the stock of a product's variants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// Counts its changes.
    pub version: u64,
    /// By SKU: how it stands. One that stock has never told of cannot be had.
    pub by_sku: BTreeMap<Sku, Availability>,
}

impl Shelf {
    /// How a SKU stands.
    pub fn of(&self, sku: &Sku) -> Availability {
        self.by_sku.get(sku).copied().unwrap_or_default()
    }

    /// The best that any of them can offer.
    pub fn best<'a>(&self, skus: impl IntoIterator<Item = &'a Sku>) -> Availability {
        skus.into_iter().map(|sku| self.of(sku)).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_as_available_as_its_best_variant() {
        let sku = |text: &str| text.parse::<Sku>().unwrap();
        let by_sku = [(sku("a"), Availability::Low), (sku("b"), Availability::InStock)].into();
        let shelf = Shelf { version: 1, by_sku };
        assert_eq!(shelf.best([&sku("a"), &sku("b"), &sku("c")]), Availability::InStock);
        assert_eq!(shelf.best([&sku("a"), &sku("c")]), Availability::Low);
        assert_eq!((shelf.best([&sku("c")]), shelf.best([])), (Availability::Out, Availability::Out));
    }
}
