//! What other contexts may do with stock: find what can be taken, and pieces of transactions that hold it, sell it or let it
//! go. They commit the pieces with their own, so that an order and its stock are one decision.

use std::collections::HashMap;

use holdfast_core::{Causation, ReservationId, Sku, Timestamp};
use holdfast_dynamo::{Action, StoreError};
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{Closing, HoldFor, Line, Note, Reservation, Shelf, Short, Status, Take, allocate};
use crate::store::Inventory;

/// Holds stock for somebody.
#[derive(Clone, Debug)]
pub struct Holds(Inventory);

impl FromInit for Holds {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Inventory::from_init(init).await.map(Self)
    }
}

impl Holds {
    /// What can be taken of these articles, and where: strongly consistent, in two round trips.
    pub async fn shelves(&self, skus: &[Sku]) -> Result<HashMap<Sku, Vec<Shelf>>, StoreError> {
        let (stocks, warehouses) = self.0.stocks(skus).await?;
        Ok(stocks.into_iter().map(|(sku, stock)| (sku, stock.shelves(&warehouses))).collect())
    }

    /// A reservation by its id.
    pub async fn reservation(&self, id: ReservationId) -> Result<Option<Reservation>, StoreError> {
        Ok(self.0.reservation(id).await?.map(|(reservation, _)| reservation))
    }

    /// The pieces that make a reservation: itself (absent before), its timer, and every line (so many can be taken), in this
    /// order.
    pub fn hold(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        self.0.hold(reservation, None, cause)
    }

    /// The pieces that sell what is held, also a moment past its time: the reservation (active before), and every line.
    pub fn commit(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        self.0.close(reservation, Closing::Commit, cause)
    }

    /// The pieces that give back what is held: the reservation (active before), and every line.
    pub fn release(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        self.0.close(reservation, Closing::Release, cause)
    }

    /// The pieces that let go what nobody fetched: the reservation (active before), and every line. Whoever asks has seen
    /// that it is due.
    pub fn expire(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        self.0.close(reservation, Closing::Expire, cause)
    }
}

/// A reservation of these lines, not written yet; no article may stand in two of them. When an article is short: which, and
/// how many one line could have.
pub fn reserve(
    id: ReservationId,
    lines: &[Line],
    shelves: &HashMap<Sku, Vec<Shelf>>,
    reference: Note,
    (now, hold_for): (Timestamp, HoldFor),
    cause: &Causation,
) -> Result<Reservation, Vec<(Sku, Short)>> {
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
        reference,
        status: Status::Active,
        created_at: now,
        expires_at: now.saturating_add(hold_for.duration()).unwrap_or(now),
        history: Inventory::first_turn(now, cause),
    })
}
