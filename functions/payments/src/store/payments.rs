//! Payments: finding them, and the pieces of transactions that make them and settle them.

use std::time::Duration;

use holdfast_core::{Causation, CursorError, CursorKey, Money, OrderId, Page, Timestamp};
use holdfast_dynamo::{Action, Key, Newest, Query, StoreError, of_kind};

use super::Payments;
use super::items::{
    PaymentItem, SHARDS, UNMATCHED, followed_partition, order_partition, payment_key, place, shard, state_partition,
};
use crate::domain::{GatewayId, IntentTold, Mismatch, Payment, PaymentState, Why};
use crate::events::Happened;

/// An intent that has been silent for so long is asked about.
pub(crate) const SILENT: Duration = Duration::from_secs(5 * 60);
/// How many of a partition are looked at in one go.
const AT_ONCE: u8 = 50;

impl Payments {
    /// A payment.
    pub(crate) async fn payment(
        &self,
        order: Option<OrderId>,
        intent: &GatewayId,
    ) -> Result<Option<Payment>, StoreError> {
        Ok(self.table.get::<PaymentItem>(&payment_key(order, intent)).await?.map(|item| item.payment))
    }

    /// All payments of an order, the oldest first.
    pub async fn payments_of(&self, order: OrderId) -> Result<Vec<Payment>, StoreError> {
        let found = self.table.all(&Query::partition(order_partition(order))).await?;
        let mut payments: Vec<_> = of_kind::<PaymentItem>(&found)?.into_iter().map(|item| item.payment).collect();
        payments.sort_by_key(|payment| payment.created_at);
        Ok(payments)
    }

    /// The piece that keeps a new intent of an order: unless a webhook was faster.
    pub(crate) fn open(&self, order_id: OrderId, intent: &GatewayId, amount: Money, cause: &Causation) -> Action {
        let payment = Payment {
            intent_id: intent.clone(),
            order_id: Some(order_id),
            version: 1,
            state: PaymentState::Open,
            amount,
            captured: 0,
            refundable: 0,
            on_order: false,
            created_at: self.ambient.now(),
        };
        self.write(None, payment, &Happened::IntentCreated { order_id, amount }, cause)
    }

    /// The piece that notes that a payment paid for its order.
    pub(crate) fn capture(
        &self,
        seen: Option<&Payment>,
        told: &IntentTold,
        (order_id, amount): (OrderId, Money),
        cause: &Causation,
    ) -> Action {
        let payment = Payment {
            state: PaymentState::Paid,
            captured: amount.amount,
            refundable: amount.amount,
            on_order: true,
            ..self.next(seen, told, amount)
        };
        self.write(seen, payment, &Happened::PaymentCaptured { order_id, amount }, cause)
    }

    /// The piece that notes that a payment's money goes back, all of it.
    pub(crate) fn send_back(
        &self,
        seen: Option<&Payment>,
        told: &IntentTold,
        (amount, why, on_order): (Money, Why, bool),
        cause: &Causation,
    ) -> Action {
        let payment = Payment {
            state: PaymentState::SentBack,
            captured: amount.amount,
            refundable: 0,
            on_order,
            ..self.next(seen, told, amount)
        };
        let happened = Happened::PaymentSentBack { order_id: payment.order_id, amount, why };
        self.write(seen, payment, &happened, cause)
    }

    /// The piece that notes that money came which matches no order, or is not what its order asks for.
    pub(crate) fn unmatched(
        &self,
        seen: Option<&Payment>,
        told: &IntentTold,
        (amount, what): (Money, Option<Mismatch>),
        cause: &Causation,
    ) -> Action {
        let payment = Payment {
            state: PaymentState::Unmatched,
            captured: amount.amount,
            refundable: 0,
            ..self.next(seen, told, amount)
        };
        let happened = match what {
            Some(what) => Happened::PaymentMismatched { order_id: payment.order_id, what },
            None => Happened::MoneyUnmatched { amount },
        };
        self.write(seen, payment, &happened, cause)
    }

    /// The piece that notes a failed attempt.
    pub(crate) fn fail(
        &self,
        seen: Option<&Payment>,
        told: &IntentTold,
        (order_id, amount, code): (OrderId, Money, &str),
        cause: &Causation,
    ) -> Action {
        let happened = Happened::PaymentFailed { order_id, code: code.to_owned() };
        self.write(seen, self.next(seen, told, amount), &happened, cause)
    }

    /// The piece that notes an intent which can be paid, and of which nobody here had heard.
    pub(crate) fn follow(&self, told: &IntentTold, (order_id, amount): (OrderId, Money), cause: &Causation) -> Action {
        let happened = Happened::IntentCreated { order_id, amount };
        self.write(None, self.next(None, told, amount), &happened, cause)
    }

    /// The piece that notes that an intent never will be paid.
    pub(crate) fn call_off(
        &self,
        seen: Option<&Payment>,
        told: &IntentTold,
        amount: Money,
        cause: &Causation,
    ) -> Action {
        let payment = Payment { state: PaymentState::Cancelled, ..self.next(seen, told, amount) };
        let happened = Happened::IntentCancelled { order_id: payment.order_id };
        self.write(seen, payment, &happened, cause)
    }

