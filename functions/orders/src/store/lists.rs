//! Lists of orders and of returns, newest first: from indexes that show keys alone, so that a page shows what is true now.

use holdfast_core::{CursorError, CursorKey, OrderId, Page, Timestamp, UserId};
use holdfast_dynamo::{Newest, Query, StoreError};

use super::Orders;
use super::items::{
    OrderItem, ReturnItem, SHARDS, all_partition, customer_partition, place, returns_partition, status_partition,
};
use crate::domain::{Order, Return, ReturnStatus, Status};

/// Which orders are sought: those of which all that is said is true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// In this status.
    pub status: Option<Status>,
    /// Of this customer.
    pub customer: Option<UserId>,
    /// Placed then or later.
    pub from: Option<Timestamp>,
    /// Placed before then.
    pub to: Option<Timestamp>,
}

impl Sought {
    fn partitions(&self) -> Vec<Query> {
        let of_shards = |partition: &dyn Fn(u8) -> Query| (0..SHARDS).map(partition).collect();
        match (self.customer, self.status) {
            (Some(customer), _) => vec![Query::gsi1(customer_partition(customer))],
            (None, Some(status)) => of_shards(&|shard| Query::gsi2(status_partition(status, shard))),
            (None, None) => of_shards(&|shard| Query::gsi3(all_partition(shard))),
        }
    }

    fn admits(&self, order: &Order) -> bool {
        self.status.is_none_or(|status| order.status == status)
    }
}

impl Orders {
    /// A page of the orders that are sought, newest first.
    pub async fn list(
        &self,
        sought: Sought,
        limit: u8,
        key: &CursorKey,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Order>, CursorError>, StoreError> {
        // A moment before the first of all ids sorts before them: the end itself is not in the range.
        let last = sought.to.map(|to| place(to, ""));
        let from = sought.from.map(|from| place(from, ""));
        let range = Newest { partitions: sought.partitions(), from, last };
        let bound_to = format!("orders {sought:?}");
        let read = |item: OrderItem| Some(item.order).filter(|order| sought.admits(order));
        let at = |order: &Order| place(order.created_at, order.id);
        self.table.newest(range, limit, (key, &bound_to, cursor), read, at).await
    }

    /// All orders of a customer, by their ids, the oldest first.
    pub(crate) async fn ids_of(&self, customer: UserId) -> Result<Vec<OrderId>, StoreError> {
        let (mut ids, mut since) = (Vec::new(), "0".to_owned());
        loop {
            let query = Query::gsi1(customer_partition(customer)).between(since, "~");
            let page = self.table.places(&query).await?;
            let Some((_, last)) = page.last() else { return Ok(ids) };
            // Right behind the last one: no letter of an id sorts before it.
            since = format!("{last}!");
            ids.extend(page.iter().filter_map(|(key, _)| key.pk.strip_prefix("ORDER#")?.parse::<OrderId>().ok()));
        }
    }

    /// A page of returns, newest first: of a status, or of all.
    pub async fn returns(
        &self,
        status: Option<ReturnStatus>,
        limit: u8,
        key: &CursorKey,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Return>, CursorError>, StoreError> {
        let wanted: Vec<_> =
            ReturnStatus::ALL.into_iter().filter(|each| status.is_none_or(|status| status == *each)).collect();
        let partitions =
            wanted.iter().flat_map(|status| (0..SHARDS).map(|shard| Query::gsi2(returns_partition(*status, shard))));
        let range = Newest { partitions: partitions.collect(), from: None, last: None };
        let bound_to = format!("returns {status:?}");
        let read = |item: ReturnItem| Some(item.back).filter(|back| wanted.contains(&back.status));
        let at = |back: &Return| place(back.created_at, back.id);
        self.table.newest(range, limit, (key, &bound_to, cursor), read, at).await
    }
}
