//! The shop under attack: who is sent there, what is sold, and the ways to what is beside its API.

use std::time::Duration;

use futures::future::try_join_all;
use holdfast_core::{Ambient, Clock, ReceiptId, SystemClock, Timestamp};
use serde_json::{Value, json};

use crate::line::{Answer, Place};
use crate::person::{Person, Trouble, expect, number, text, unexpected};

/// Where a shop is, and who may do what there.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its base URL.
    pub at: String,
    /// Accounts by what they are: `admin`, `support`, `customer`.
    pub accounts: [(String, String); 3],
    /// What support may give back of one order, in minor units.
    pub support_limit: i64,
    /// The payment gateway's key, where its API is under /dev/gateway.
    pub gateway_key: String,
}

impl Target {
    /// A shop with the demo accounts, as the local host opens it.
    pub fn demo(at: &str) -> Self {
        let account = |name: &str| (format!("{name}@demo.test"), "holdfast-demo".to_owned());
        Self {
            at: at.to_owned(),
            accounts: ["admin", "support", "customer"].map(account),
            support_limit: 10_000,
            gateway_key: "sk_test_sandbox".to_owned(),
        }
    }
}

/// A shop, with everybody there who attacks it.
#[derive(Debug)]
pub struct Ground {
    pub(crate) guest: Person,
    pub(crate) admin: Person,
    pub(crate) support: Person,
    pub(crate) customer: Person,
    pub(crate) support_limit: i64,
    /// Whether there is a local host's /dev: a clock that can be moved, a gateway at which to pay, counts of faults.
    pub(crate) local: bool,
    gateway_key: String,
    warehouse: String,
    ambient: Ambient,
}

/// An order that somebody placed.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) total: i64,
    /// As it was answered when it was placed.
    pub(crate) view: Value,
    pub(crate) owner: Person,
}

/// What somebody heard who wanted to order.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    Ordered(Order),
    /// Why not.
    Refused(u16, String),
}

impl Heard {
    pub(crate) fn order(self) -> Option<Order> {
        match self {
            Self::Ordered(order) => Some(order),
            Self::Refused(..) => None,
        }
    }
}

/// What an article costs, in minor units.
pub(crate) const PRICE: i64 = 10_000;
/// An hour, the most that staff hold something for.
const RESTS: u32 = 24;
/// By so much the clock is moved on while something has not come to rest.
const STEP_S: u64 = 61;

impl Ground {
    /// Goes there: everybody logs in, and somewhere to put goods is found.
    pub async fn of(target: &Target) -> Result<Self, Trouble> {
        let place = Place::parse(&target.at).map_err(Trouble)?;
        let guest = Person::guest(&place);
        let [admin, support, customer] = &target.accounts;
        let admin = guest.log_in(&admin.0, &admin.1).await?;
        let support = guest.log_in(&support.0, &support.1).await?;
        let customer = guest.log_in(&customer.0, &customer.1).await?;
        let local = guest.get("/dev/status.json").await?.status == 200;
        let ambient = Ambient::system();
        let warehouse = warehouse(&admin).await?;
        let (gateway_key, support_limit) = (target.gateway_key.clone(), target.support_limit);
        Ok(Self { guest, admin, support, customer, support_limit, local, gateway_key, warehouse, ambient })
    }

    /// A word that nobody has used before.
    pub(crate) fn fresh(&self) -> String {
        let id = self.ambient.id::<ReceiptId>().to_string();
        let (_, word) = id.split_once('_').unwrap_or_default();
        word.to_uppercase()
    }

    /// The same person under a key of its own.
    pub(crate) fn anew(&self, person: &Person) -> Person {
        person.keyed(&self.fresh())
    }

    /// An article that nobody else sells, with so many units of it.
    pub(crate) async fn goods(&self, units: u64) -> Result<String, Trouble> {
        let sku = format!("RACE-{}", self.fresh());
        let price = json!({"amount": PRICE, "currency": "USD"});
        let product = json!({"title": "Something wanted", "variants": [{"sku": sku, "price": price}]});
        self.anew(&self.admin).posts("/v1/admin/products", &product, 201).await?;
        let stock = json!({"sku": sku, "warehouse_id": self.warehouse, "on_hand": units});
        self.anew(&self.admin).posts("/v1/admin/inventory", &stock, 201).await?;
        Ok(sku)
    }

