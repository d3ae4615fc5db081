//! Small scope, exhaustively: every order in which a few handlers' calls can happen, with a death at each.
//!
//! The handlers are production's, and run in a world as they do anywhere. Where all of them wait for a call, each of the calls is let go
//! first in one run, and each that may change something again with its function dying after it. A run begins at the same snapshot and
//! follows the choices of the one before it up to the last that has an alternative.
//!
//! That is a death at each call. Whoever dies leaves what they have written, and nothing else: a death before a call is one after
//! the write that came before it, upon which the others went first; and before the first write it is a request that came later.
//!
//! What is nobody else's matter waits for nobody: it is let go at once, whatever the others could do before ([`crate::touches`]). And
//! nobody goes where it is known what comes of it: two who touch nothing of each other's come to the same, whoever goes first (`ways.rs`).
//!
//! A state that was seen before is not followed twice. What a handler will do is determined by what it was asked, by the answers it
//! has had, by what it draws (each has randomness of its own) and by the time (which stands still): it shares no memory with another.
//! So two runs go on alike where the tables hold the same and each handler that is still at work has had the same answers. Both are
//! hashed whole.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_core::Entropy;
use holdfast_local::{Fault, SeededEntropy, Snapshot, Turns, Waiting, World};
use tokio::task::JoinHandle;

use crate::books::Books;
use crate::stage::Error;
use crate::touches::{Before, Known, Touches};
use crate::ways::{Step, Ways};
use crate::witness::Witness;

/// What changes nothing.
const READS: [&str; 5] = ["GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"];

/// How often whoever hears nothing asks. Each time is a strand of its own: what a function that died had read and drawn is gone.
pub const TRIES: u32 = 2;

/// Who acts on a strand.
pub(crate) fn actor(strand: u32) -> u32 {
    strand / TRIES
}

/// Asks until there is an answer.
pub async fn insists<F: Future<Output = bool>>(mut asks: impl FnMut() -> F) {
    for again in 0..TRIES {
        let strand = Turns::current().unwrap_or_default() + again;
        if Turns::strand(strand, asks()).await {
            return;
        }
    }
}

/// Randomness of which each strand has its own.
#[derive(Debug, Default)]
pub struct Strands(Mutex<BTreeMap<Option<u32>, SeededEntropy>>);

