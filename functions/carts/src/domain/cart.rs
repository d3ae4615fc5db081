//! A cart.

use holdfast_catalog::wares::WarePlace;
use holdfast_core::{CartId, Currency, Money, OrderId, Sku, Timestamp, UserId};
use holdfast_http::Fingerprint;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::count::{Count, CountError};

/// The most lines of a cart: as many as one transaction can hold from two warehouses each, with what makes an order of them.
pub const MOST_LINES: usize = 45;

/// A cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    /// Which: a new one each time that it begins anew.
    pub id: CartId,
    /// Whose.
    pub owner: Owner,
    /// Counts its changes, those of the carts before it among them.
    pub version: u64,
    /// Where it stands.
    pub status: CartStatus,
    /// What is in it; an article once.
    pub lines: Vec<Line>,
    /// What was ordered from it lately, and may still be unpaid.
    pub placed: Vec<Placed>,
    /// The keys under which something was added, the latest last.
    pub keys: Vec<UsedKey>,
    /// Marks of the latest writes: one whose answer was lost finds itself here.
    pub written: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// From when on it is none.
    pub expires_at: Timestamp,
}

/// Whose a cart is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A customer's.
    Customer(UserId),
    /// Whoever has its token's.
    Guest,
}

/// Where a cart stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CartStatus {
    /// Something can be put into it.
    Open,
    /// It has become an order.
    Ordered,
    /// It was put into a customer's.
    Merged,
}

/// A line of a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of which article.
    pub sku: Sku,
    /// Where the catalog has it.
    pub place: WarePlace,
    /// How many.
    pub quantity: Count,
    /// What each cost when it was put in.
    pub unit_price: Money,
}

/// An order that was placed from a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// Which.
    pub order_id: OrderId,
    /// Until when its stock is held for certain.
    pub until: Timestamp,
}

/// A key under which something was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedKey {
    /// The key's hash.
    #[serde(rename = "h")]
    pub hash: String,
    /// What was asked for.
    #[serde(rename = "f")]
    pub fingerprint: Fingerprint,
}

/// Why something does not fit into a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// Too many of one article.
    #[error(transparent)]
    Count(#[from] CountError),
    /// Too many articles.
    #[error("The cart has {MOST_LINES} lines, the most that one order can have.")]
    Full,
    /// Another currency than what is in it.
    #[error("is sold in {0}, and what is in the cart in {1}")]
    Currency(Currency, Currency),
}

/// What did not fit when two carts were put together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Capped {
    /// Of which article.
    #[schema(value_type = String)]
    pub sku: Sku,
    /// How many there were in both.
    pub wanted: u32,
    /// How many are in the cart now.
    pub kept: u32,
}

