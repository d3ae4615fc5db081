//! The play: who goes next, and how time passes.
//!
//! All that is at work waits at its next call ([`holdfast_local::Turns`]). When nobody can go on by themselves, one of them is let go, or
//! a queue, a stream or a schedule begins its turn, or time passes: by the dice, and by nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_local::World;
use tokio::task::{JoinHandle, JoinSet};

use crate::books::Books;
use crate::dice::Dice;
use crate::fate;
use crate::stage::Error;
use crate::witness::Witness;

/// Handlers that the background may have at work at once.
const MOST_AT_WORK: usize = 4;
/// Time does not pass more often than this by minutes and more.
const MOST_LEAPS: u64 = 5;
/// Nor longer in all, in seconds: queues keep for four days what nobody takes, and a message may be held back for one.
pub(crate) const LONGEST: u64 = 2 * 86_400;

/// What goes on.
pub(crate) struct Play<'a> {
    pub(crate) world: &'a World,
    pub(crate) dice: Dice,
    pub(crate) witness: &'a mut Witness,
    /// Steps that were decided.
    pub(crate) steps: u64,
    pub(crate) looks: u64,
    /// Seconds that may still pass in leaps.
    pub(crate) left_s: u64,
}

impl Play<'_> {
    /// Lets people act until all have done what they wanted, or something is wrong.
    pub(crate) async fn go(&mut self, people: Vec<JoinHandle<()>>) -> Result<(), Error> {
        let (world, turns) = (self.world.clone(), self.world.faults().turns());
        let mut at_work: JoinSet<usize> = JoinSet::new();
        let mut busy: BTreeMap<usize, u32> = BTreeMap::new();
        let mut leaps = self.dice.below(MOST_LEAPS + 1);
        loop {
            turns.rest().await;
            while let Some(ended) = at_work.try_join_next() {
                *busy.entry(ended?).or_default() -= 1;
            }
            let waiting = turns.waiting();
            let people_left = people.iter().any(|person| !person.is_finished());
            if !people_left && waiting.is_empty() && at_work.is_empty() {
                return Ok(());
            }
            self.steps += 1;
            if self.dice.chance(12) {
                self.look()?;
                if !self.witness.wrong.is_empty() {
                    return Ok(());
                }
            }
            if at_work.len() < MOST_AT_WORK && (waiting.is_empty() || self.dice.chance(150)) {
                let due = world.due()?;
                let free: Vec<usize> = due
                    .into_iter()
                    .filter(|at| busy.get(at).copied().unwrap_or_default() < world.lanes(*at).min(2))
                    .collect();
                if let Some(at) = self.dice.pick(&free).copied() {
                    *busy.entry(at).or_default() += 1;
                    let world = world.clone();
                    at_work.spawn(async move {
                        world.turn(at).await;
                        at
                    });
                    continue;
                }
            }
            if leaps > 0 && self.dice.chance(8) {
                leaps -= 1;
                self.leap(&mut at_work, &mut busy).await?;
                continue;
            }
            let Some(call) = self.dice.pick(&waiting) else {
                // Somebody is at work, and waits for something else.
                world.advance(Duration::from_millis(10));
                continue;
            };
            world.advance(Duration::from_millis(self.dice.below(20)));
            turns.let_go(call.nth, None);
        }
    }

    /// Time passes by minutes, hours or a day. No handler lives that long: all that is at work ends first.
    async fn leap(&mut self, at_work: &mut JoinSet<usize>, busy: &mut BTreeMap<usize, u32>) -> Result<(), Error> {
        let turns = self.world.faults().turns();
        loop {
            turns.rest().await;
            while let Some(ended) = at_work.try_join_next() {
                *busy.entry(ended?).or_default() -= 1;
            }
            let waiting = turns.waiting();
            // Whoever thinks may go on thinking.
            let calls: Vec<_> = waiting.iter().filter(|call| call.what != "thinks").collect();
            match self.dice.pick(&calls) {
                Some(call) => turns.let_go(call.nth, None),
                None if at_work.is_empty() => break,
                None => {}
            }
        }
        self.look()?;
        let by_s = match self.dice.below(6) {
            0 => 1 + self.dice.below(60),
            // Just before a hold's end, at it, just after.
            1 => 899 + self.dice.below(3),
            2 | 3 => 60 + self.dice.below(1_200),
            4 => self.dice.below(8 * 3_600),
            _ => self.dice.below(36 * 3_600),
        };
        let by_s = by_s.min(self.left_s);
        self.left_s -= by_s;
        self.world.advance(Duration::from_secs(by_s));
        self.world.gateway().sends(fate::webhooks(&self.dice));
        Ok(())
    }

    /// Looks at what has changed, and whether the books agree.
    pub(crate) fn look(&mut self) -> Result<(), Error> {
        self.looks += 1;
        self.witness.look(self.world)?;
        let wrong = Books::read(self.world)?.examine(self.witness);
        self.witness.wrong.extend(wrong);
        Ok(())
    }
}