    /// A payment with one event more: the one that was seen, or a new one.
    fn next(&self, seen: Option<&Payment>, told: &IntentTold, amount: Money) -> Payment {
        match seen {
            Some(seen) => Payment { version: seen.version.saturating_add(1), ..seen.clone() },
            None => Payment {
                intent_id: told.id.clone(),
                order_id: told.order_id(),
                version: 1,
                state: PaymentState::Open,
                amount: Money::new(told.amount, amount.currency),
                captured: 0,
                refundable: 0,
                on_order: false,
                created_at: self.ambient.now(),
            },
        }
    }

    /// Writes a payment whole, if nobody has since it was seen. What leaves `refundable` and returns to it does so when nothing
    /// of this kind can happen any more.
    fn write(&self, seen: Option<&Payment>, payment: Payment, happened: &Happened, cause: &Causation) -> Action {
        let event = self.event(happened, &payment.intent_id, cause);
        let now = self.ambient.now();
        let look_at = match payment.state {
            PaymentState::Open => now.checked_add(SILENT).ok(),
            PaymentState::Unmatched => Some(now),
            PaymentState::Paid | PaymentState::SentBack | PaymentState::Cancelled => None,
        };
        let action = self.table.put_with(&PaymentItem { payment, look_at }, &event);
        match seen {
            Some(seen) => action.if_version(seen.version),
            None => action.if_absent(),
        }
    }

    /// Intents that have been silent, the longest first.
    pub(crate) async fn silent(&self) -> Result<Vec<Payment>, StoreError> {
        let until = format!("{}~", place(self.ambient.now(), ""));
        let shards = (0..SHARDS).map(|shard| {
            let query = Query::gsi1(followed_partition(shard)).until(&until).limit(AT_ONCE);
            async move { self.table.places(&query).await }
        });
        let found = futures::future::try_join_all(shards).await?.concat();
        let payments = self.payments_at(found).await?;
        Ok(payments.into_iter().filter(|payment| payment.state == PaymentState::Open).collect())
    }

    /// Money that matches no order, the oldest first: each with since when.
    pub(crate) async fn unmatched_money(&self) -> Result<Vec<(Payment, Timestamp)>, StoreError> {
        let found = self.table.places(&Query::gsi1(UNMATCHED).limit(AT_ONCE)).await?;
        let keys: Vec<_> = found.into_iter().map(|(key, _)| key).collect();
        let items = of_kind::<PaymentItem>(&self.table.get_all(&keys).await?)?;
        let waiting = items.into_iter().filter(|item| item.payment.state == PaymentState::Unmatched);
        let mut waiting: Vec<_> = waiting.filter_map(|item| Some((item.payment, item.look_at?))).collect();
        waiting.sort_by_key(|(_, since)| *since);
        Ok(waiting)
    }

    async fn payments_at(&self, places: Vec<(Key, String)>) -> Result<Vec<Payment>, StoreError> {
        let keys: Vec<_> = places.into_iter().map(|(key, _)| key).collect();
        let items = of_kind::<PaymentItem>(&self.table.get_all(&keys).await?)?;
        let mut items: Vec<_> = items;
        items.sort_by_key(|item| item.look_at);
        Ok(items.into_iter().map(|item| item.payment).collect())
    }

    /// The piece that puts an intent back among those that are followed, to be looked at again later.
    pub(crate) fn look_again(&self, payment: &Payment) -> Action {
        let now = self.ambient.now();
        let look_at = now.checked_add(SILENT).unwrap_or(now);
        let key = payment_key(payment.order_id, &payment.intent_id);
        let action = self.table.update(key, "SET #look_at = :at, #gsi1pk = :list, #gsi1sk = :place");
        action
            .when("#state = :open")
            .value(":open", PaymentState::Open)
            .value(":at", look_at)
            .value(":list", followed_partition(shard(&payment.intent_id)))
            .value(":place", place(look_at, &payment.intent_id))
    }
}

impl Payments {
    /// A page of payments, newest first: in a state, or in all.
    pub(crate) async fn list(
        &self,
        state: Option<PaymentState>,
        limit: u8,
        key: &CursorKey,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Payment>, CursorError>, StoreError> {
        let wanted: Vec<_> =
            PaymentState::ALL.into_iter().filter(|each| state.is_none_or(|state| state == *each)).collect();
        let partitions =
            wanted.iter().flat_map(|state| (0..SHARDS).map(|shard| Query::gsi2(state_partition(*state, shard))));
        let range = Newest { partitions: partitions.collect(), from: None, last: None };
        let bound_to = format!("payments {state:?}");
        let read = |item: PaymentItem| Some(item.payment).filter(|payment| wanted.contains(&payment.state));
        let at = |payment: &Payment| place(payment.created_at, &payment.intent_id);
        self.table.newest(range, limit, (key, &bound_to, cursor), read, at).await
    }
}
