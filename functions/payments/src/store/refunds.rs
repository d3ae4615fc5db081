//! Refunds: finding them, and the pieces of transactions that ask for one and move it on.

use holdfast_core::{Causation, Money, OrderId, RefundId, Timestamp};
use holdfast_dynamo::{Action, Key, Query, StoreError, of_kind};
use holdfast_http::Fingerprint;

use super::Payments;
use super::items::{
    FAILED, RefundItem, SHARDS, payment_key, place, refund_key, refunds_of_partition, refunds_partition,
};
use crate::domain::{GatewayId, Payment, Refund, RefundStatus, RefundTurn, Why};
use crate::events::{Happened, Refunded};

/// How many of a partition are looked at in one go.
const AT_ONCE: u8 = 50;

/// A refund that is to be asked for.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) id: RefundId,
    pub(crate) amount: Money,
    pub(crate) why: Why,
    pub(crate) reason: Option<String>,
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl Ask {
    /// By the shop itself.
    pub(crate) fn by_itself(id: RefundId, amount: Money, why: Why) -> Self {
        Self { id, amount, why, reason: None, fingerprint: None }
    }
}

impl Payments {
    /// A refund.
    pub(crate) async fn refund(&self, id: RefundId) -> Result<Option<Refund>, StoreError> {
        Ok(self.table.get::<RefundItem>(&refund_key(id)).await?.map(|item| item.refund))
    }

    /// All refunds of an intent's money, the oldest first.
    pub(crate) async fn refunds_of(&self, intent: &GatewayId) -> Result<Vec<Refund>, StoreError> {
        let found = self.table.places(&Query::gsi2(refunds_of_partition(intent))).await?;
        self.refunds_at(found).await
    }

    /// The piece that asks for a refund: it cannot be asked for twice.
    pub(crate) fn ask(
        &self,
        ask: &Ask,
        (order_id, intent_id, on_order): (Option<OrderId>, &GatewayId, bool),
        cause: &Causation,
    ) -> Action {
        let Ask { id, amount, why, reason, fingerprint } = ask.clone();
        let now = self.ambient.now();
        let asked = RefundTurn { at: now, actor: cause.actor.clone(), to: RefundStatus::Requested };
        let refund = Refund {
            id,
            intent_id: intent_id.clone(),
            order_id,
            on_order,
            version: 1,
            amount,
            why,
            reason,
            status: RefundStatus::Requested,
            gateway_id: None,
            key: 0,
            history: vec![asked],
            created_at: now,
            fingerprint,
        };
        let happened = Happened::RefundRequested { refund_id: id, order_id, amount, why };
        let event = self.event(&happened, id, cause);
        self.table.put_with(&RefundItem { refund }, &event).if_absent()
    }

    /// The pieces that ask for a refund of what can go back of a payment: itself (absent before), and the payment (as much is left
    /// of it as was seen), in this order.
    pub(crate) fn ask_of(&self, payment: &Payment, ask: &Ask, cause: &Causation) -> Vec<Action> {
        let Payment { order_id, intent_id, on_order, .. } = payment;
        let own = self.ask(ask, (*order_id, intent_id, *on_order), cause);
        let left = self
            .table
            .update(payment_key(*order_id, intent_id), "SET #refundable = :left")
            .when("#refundable = :seen")
            .value(":left", payment.refundable.saturating_sub(ask.amount.amount))
            .value(":seen", payment.refundable);
        vec![own, left]
    }

    /// The piece that notes that the gateway is being told: whoever finds it so has to ask first whether it was.
    pub(crate) fn send(&self, refund: &Refund, cause: &Causation) -> Action {
        self.moved(refund, RefundStatus::Sent, "", cause)
    }

    /// The piece that keeps the gateway's id of a refund that is under way there.
    pub(crate) fn adopt(&self, refund: &Refund, gateway_id: &GatewayId) -> Action {
        let action = self.table.update(refund_key(refund.id), "SET #gateway_id = :id").when("#status = :status");
        action.value(":id", gateway_id).value(":status", refund.status)
    }

