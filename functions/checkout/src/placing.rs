//! An attempt to place an order.
//!
//! **An order that exists wins over every other answer.** Its id is derived from who calls and their key, so that a repeat, a
//! twin in flight and a try whose answer was lost all find it: it is read first in each round, and once more before any refusal,
//! because a twin may have placed it in between.

use holdfast_accounts::domain::{Email, PostalAddress};
use holdfast_carts::{Cart, Placed, Shopper};
use holdfast_core::{Causation, Money, OrderId, Sku, Timestamp};
use holdfast_http::{Fingerprint, IdempotencyKey, Origin, Problem};
use holdfast_inventory::domain::{Holder, Note, Reservation, Short};
use holdfast_inventory::holds::{Wanted, reserve};
use holdfast_orders::domain::{Buyer, Order, Owner, PaymentStatus, Status, Turn};
use holdfast_runtime::Count;

use crate::api::{Priced, method, not_sold, nothing_to_buy, price};
use crate::store::{Found, Goods, Till};

/// Rounds of load, decide and commit before a caller is asked to come back: each is lost to another's success.
const ROUNDS: u32 = 12;
/// Orders of one customer that wait for their payment: what is held for them is kept from others.
pub const MOST_UNPAID: usize = 3;

/// What somebody wants to order, as far as it can be checked without looking anything up.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) expected_total: Money,
    pub(crate) cart_version: Option<u64>,
    pub(crate) email: Option<Email>,
    pub(crate) shipping_address: PostalAddress,
    pub(crate) billing_address: Option<PostalAddress>,
    pub(crate) shipping_method: String,
    pub(crate) device_id: Option<String>,
}

/// An attempt to place an order.
pub(crate) struct Attempt<'a> {
    till: &'a Till,
    shopper: Shopper,
    /// The order that this request makes.
    id: OrderId,
    /// Where an earlier try may have arrived: a guest who has logged in meanwhile had another name.
    own: Vec<OrderId>,
    fingerprint: Fingerprint,
    wish: Wish,
    origin: &'a Origin,
    cause: Causation,
}

/// What has happened in earlier rounds.
#[derive(Debug, Default)]
struct Before {
    admitted: bool,
    reclaimed: bool,
}

/// How a round ends that refuses nothing.
enum Round {
    Placed(Box<(Order, Buyer)>),
    /// Somebody was faster, or stock has come back: what is true now has to be read anew.
    Again,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(
        till: &'a Till,
        shopper: Shopper,
        (key, fingerprint): (&IdempotencyKey, Fingerprint),
        wish: Wish,
        origin: &'a Origin,
    ) -> Result<Self, Problem> {
        let names = [shopper.customer.map(|user| user.to_string()), shopper.guest.map(|cart| cart.to_string())];
        let own = names.iter().flatten().map(|caller| till.server_key.id("checkout-place", caller, key));
        let own: Vec<OrderId> = own.collect();
        let id = own.first().copied().ok_or_else(nothing_to_buy)?;
        let cause = origin.causation(shopper.customer);
        Ok(Self { till, shopper, id, own, fingerprint, wish, origin, cause })
    }

    /// Places the order, or finds it placed.
    pub(crate) async fn place(&self) -> Result<(Order, Option<Buyer>), Problem> {
        let mut before = Before::default();
        for _ in 0..ROUNDS {
            let found = self.till.found(&self.own, &self.shopper).await?;
            if let Some(order) = found.order {
                return self.again(order).await;
            }
            match self.round(&found, &mut before).await {
                Ok(Round::Placed(placed)) => return Ok((placed.0, Some(placed.1))),
                Ok(Round::Again) => {}
                Err(problem) => {
                    let mut placed = self.till.placed(&self.own).await?;
                    return self.again(placed.pop().ok_or(problem)?).await;
                }
            }
        }
        Err(Problem::unavailable("the cart, its prices or its stock kept changing"))
    }

    /// What an earlier try placed, if it said the same.
    async fn again(&self, order: Order) -> Result<(Order, Option<Buyer>), Problem> {
        self.fingerprint.agrees_with(&order.fingerprint)?;
        let buyer = self.till.orders.buyer(order.id).await?;
        Ok((order, buyer))
    }

