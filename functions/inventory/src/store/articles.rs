//! Articles: what is kept at all, and at how many it counts as low.

use holdfast_core::{Causation, CursorKey, Page, Sku};
use holdfast_dynamo::{Action, Item, Query, StoreError};
use holdfast_http::Problem;

use super::items::{ARTICLES, LOW, article_key};
use super::{ArticleItem, Inventory, LevelItem, Stock};
use crate::domain::Warehouse;
use crate::events::Happened;

impl Inventory {
    /// An article.
    pub(crate) async fn article(&self, sku: &Sku) -> Result<Option<ArticleItem>, StoreError> {
        self.table.get(&article_key(sku)).await
    }

    /// Begins to keep an article.
    pub(crate) fn keep(&self, sku: &Sku, low_stock_threshold: u32, cause: &Causation) -> Action {
        let (version, created_at) = (1, self.ambient.now());
        let item = ArticleItem { sku: sku.clone(), low_stock_threshold, version, created_at };
        let event = self.event(&Happened::ArticleCreated { low_stock_threshold }, sku, cause);
        self.table.put_with(&item, &event).if_absent()
    }

    /// Sets at how many an article counts as low, unless somebody else has done so since it was read.
    pub(crate) fn set_threshold(&self, article: &ArticleItem, threshold: u32, cause: &Causation) -> Action {
        let version = article.version.saturating_add(1);
        let item = ArticleItem { low_stock_threshold: threshold, version, ..article.clone() };
        let event = self.event(&Happened::ThresholdSet { low_stock_threshold: threshold }, &item.sku, cause);
        self.table.put_with(&item, &event).if_version(article.version)
    }

    /// A page of all articles, by SKU: one query of the index, and what lies of them.
    pub(crate) async fn articles(
        &self,
        key: &CursorKey,
        limit: u8,
        cursor: Option<&str>,
    ) -> Result<(Page<Stock>, Vec<Warehouse>), Problem> {
        self.listed::<ArticleItem>(ARTICLES, "stock-list", |item| &item.sku, (key, limit, cursor)).await
    }

    /// A page of the articles that are low or out, by SKU.
    pub(crate) async fn low(
        &self,
        key: &CursorKey,
        limit: u8,
        cursor: Option<&str>,
    ) -> Result<(Page<Stock>, Vec<Warehouse>), Problem> {
        self.listed::<LevelItem>(LOW, "stock-low", |item| &item.sku, (key, limit, cursor)).await
    }

    async fn listed<T: Item>(
        &self,
        partition: &str,
        bound_to: &str,
        sku: fn(&T) -> &Sku,
        (key, limit, cursor): (&CursorKey, u8, Option<&str>),
    ) -> Result<(Page<Stock>, Vec<Warehouse>), Problem> {
        let page = self.table.list::<T>(Query::gsi1(partition).limit(limit), key, bound_to, cursor).await?;
        let page = page?;
        let skus: Vec<Sku> = page.items.iter().map(|item| sku(item).clone()).collect();
        let (mut stocks, warehouses) = self.stocks(&skus).await?;
        let items = skus.iter().filter_map(|sku| stocks.remove(sku)).collect();
        Ok((Page { items, next_cursor: page.next_cursor }, warehouses))
    }
}