    /// The piece that has a refund go to the gateway under its next key, after it failed for good under this one.
    pub(crate) fn rekey(&self, refund: &Refund) -> Action {
        let action = self.table.update(refund_key(refund.id), "SET #key = :next").when("#key = :seen");
        action.value(":next", refund.key.saturating_add(1)).value(":seen", refund.key)
    }

    /// The pieces that end a refund: itself (as it was seen), and the payment where its amount returns to it.
    pub(crate) fn end(
        &self,
        refund: &Refund,
        (to, gateway_id): (RefundStatus, Option<&GatewayId>),
        cause: &Causation,
    ) -> Vec<Action> {
        let also = if gateway_id.is_some() { "#gateway_id = :id, " } else { "" };
        let own = self.moved(refund, to, also, cause);
        let own = match gateway_id {
            Some(id) => own.value(":id", id),
            None => own,
        };
        let back = (to == RefundStatus::Failed).then(|| {
            let key = payment_key(refund.order_id, &refund.intent_id);
            let action = self.table.update(key, "SET #refundable = #refundable + :n").when("attribute_exists(pk)");
            action.value(":n", refund.amount.amount)
        });
        std::iter::once(own).chain(back).collect()
    }

    fn moved(&self, refund: &Refund, to: RefundStatus, also: &str, cause: &Causation) -> Action {
        let Refund { id, order_id, amount, .. } = *refund;
        let told = Refunded { refund_id: id, order_id, amount };
        let happened = match to {
            RefundStatus::Sent => Happened::RefundSent(told),
            RefundStatus::Succeeded => Happened::RefundSucceeded(told),
            RefundStatus::Requested | RefundStatus::Failed => Happened::RefundFailed(told),
        };
        let event = self.event(&happened, id, cause);
        let turn = RefundTurn { at: self.ambient.now(), actor: cause.actor.clone(), to };
        let list = match to {
            RefundStatus::Requested | RefundStatus::Sent => "SET ",
            RefundStatus::Succeeded => "REMOVE #gsi1pk, #gsi1sk SET ",
            RefundStatus::Failed => "SET #gsi1pk = :failed, #gsi1sk = :at, ",
        };
        let expression = format!("{list}{also}#status = :to, #history = list_append(#history, :turn)");
        let action = self
            .table
            .update(refund_key(id), &expression)
            .when("#status = :from AND #version = :seen")
            .value(":from", refund.status)
            .value(":seen", refund.version)
            .value(":to", to)
            .value(":turn", [turn])
            .event(&event);
        if to == RefundStatus::Failed {
            return action.value(":failed", FAILED).value(":at", place(self.ambient.now(), id));
        }
        action
    }

    /// How many refunds have failed since then.
    pub(crate) async fn failed_since(&self, since: Timestamp) -> Result<usize, StoreError> {
        let query = Query::gsi1(FAILED).between(place(since, ""), "~").limit(AT_ONCE);
        Ok(self.table.places(&query).await?.len())
    }

    /// Refunds that are under way, the oldest of each partition first.
    pub(crate) async fn refunds_under_way(&self) -> Result<Vec<Refund>, StoreError> {
        let shards = (0..SHARDS).map(|shard| {
            let query = Query::gsi1(refunds_partition(shard)).limit(AT_ONCE);
            async move { self.table.places(&query).await }
        });
        let found = futures::future::try_join_all(shards).await?.concat();
        let mut refunds = self.refunds_at(found).await?;
        refunds.retain(|refund| refund.status.is_under_way());
        Ok(refunds)
    }

    async fn refunds_at(&self, places: Vec<(Key, String)>) -> Result<Vec<Refund>, StoreError> {
        let keys: Vec<_> = places.into_iter().map(|(key, _)| key).collect();
        let items = of_kind::<RefundItem>(&self.table.get_all(&keys).await?)?;
        let mut refunds: Vec<_> = items.into_iter().map(|item| item.refund).collect();
        refunds.sort_by_key(|refund| refund.created_at);
        Ok(refunds)
    }
}