    async fn round(&self, found: &Found, before: &mut Before) -> Result<Round, Problem> {
        if !before.admitted {
            self.till.admit(self.origin).await?;
            before.admitted = true;
        }
        let (till, wish, now) = (self.till, &self.wish, self.till.ambient.now());
        let method = method(found, &wish.shipping_address, &wish.shipping_method)?;
        let cart = found.cart.as_ref().filter(|cart| cart.is_open(now)).ok_or_else(nothing_to_buy)?;
        let goods = till.goods(cart, &found.warehouses).await?;
        let priced = price(cart, &goods, found, (&wish.shipping_address, method))?;
        self.agrees(cart, &priced)?;
        self.may_hold_more(cart, now).await?;
        let reservation = match self.reserve(&priced, &goods, (now, found))? {
            Ok(reservation) => reservation,
            Err(short) if before.reclaimed => return Err(out_of_stock(&priced, &short)),
            Err(_) => {
                // What nobody paid for in time is not yet this buyer's to miss.
                before.reclaimed = true;
                let skus: Vec<_> = priced.wanted.iter().map(|line| line.sku.clone()).collect();
                till.holds.reclaim(&skus, &till.ending).await?;
                return Ok(Round::Again);
            }
        };
        let (order, buyer) = self.order(cart, &priced, &reservation);
        let placed = Placed { order_id: order.id, until: reservation.expires_at };
        let transaction = till
            .table
            .transaction()
            .and_all(till.orders.place(&order, &buyer, &self.cause))
            .and(till.carts.close(cart, placed))
            .and_all(till.holds.hold(&reservation, &self.cause));
        match transaction.commit().await {
            Ok(()) => Ok(Round::Placed(Box::new((order, buyer)))),
            Err(error) if error.lost() => Ok(Round::Again),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the price and the cart are what whoever orders has seen.
    fn agrees(&self, cart: &Cart, priced: &Priced) -> Result<(), Problem> {
        if !priced.not_sold.is_empty() {
            return Err(not_sold(&priced.not_sold).with("quote", priced.view()));
        }
        if self.wish.cart_version.is_some_and(|seen| seen != cart.version) {
            let detail = "The cart has changed since it was quoted: look at the new quote.";
            return Err(Problem::conflict("cart_changed", "The cart has changed", detail).with("quote", priced.view()));
        }
        if self.wish.expected_total != priced.total() {
            let detail = format!("The total is {} now, not {}.", priced.total(), self.wish.expected_total);
            return Err(
                Problem::conflict("price_changed", "The price has changed", detail).with("quote", priced.view())
            );
        }
        Ok(())
    }

    /// 429 when a customer's unpaid orders hold enough already. The cart says which may be unpaid: it is closed in the
    /// transaction that places one, so that no two at once pass.
    async fn may_hold_more(&self, cart: &Cart, now: Timestamp) -> Result<(), Problem> {
        let held: Vec<_> = cart.unpaid(now).collect();
        if held.len() < MOST_UNPAID {
            return Ok(());
        }
        let ids: Vec<_> = held.iter().map(|placed| placed.order_id).collect();
        let orders = self.till.placed(&ids).await?;
        let unpaid = orders.iter().filter(|order| order.status == Status::Pending).count();
        if unpaid < MOST_UNPAID {
            return Ok(());
        }
        let first = held.iter().map(|placed| placed.until).min().unwrap_or(now);
        let wait_s = first.as_second().saturating_sub(now.as_second()).saturating_add(1);
        let detail =
            format!("{MOST_UNPAID} orders wait for their payment: pay or cancel one, or wait until one expires.");
        Err(Problem::too_many(detail, wait_s))
    }

    fn reserve(
        &self,
        priced: &Priced,
        goods: &Goods,
        (now, found): (Timestamp, &Found),
    ) -> Result<Result<Reservation, Vec<(Sku, Short)>>, Problem> {
        let reference = Note::try_from(self.id.to_string()).map_err(|error| Problem::internal(error.to_string()))?;
        let wanted = Wanted { lines: &priced.wanted, holder: Holder::Another, reference };
        Ok(reserve(self.till.ambient.id(), wanted, &goods.shelves, (now, found.hold_for), &self.cause))
    }

    fn order(&self, cart: &Cart, priced: &Priced, reservation: &Reservation) -> (Order, Buyer) {
        let placed = Turn {
            at: reservation.created_at,
            actor: self.cause.actor.clone(),
            from: None,
            to: Status::Pending,
            why: None,
            request: None,
        };
        let order = Order {
            id: self.id,
            version: 1,
            owner: self.shopper.customer.map_or(Owner::Guest(cart.id), Owner::Customer),
            status: Status::Pending,
            payment_status: PaymentStatus::None,
            lines: priced.quote.lines.clone(),
            charges: priced.quote.charges.clone(),
            reservation_id: reservation.id,
            reservation_expires_at: reservation.expires_at,
            takes: reservation.lines.clone(),
            shipment: None,
            refunded: 0,
            returns: 0,
            history: vec![placed],
            created_at: reservation.created_at,
            fingerprint: self.fingerprint.clone(),
        };
        let Wish { email, shipping_address, billing_address, device_id, .. } = self.wish.clone();
        let source_ip = self.origin.source_ip;
        (order, Buyer { email, shipping_address, billing_address, source_ip, device_id })
    }
}

/// 409: of these there are fewer than the cart wants.
fn out_of_stock(priced: &Priced, short: &[(Sku, Short)]) -> Problem {
    let of = |sku: &Sku| priced.wanted.iter().find(|line| line.sku == *sku).map_or(0, |line| line.quantity.get());
    let short: Vec<_> = short
        .iter()
        .map(|(sku, Short { available })| serde_json::json!({"sku": sku, "wanted": of(sku), "available": available}))
        .collect();
    holdfast_runtime::count(Count::OversellPrevented, 1);
    let detail = "There are fewer than the cart wants: `short` says of what, and how many there are.";
    Problem::conflict("out_of_stock", "Not enough is in stock", detail).with("short", short)
}
