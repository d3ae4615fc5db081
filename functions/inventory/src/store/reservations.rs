//! Reservations: the pieces of transactions that make and end them.

use holdfast_core::{Causation, Quantity, ReservationId, Sku, Timestamp};
use holdfast_dynamo::{Action, CommitError, Query, StoreError, of_kind};
use holdfast_http::Fingerprint;
use holdfast_runtime::Count;
use jiff::SignedDuration;

use super::Inventory;
use super::items::{BUCKETS, ReservationItem, TimerItem, active_partition, moment, reservation_key};
use super::stock::Move;
use crate::domain::{Closing, Expiry, Holder, Kind, Reservation, Take, Turn};
use crate::events::{Happened, by_itself};
use crate::holds::Ending;

/// How long an ended reservation can still be looked at.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How many of a bucket's due reservations are looked at in one go: what a function does within its timeout.
const AT_ONCE: u8 = 50;
/// How many are ended in one go, over all buckets.
const MOST_ENDED: usize = 400;

/// Which of the due reservations are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Due<'a> {
    /// All.
    All,
    /// Those that hold any of these articles.
    Of(&'a [Sku]),
    /// Staff's own that hold this article.
    OfTheDesk(&'a Sku),
}

impl Due<'_> {
    fn names(self, reservation: &Reservation) -> bool {
        match self {
            Self::All => true,
            Self::Of(skus) => skus.iter().any(|sku| reservation.holds(sku)),
            Self::OfTheDesk(sku) => reservation.holder == Holder::Desk && reservation.holds(sku),
        }
    }
}

impl Inventory {
    /// The pieces that make a reservation: itself, its timer, and every stock line, in this order.
    pub(crate) fn hold(
        &self,
        reservation: &Reservation,
        fingerprint: Option<Fingerprint>,
        cause: &Causation,
    ) -> Vec<Action> {
        let item = ReservationItem::new(reservation.clone(), fingerprint);
        let made = Happened::ReservationMade { expires_at: reservation.expires_at };
        let event = self.event(&made, reservation.id, cause);
        let timer = TimerItem { reservation_id: reservation.id, due_at: reservation.expires_at };
        let own = [self.table.put_with(&item, &event).if_absent(), self.table.put(&timer)];
        let held = (reservation.id, reservation.lines.as_slice());
        own.into_iter().chain(self.lines(held, Kind::Held, Move::Hold, cause)).collect()
    }

    /// The pieces that sell stock which nobody holds: a reservation that is over as it begins (absent before), and every stock
    /// line, in this order.
    pub(crate) fn take(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        let item = ReservationItem::new(reservation.clone(), None);
        let event = self.event(&Happened::ReservationCommitted {}, reservation.id, cause);
        let own = self.table.put_with(&item, &event).if_absent();
        let lines = self.lines((reservation.id, &reservation.lines), Kind::Committed, Move::Out, cause);
        std::iter::once(own).chain(lines).collect()
    }

    /// The pieces that end an active reservation of these lines: itself, and every stock line, in this order.
    pub(crate) fn close(&self, held: (ReservationId, &[Take]), closing: Closing, cause: &Causation) -> Vec<Action> {
        let (id, _) = held;
        let now = self.ambient.now();
        let (happened, kind, change): (_, _, fn(u32) -> Move) = match closing {
            Closing::Commit => (Happened::ReservationCommitted {}, Kind::Committed, Move::Commit),
            Closing::Release => (Happened::ReservationReleased {}, Kind::Released, Move::Free),
            Closing::Expire => (Happened::ReservationExpired {}, Kind::Expired, Move::Free),
        };
        let turn = Turn { at: now, actor: cause.actor.clone(), to: closing.status() };
        let event = self.event(&happened, id, cause);
        let expression = "REMOVE #gsi1pk, #gsi1sk \
            SET #status = :status, #history = list_append(#history, :turn), #ttl = :ttl";
        let own = self
            .table
            .update(reservation_key(id), expression)
            .when("#status = :active")
            .value(":active", crate::domain::Status::Active)
            .value(":status", closing.status())
            .value(":turn", [turn])
            .value(":ttl", now.saturating_add(REMEMBERED).unwrap_or(now).as_second())
            .event(&event);
        std::iter::once(own).chain(self.lines(held, kind, change, cause)).collect()
    }

