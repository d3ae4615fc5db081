//! What other contexts may do with stock: find what can be taken, and pieces of transactions that hold it, sell it or let it
//! go. They commit the pieces with their own, so that an order and its stock are one decision.

use std::collections::HashMap;

use holdfast_core::{Causation, ReservationId, Sku, Timestamp};
use holdfast_dynamo::{Action, StoreError};
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{
    Closing, HoldFor, Holder, Kind, Line, Note, Reservation, Shelf, Short, Status, Take, Warehouse, allocate,
};
use crate::store::{Due, Inventory, Move};

/// Holds stock for somebody.
#[derive(Clone, Debug)]
pub struct Holds(Inventory);

impl FromInit for Holds {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Inventory::from_init(init).await.map(Self)
    }
}

/// What ends together with a hold: whoever holds stock for something of their own says which pieces go into the transaction
/// that expires it. Inventory knows no orders: the functions that let go of holds are put together where orders are.
pub trait Ending: FromInit + Send + Sync + 'static {
    /// The pieces beside the reservation's own.
    fn beside(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action>;
}

/// Nothing ends with it: staff's own holds.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl FromInit for Alone {
    async fn from_init(_: &Init) -> Result<Self, InitError> {
        Ok(Self)
    }
}

impl Ending for Alone {
    fn beside(&self, _: &Reservation, _: &Causation) -> Vec<Action> {
        Vec::new()
    }
}

/// The warehouses, in the order in which they are taken from.
#[derive(Clone, Debug)]
pub struct Warehouses(Vec<Warehouse>);

impl Holds {
    /// The warehouses, in one round trip.
    pub async fn warehouses(&self) -> Result<Warehouses, StoreError> {
        self.0.warehouses().await.map(Warehouses)
    }

    /// What can be taken of these articles, and where: strongly consistent, in one round trip more.
    pub async fn shelves(&self, skus: &[Sku], of: &Warehouses) -> Result<HashMap<Sku, Vec<Shelf>>, StoreError> {
        let stocks = self.0.stocks_in(skus, &of.0).await?;
        Ok(stocks.into_iter().map(|(sku, stock)| (sku, stock.shelves(&of.0))).collect())
    }

    /// A reservation by its id.
    pub async fn reservation(&self, id: ReservationId) -> Result<Option<Reservation>, StoreError> {
        Ok(self.0.reservation(id).await?.map(|(reservation, _)| reservation))
    }

    /// Lets go what is due of these articles, each hold in a transaction of its own: a buyer who is short asks for it. Whether
    /// anything was.
    pub async fn reclaim(&self, skus: &[Sku], ending: &impl Ending) -> Result<bool, StoreError> {
        let (expired, _) = self.0.sweep(Due::Of(skus), ending).await?;
        Ok(expired > 0)
    }

    /// The pieces that make a reservation: itself (absent before), its timer, and every line (so many can be taken), in this
    /// order.
    pub fn hold(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        self.0.hold(reservation, None, cause)
    }

    /// The pieces that sell what is held, also a moment past its time: the reservation (active before), and every line.
    pub fn commit(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        self.commit_lines(reservation.id, &reservation.lines, cause)
    }

    /// The same, by whoever knows what a reservation holds: its status is all that decides, and nothing needs to have been read.
    pub fn commit_lines(&self, id: ReservationId, lines: &[Take], cause: &Causation) -> Vec<Action> {
        self.0.close((id, lines), Closing::Commit, cause)
    }

    /// The pieces that sell stock which nobody holds any more: a reservation that ends as it begins (absent before), and every
    /// line (so many can be taken), in this order.
    pub fn take(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        self.0.take(reservation, cause)
    }

    /// The pieces that give back what is held: the reservation (active before), and every line.
    pub fn release(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        self.0.close((reservation.id, &reservation.lines), Closing::Release, cause)
    }

    /// The pieces that take back what was sold, a line each. They are blind: they stand beside something that cannot happen
    /// twice.
    pub fn restock(&self, lines: &[Take], reference: &Note, cause: &Causation) -> Vec<Action> {
        let back = |line: &Take| {
            let place = (&line.sku, line.warehouse_id);
            self.0.moves(place, Move::In(line.quantity.get()), Kind::Returned, reference, cause)
        };
        lines.iter().map(back).collect()
    }
}

/// What is to be reserved; no article may stand in two lines.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Of each article.
    pub lines: &'a [Line],
    /// By whom.
    pub holder: Holder,
    /// For what.
    pub reference: Note,
}

/// A reservation, not written yet. When an article is short: which, and how many one line could have.
pub fn reserve(
    id: ReservationId,
    wanted: Wanted<'_>,
    shelves: &HashMap<Sku, Vec<Shelf>>,
    (now, hold_for): (Timestamp, HoldFor),
    cause: &Causation,
) -> Result<Reservation, Vec<(Sku, Short)>> {
    let Wanted { lines, holder, reference } = wanted;
    let (mut takes, mut short) = (Vec::with_capacity(lines.len()), Vec::new());
    for Line { sku, quantity } in lines {
        match allocate(*quantity, shelves.get(sku).map_or(&[], Vec::as_slice)) {
            Ok(parts) => takes.extend(parts.iter().map(|part| Take {
                sku: sku.clone(),
                warehouse_id: part.warehouse,
                quantity: part.quantity,
            })),
            Err(lack) => short.push((sku.clone(), lack)),
        }
    }
    if !short.is_empty() {
        return Err(short);
    }
    Ok(Reservation {
        id,
        lines: takes,
        holder,
        reference,
        status: Status::Active,
        created_at: now,
        expires_at: now.saturating_add(hold_for.duration()).unwrap_or(now),
        history: Inventory::first_turn(now, cause),
    })
}