impl Strands {
    /// From the beginning.
    pub fn restart(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Entropy for Strands {
    fn fill(&self, bytes: &mut [u8]) {
        let strand = Turns::current();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seed = strand.map_or(1, |strand| 1_000 + u64::from(strand));
        all.entry(strand).or_insert_with(|| SeededEntropy::new(seed)).fill(bytes);
    }
}

/// Somebody who acts, again from the beginning in each run.
pub type Act = Arc<dyn Fn(World) -> futures::future::BoxFuture<'static, ()> + Send + Sync>;

/// What is explored.
pub struct Scene<'a> {
    /// The world, as it is when it begins.
    pub world: &'a World,
    /// How it begins.
    pub from: &'a Snapshot,
    /// Its randomness.
    pub strands: &'a Strands,
    /// Who acts.
    pub acts: &'a [Act],
    /// How many functions may die in one run.
    pub deaths: u32,
    /// What was seen up to the beginning.
    pub witness: &'a Witness,
    /// The tables that the books look at.
    pub books: Vec<String>,
    /// The tables whose content makes a state.
    pub tables: Vec<String>,
    /// Whether everybody's calls are let go in every order, whoever they matter to.
    pub plainly: bool,
    /// Whether somebody goes everywhere, also where it is known what comes of it.
    pub everywhere: bool,
    /// After so many states it is given up.
    pub most_states: usize,
}

/// What was explored.
#[derive(Clone, Debug, Default)]
pub struct Explored {
    /// Runs.
    pub runs: u64,
    /// States that differ.
    pub states: u64,
    /// Calls that were let go, in states that were new.
    pub steps: u64,
    /// Calls that were let go at once.
    pub own: u64,
    /// Calls that were not let go, because where they lead was known.
    pub known: u64,
    /// Orders of calls that these runs stand for, of calls that are somebody else's matter too.
    pub orders: u128,
    /// Ways in which it ended: the states, as hashes.
    pub ends: BTreeSet<u64>,
    /// Whether there was more.
    pub cut: bool,
    /// What was wrong, and the choices that led there.
    pub wrong: Vec<String>,
}

/// What may happen next: a call is let go, and this befalls it.
#[derive(Clone, Debug)]
struct Choice {
    call: Waiting,
    fault: Option<Fault>,
}

impl Choice {
    fn step(&self) -> Step {
        let mut hasher = DefaultHasher::new();
        (self.call.digest(), self.fault.is_some()).hash(&mut hasher);
        Step::new(self.call.strand, hasher.finish())
    }
}

impl Scene<'_> {
    /// Explores all of it.
    pub async fn explore(&self) -> Result<Explored, Error> {
        let turns = self.world.faults().turns();
        let (mut explored, mut ways) = (Explored::default(), Ways::new(self.everywhere));
        let mut known = Known::new(self.books.clone(), self.tables.clone());
        turns.decide(true);
        loop {
            self.world.engines().restore(self.from)?;
            self.strands.restart();
            self.world.recorder().trace(false);
            let actors: Vec<JoinHandle<()>> = (0_u32..)
                .step_by(TRIES as usize)
                .zip(self.acts)
                .map(|(strand, act)| tokio::spawn(Turns::strand(strand, act(self.world.clone()))))
                .collect();
            explored.runs += 1;
            let to = self.run(&actors, &mut ways, &mut known, &mut explored).await?;
            actors.iter().for_each(JoinHandle::abort);
            for actor in actors {
                drop(actor.await);
            }
            if known.broken {
                // From the beginning, with what is known by now.
                known.restart();
                ways = Ways::new(self.everywhere);
                explored = Explored { runs: explored.runs, ..Explored::default() };
                continue;
            }
            explored.cut = ways.seen() > self.most_states;
            if !explored.wrong.is_empty() || explored.cut {
                break;
            }
            if let Some(orders) = ways.back(to) {
                explored.orders = orders;
                break;
            }
        }
        turns.decide(false);
        Ok(explored)
    }

    /// One run: along the way, and on from its end until all was tried of a state, or nobody acts any more. Which state that is.
    async fn run(
        &self,
        actors: &[JoinHandle<()>],
        ways: &mut Ways,
        known: &mut Known,
        explored: &mut Explored,
    ) -> Result<u64, Error> {
        let (mut depth, mut deaths, mut told) = (0, 0, Vec::new());
        let mut witness = self.witness.clone();
        loop {
            self.rest().await;
            let mut waiting = self.world.faults().turns().waiting();
            waiting.sort_by_key(|call| (call.strand, call.nth));
            let at_work = (0..).zip(actors).filter(|(_, actor)| !actor.is_finished()).map(|(who, _)| who).collect();
            let own = if self.plainly { None } else { known.own(&waiting, &at_work)? };
            let is_own = own.is_some();
            let choices = self.choices(own.map_or_else(|| waiting.clone(), |own| vec![own]), deaths);
            if let ([Choice { call, fault: None }], true) = (&choices[..], is_own) {
                let is_new = depth == ways.len();
                told.push(format!("{}: {}", call.who, call.what));
                explored.own += u64::from(is_new);
                self.go(call, None, true, is_new.then_some(&mut *known)).await?;
                if known.broken {
                    return Ok(0);
                }
                continue;
            }
            let is_new = depth == ways.len();
            if is_new {
                let key = self.key(&waiting, deaths)?;
                // However a state was come to: each of the changes is one that a shop may make.
                witness.look(self.world)?;
                let mut wrong = std::mem::take(&mut witness.wrong);
                if wrong.is_empty() && ways.knows(key) {
                    return Ok(key);
                }
                explored.states += 1;
                wrong.extend(Books::read(self.world)?.examine(&witness));
                if choices.is_empty() {
                    explored.ends.insert(key);
                    ways.ends(key);
                }
                explored.wrong.extend(wrong.into_iter().map(|wrong| format!("{wrong}; after {}", told.join(", "))));
                if choices.is_empty() || !explored.wrong.is_empty() {
                    return Ok(key);
                }
                let (is_left, known) = ways.enters(key, choices.iter().map(Choice::step).collect());
                explored.known += known;
                if !is_left {
                    return Ok(ways.leaves());
                }
            }
            let Some((at, _)) = ways.at(depth).filter(|(_, of)| *of == choices.len()) else {
                return Err(format!("a run went another way than before: {choices:?}").into());
            };
            let Some(Choice { call, fault }) = choices.into_iter().nth(at) else { return Ok(0) };
            let dies = fault.as_ref().map_or(String::new(), |fault| format!(" ({fault:?})"));
            told.push(format!("{}: {}{dies}", call.who, call.what));
            deaths += u32::from(fault.is_some());
            let is_new = is_new || depth + 1 == ways.len();
            explored.steps += u64::from(is_new);
            let touches = self.go(&call, fault, is_own, is_new.then_some(&mut *known)).await?;
            if known.broken {
                return Ok(0);
            }
            if is_new {
                ways.touched(touches);
            }
            depth += 1;
        }
    }

