//! How well articles are stocked: kept up by the projector, so that a list of what is low is one query.

use holdfast_core::{Causation, Sku};
use holdfast_dynamo::{CommitError, Query, of_kind};

use super::items::article_partition;
use super::{ArticleItem, Inventory, LevelItem, StockItem};
use crate::domain::Level;
use crate::events::Happened;

impl Inventory {
    /// Brings an article's level up to date. An article that nobody has looked at yet counts as in stock, so that one that
    /// is low from the beginning is told of.
    pub(crate) async fn level(&self, sku: &Sku, cause: &Causation) -> Result<(), CommitError> {
        let found = self.table.all(&Query::partition(article_partition(sku))).await?;
        let Some(article) = of_kind::<ArticleItem>(&found)?.pop() else { return Ok(()) };
        let places = of_kind::<StockItem>(&found)?;
        let before = of_kind::<LevelItem>(&found)?.pop();
        let available = places.iter().fold(0_u32, |sum, place| sum.saturating_add(place.available));
        let threshold = article.low_stock_threshold;
        let (was, seen) = before.map_or((Level::InStock, 0), |level| (level.level, level.version));
        let is = Level::of(available, threshold);
        if was == is {
            return Ok(());
        }
        let level = LevelItem { sku: sku.clone(), level: is, version: seen.saturating_add(1) };
        let event = self.event(
            &Happened::LevelChanged { sku: sku.clone(), was, is, available, threshold },
            format!("{sku}/level"),
            cause,
        );
        let write = self.table.put_with(&level, &event);
        let write = if seen == 0 { write.if_absent() } else { write.if_version(seen) };
        self.table.commit(write).await
    }
}
