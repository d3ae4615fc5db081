//! Lists of orders and of returns, newest first: from indexes that show keys alone, so that a page shows what is true now.

use futures::future::try_join_all;
use holdfast_core::{Cursor, CursorError, CursorKey, Page, Timestamp, UserId};
use holdfast_dynamo::{Item, Key, Query, StoreError, of_kind};

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

/// Looks at one partition after another's page until the list's page is full: what an index shows may have moved on.
const ROUNDS: u32 = 20;

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
        let range = Range { partitions: sought.partitions(), from: sought.from, last };
        let bound_to = format!("orders {sought:?}");
        let read = |item: OrderItem| Some(item.order).filter(|order| sought.admits(order));
        let at = |order: &Order| place(order.created_at, order.id);
        self.newest(range, limit, (key, &bound_to, cursor), read, at).await
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
        let range = Range { partitions: partitions.collect(), from: None, last: None };
        let bound_to = format!("returns {status:?}");
        let read = |item: ReturnItem| Some(item.back).filter(|back| wanted.contains(&back.status));
        let at = |back: &Return| place(back.created_at, back.id);
        self.newest(range, limit, (key, &bound_to, cursor), read, at).await
    }

    /// Merges partitions: each is read from the cursor down, and the newest of all of them are the page.
    async fn newest<I: Item, T>(
        &self,
        range: Range,
        limit: u8,
        (key, bound_to, cursor): (&CursorKey, &str, Option<&str>),
        read: impl Fn(I) -> Option<T>,
        at: impl Fn(&T) -> String,
    ) -> Result<Result<Page<T>, CursorError>, StoreError> {
        let opened = cursor.map(|cursor| Cursor::open::<String>(key, bound_to, cursor)).transpose();
        let Ok(opened) = opened else { return Ok(Err(CursorError)) };
        let mut before = opened.or(range.last);
        let since = range.from.map_or_else(|| "0".to_owned(), |from| place(from, ""));
        let (most, mut items) = (usize::from(limit), Vec::new());
        for _ in 0..ROUNDS {
            let queries = range.partitions.iter().map(|query| {
                let query = query.clone().newest_first().limit(limit.saturating_add(1));
                let query = query.between(since.clone(), before.clone().unwrap_or_else(|| "~".to_owned()));
                async move { self.table.places(&query).await }
            });
            let mut places: Vec<(Key, String)> = try_join_all(queries).await?.into_iter().flatten().collect();
            // The place before which the page begins is in what DynamoDB calls between.
            places.retain(|(_, place)| before.as_ref().is_none_or(|before| place < before));
            places.sort_by(|(_, one), (_, other)| other.cmp(one));
            places.truncate(most);
            let full = places.len() == most;
            let keys: Vec<_> = places.iter().map(|(key, _)| key.clone()).collect();
            let found = of_kind::<I>(&self.table.get_all(&keys).await?)?;
            let mut found: Vec<T> = found.into_iter().filter_map(&read).collect();
            found.sort_by_key(|item| std::cmp::Reverse(at(item)));
            before = places.pop().map(|(_, place)| place).or(before);
            items.extend(found);
            if !full {
                return Ok(Ok(Page { items, next_cursor: None }));
            }
            if items.len() >= most {
                break;
            }
        }
        if items.len() > most {
            items.truncate(most);
            before = items.last().map(&at);
        }
        let next_cursor = before.map(|place| Cursor::seal(key, bound_to, &place));
        Ok(Ok(Page { items, next_cursor }))
    }
}

/// What is merged.
struct Range {
    partitions: Vec<Query>,
    from: Option<Timestamp>,
    last: Option<String>,
}