    fn lines(
        &self,
        (id, lines): (ReservationId, &[Take]),
        kind: Kind,
        change: fn(u32) -> Move,
        cause: &Causation,
    ) -> impl Iterator<Item = Action> {
        lines.iter().map(move |line| {
            let count = change(Quantity::get(line.quantity));
            self.moves((&line.sku, line.warehouse_id), count, kind, id, cause)
        })
    }

    /// A reservation, and the fingerprint of the request that made it.
    pub(crate) async fn reservation(
        &self,
        id: ReservationId,
    ) -> Result<Option<(Reservation, Option<Fingerprint>)>, StoreError> {
        let item: Option<ReservationItem> = self.table.get(&reservation_key(id)).await?;
        Ok(item.map(|item| (item.clone().into(), item.fingerprint)))
    }

    /// Expires a reservation if it is due, with what ends together with it: in a transaction of its own. Whoever comes
    /// second finds it done.
    pub(crate) async fn expire_if_due(
        &self,
        id: ReservationId,
        ending: &impl Ending,
        cause: &Causation,
    ) -> Result<Expiry, CommitError> {
        let Some((reservation, _)) = self.reservation(id).await? else { return Ok(Expiry::Over) };
        let expiry = reservation.expiry(self.ambient.now());
        if expiry != Expiry::Due {
            return Ok(expiry);
        }
        let pieces = self.close((id, &reservation.lines), Closing::Expire, cause);
        let beside = match reservation.holder {
            Holder::Desk => Vec::new(),
            Holder::Another => ending.beside(&reservation, cause),
        };
        match self.table.transaction().and_all(pieces).and_all(beside).commit().await {
            Ok(()) => {
                holdfast_runtime::count(Count::HoldsExpired, 1);
                tracing::info!(reservation_id = %id, "hold.expired");
                Ok(Expiry::Due)
            }
            // Somebody else ended it, one way or another.
            Err(error) if error.failed_at(0) => Ok(Expiry::Over),
            Err(error) => Err(error),
        }
    }

    /// Expires what is due, the longest due first. How many, and whether there may be more.
    pub(crate) async fn sweep(&self, which: Due<'_>, ending: &impl Ending) -> Result<(usize, bool), StoreError> {
        let until = format!("{}#~", moment(self.ambient.now()));
        let buckets = (0..BUCKETS).map(|bucket| {
            let query = Query::gsi1(active_partition(bucket)).until(&until).limit(AT_ONCE);
            async move {
                match which {
                    Due::All => self.table.first(&query).await,
                    // Theirs may lie behind many others'.
                    Due::Of(_) | Due::OfTheDesk(_) => self.table.all(&query).await,
                }
            }
        });
        let found = futures::future::try_join_all(buckets).await?;
        let more = found.iter().any(|bucket| bucket.len() >= usize::from(AT_ONCE));
        let due = found.iter().map(|bucket| of_kind::<ReservationItem>(bucket)).collect::<Result<Vec<_>, _>>()?;
        let due = due.into_iter().flatten().map(Reservation::from);
        let due: Vec<_> = due.filter(|reservation| which.names(reservation)).take(MOST_ENDED).collect();
        let mut expired = 0;
        for reservation in due {
            let expiry = self.expire_if_due(reservation.id, ending, &by_itself(reservation.id)).await;
            let expiry = expiry.map_err(|error| error.unexpected(self.table.name()))?;
            expired += usize::from(expiry == Expiry::Due);
        }
        Ok((expired, more))
    }

    /// A new reservation's first step.
    pub(crate) fn first_turn(at: Timestamp, cause: &Causation) -> Vec<Turn> {
        vec![Turn { at, actor: cause.actor.clone(), to: crate::domain::Status::Active }]
    }
}