    /// Changes how many of an article there are: whether it was done.
    pub(crate) async fn adjusts(&self, sku: &str, delta: i64) -> Result<bool, Trouble> {
        let body = json!({"warehouse_id": self.warehouse, "delta": delta, "reason": "race"});
        let path = format!("/v1/admin/inventory/{sku}/adjust");
        let answer = self.anew(&self.admin).post(&path, &body).await?;
        match (answer.status, answer.code().as_str()) {
            (201, _) => Ok(true),
            (409, "below_reserved") => Ok(false),
            _ => Err(unexpected("POST", &path, &answer)),
        }
    }

    /// Puts something into somebody's cart.
    pub(crate) async fn adds(&self, person: &Person, sku: &str, quantity: u64) -> Result<Value, Trouble> {
        self.anew(person).posts("/v1/cart/items", &json!({"sku": sku, "quantity": quantity}), 201).await
    }

    /// A guest with a cart.
    pub(crate) async fn cart(&self, sku: &str, quantity: u64) -> Result<Person, Trouble> {
        // A guest without a cart is nobody yet: a repeat makes another cart, and the first is left alone.
        let cart = self.adds(&self.guest, sku, quantity).await?;
        Ok(self.guest.with("x-cart-token", &text(&cart, "cart_token")?))
    }

    /// Guests with a cart each.
    pub(crate) async fn carts(&self, sku: &str, quantity: u64, guests: usize) -> Result<Vec<Person>, Trouble> {
        try_join_all((0..guests).map(|_| self.cart(sku, quantity))).await
    }

    /// What somebody's cart costs, sent home.
    pub(crate) async fn quote(&self, person: &Person) -> Result<Answer, Trouble> {
        let wish = json!({"shipping_address": home(), "shipping_method": "standard"});
        person.post("/v1/checkout/quote", &wish).await
    }

    /// Orders what is in somebody's cart for so much.
    pub(crate) async fn checks_out(&self, person: &Person, key: &str, total: i64) -> Result<Heard, Trouble> {
        self.heard(person, person.keyed(key).post("/v1/checkout", &wish(total)).await?)
    }

    /// What an answer to a checkout says.
    pub(crate) fn heard(&self, person: &Person, answer: Answer) -> Result<Heard, Trouble> {
        match answer.status {
            201 => {
                let view = answer.json();
                let owner = match view["order_token"].as_str() {
                    Some(token) => person.with("x-order-token", token),
                    None => person.clone(),
                };
                let (id, total) = (text(&view, "id")?, number(&view, "/total/amount")?);
                Ok(Heard::Ordered(Order { id, total, view, owner }))
            }
            409 | 422 | 429 => Ok(Heard::Refused(answer.status, answer.code())),
            _ => Err(unexpected("POST", "/v1/checkout", &answer)),
        }
    }

    /// A guest's order of an article that nobody else wants yet.
    pub(crate) async fn order(&self, sku: &str, quantity: u64) -> Result<Order, Trouble> {
        let guest = self.cart(sku, quantity).await?;
        let quote = expect(200, "POST", "/v1/checkout/quote", &self.quote(&guest).await?)?;
        match self.checks_out(&guest, "buy", number(&quote, "/total/amount")?).await? {
            Heard::Ordered(order) => Ok(order),
            Heard::Refused(status, code) => {
                Err(Trouble(format!("nobody else wants {sku}, and still: {status} {code}")))
            }
        }
    }

    /// The gateway's intent of an order; none when the order is not to be paid any more.
    pub(crate) async fn intent(&self, order: &Order) -> Result<Option<String>, Trouble> {
        let path = format!("/v1/orders/{}/payment-intent", order.id);
        let answer = order.owner.post(&path, &json!({})).await?;
        match (answer.status, answer.code().as_str()) {
            (200, _) => text(&answer.json(), "payment_intent_id").map(Some),
            (409, "not_payable") => Ok(None),
            _ => Err(unexpected("POST", &path, &answer)),
        }
    }

    /// Pays at the gateway, as a customer's browser does: whether it says that it was paid.
    pub(crate) async fn pays(&self, intent: &str) -> Result<bool, Trouble> {
        let path = format!("/dev/gateway/v1/payment_intents/{intent}/confirm");
        let headers = "content-type: application/x-www-form-urlencoded\r\n";
        let answer = self.at_the_gateway("POST", &path, headers, "payment_method=pm_card_visa").await?;
        Ok(answer.status == 200 && answer.json()["status"] == "succeeded")
    }

