//! Stocks: reading them, and the one kind of write that moves them.

use std::collections::HashMap;

use holdfast_core::{Causation, ReceiptId, Sku, WarehouseId};
use holdfast_dynamo::{Action, CommitError, Found, Item, Reason, StoreError, of_kind};
use holdfast_http::Problem;

use super::Inventory;
use super::items::{ArticleItem, CountedItem, SHARD, StockItem, article_key, stock_key};
use crate::domain::{Count, Kind, Shelf, Warehouse};
use crate::events::{Happened, subject};

/// An article with all that lies of it.
#[derive(Clone, Debug)]
pub struct Stock {
    /// The article.
    pub article: ArticleItem,
    /// What lies where, in the order in which it is taken.
    pub places: Vec<StockItem>,
}

impl Stock {
    /// How many can be taken, over all warehouses.
    pub fn available(&self) -> u32 {
        self.places.iter().fold(0, |sum, place| sum.saturating_add(place.available))
    }

    /// How many are held, over all warehouses.
    pub fn reserved(&self) -> u32 {
        self.places.iter().fold(0, |sum, place| sum.saturating_add(place.reserved))
    }

    /// What can be taken where.
    pub fn shelves(&self, warehouses: &[Warehouse]) -> Vec<Shelf> {
        let shelf = |place: &StockItem| {
            let warehouse = warehouses.iter().find(|warehouse| warehouse.id == place.warehouse_id)?;
            Some(Shelf { warehouse: warehouse.id, priority: warehouse.priority, available: place.available })
        };
        self.places.iter().filter_map(shelf).collect()
    }
}

/// How a stock changes: of what can be taken and of what is held, each up, down, or not.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Move {
    /// More can be taken.
    In(u32),
    /// Less can be taken: if so many can.
    Out(u32),
    /// From what can be taken to what is held: if so many can.
    Hold(u32),
    /// What is held is gone.
    Commit(u32),
    /// From what is held to what can be taken.
    Free(u32),
}

impl Inventory {
    /// These articles with all that lies of them, strongly consistent, and the warehouses: two round trips.
    pub(crate) async fn stocks(&self, skus: &[Sku]) -> Result<(HashMap<Sku, Stock>, Vec<Warehouse>), StoreError> {
        let warehouses = self.warehouses().await?;
        Ok((self.stocks_in(skus, &warehouses).await?, warehouses))
    }

    /// The same where the warehouses are known: one round trip.
    pub(crate) async fn stocks_in(
        &self,
        skus: &[Sku],
        warehouses: &[Warehouse],
    ) -> Result<HashMap<Sku, Stock>, StoreError> {
        let keys = |sku: &Sku| {
            let places: Vec<_> = warehouses.iter().map(|warehouse| stock_key(sku, warehouse.id)).collect();
            std::iter::once(article_key(sku)).chain(places).collect::<Vec<_>>()
        };
        let keys: Vec<_> = skus.iter().flat_map(keys).collect();
        let found = self.table.get_all(&keys).await?;
        assembled(&found, warehouses)
    }

    /// One article with all that lies of it.
    pub(crate) async fn stock(&self, sku: &Sku) -> Result<(Stock, Vec<Warehouse>), Problem> {
        let (mut stocks, warehouses) = self.stocks(std::slice::from_ref(sku)).await?;
        let stock = stocks.remove(sku).ok_or_else(|| Problem::not_found("article"))?;
        Ok((stock, warehouses))
    }

    /// What lies of an article in one warehouse.
    pub(crate) async fn place(&self, sku: &Sku, warehouse: WarehouseId) -> Result<Option<StockItem>, StoreError> {
        self.table.get(&stock_key(sku, warehouse)).await
    }

    /// What lies of these articles in one warehouse, in no order.
    pub(crate) async fn places(&self, skus: &[&Sku], warehouse: WarehouseId) -> Result<Vec<StockItem>, StoreError> {
        let keys: Vec<_> = skus.iter().map(|sku| stock_key(sku, warehouse)).collect();
        of_kind(&self.table.get_all(&keys).await?)
    }

