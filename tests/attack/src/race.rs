//! Races: what customers, staff and the gateway do at the same moment that only one of them may have, or only so much.
//!
//! Each attack is a few requests that are sent at once, again and again, each time of goods that nobody else wants. What is
//! answered, and what the shop says once it has come to rest, must be what some order of these requests would have led to. The
//! classes are those of the literature and of other shops' own lists of bugs.

mod goods;
mod limits;
mod money;
mod report;

use futures::future::{LocalBoxFuture, join_all};

use crate::dice::Dice;
use crate::ground::{Ground, Target};
use crate::person::Trouble;

pub use report::{Counts, Report, Row};

/// What a round found wrong.
type Found = Result<Vec<String>, Trouble>;

/// What an attack needs of a shop, beside its API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// A gateway to pay at.
    Gateway,
    /// A clock that can be moved.
    Clock,
}

struct Attack {
    name: &'static str,
    needs: Needs,
    round: for<'a> fn(&'a Ground, Dice) -> LocalBoxFuture<'a, Found>,
}

macro_rules! attacks {
    ($($name:literal: $module:ident::$round:ident needs $needs:ident),+ $(,)?) => {
        const ATTACKS: &[Attack] = &[$(Attack {
            name: $name,
            needs: Needs::$needs,
            round: |ground, dice| Box::pin($module::$round(ground, dice)),
        }),+];
    };
}

attacks! {
    "last unit bought twice": goods::last_unit needs Nothing,
    "two lines of one SKU": goods::two_lines needs Nothing,
    "cart edited during checkout": goods::edited_cart needs Nothing,
    "same key twice at once": goods::same_key needs Nothing,
    "two carts merged at once": goods::merged_carts needs Nothing,
    "adjust against reserve": goods::adjusted_stock needs Nothing,
    "three unpaid orders": limits::unpaid_orders needs Nothing,
    "support's refund limit": limits::refund_limit needs Gateway,
    "hold hoarding": limits::hoarded_holds needs Clock,
    "webhook against client": money::webhook_against_client needs Gateway,
    "refund against refund": money::refund_against_refund needs Gateway,
    "cancel against ship": money::cancel_against_ship needs Gateway,
    "expiry against payment": money::expiry_against_payment needs Clock,
}

/// What is to be tried.
#[derive(Clone, Debug)]
pub struct Plan {
    /// All chance grows from it.
    pub seed: u64,
    /// How often each attack is made.
    pub rounds: u64,
    /// Attacks with this word in their names alone.
    pub only: String,
}

/// Attacks a shop.
pub async fn race(target: &Target, plan: &Plan) -> Result<Report, Trouble> {
    let ground = Ground::of(target).await?;
    let before = Counts::of(&ground).await?;
    let mut rows = Vec::new();
    for attack in ATTACKS.iter().filter(|attack| attack.name.contains(&plan.only)) {
        let mut row = Row { attack: attack.name, rounds: 0, violations: Vec::new() };
        let there = attack.needs == Needs::Nothing || ground.local;
        for round in 0..if there { plan.rounds } else { 0 } {
            let dice = Dice::new(plan.seed, &format!("{} {round}", attack.name));
            let found = (attack.round)(&ground, dice).await;
            // What nobody should hear, or nobody hears at all, is as wrong as a number.
            let found = found.unwrap_or_else(|trouble| vec![trouble.to_string()]);
            row.violations.extend(found.into_iter().map(|wrong| format!("round {round}: {wrong}")));
            row.rounds += 1;
        }
        rows.push(row);
    }
    let counts = Counts::of(&ground).await?.and_then(|after| Some(after.since(before?)));
    Ok(Report { seed: plan.seed, rows, counts })
}

/// All of them at the same moment.
async fn at_once<T>(
    all: impl IntoIterator<Item = impl Future<Output = Result<T, Trouble>>>,
) -> Result<Vec<T>, Trouble> {
    join_all(all).await.into_iter().collect()
}
