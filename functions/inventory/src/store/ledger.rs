//! Movements: written once each, listed, and added up again.

use holdfast_core::{CursorKey, Page, Sku, StoredEvent, Timestamp, WarehouseId};
use holdfast_dynamo::{CommitError, Query, StoreError, of_kind};
use holdfast_events::stream::Change;
use holdfast_http::Problem;
use jiff::SignedDuration;

use super::items::{ARTICLES, MovementItem, article_partition, movements_partition};
use super::{ArticleItem, Inventory, StockItem};
use crate::domain::{Finding, Movement, audit};
use crate::events::Happened;

/// How far the projection may lag before a missing movement counts as lost: the age at which its alarm rings.
const LAG: SignedDuration = SignedDuration::from_mins(15);

/// A stock that is not what its movements say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sku} in {warehouse_id}: {finding}")]
pub struct Discrepancy {
    /// Of which article.
    pub sku: Sku,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What is wrong.
    pub finding: Finding,
}

/// The movement that a change of a stock was; nothing when its event tells of none.
pub(crate) fn movement(change: Change<StockItem>, event: StoredEvent) -> Option<Movement> {
    let stock = change.new?;
    let before = change.old.map(|old| old.balance()).unwrap_or_default();
    let (kind, reference) = event.told::<Happened>().ok()?.movement()?;
    let after = stock.balance();
    let (available_by, reserved_by) = after.since(before);
    Some(Movement {
        sku: stock.sku,
        warehouse_id: stock.warehouse_id,
        sequence: stock.version,
        kind,
        available_by,
        reserved_by,
        after,
        reference,
        actor: event.causation.actor,
        at: event.time,
    })
}

impl Inventory {
    /// Writes a movement, unless it is there.
    pub(crate) async fn record(&self, movement: Movement) -> Result<(), StoreError> {
        match self.table.commit(self.table.put(&MovementItem::from(movement)).if_absent()).await {
            Ok(()) | Err(CommitError::Cancelled(_)) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
        }
    }

    /// A page of an article's movements, the newest first.
    pub(crate) async fn history(
        &self,
        sku: &Sku,
        key: &CursorKey,
        limit: u8,
        cursor: Option<&str>,
    ) -> Result<Page<Movement>, Problem> {
        let query = Query::partition(movements_partition(sku)).newest_first().limit(limit);
        let page = self.table.list::<MovementItem>(query, key, &format!("stock-history {sku}"), cursor).await?;
        let page = page?;
        let items = page.items.into_iter().map(Movement::from).collect();
        Ok(Page { items, next_cursor: page.next_cursor })
    }

    /// Holds every stock against its movements: how many were looked at, and what is wrong.
    pub async fn audit(&self) -> Result<(usize, Vec<Discrepancy>), StoreError> {
        let articles = of_kind::<ArticleItem>(&self.table.all(&Query::gsi1(ARTICLES)).await?)?;
        let (mut seen, mut found) = (0_usize, Vec::new());
        for article in articles {
            // The stock first: what moves in between, its movements have more of and not less.
            let places = self.table.all(&Query::partition(article_partition(&article.sku)).under("WAREHOUSE#")).await?;
            let movements = self.table.all(&Query::partition(movements_partition(&article.sku))).await?;
            let movements: Vec<Movement> =
                of_kind::<MovementItem>(&movements)?.into_iter().map(Movement::from).collect();
            for place in of_kind::<AuditedItem>(&places)? {
                seen = seen.saturating_add(1);
                found.extend(self.differs(&place, &movements));
            }
        }
        Ok((seen, found))
    }

    fn differs(&self, AuditedItem { stock, event }: &AuditedItem, movements: &[Movement]) -> Option<Discrepancy> {
        let own: Vec<_> =
            movements.iter().filter(|movement| movement.warehouse_id == stock.warehouse_id).cloned().collect();
        let behind = self.ambient.now().duration_since(event.time) < LAG;
        let finding = audit(stock.version, stock.balance(), behind, &own)?;
        Some(Discrepancy { sku: stock.sku.clone(), warehouse_id: stock.warehouse_id, finding })
    }
}

/// A stock, and when its latest event was.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct AuditedItem {
    #[serde(flatten)]
    stock: StockItem,
    event: Moment,
}

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Moment {
    time: Timestamp,
}

impl holdfast_dynamo::Item for AuditedItem {
    const ENTITY: &'static str = StockItem::ENTITY;
    fn key(&self) -> holdfast_dynamo::Key {
        self.stock.key()
    }
}
