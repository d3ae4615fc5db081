//! Returns: finding them, and the pieces of transactions that make and decide them.

use holdfast_core::{OrderId, ReturnId};
use holdfast_dynamo::{Action, Query, StoreError, of_kind};

use super::Orders;
use super::items::{ReturnItem, order_partition, return_key};
use crate::domain::Return;

impl Orders {
    /// A return.
    pub async fn returned(&self, order: OrderId, id: ReturnId) -> Result<Option<Return>, StoreError> {
        Ok(self.table.get::<ReturnItem>(&return_key(order, id)).await?.map(|item| item.back))
    }

    /// All returns of an order, the oldest first.
    pub(crate) async fn returns_of(&self, order: OrderId) -> Result<Vec<Return>, StoreError> {
        let found = self.table.all(&Query::partition(order_partition(order)).under("RETURN#")).await?;
        let mut returns: Vec<_> = of_kind::<ReturnItem>(&found)?.into_iter().map(|item| item.back).collect();
        returns.sort_by_key(|back| back.created_at);
        Ok(returns)
    }

    /// The piece that makes a return.
    pub(crate) fn ask(&self, back: &Return) -> Action {
        self.table.put(&ReturnItem { back: back.clone() }).if_absent()
    }

    /// The piece that decides a return, if nobody has since it was read.
    pub(crate) fn decide(&self, back: &Return, seen: u64) -> Action {
        self.table.put(&ReturnItem { back: back.clone() }).if_version(seen)
    }
}
