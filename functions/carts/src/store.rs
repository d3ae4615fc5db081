//! Where carts lie, and how one changes: whole, if nobody has changed it since it was read.
//!
//! **A table holds no token**: a guest's cart lies under a hash of it. **A write marks the cart**, because a cart carries no
//! event by which a write whose answer was lost would know itself: an addition that found its own success and did not know it
//! would add twice.

mod items;

use axum::extract::FromRef;
use holdfast_catalog::wares::Wares;
use holdfast_core::{Ambient, Timestamp, UserId};
use holdfast_dynamo::{Action, Store, StoreError, Table};
use holdfast_http::{Guard, Problem};
use holdfast_inventory::holds::Holds;
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{Capped, Cart, CartStatus, Owner, Placed};
use crate::shopper::{CartToken, Shopper};
use items::{CartItem, key_of};

/// Rounds of load, decide and commit before a caller is asked to come back: each is lost to another's success. Nobody shops in
/// more tabs at once.
const ROUNDS: u32 = 16;

/// The carts' table, and what is needed to use it.
#[derive(Clone, Debug)]
pub struct Carts {
    table: Table,
    pub(crate) ambient: Ambient,
}

/// The same for those who show a token.
#[derive(Clone, Debug)]
pub struct Shoppers {
    pub(crate) carts: Carts,
    guard: Guard,
}

/// The same with what is sold and how many there are: where a cart is shown.
#[derive(Clone, Debug)]
pub struct Trolleys {
    pub(crate) carts: Carts,
    pub(crate) wares: Wares,
    pub(crate) holds: Holds,
    guard: Guard,
}

impl FromInit for Carts {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { table: Store::new(init).table(init, "CARTS_TABLE")?, ambient: init.ambient.clone() })
    }
}

impl FromInit for Shoppers {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { carts: Carts::from_init(init).await?, guard: Guard::from_init(init).await? })
    }
}

impl FromInit for Trolleys {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let Shoppers { carts, guard } = Shoppers::from_init(init).await?;
        Ok(Self { carts, wares: Wares::from_init(init).await?, holds: Holds::from_init(init).await?, guard })
    }
}

impl FromRef<Shoppers> for Guard {
    fn from_ref(shoppers: &Shoppers) -> Self {
        shoppers.guard.clone()
    }
}

impl FromRef<Trolleys> for Guard {
    fn from_ref(trolleys: &Trolleys) -> Self {
        trolleys.guard.clone()
    }
}

/// A cart after a change.
#[derive(Debug)]
pub(crate) struct Edited {
    /// None where there was none, and nothing to put into one.
    pub(crate) cart: Option<Cart>,
    /// What opens it, when it is a guest's and new.
    pub(crate) token: Option<CartToken>,
}

/// Two carts that have become one.
#[derive(Debug)]
pub struct Merged {
    /// The customer's cart, if there is one.
    pub cart: Option<Cart>,
    /// What did not fit.
    pub capped: Vec<Capped>,
}

impl Carts {
    /// The cart of whoever shops as it was left, whether or not something can be put into it: one strongly consistent read.
    pub async fn found(&self, shopper: &Shopper) -> Result<Option<Cart>, StoreError> {
        let Some(key) = key_of(shopper) else { return Ok(None) };
        Ok(self.table.get::<CartItem>(&key).await?.map(Cart::from))
    }

    /// The same while something can be put into it.
    pub async fn open(&self, shopper: &Shopper) -> Result<Option<Cart>, StoreError> {
        let now = self.ambient.now();
        Ok(self.found(shopper).await?.filter(|cart| cart.is_open(now)))
    }

    /// The piece that makes an order of a cart: if it is open, and the one that was read.
    pub fn close(&self, cart: &Cart, placed: Placed) -> Action {
        self.ends(cart, cart.ordered(placed, self.ambient.now()))
    }

