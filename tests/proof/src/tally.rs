//! Many seeds: run side by side, and counted.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::run::{Opened, Ran, simulate};
use crate::stage::Error;

/// After so many failures there is nothing more to learn from going on.
const ENOUGH: usize = 5;

/// So many seeds get everywhere, or something keeps them from it.
const MANY: u64 = 500;
/// Where some order has to get.
const EVERYWHERE: [&str; 9] =
    ["PENDING", "PAID", "EXPIRED", "CANCELLED", "PROCESSING", "SHIPPED", "DELIVERED", "RETURN_REQUESTED", "RETURNED"];

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many ran.
    pub ran: u64,
    /// Calls of AWS and of the gateway, in all.
    pub calls: u64,
    /// Decisions.
    pub steps: u64,
    /// Looks at the books.
    pub looks: u64,
    /// Orders.
    pub orders: usize,
    /// Where orders went.
    pub went: BTreeMap<String, u64>,
    /// Faults, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// All traces, in one number.
    pub hash: u64,
    /// Those in which something was wrong.
    pub failed: Vec<u64>,
}

impl Tally {
    fn count(&mut self, ran: &Ran) {
        self.ran += 1;
        self.calls += ran.trace.calls;
        self.steps += ran.steps;
        self.looks += ran.looks;
        self.orders += ran.orders;
        self.hash ^= ran.trace.hash.rotate_left(u32::try_from(ran.seed % 64).unwrap_or(0));
        for (status, count) in &ran.went {
            *self.went.entry(status.clone()).or_default() += count;
        }
        for (kind, count) in &ran.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        if !ran.wrong.is_empty() {
            self.failed.push(ran.seed);
        }
    }

    /// Whether nothing was wrong, and enough was tried for that to mean something.
    pub fn is_well(&self) -> bool {
        self.failed.is_empty() && self.missed().is_empty()
    }

    /// Where no order got, in so many seeds.
    fn missed(&self) -> Vec<&str> {
        EVERYWHERE.into_iter().filter(|status| self.ran >= MANY && !self.went.contains_key(*status)).collect()
    }

    /// Sums it up.
    pub fn write(&self, took: Duration, out: &mut dyn Write) -> Result<(), Error> {
        fn listed(all: impl Iterator<Item = (impl std::fmt::Display, u64)>) -> String {
            all.map(|(what, count)| format!("{what} {count}")).collect::<Vec<_>>().join(", ")
        }
        writeln!(out, "faults: {}", listed(self.faults.iter().map(|(kind, count)| (kind, *count))))?;
        writeln!(out, "orders went to: {}", listed(self.went.iter().map(|(status, count)| (status, *count))))?;
        for status in self.missed() {
            writeln!(out, "no order went to {status}: nothing was tried that can happen from there on")?;
        }
        let Self { ran, calls, steps, looks, orders, hash, failed, .. } = self;
        writeln!(
            out,
            "simulate: {ran} seeds, {orders} orders, {calls} calls, {steps} decisions, {looks} looks at the books, {} failed, trace {hash:016x}, {:.1} s",
            failed.len(),
            took.as_secs_f64()
        )?;
        Ok(())
    }
}

/// A runtime in which nothing happens by itself: one thread, and its tasks in the order in which they were woken.
pub fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    // The driver of timers is asked only when nobody can go on: when that is, is then no matter of counting.
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().event_interval(u32::MAX).build()?)
}

/// The shop as every seed finds it.
pub fn opened() -> Result<Opened, Error> {
    runtime()?.block_on(Opened::new())
}

/// Runs one seed, in a runtime of its own.
pub fn one(opened: &Opened, seed: u64, lines: bool) -> Result<Ran, Error> {
    runtime()?.block_on(simulate(opened, seed, lines))
}

/// Runs seeds on so many threads. What is wrong is written as it is found, with the command that replays it.
pub fn many(from: u64, seeds: u64, threads: usize, lines: bool, out: &mut dyn Write) -> Result<Tally, Error> {
    let (next, opened) = (Arc::new(AtomicU64::new(from)), opened()?);
    let (found, ran) = mpsc::channel();
    let workers = (0..threads.max(1)).map(|_| {
        let (next, opened, found) = (Arc::clone(&next), opened.clone(), found.clone());
        std::thread::spawn(move || {
            loop {
                let seed = next.fetch_add(1, Ordering::SeqCst);
                if seed >= from.saturating_add(seeds) || found.send((seed, one(&opened, seed, lines))).is_err() {
                    return;
                }
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    drop(found);
    let mut tally = Tally::default();
    for (seed, ran) in ran {
        let ran = ran.map_err(|error| format!("seed {seed}: {error}"))?;
        tally.count(&ran);
        for line in ran.trace.lines.iter().flatten() {
            writeln!(out, "{line}")?;
        }
        if lines {
            writeln!(out, "seed {seed}: {} calls, trace {:016x}", ran.trace.calls, ran.trace.hash)?;
        }
        for wrong in &ran.wrong {
            writeln!(out, "seed {seed}: {wrong}")?;
        }
        if !ran.wrong.is_empty() {
            writeln!(out, "seed {seed} failed, trace {:016x}: make simulate FROM={seed} SEEDS=1", ran.trace.hash)?;
            if tally.failed.len() >= ENOUGH {
                next.store(u64::MAX / 2, Ordering::SeqCst);
            }
        }
    }
    for worker in workers {
        worker.join().map_err(|_| "a worker panicked")?;
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_seeds_that_get_nowhere_prove_nothing() -> Result<(), Error> {
        let went = EVERYWHERE.into_iter().map(|status| (status.to_owned(), 1)).collect();
        let mut tally = Tally { ran: MANY, went, ..Tally::default() };
        assert!(tally.is_well());
        tally.went.remove("SHIPPED");
        assert!(!tally.is_well());
        let mut said = Vec::new();
        tally.write(Duration::ZERO, &mut said)?;
        assert!(String::from_utf8(said)?.contains("no order went to SHIPPED"));
        tally.ran = MANY - 1;
        assert!(tally.is_well(), "a few need not");
        Ok(())
    }
}
