//! Kill -9: a shop on disk is killed at a random moment under load, again and again. Before it opens again its books are audited as
//! they lie there, and once it is open, every order that anybody was told of is there.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use holdfast_core::{Clock, SystemClock};

use crate::dice::Dice;
use crate::ground::{Ground, Heard, PRICE, Target};
use crate::person::{Trouble, text};

/// How a shop is opened, and audited while it is closed.
pub struct Shop<'a> {
    /// The command that opens the shop in a folder, on a port of its choice, and says so in a line `API http://…`.
    pub host: &'a dyn Fn(&Path) -> Command,
    /// What an audit of the folder finds.
    pub audit: &'a dyn Fn(&Path) -> Result<(), String>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How often it is killed.
    pub kills: u64,
    /// What chance grows from.
    pub seed: u64,
    /// After so many kills a new shop is opened: an audit looks at all orders that there are.
    pub kills_of_one_shop: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survived {
    /// Kills.
    pub kills: u64,
    /// Orders that somebody was told of.
    pub orders: u64,
    /// Payments that the gateway had taken when the power went, or before.
    pub paid: u64,
    /// What was wrong.
    pub violations: Vec<String>,
}

/// Who buy at the same time.
const BUYERS: usize = 6;
/// What there is of an article: more than anybody buys.
const STOCK: u64 = 1_000_000;
/// The power goes after so long under load, in milliseconds.
const AT_MOST_MS: u64 = 600;