    /// Puts a guest's cart into a customer's, once: in one transaction. A cart that is not open, or that there is not, changes
    /// nothing.
    pub async fn merge(&self, user: UserId, token: &CartToken) -> Result<Merged, Problem> {
        let theirs = Shopper { customer: None, guest: Some(token.cart()) };
        let own = Shopper { customer: Some(user), guest: None };
        for _ in 0..ROUNDS {
            let now = self.ambient.now();
            let (guest, found) = futures::try_join!(self.open(&theirs), self.found(&own))?;
            let Some(guest) = guest.filter(|guest| !guest.lines.is_empty()) else {
                return Ok(Merged { cart: found.filter(|cart| cart.is_open(now)), capped: Vec::new() });
            };
            let (mut cart, before) = self.draft(&own, found, token, now);
            let capped = cart.merge(&guest);
            cart.count(now);
            let pieces = [self.write(&cart, before.as_ref()), self.ends(&guest, guest.merged())];
            match self.table.transaction().and_all(pieces).commit().await {
                Ok(()) => return Ok(Merged { cart: Some(cart), capped }),
                Err(error) if error.lost() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::unavailable("the cart kept changing"))
    }

    /// Changes a cart, a new one where there is none that is open. Whoever changes it at the same time is not lost: it is read
    /// anew, and decided anew.
    pub(crate) async fn edit(
        &self,
        shopper: Option<Shopper>,
        mut decide: impl FnMut(&mut Cart) -> Result<(), Problem>,
    ) -> Result<Edited, Problem> {
        let mark = self.mark();
        // Made once, so that a round that follows a lost answer finds what the one before it made.
        let fresh = CartToken::new(&self.ambient);
        let new_guest = Shopper { customer: None, guest: Some(fresh.cart()) };
        let mut shopper = shopper.unwrap_or(new_guest);
        for _ in 0..ROUNDS {
            let now = self.ambient.now();
            let found = self.found(&shopper).await?;
            let stored = found.clone().filter(|cart| cart.is_open(now));
            if stored.as_ref().is_some_and(|cart| cart.written.contains(&mark)) {
                return Ok(Edited { cart: stored, token: (shopper == new_guest).then_some(fresh) });
            }
            let (read, before) = self.draft(&shopper, found, &fresh, now);
            let mut cart = read.clone();
            decide(&mut cart)?;
            if cart == read {
                return Ok(Edited { cart: stored, token: None });
            }
            cart.mark(mark.clone());
            cart.count(now);
            if cart.id == fresh.cart() {
                shopper = new_guest;
            }
            match self.table.commit(self.write(&cart, before.as_ref())).await {
                Ok(()) => return Ok(Edited { token: (shopper == new_guest).then_some(fresh), cart: Some(cart) }),
                Err(error) if error.lost() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::unavailable("the cart kept changing"))
    }

    /// The cart that a change begins with, and what lies at its place.
    fn draft(&self, shopper: &Shopper, found: Option<Cart>, fresh: &CartToken, now: Timestamp) -> (Cart, Option<Cart>) {
        match (shopper.customer, found) {
            (_, Some(cart)) if cart.is_open(now) => (cart.clone(), Some(cart)),
            (Some(_), Some(over)) => (over.clone().anew(self.ambient.id(), now), Some(over)),
            (Some(user), None) => (Cart::new(self.ambient.id(), Owner::Customer(user), now), None),
            // A guest's new cart lies elsewhere: under a token that nobody else ever had.
            (None, Some(over)) => (over.anew(fresh.cart(), now), None),
            (None, None) => (Cart::new(fresh.cart(), Owner::Guest, now), None),
        }
    }

    /// What tells one write from all others.
    fn mark(&self) -> String {
        self.ambient.bytes::<8>().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Writes a cart where the one lies that was read, or none.
    fn write(&self, cart: &Cart, before: Option<&Cart>) -> Action {
        let action = self.table.put(&CartItem::from(cart.clone()));
        match before {
            Some(before) => {
                action.when("#version = :seen AND #id = :id").value(":seen", before.version).value(":id", before.id)
            }
            None => action.if_absent(),
        }
    }

    /// Writes a cart that nothing can be put into any more, if it is open and the one that was read.
    fn ends(&self, before: &Cart, over: Cart) -> Action {
        self.table
            .put(&CartItem::from(over))
            .when("#version = :seen AND #id = :id AND #status = :open")
            .value(":seen", before.version)
            .value(":id", before.id)
            .value(":open", CartStatus::Open)
    }
}