    /// The first of an article in a warehouse.
    pub(crate) fn first_stock(
        &self,
        (sku, warehouse_id): (&Sku, WarehouseId),
        available: u32,
        kind: Kind,
        reference: impl ToString,
        cause: &Causation,
    ) -> Action {
        let (shard, version) = (SHARD, 1);
        let item = StockItem { sku: sku.clone(), warehouse_id, shard, available, reserved: 0, version };
        let event = self.event(&Happened::moved(kind, reference), subject(sku, warehouse_id), cause);
        self.table.put_with(&item, &event).if_absent()
    }

    /// Moves a stock. Nothing is moved where nothing lies yet.
    pub(crate) fn moves(
        &self,
        (sku, warehouse): (&Sku, WarehouseId),
        change: Move,
        kind: Kind,
        reference: impl ToString,
        cause: &Causation,
    ) -> Action {
        let (expression, condition, count) = match change {
            Move::In(count) => ("SET #available = #available + :n", "#available <= :room", count),
            Move::Out(count) => ("SET #available = #available - :n", "#available >= :n", count),
            Move::Hold(count) => {
                ("SET #available = #available - :n, #reserved = #reserved + :n", "#available >= :n", count)
            }
            Move::Commit(count) => ("SET #reserved = #reserved - :n", "#reserved >= :n", count),
            Move::Free(count) => {
                ("SET #available = #available + :n, #reserved = #reserved - :n", "#reserved >= :n", count)
            }
        };
        let event = self.event(&Happened::moved(kind, reference), subject(sku, warehouse), cause);
        let action = self.table.update(stock_key(sku, warehouse), expression).when(condition);
        let action = if matches!(change, Move::In(_)) {
            action.value(":room", Count::MOST.saturating_sub(count))
        } else {
            action
        };
        action.value(":n", count).event(&event)
    }

    /// Sets what lies there to what was counted, what is held included: once for a request, after which its mark lies there.
    /// The mark is the first of the two actions.
    pub(crate) fn counts(
        &self,
        (sku, warehouse): (&Sku, WarehouseId),
        on_hand: u32,
        receipt: ReceiptId,
        cause: &Causation,
    ) -> [Action; 2] {
        let mark = self.table.put(&CountedItem { receipt, sku: sku.clone() }).if_absent();
        let event = self.event(&Happened::moved(Kind::Counted, receipt), subject(sku, warehouse), cause);
        let action = self.table.update(stock_key(sku, warehouse), "SET #available = :on_hand - #reserved");
        let action = action.when("#reserved <= :on_hand").value(":on_hand", on_hand);
        [mark, action.event(&event)]
    }
}

/// The stock that stood against the action at `index`: nothing when there was none.
pub(crate) fn found_at(error: &CommitError, index: usize) -> Option<StockItem> {
    let CommitError::Cancelled(reasons) = error else { return None };
    match reasons.get(index) {
        Some(Reason::Condition(Some(stored))) => StockItem::read(StockItem::VERSION, stored.clone()).ok(),
        Some(Reason::Condition(None) | Reason::Fine | Reason::Contention | Reason::Invalid(_)) | None => None,
    }
}

fn assembled(found: &[Found], warehouses: &[Warehouse]) -> Result<HashMap<Sku, Stock>, StoreError> {
    let articles = of_kind::<ArticleItem>(found)?;
    let mut stocks: HashMap<Sku, Stock> =
        articles.into_iter().map(|article| (article.sku.clone(), Stock { article, places: Vec::new() })).collect();
    for place in of_kind::<StockItem>(found)? {
        if let Some(stock) = stocks.get_mut(&place.sku) {
            stock.places.push(place);
        }
    }
    let order = |id: WarehouseId| warehouses.iter().position(|warehouse| warehouse.id == id);
    for stock in stocks.values_mut() {
        stock.places.sort_by_key(|place| order(place.warehouse_id));
    }
    Ok(stocks)
}
