//! Takes the gateway's word, whoever brings it: a webhook, the reconciliation, a call of our own. Loads, decides, commits.
//!
//! **One transaction holds all that a word does**: the inbox record, the payment, the order, the reservation and the stock. It is
//! decided anew whenever somebody was faster, so that nothing depends on the order in which things are told.

use holdfast_core::{Ambient, Causation, Money, OrderId};
use holdfast_dynamo::{Action, CommitError, StoreError};
use holdfast_inventory::domain::{HoldFor, Holder, Line, Note, Reservation};
use holdfast_inventory::holds::{Holds, Wanted, reserve};
use holdfast_orders::domain::{Order, PaymentStatus};
use holdfast_orders::{Orders, Payment as OrderPayment};
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{
    Decision, IntentState, IntentTold, Mismatch, Payment, PaymentState, RefundStatus, RefundTold, Why, decide, moved_by,
};
use crate::store::{Ask, Inbox, Outcome, Payments};

/// Rounds of load, decide and commit before whoever brings the word is asked to bring it again.
const ROUNDS: u32 = 8;

/// Takes money in.
#[derive(Clone, Debug)]
pub struct Cashier {
    pub(crate) payments: Payments,
    pub(crate) orders: Orders,
    pub(crate) holds: Holds,
    pub(crate) ambient: Ambient,
}

impl FromInit for Cashier {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            payments: Payments::from_init(init).await?,
            orders: Orders::from_init(init).await?,
            holds: Holds::from_init(init).await?,
            ambient: init.ambient.clone(),
        })
    }
}

/// Who brings the gateway's word.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bearer<'a> {
    /// The gateway, by a webhook.
    Webhook(&'a Inbox),
    /// Ourselves: we have asked.
    Asked,
    /// A webhook that waited for its order until now.
    Parked(&'a Inbox),
}

/// What became of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It was told before.
    Again,
    /// It did this.
    Did(Decision),
    /// It moved a refund, or did not.
    Refund(Option<RefundStatus>),
}

/// What is known of what a word is about.
struct Seen<'a> {
    told: &'a IntentTold,
    payment: Option<Payment>,
    order: Option<Order>,
}

impl Cashier {
    /// Takes the gateway's word of an intent.
    pub(crate) async fn intent(
        &self,
        told: &IntentTold,
        bearer: Bearer<'_>,
        cause: &Causation,
    ) -> Result<Taken, StoreError> {
        for _ in 0..ROUNDS {
            if self.was_told(bearer).await? {
                return Ok(Taken::Again);
            }
            let order_id = told.order_id();
            let (payment, order) = futures::try_join!(self.payments.payment(order_id, &told.id), self.order(order_id))?;
            let seen = Seen { told, payment, order };
            let decision = decide(told, seen.payment.as_ref(), seen.order.as_ref());
            let (decision, pieces) = self.pieces(&seen, decision, bearer, cause).await?;
            match self.payments.table.transaction().and_all(pieces).commit().await {
                Ok(()) => {
                    tell(told, decision);
                    return Ok(Taken::Did(decision));
                }
                Err(error) if error.lost() => {}
                Err(error) => return Err(error.unexpected(self.payments.table.name())),
            }
        }
        Err(StoreError::Busy { table: self.payments.table.name().to_owned() })
    }

    async fn was_told(&self, bearer: Bearer<'_>) -> Result<bool, StoreError> {
        match bearer {
            Bearer::Webhook(inbox) => self.payments.was_told(&inbox.event_id).await,
            Bearer::Asked | Bearer::Parked(_) => Ok(false),
        }
    }

    async fn order(&self, id: Option<OrderId>) -> Result<Option<Order>, StoreError> {
        match id {
            Some(id) => self.orders.order(id).await,
            None => Ok(None),
        }
    }

