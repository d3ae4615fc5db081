//! What a piece of work cost: round trips and capacity units, gathered beside it.

use std::cell::Cell;
use std::future::Future;

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// What some work consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Calls that were answered; those that the SDK tried again count once.
    pub round_trips: u32,
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
}

impl Cost {
    /// In US dollars, on demand in us-east-1: $0.125 a million read units, $0.625 a million write units.
    pub fn usd(&self) -> f64 {
        (self.read_units * 0.125 + self.write_units * 0.625) / 1e6
    }
}

tokio::task_local! {
    static METER: Cell<Cost>;
}

/// Runs `work` and says what it cost.
pub async fn metered<F: Future>(work: F) -> (F::Output, Cost) {
    METER
        .scope(Cell::new(Cost::default()), async {
            let output = work.await;
            (output, METER.with(Cell::get))
        })
        .await
}

#[derive(Clone, Copy)]
pub(crate) enum Direction {
    Read,
    Write,
}

pub(crate) fn count(direction: Direction, consumed: &[ConsumedCapacity]) {
    let units: f64 = consumed.iter().filter_map(|table| table.capacity_units).sum();
    // Outside of any metered work nobody asks.
    let _ = METER.try_with(|meter| {
        let mut cost = meter.get();
        cost.round_trips += 1;
        match direction {
            Direction::Read => cost.read_units += units,
            Direction::Write => cost.write_units += units,
        }
        meter.set(cost);
    });
}
