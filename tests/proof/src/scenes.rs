//! The scenes that are explored: three who act at once on two units.
//!
//! Ada has ordered some of the mugs and paid for them at the gateway, which has told nobody; her time is over, and nobody has looked
//! yet. What then happens at once: others check out, her hold expires, the gateway tells of her payment, she calls it off.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use holdfast_local::engines::gateway::{WEBHOOK_SECRET, Webhooks, signature};
use holdfast_local::{Blueprint, Faults, Options, Snapshot, Turns, World};
use serde_json::{Value, json};

use crate::books::TABLES;
use crate::client::{Answer, Client};
use crate::explore::{Act, Explored, Scene, Strands, TRIES, insists};
use crate::items::table;
use crate::people::home;
use crate::stage::{Error, Stage, options};
use crate::witness::Witness;

/// How many mugs there are.
const MUGS: i64 = 2;
/// A hold's time.
const HOLD: Duration = Duration::from_secs(15 * 60);

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Does {
    /// Bob checks out what is in his cart.
    Checkout,
    /// Ada's hold expires.
    Expiry,
    /// The gateway tells that Ada has paid.
    Payment,
    /// Ada calls her order off.
    Cancel,
}

impl fmt::Display for Does {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Checkout => "checkout",
            Self::Expiry => "expiry",
            Self::Payment => "payment",
            Self::Cancel => "cancel",
        })
    }
}

/// How it is explored.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// How many functions may die in a run.
    pub deaths: u32,
    /// Whether those who check out twice are one who clicks twice, and not two.
    pub twins: bool,
    /// Whether calls that are nobody else's matter are let go in every order, too.
    pub plainly: bool,
    /// Whether somebody goes everywhere, also where it is known what comes of it.
    pub everywhere: bool,
    /// After so many states it is given up.
    pub most_states: usize,
}

/// Every choice of three, the same twice or thrice among them.
pub fn threes() -> Vec<[Does; 3]> {
    const ALL: [Does; 4] = [Does::Checkout, Does::Expiry, Does::Payment, Does::Cancel];
    let firsts = ALL.into_iter().flat_map(|first| ALL.into_iter().map(move |second| (first, second)));
    let all = firsts.flat_map(|(first, second)| ALL.into_iter().map(move |third| [first, second, third]));
    all.filter(|[first, second, third]| first <= second && second <= third).collect()
}

/// Where all scenes of so many held mugs begin.
pub struct Opening {
    stage: Stage,
    strands: Arc<Strands>,
    from: Arc<Snapshot>,
    witness: Witness,
    blueprint: Blueprint,
    /// Ada's order, its hold, her way to it, and what the gateway will tell.
    order: String,
    hold: String,
    ada: Client,
    told: (String, String),
    /// The others' carts, and what they will order.
    others: Vec<(Client, Value)>,
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Opening").field(&self.order).finish()
    }
}

fn well(answer: Answer) -> Result<Answer, Error> {
    if answer.is_well() { Ok(answer) } else { Err(format!("{} {}", answer.status, answer.body).into()) }
}

/// A cart with so many mugs: whose, and the order for it.
async fn cart(world: &World, nth: u32, mugs: i64) -> Result<(Client, Value), Error> {
    let client = Client::new(world, nth);
    let added = well(client.post("/v1/cart/items", &json!({"sku": "MUG", "quantity": mugs})).await)?;
    let client = client.with("x-cart-token", &added.text("/cart_token"));
    let parcel = json!({"shipping_address": home(), "shipping_method": "standard"});
    let quote = well(client.post("/v1/checkout/quote", &parcel).await)?;
    let mut order = json!({"email": "guest@example.test", "shipping_address": home(), "shipping_method": "standard"});
    order["expected_total"] = quote.body["total"].clone();
    Ok((client, order))
}

/// Posts until the function has not died on the way: as a browser does, and the gateway.
async fn posts(client: Client, path: String, body: Value) {
    insists(|| async { client.post(&path, &body).await.status < 500 }).await;
}