impl Cart {
    /// Keys that a cart remembers: a client that repeats itself does so at once.
    pub const MOST_KEYS: usize = 16;
    /// Writes that a cart remembers: more than happen to one cart while an answer is waited for.
    pub const MOST_MARKS: usize = 4;
    /// How long a cart is kept after its last change.
    pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// An empty cart.
    pub fn new(id: CartId, owner: Owner, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            version: 0,
            status: CartStatus::Open,
            lines: Vec::new(),
            placed: Vec::new(),
            keys: Vec::new(),
            written: Vec::new(),
            created_at: now,
            expires_at: now,
        }
    }

    /// The cart that follows this one at its place. It knows the keys of the one before: a repeat that comes after an order
    /// still adds nothing.
    pub fn anew(self, id: CartId, now: Timestamp) -> Self {
        let (version, placed) = (self.version, self.unpaid(now).collect());
        Self { version, placed, keys: self.keys, written: self.written, ..Self::new(id, self.owner, now) }
    }

    /// Whether something can be put into it at this moment. Seconds count, as they do for DynamoDB, which purges by them.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.status == CartStatus::Open && now.as_second() < self.expires_at.as_second()
    }

    /// The orders placed from it whose stock is still held.
    pub fn unpaid(&self, now: Timestamp) -> impl Iterator<Item = Placed> {
        self.placed.iter().copied().filter(move |placed| placed.until > now)
    }

    /// The cart after it has become an order: empty, and mindful of it.
    pub fn ordered(&self, placed: Placed, now: Timestamp) -> Self {
        let placed = self.unpaid(now).chain([placed]).collect();
        let version = self.version.saturating_add(1);
        Self { status: CartStatus::Ordered, version, lines: Vec::new(), placed, ..self.clone() }
    }

    /// The cart after it was put into a customer's.
    pub fn merged(&self) -> Self {
        let version = self.version.saturating_add(1);
        Self { status: CartStatus::Merged, version, lines: Vec::new(), ..self.clone() }
    }

    /// Counts a change: the cart is kept for 30 days more.
    pub fn count(&mut self, now: Timestamp) {
        self.version = self.version.saturating_add(1);
        self.expires_at = now.saturating_add(Self::KEPT).unwrap_or(now);
    }

    /// The currency of what is in it.
    pub fn currency(&self) -> Option<Currency> {
        self.lines.first().map(|line| line.unit_price.currency)
    }

    /// Puts something in. What is in already keeps the price at which it was first put in.
    pub fn add(&mut self, new: Line) -> Result<(), Misfit> {
        if let Some(line) = self.lines.iter_mut().find(|line| line.sku == new.sku) {
            line.quantity = line.quantity.plus(new.quantity)?;
            return Ok(());
        }
        let new_one = new.unit_price.currency;
        if let Some(currency) = self.currency().filter(|currency| *currency != new_one) {
            return Err(Misfit::Currency(new_one, currency));
        }
        if self.lines.len() >= MOST_LINES {
            return Err(Misfit::Full);
        }
        self.lines.push(new);
        Ok(())
    }

    /// Sets how many there are of an article; whether it is in it.
    pub fn set(&mut self, sku: &Sku, quantity: Count) -> bool {
        let line = self.lines.iter_mut().find(|line| line.sku == *sku);
        line.map(|line| line.quantity = quantity).is_some()
    }

    /// Takes an article out; whether it was in it.
    pub fn remove(&mut self, sku: &Sku) -> bool {
        let before = self.lines.len();
        self.lines.retain(|line| line.sku != *sku);
        self.lines.len() < before
    }

    /// Puts another cart's lines in, as far as they fit, and says what did not.
    pub fn merge(&mut self, other: &Self) -> Vec<Capped> {
        let mut capped = Vec::new();
        for new in &other.lines {
            let had = self.lines.iter().find(|line| line.sku == new.sku).map(|line| line.quantity);
            let kept = match (had, self.add(new.clone())) {
                (_, Ok(())) => continue,
                (Some(had), Err(_)) => {
                    let most = had.up_to(new.quantity);
                    self.set(&new.sku, most);
                    most.get()
                }
                (None, Err(_)) => 0,
            };
            let wanted = had.map_or(0, Count::get).saturating_add(new.quantity.get());
            capped.push(Capped { sku: new.sku.clone(), wanted, kept });
        }
        capped
    }

    /// Remembers a key, and forgets the oldest.
    pub fn remember(&mut self, key: UsedKey) {
        push_last(&mut self.keys, key, Self::MOST_KEYS);
    }

    /// Remembers a write, and forgets the oldest.
    pub fn mark(&mut self, mark: String) {
        push_last(&mut self.written, mark, Self::MOST_MARKS);
    }
}

