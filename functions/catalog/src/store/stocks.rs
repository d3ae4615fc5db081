//! How variants stand: what stock tells, brought to where pages show it.
//!
//! What stock told of a SKU is kept by SKU, whether or not the catalog has it yet. A product's availability is always made
//! anew from all of that: after stock has told something, and after a product or a variant was added. Whichever of the two
//! comes second finds what the first left, so that no order of events loses one.

use holdfast_core::{ProductId, Sku};
use holdfast_dynamo::{CommitError, Key, of_kind};

use super::Catalog;
use super::changes::{ROUNDS, Shown};
use super::items::{LevelItem, ShelfItem, level_key, product_key};
use super::lists::listings;
use crate::domain::{Availability, Shelf};

impl Catalog {
    /// Stock tells how a SKU stands, in its how-manieth word about it.
    pub(crate) async fn hear(&self, sku: &Sku, availability: Availability, sequence: u64) -> Result<(), CommitError> {
        let level = LevelItem { sku: sku.clone(), availability, sequence };
        let later = "attribute_not_exists(pk) OR #sequence < :sequence";
        match self.table.commit(self.table.put(&level).when(later).value(":sequence", sequence)).await {
            // A later word is known: but whoever heard it may have crashed before it was shown.
            Ok(()) | Err(CommitError::Cancelled(_)) => {}
            Err(error) => return Err(error),
        }
        match self.product_of(sku).await? {
            Some(product) => self.restock(product).await,
            None => Ok(()),
        }
    }

    /// Makes a product's availability anew.
    pub(crate) async fn restock(&self, product: ProductId) -> Result<(), CommitError> {
        let mut outcome = Ok(());
        for _ in 0..ROUNDS {
            let Some(before) = self.article(product).await? else { return Ok(()) };
            let keys: Vec<Key> = before.article.variants.iter().map(|variant| level_key(&variant.sku)).collect();
            let levels = of_kind::<LevelItem>(&self.table.get_all(&keys).await?)?;
            let by_sku = levels.into_iter().map(|level| (level.sku, level.availability)).collect();
            if before.shelf.by_sku == by_sku {
                return Ok(());
            }
            outcome = self.put_shelf(&before, Shelf { version: before.shelf.version.saturating_add(1), by_sku }).await;
            match &outcome {
                Err(CommitError::Cancelled(_)) => {}
                Ok(()) | Err(CommitError::Store(_)) => return outcome,
            }
        }
        outcome
    }

    async fn put_shelf(&self, before: &Shown, shelf: Shelf) -> Result<(), CommitError> {
        let product = &before.article.product;
        let Shelf { version, by_sku } = shelf.clone();
        let item = self.table.put(&ShelfItem { product_id: product.id, version, by_sku });
        let item = match before.shelf.version {
            0 => item.if_absent(),
            seen => item.if_version(seen),
        };
        let after = Shown { shelf, ..before.clone() };
        let old = listings(before);
        let changed: Vec<_> = listings(&after).into_iter().filter(|listing| !old.contains(listing)).collect();
        // The lists that it stands in must be those that it stands in still.
        let same = (!changed.is_empty()).then(|| self.table.check(product_key(product.id)).if_version(product.version));
        let listed = changed.iter().map(|listing| self.table.put(listing));
        self.table.transaction().and(item).and_all(same).and_all(listed).commit().await
    }
}