/// A host that runs.
struct Running {
    child: Child,
    at: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Running {
    /// Opens the shop; it has said where.
    fn open(mut command: Command) -> Result<Self, Trouble> {
        let failed = |error: std::io::Error| Trouble(format!("the host does not start: {error}"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let lines = child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
        let at = lines.map_while(Result::ok).find_map(|line| {
            let (_, at) = line.split_once("API ")?;
            at.trim().starts_with("http://").then(|| at.trim().to_owned())
        });
        let running = Self { at: at.clone().unwrap_or_default(), child };
        at.map(|_| running).ok_or_else(|| Trouble("the host ended before it was open".to_owned()))
    }

    async fn ground(&self) -> Result<Ground, Trouble> {
        Ground::of(&Target::demo(&self.at)).await
    }
}

/// The shop may take so long to take the first order.
const PATIENCE_MS: u64 = 60_000;

/// An order that a buyer was told of.
#[derive(Clone, Debug)]
struct Told {
    id: String,
    token: String,
    /// The gateway has said that it was paid.
    paid: bool,
}

/// All that buyers were told, in that order.
type Memory = Arc<Mutex<Vec<Told>>>;

/// Kills a shop so often.
pub async fn kills(shop: &Shop<'_>, plan: Plan, mut say: impl Write) -> Result<Survived, Trouble> {
    let (mut survived, mut dice) = (Survived::default(), Dice::new(plan.seed, "kill"));
    while survived.kills < plan.kills {
        let (folder, memory) = (Folder::new(survived.kills), Memory::default());
        let mut running = Running::open((shop.host)(&folder.0))?;
        let mut sku = running.ground().await?.goods(STOCK).await?;
        for _ in 0..plan.kills_of_one_shop.min(plan.kills - survived.kills) {
            let known = lock(&memory).len();
            under_load(&mut running, &sku, &memory, Duration::from_millis(dice.from(1, AT_MOST_MS))).await?;
            survived.kills += 1;
            if let Err(found) = (shop.audit)(&folder.0) {
                survived.violations.push(format!("kill {}: the audit finds {found}", survived.kills));
            }
            running = Running::open((shop.host)(&folder.0))?;
            let ground = running.ground().await?;
            let new = lock(&memory).get(known..).map(<[_]>::to_vec).unwrap_or_default();
            survived.violations.extend(missing(&ground, &new, survived.kills).await?);
            // Another article now and then, so that stocks are made under load too.
            if dice.from(0, 9) == 0 {
                sku = ground.goods(STOCK).await?;
            }
            if survived.kills.is_multiple_of(25) {
                drop(writeln!(say, "{} kills, {} orders in this shop", survived.kills, lock(&memory).len()));
            }
        }
        let (ground, all) = (running.ground().await?, lock(&memory).clone());
        survived.violations.extend(missing(&ground, &all, survived.kills).await?);
        survived.violations.extend(ground.at_rest(async || unpaid(&ground, &all).await).await?);
        survived.orders += u64::try_from(all.len()).unwrap_or(u64::MAX);
        survived.paid += u64::try_from(all.iter().filter(|told| told.paid).count()).unwrap_or(u64::MAX);
    }
    Ok(survived)
}

/// Buyers buy until the power goes.
async fn under_load(running: &mut Running, sku: &str, memory: &Memory, after: Duration) -> Result<(), Trouble> {
    let (ground, before) = (Arc::new(running.ground().await?), lock(memory).len());
    let buyers: Vec<_> = (0..BUYERS)
        .map(|_| {
            let (ground, sku, memory) = (Arc::clone(&ground), sku.to_owned(), Arc::clone(memory));
            tokio::spawn(async move { while buys(&ground, &sku, &memory).await.is_ok() {} })
        })
        .collect();
    // From the first order on, so that there is always something to lose.
    let mut waited_ms = 0;
    while lock(memory).len() == before && waited_ms < PATIENCE_MS {
        SystemClock.sleep(Duration::from_millis(1)).await;
        waited_ms += 1;
    }
    SystemClock.sleep(after).await;
    running.child.kill().map_err(|error| Trouble(format!("it cannot be killed: {error}")))?;
    drop(running.child.wait());
    // Whoever waits for an answer hears now that there is none.
    join_all(buyers).await;
    if lock(memory).len() == before {
        return Err(Trouble("nobody could order anything".to_owned()));
    }
    Ok(())
}

/// Buys once, and pays.
async fn buys(ground: &Ground, sku: &str, memory: &Memory) -> Result<(), Trouble> {
    let guest = ground.cart(sku, 1).await?;
    let order = match ground.checks_out(&guest, "buy", PRICE).await? {
        Heard::Ordered(order) => order,
        Heard::Refused(status, code) => return Err(Trouble(format!("{status} {code}"))),
    };
    let told = Told { id: order.id.clone(), token: text(&order.view, "order_token")?, paid: false };
    lock(memory).push(told);
    let Some(intent) = ground.intent(&order).await? else { return Ok(()) };
    if ground.pays(&intent).await? {
        lock(memory).iter_mut().filter(|told| told.id == order.id).for_each(|told| told.paid = true);
    }
    Ok(())
}

/// Orders that somebody was told of, and that are not there.
async fn missing(ground: &Ground, all: &[Told], kill: u64) -> Result<Vec<String>, Trouble> {
    let mut missing = Vec::new();
    for Told { id, token, .. } in all {
        let status = ground.guest.with("x-order-token", token).get(&format!("/v1/orders/{id}")).await?.status;
        if status != 200 {
            missing.push(format!("kill {kill}: {id} was acknowledged, and is answered {status}"));
        }
    }
    Ok(missing)
}

/// Orders that were paid, and that do not say so.
async fn unpaid(ground: &Ground, all: &[Told]) -> Result<Vec<String>, Trouble> {
    let mut unpaid = Vec::new();
    for Told { id, .. } in all.iter().filter(|told| told.paid) {
        let status = text(&ground.admin.sees(&format!("/v1/admin/orders/{id}")).await?, "status")?;
        if status != "PAID" {
            unpaid.push(format!("{id} was paid at the gateway, and is {status}"));
        }
    }
    Ok(unpaid)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder that is gone when it is let go of.
struct Folder(PathBuf);

impl Folder {
    fn new(nth: u64) -> Self {
        Self(std::env::temp_dir().join(format!("holdfast-kill-{}-{nth}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