    /// An order that was paid, and that the shop knows of.
    pub(crate) async fn paid(&self, sku: &str, quantity: u64) -> Result<Order, Trouble> {
        let order = self.order(sku, quantity).await?;
        let intent = self.intent(&order).await?.ok_or_else(|| Trouble(format!("{} is not to be paid", order.id)))?;
        self.pays(&intent).await?;
        let status =
            async || Ok(if self.status(&order).await? == "PAID" { vec![] } else { vec!["not paid".to_owned()] });
        match self.at_rest(status).await?.is_empty() {
            true => Ok(order),
            false => Err(Trouble(format!("{} was paid at the gateway, and the shop never hears of it", order.id))),
        }
    }

    /// What the gateway gave back of an intent, without what came back.
    pub(crate) async fn given_back(&self, intent: &str) -> Result<i64, Trouble> {
        let path = format!("/dev/gateway/v1/refunds?limit=100&payment_intent={intent}");
        let answer = self.at_the_gateway("GET", &path, "", "").await?;
        let list = expect(200, "GET", &path, &answer)?;
        let refunds = list["data"].as_array().cloned().unwrap_or_default();
        let good = refunds.iter().filter(|refund| refund["status"] != "failed");
        Ok(good.filter_map(|refund| refund["amount"].as_i64()).sum())
    }

    async fn at_the_gateway(&self, method: &str, path: &str, headers: &str, body: &str) -> Result<Answer, Trouble> {
        let headers = format!("authorization: Bearer {}\r\n{headers}", self.gateway_key);
        let answer = self.guest.once(method, path, &headers, body).await;
        answer.map_err(|error| Trouble(format!("{method} {path}: {error}")))
    }

    /// An order's status.
    pub(crate) async fn status(&self, order: &Order) -> Result<String, Trouble> {
        text(&self.admin.sees(&format!("/v1/admin/orders/{}", order.id)).await?, "status")
    }

    /// How many of an article can be had, and how many are held.
    pub(crate) async fn stock(&self, sku: &str) -> Result<[i64; 2], Trouble> {
        let stock = self.admin.sees(&format!("/v1/admin/inventory/{sku}")).await?;
        Ok([number(&stock, "/available")?, number(&stock, "/reserved")?])
    }

    /// The shop's time.
    pub(crate) async fn now(&self) -> Result<Timestamp, Trouble> {
        self.moves_clock(0).await
    }

    /// Moves the shop's clock ahead.
    pub(crate) async fn moves_clock(&self, seconds: u64) -> Result<Timestamp, Trouble> {
        let told = self.guest.posts("/dev/clock", &json!({"advance_seconds": seconds}), 200).await?;
        let now = text(&told, "now")?;
        now.parse().map_err(|_| Trouble(format!("{now} is no time")))
    }

    /// Lets all happen that is due.
    pub(crate) async fn settles(&self) -> Result<(), Trouble> {
        if self.local {
            self.guest.posts("/dev/settle", &json!({}), 200).await?;
        }
        Ok(())
    }

    /// What is found wrong when everything has come to rest. What was dropped by a function that died is taken up later: the clock
    /// moves on, or time passes, until nothing is wrong any more or long enough.
    pub(crate) async fn at_rest<F>(&self, look: F) -> Result<Vec<String>, Trouble>
    where
        F: AsyncFn() -> Result<Vec<String>, Trouble>,
    {
        let mut wrong = Vec::new();
        for _ in 0..RESTS {
            self.settles().await?;
            wrong = look().await?;
            if wrong.is_empty() {
                break;
            }
            if self.local {
                self.moves_clock(STEP_S).await?;
            } else {
                SystemClock.sleep(Duration::from_secs(5)).await;
            }
        }
        Ok(wrong)
    }
}

/// Where parcels go: no tax is charged there.
fn home() -> Value {
    json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"})
}

/// What a checkout asks for.
pub(crate) fn wish(total: i64) -> Value {
    json!({
        "expected_total": {"amount": total, "currency": "USD"}, "email": "guest@example.test",
        "shipping_address": home(), "shipping_method": "standard",
    })
}

/// The first warehouse that there is, or a new one.
async fn warehouse(admin: &Person) -> Result<String, Trouble> {
    let all = admin.sees("/v1/admin/warehouses").await?;
    match all["items"].get(0) {
        Some(first) => text(first, "id"),
        None => {
            let body = json!({"name": "Race", "priority": 1});
            text(&admin.keyed("race-warehouse").posts("/v1/admin/warehouses", &body, 201).await?, "id")
        }
    }
}