impl Opening {
    /// Ada holds so many; the others want so many each.
    pub async fn new(blueprint: &Blueprint, held: i64, wanted: i64) -> Result<Self, Error> {
        let strands = Arc::new(Strands::default());
        let options = Options { entropy: Arc::clone(&strands) as _, ..options(blueprint, 1, Faults::none()) };
        let stage = Stage::open(options, &[MUGS]).await?;
        let world = stage.world.clone();
        world.gateway().sends(Webhooks { lost: true, ..Webhooks::default() });
        let mut others = Vec::new();
        for nth in 0..3 {
            others.push(cart(&world, 20 + nth, wanted).await?);
        }
        let (ada, order) = cart(&world, 10, held).await?;
        let placed = well(ada.clone().keyed("ada").post("/v1/checkout", &order).await)?;
        let (id, ada) = (placed.text("/id"), ada.with("x-order-token", &placed.text("/order_token")));
        let intent = well(ada.post(&format!("/v1/orders/{id}/payment-intent"), &json!({})).await)?;
        world.gateway().pay(&intent.text("/payment_intent_id"), "pm_card_visa")?;
        world.settle().await;
        world.advance(HOLD);
        let paid = world.gateway().events()?.into_iter().find(|event| event.kind == "payment_intent.succeeded");
        let body = format!("{:#}", json!(paid.ok_or("nothing was paid")?));
        let told = (signature(&[WEBHOOK_SECRET.to_owned()], world.ambient().now(), &body), body);
        let holds = crate::items::by_entity(&world, "InventoryTable")?;
        let hold = holds.get("reservation").and_then(|holds| holds.first()).ok_or("nothing is held")?;
        let hold = crate::items::text(hold, "id").to_owned();
        let mut witness = Witness::default();
        witness.look(&world)?;
        let from = Arc::new(world.engines().snapshot()?);
        let blueprint = blueprint.clone();
        let opening = Self { stage, strands, from, witness, blueprint, order: id, hold, ada, told, others };
        opening.warm_up().await?;
        Ok(opening)
    }

    /// Lets every function start once, so that no run begins with what functions read when they do.
    async fn warm_up(&self) -> Result<(), Error> {
        for (nth, does) in
            (0..).step_by(TRIES as usize).zip([Does::Checkout, Does::Expiry, Does::Payment, Does::Cancel])
        {
            Turns::strand(nth, self.act(does, 0)(self.stage.world.clone())).await;
        }
        Ok(self.stage.world.engines().restore(&self.from)?)
    }

    fn act(&self, does: Does, nth: usize) -> Act {
        let (order, hold, ada) = (self.order.clone(), self.hold.clone(), self.ada.clone());
        let (told, other) = (self.told.clone(), self.others.get(nth).cloned());
        Arc::new(move |world: World| match does {
            Does::Checkout => {
                let other = other.clone();
                async move {
                    if let Some((client, order)) = other {
                        posts(client.keyed("buy"), "/v1/checkout".to_owned(), order).await;
                    }
                }
                .boxed()
            }
            Does::Expiry => {
                let body = json!({"detail": {
                    "id": "evt_00000000000000000000000001", "type": "inventory.reservation-made.v1", "subject": hold,
                    "source": "holdfast.inventory", "sequence": 1, "time": "2026-01-01T00:00:00Z",
                    "correlation_id": "c", "data": {"expires_at": "2026-01-01T00:15:00Z"},
                }});
                let records = json!({"Records": [{"messageId": "1", "body": body.to_string()}]});
                async move {
                    insists(|| async { world.invoke("reservations-expire", records.clone()).await.is_ok() }).await;
                }
                .boxed()
            }
            Does::Payment => {
                let (signature, body) = told.clone();
                async move {
                    let gateway = Client::new(&world, 7).with("stripe-signature", &signature);
                    insists(|| async { gateway.post_text("/v1/webhooks/payments", &body).await.status < 500 }).await;
                }
                .boxed()
            }
            Does::Cancel => posts(ada.clone().keyed("cancel"), format!("/v1/orders/{order}/cancel"), json!({})).boxed(),
        })
    }

    /// Explores what these do at once.
    pub async fn explore(&self, does: &[Does], how: How) -> Result<Explored, Error> {
        let How { deaths, twins, plainly, everywhere, most_states } = how;
        let mut nth = 0;
        let acts: Vec<Act> = does
            .iter()
            .map(|does| {
                let act = self.act(*does, nth);
                nth += usize::from(*does == Does::Checkout && !twins);
                act
            })
            .collect();
        let world = &self.stage.world;
        let named = |names: &[&str]| names.iter().map(|name| table(world, name).to_owned()).collect();
        let scene = Scene {
            world,
            from: &self.from,
            strands: &self.strands,
            acts: &acts,
            deaths,
            witness: &self.witness,
            books: named(&TABLES),
            tables: named(&[&TABLES[..], &["CartsTable"]].concat()),
            plainly,
            everywhere,
            most_states,
        };
        let asked_before = self.asked_the_gateway();
        let explored = scene.explore().await?;
        // Whoever asks the payment gateway does so when nobody chose. Ada's payment was asked for, so that asking is seen.
        if asked_before == 0 || self.asked_the_gateway() != asked_before {
            return Err("somebody asked the payment gateway, or nobody would have seen it".into());
        }
        Ok(explored)
    }

    fn asked_the_gateway(&self) -> u64 {
        let tallies = self.stage.world.recorder().tallies();
        tallies.iter().filter(|((_, service, _), _)| *service == "web").map(|(_, tally)| tally.calls).sum()
    }

    /// The template.
    pub fn blueprint(&self) -> &Blueprint {
        &self.blueprint
    }
}
