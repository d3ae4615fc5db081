//! One seed, from the first visitor to the last message in the last queue.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use holdfast_local::{Blueprint, Faults, Options, Snapshot, Trace, Turns, World};

use crate::dice::Dice;
use crate::people::{Board, Person};
use crate::play::{LONGEST, Play};
use crate::stage::{Error, STOCKED, Stage, blueprint, options};
use crate::witness::Witness;
use crate::{ended, fate};

/// What came of a seed.
#[derive(Debug)]
pub struct Ran {
    /// Which.
    pub seed: u64,
    /// All calls, as a hash.
    pub trace: Trace,
    /// What is wrong; nothing.
    pub wrong: Vec<String>,
    /// Decisions of who goes next.
    pub steps: u64,
    /// How often the books were looked at.
    pub looks: u64,
    /// Orders that were placed.
    pub orders: usize,
    /// Where orders went, and how often.
    pub went: BTreeMap<String, u64>,
    /// Faults that struck.
    pub faults: BTreeMap<&'static str, u64>,
}

/// How the end is waited for: time passes in these steps, in seconds, and all that is due is done after each.
const LEAVE: [u64; 7] = [60, 300, 900, 3_600, 14_400, 86_400, 86_400];

/// How every seed begins: a shop that is open, made once.
#[derive(Clone, Debug)]
pub struct Opened {
    blueprint: Blueprint,
    from: Arc<Snapshot>,
}

impl Opened {
    /// Opens it.
    pub async fn new() -> Result<Self, Error> {
        let blueprint = blueprint()?;
        let stage = Stage::open(options(&blueprint, 0, Faults::none()), &STOCKED).await?;
        Ok(Self { from: Arc::new(stage.world.engines().snapshot()?), blueprint })
    }
}

/// A seed that was played: nobody acts any more, and nothing is due.
pub(crate) struct Performed {
    pub(crate) stage: Arc<Stage>,
    pub(crate) board: Arc<Board>,
    pub(crate) witness: Witness,
    /// What was wrong on the way.
    pub(crate) wrong: Vec<String>,
    steps: u64,
    looks: u64,
}

/// Runs a seed.
pub async fn simulate(opened: &Opened, seed: u64, in_lines: bool) -> Result<Ran, Error> {
    let Performed { stage, board, witness, mut wrong, steps, mut looks } = perform(opened, seed, in_lines).await?;
    if wrong.is_empty() {
        wrong = ended::examine(&stage, &board, &witness).await?;
        looks += 1;
    }
    let (trace, faults) = (stage.world.recorder().traced_so_far(), stage.world.faults().counts());
    let orders = board.orders().len();
    Ok(Ran { seed, trace, wrong, steps, looks, orders, went: witness.went, faults })
}

/// Plays a seed until all that is due is done, or something is wrong.
pub(crate) async fn perform(opened: &Opened, seed: u64, in_lines: bool) -> Result<Performed, Error> {
    let from = Some(Arc::clone(&opened.from));
    let world = World::start(Options { from, ..options(&opened.blueprint, seed, fate::faults(seed)) })?;
    let stage = Arc::new(Stage::known(world)?);
    let (world, dice) = (&stage.world, Dice::new(seed, 2));
    world.recorder().trace(in_lines);
    world.gateway().sends(fate::webhooks(&dice));
    let (board, mut witness) = (Arc::new(Board::default()), Witness::default());
    world.faults().pause(true);
    Person::new(&stage, &board, seed, 99).clears().await;
    world.faults().pause(false);
    world.faults().turns().decide(true);
    let buyers = 2 + u32::try_from(dice.below(3))?;
    let staff = 1 + u32::try_from(dice.below(2))?;
    let mut people = Vec::new();
    for nth in 0..buyers + staff {
        let person = Person::new(&stage, &board, seed, nth);
        people.push(tokio::spawn(Turns::strand(nth, async move {
            if nth < buyers { person.shops().await } else { person.works().await }
        })));
    }
    let mut play = Play { world, dice, witness: &mut witness, steps: 0, looks: 0, left_s: LONGEST };
    play.go(people).await?;
    let (steps, looks) = (play.steps, play.looks);
    world.faults().turns().decide(false);
    let mut wrong = std::mem::take(&mut witness.wrong);
    if wrong.is_empty() {
        calm(world, &stage, &board, &mut witness).await?;
        wrong = std::mem::take(&mut witness.wrong);
    }
    Ok(Performed { stage, board, witness, wrong, steps, looks })
}

/// Nothing goes wrong any more: who has not heard an answer asks until there is one, and all that is due is done.
async fn calm(world: &World, stage: &Stage, board: &Board, witness: &mut Witness) -> Result<(), Error> {
    world.faults().pause(true);
    world.gateway().recovers();
    world.gateway().sends(holdfast_local::engines::gateway::Webhooks::default());
    ended::everybody_hears(stage, board, |answer| !answer.is_final()).await;
    for by_s in LEAVE {
        world.settle().await;
        // What changed is seen before it is forgotten.
        witness.look(world)?;
        ended::redrive(world)?;
        world.advance(Duration::from_secs(by_s));
        // Who was told to wait has waited. Whatever else is no answer by now stays none.
        ended::everybody_hears(stage, board, |answer| answer.status == 429).await;
    }
    world.settle().await;
    witness.look(world)
}