    /// Lets a call go, and learns what it touches where somebody wants to know.
    async fn go(
        &self,
        call: &Waiting,
        fault: Option<Fault>,
        is_own: bool,
        known: Option<&mut Known>,
    ) -> Result<Option<Touches>, Error> {
        let turns = self.world.faults().turns();
        let (Some(known), Some(strand)) = (known, call.strand) else {
            turns.let_go(call.nth, fault);
            return Ok(None);
        };
        let mut touches = Touches::of(call)?;
        let before = Before::of(self.world, &touches)?;
        turns.let_go(call.nth, fault);
        self.rest().await;
        let written = before.written(self.world)?;
        if is_own && !written.is_subset(&touches.writes) {
            return Err(format!("{} wrote into an index, and nobody asked who reads it", call.who).into());
        }
        touches.writes.extend(written);
        known.learn(actor(strand), &touches)?;
        Ok(Some(touches))
    }

    /// Waits until everybody waits. What functions read when they start is nobody's choice.
    async fn rest(&self) {
        let turns = self.world.faults().turns();
        loop {
            turns.rest().await;
            let starting = turns.waiting().into_iter().find(|call| call.what.starts_with("GetParameter"));
            match starting {
                Some(call) => turns.let_go(call.nth, None),
                None => return,
            }
        }
    }

    fn choices(&self, waiting: Vec<Waiting>, deaths: u32) -> Vec<Choice> {
        let may_die = deaths < self.deaths;
        let fates = |call: Waiting| {
            let dies = may_die && !READS.contains(&call.what.as_str());
            let fates = [Some(None), dies.then_some(Some(Fault::CrashAfter))];
            fates.into_iter().flatten().map(move |fault| Choice { call: call.clone(), fault })
        };
        waiting.into_iter().flat_map(fates).collect()
    }

    /// All that decides how it goes on.
    fn key(&self, waiting: &[Waiting], deaths: u32) -> Result<u64, Error> {
        let mut hasher = DefaultHasher::new();
        deaths.hash(&mut hasher);
        for call in waiting {
            (call.strand, &call.who, &call.what).hash(&mut hasher);
        }
        // What was answered to those who still act. Whoever is done has nothing left to do by it.
        let mut answered = self.world.recorder().traced_so_far().strands;
        answered.retain(|strand, _| waiting.iter().any(|call| call.strand == Some(*strand)));
        answered.hash(&mut hasher);
        for table in &self.tables {
            self.world.engines().dynamo.digest(table)?.hash(&mut hasher);
        }
        Ok(hasher.finish())
    }
}