fn push_last<T>(list: &mut Vec<T>, new: T, most: usize) {
    list.push(new);
    let over = list.len().saturating_sub(most);
    list.drain(..over);
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::{Id, ProductId, VariantId};
    use proptest::prelude::*;

    fn cart(lines: &[(u8, u32)]) -> Cart {
        let now = Timestamp::UNIX_EPOCH;
        let mut cart = Cart::new(CartId::from_bytes([0; 16]), Owner::Guest, now);
        for (article, count) in lines {
            let _ = cart.add(line(*article, *count, "USD"));
        }
        cart
    }

    fn line(article: u8, count: u32, currency: &str) -> Line {
        let place = WarePlace {
            product_id: ProductId::from_bytes([article; 16]),
            variant_id: VariantId::from_bytes([article; 16]),
        };
        let unit_price = Money::new(500, currency.parse().unwrap());
        Line { sku: format!("A{article}").parse().unwrap(), place, quantity: count.try_into().unwrap(), unit_price }
    }

    fn count(cart: &Cart, article: u8) -> u32 {
        let sku: Sku = format!("A{article}").parse().unwrap();
        cart.lines.iter().find(|line| line.sku == sku).map_or(0, |line| line.quantity.get())
    }

    #[test]
    fn a_cart_has_45_lines_of_999_of_one_currency() {
        let mut cart = cart(&(0..45).map(|article| (article, 1)).collect::<Vec<_>>());
        assert_eq!(cart.lines.len(), MOST_LINES);
        assert_eq!(cart.add(line(45, 1, "USD")), Err(Misfit::Full));
        assert_eq!(cart.add(line(0, 998, "USD")), Ok(()));
        assert_eq!(cart.add(line(0, 1, "USD")), Err(Misfit::Count(CountError)));
        assert!(cart.remove(&"A1".parse().unwrap()) && !cart.remove(&"A1".parse().unwrap()));
        assert_eq!(cart.add(line(45, 1, "EUR")), Err(Misfit::Currency("EUR".parse().unwrap(), "USD".parse().unwrap())));
        assert!(cart.set(&"A2".parse().unwrap(), 7.try_into().unwrap()));
        assert_eq!((count(&cart, 0), count(&cart, 1), count(&cart, 2)), (999, 0, 7));
    }

    #[test]
    fn a_cart_ends_at_its_second_and_begins_anew_under_another_id() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut old = Cart { expires_at: at(100), version: 7, ..cart(&[(1, 1)]) };
        assert!(old.is_open(at(99)) && !old.is_open(at(100)));
        let order_id = OrderId::from_bytes([1; 16]);
        old.placed = vec![Placed { order_id, until: at(150) }, Placed { order_id, until: at(200) }];
        let new = old.anew(CartId::from_bytes([1; 16]), at(150));
        assert_eq!((new.version, new.lines.len(), new.placed.len()), (7, 0, 1));
        assert_eq!(new.id, CartId::from_bytes([1; 16]));
    }

    #[test]
    fn the_last_sixteen_keys_are_remembered() {
        let mut cart = cart(&[]);
        for key in 0..20 {
            let fingerprint = serde_json::from_value("f".into()).unwrap();
            cart.remember(UsedKey { hash: key.to_string(), fingerprint });
        }
        let kept: Vec<_> = cart.keys.iter().map(|key| key.hash.clone()).collect();
        assert_eq!(kept, (4..20).map(|key| key.to_string()).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn two_carts_together_lose_and_double_nothing(
            one in proptest::collection::vec((0_u8..60, 1_u32..=999), 0..50),
            other in proptest::collection::vec((0_u8..60, 1_u32..=999), 0..50),
        ) {
            let (before, other) = (cart(&one), cart(&other));
            let mut both = before.clone();
            let capped = both.merge(&other);
            prop_assert!(both.lines.len() <= MOST_LINES);
            for article in 0..60 {
                let wanted = count(&before, article) + count(&other, article);
                let kept = count(&both, article);
                let told = capped.iter().find(|capped| capped.sku.as_str() == format!("A{article}"));
                match told {
                    None => prop_assert_eq!(kept, wanted),
                    Some(capped) => {
                        prop_assert_eq!((capped.wanted, capped.kept), (wanted, kept));
                        prop_assert!(kept == 999 && wanted > 999 || kept == 0 && both.lines.len() == MOST_LINES);
                    }
                }
            }
        }
    }
}