    /// The pieces of a decision, and the decision as it came out: what has expired may find its stock gone.
    async fn pieces(
        &self,
        seen: &Seen<'_>,
        decision: Decision,
        bearer: Bearer<'_>,
        cause: &Causation,
    ) -> Result<(Decision, Vec<Action>), StoreError> {
        let Seen { told, payment, order } = seen;
        let (payment, payments) = (payment.as_ref(), &self.payments);
        let came = came(told);
        let (decision, own) = match (decision, order) {
            (Decision::Pay, Some(order)) => (decision, self.pays(seen, order, None, cause)),
            (Decision::Retake, Some(order)) => match self.retaken(order, cause).await? {
                Some(reservation) => (decision, self.pays(seen, order, Some(reservation), cause)),
                None => {
                    let back = (Why::OutOfStock, true);
                    let decision = Decision::SendBack { why: back.0, on_order: back.1 };
                    (decision, self.sends_back(seen, back, cause))
                }
            },
            (Decision::SendBack { why, on_order }, _) => (decision, self.sends_back(seen, (why, on_order), cause)),
            (Decision::Mismatched(what), _) => {
                (decision, vec![payments.unmatched(payment, told, (came, Some(what)), cause)])
            }
            (Decision::Failed, Some(order)) => {
                let code = match &told.state {
                    IntentState::Failed(code) => code.as_str(),
                    IntentState::Open | IntentState::Succeeded | IntentState::Cancelled => "",
                };
                (decision, vec![payments.fail(payment, told, (order.id, came, code), cause)])
            }
            (Decision::Follow, Some(order)) => (decision, vec![payments.follow(told, (order.id, came), cause)]),
            (Decision::CallOff, _) => (decision, vec![payments.call_off(payment, told, came, cause)]),
            (Decision::Park, _) => {
                let parked = match bearer {
                    Bearer::Webhook(inbox) => vec![payments.park(inbox, told, cause)],
                    Bearer::Asked | Bearer::Parked(_) => Vec::new(),
                };
                return Ok((decision, parked));
            }
            (Decision::Pay | Decision::Retake | Decision::Failed | Decision::Follow | Decision::Ignore, _) => {
                (Decision::Ignore, Vec::new())
            }
        };
        let outcome = if decision == Decision::Ignore { Outcome::Ignored } else { Outcome::Applied };
        let inbox = match bearer {
            Bearer::Webhook(inbox) => Some(payments.told(inbox, outcome)),
            Bearer::Parked(inbox) => Some(payments.unpark(&inbox.event_id)),
            Bearer::Asked => None,
        };
        Ok((decision, inbox.into_iter().chain(own).collect()))
    }

    /// The pieces that pay for an order.
    fn pays(
        &self,
        Seen { told, payment, .. }: &Seen<'_>,
        order: &Order,
        retaken: Option<Reservation>,
        cause: &Causation,
    ) -> Vec<Action> {
        let amount = order.money(order.charges.total);
        let own = self.payments.capture(payment.as_ref(), told, (order.id, amount), cause);
        let stock = match &retaken {
            Some(reservation) => self.holds.take(reservation, cause),
            None => self.holds.commit_lines(order.reservation_id, &order.takes, cause),
        };
        let paid = self.orders.pay(order, &OrderPayment { amount, retaken }, cause);
        [own, paid].into_iter().chain(stock).collect()
    }

    /// The pieces that send money back, all of it.
    fn sends_back(
        &self,
        Seen { told, payment, order }: &Seen<'_>,
        (why, on_order): (Why, bool),
        cause: &Causation,
    ) -> Vec<Action> {
        let amount = came(told);
        let own = self.payments.send_back(payment.as_ref(), told, (amount, why, on_order), cause);
        let ask = Ask::by_itself(self.ambient.id(), amount, why);
        let refund = self.payments.ask(&ask, (told.order_id(), &told.id, on_order), cause);
        let noted = order.as_ref().filter(|_| on_order);
        let noted = noted.map(|order| self.orders.money_moved(order, (PaymentStatus::Paid, 0), cause));
        [own, refund].into_iter().chain(noted).collect()
    }

    /// What an order's stock can be taken under anew; nothing when some of it is gone.
    async fn retaken(&self, order: &Order, cause: &Causation) -> Result<Option<Reservation>, StoreError> {
        let lines: Vec<_> =
            order.lines.iter().map(|line| Line { sku: line.sku.clone(), quantity: line.quantity }).collect();
        let skus: Vec<_> = lines.iter().map(|line| line.sku.clone()).collect();
        let warehouses = self.holds.warehouses().await?;
        let shelves = self.holds.shelves(&skus, &warehouses).await?;
        // An order's id is one word of letters and digits: it is a note.
        let Ok(reference) = Note::try_from(order.id.to_string()) else { return Ok(None) };
        let wanted = Wanted { lines: &lines, holder: Holder::Another, reference };
        let at = (self.ambient.now(), HoldFor::default());
        let reserved = reserve(self.ambient.id(), wanted, &shelves, at, cause);
        Ok(reserved.ok().map(Reservation::sold_at_once))
    }

    /// Takes the gateway's word of a refund of ours.
    pub(crate) async fn refund(
        &self,
        told: &RefundTold,
        bearer: Bearer<'_>,
        cause: &Causation,
    ) -> Result<Taken, StoreError> {
        for _ in 0..ROUNDS {
            if self.was_told(bearer).await? {
                return Ok(Taken::Again);
            }
            let refund = self.payments.refund(told.refund).await?;
            let to = refund.as_ref().and_then(|refund| Some((refund, moved_by(refund.status, told.state)?)));
            let mut pieces = Vec::new();
            if let Some((refund, to)) = to {
                pieces.extend(self.payments.end(refund, (to, told.id.as_ref()), cause));
                let order = if refund.on_order { self.order(refund.order_id).await? } else { None };
                let more = match (refund.status, to) {
                    (_, RefundStatus::Succeeded) => refund.amount.amount,
                    (RefundStatus::Succeeded, RefundStatus::Failed) => refund.amount.amount.saturating_neg(),
                    // It never counted.
                    (_, RefundStatus::Requested | RefundStatus::Sent | RefundStatus::Failed) => 0,
                };
                let order = order.filter(|_| more != 0);
                pieces.extend(order.map(|order| self.orders.money_moved(&order, order.after_refund(more), cause)));
            } else if let Some(refund) = refund.as_ref().filter(|refund| refund.status.is_under_way()) {
                let new = told.id.as_ref().filter(|_| refund.gateway_id.is_none());
                pieces.extend(new.map(|id| self.payments.adopt(refund, id)));
            }
            let outcome = if pieces.is_empty() { Outcome::Ignored } else { Outcome::Applied };
            if let Bearer::Webhook(inbox) = bearer {
                pieces.push(self.payments.told(inbox, outcome));
            }
            match self.payments.table.transaction().and_all(pieces).commit().await {
                Ok(()) => {
                    let to = to.map(|(_, to)| to);
                    if to == Some(RefundStatus::Failed) {
                        tracing::error!(refund_id = %told.refund, "refund.failed");
                    }
                    return Ok(Taken::Refund(to));
                }
                Err(error) if error.lost() => {}
                Err(error) => return Err(error.unexpected(self.payments.table.name())),
            }
        }
        Err(StoreError::Busy { table: self.payments.table.name().to_owned() })
    }

    /// Keeps a word that means nothing here.
    pub(crate) async fn ignore(&self, inbox: &Inbox) -> Result<Taken, StoreError> {
        self.keep(inbox, self.payments.told(inbox, Outcome::Ignored)).await
    }

    /// Keeps a word of another account, or of another mode, and has people told.
    pub(crate) async fn refuse(
        &self,
        inbox: &Inbox,
        what: Mismatch,
        order: Option<OrderId>,
        cause: &Causation,
    ) -> Result<Taken, StoreError> {
        tracing::error!(gateway_event = %inbox.event_id, ?what, "payment.mismatched");
        self.keep(inbox, self.payments.mismatched(inbox, what, order, cause)).await
    }

    async fn keep(&self, inbox: &Inbox, piece: Action) -> Result<Taken, StoreError> {
        if self.payments.was_told(&inbox.event_id).await? {
            return Ok(Taken::Again);
        }
        match self.payments.table.commit(piece).await {
            Ok(()) => Ok(Taken::Did(Decision::Ignore)),
            Err(CommitError::Cancelled(_)) => Ok(Taken::Again),
            Err(CommitError::Store(error)) => Err(error),
        }
    }

    /// Gives up waiting for the order of money that came: from now on people are told of it.
    pub(crate) async fn give_up(&self, inbox: &Inbox, told: &IntentTold, cause: &Causation) -> Result<(), StoreError> {
        let seen = self.payments.payment(told.order_id(), &told.id).await?;
        let mut pieces = vec![self.payments.unpark(&inbox.event_id)];
        let counted =
            seen.as_ref().is_some_and(|seen| seen.state.is_settled() || seen.state == PaymentState::Unmatched);
        if told.is_paid() && !counted {
            pieces.push(self.payments.unmatched(seen.as_ref(), told, (came(told), None), cause));
            tracing::error!(intent_id = %told.id, "money.unmatched");
        }
        match self.payments.table.transaction().and_all(pieces).commit().await {
            // Whoever was faster has seen to it, or the next run does.
            Ok(()) | Err(CommitError::Cancelled(_)) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
        }
    }

    /// Sends money back that matches no order, all of it.
    pub(crate) async fn return_unmatched(&self, payment: &Payment, cause: &Causation) -> Result<(), StoreError> {
        let told = IntentTold {
            id: payment.intent_id.clone(),
            order: payment.order_id.map(|order| order.to_string()),
            state: IntentState::Succeeded,
            amount: payment.amount.amount,
            received: payment.captured,
            currency: payment.amount.currency,
        };
        let seen = Seen { told: &told, payment: Some(payment.clone()), order: None };
        let pieces = self.sends_back(&seen, (Why::Unmatched, false), cause);
        match self.payments.table.transaction().and_all(pieces).commit().await {
            Ok(()) | Err(CommitError::Cancelled(_)) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
        }
    }
}

/// What came, or what is asked for as long as nothing has.
fn came(told: &IntentTold) -> Money {
    let amount = if told.is_paid() { told.received } else { told.amount };
    Money::new(amount, told.currency)
}

fn tell(told: &IntentTold, decision: Decision) {
    let intent_id = told.id.as_str();
    match decision {
        Decision::Mismatched(what) => tracing::error!(intent_id, ?what, "payment.mismatched"),
        Decision::SendBack { why, .. } => tracing::warn!(intent_id, ?why, "payment.sent_back"),
        Decision::Park => tracing::warn!(intent_id, "webhook.parked"),
        Decision::Pay | Decision::Retake | Decision::Failed | Decision::Follow | Decision::CallOff => {
            tracing::info!(intent_id, ?decision, "payment.moved");
        }
        Decision::Ignore => {}
    }
}
