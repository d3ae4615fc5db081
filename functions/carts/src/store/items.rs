//! The item of the carts' table. A test holds its keys to the letter.
//!
//! A cart is written whole with every change, so that its names are short and its currency is said once.

use holdfast_catalog::wares::WarePlace;
use holdfast_core::{CartId, Currency, Money, ProductId, Sku, Timestamp, UserId, VariantId};
use holdfast_dynamo::{Item, Key};
use serde::{Deserialize, Serialize};

use crate::domain::{Cart, CartStatus, Count, Line, Owner, Placed, UsedKey};
use crate::shopper::Shopper;

/// A customer has one cart, and so one key; what was ordered from it makes room for the next.
fn customer_key(user: UserId) -> Key {
    Key::new(format!("CUSTOMER#{user}"), "CART")
}

fn guest_key(cart: CartId) -> Key {
    Key::new(format!("CART#{cart}"), "CART")
}

/// Where the cart of whoever shops lies.
pub(super) fn key_of(shopper: &Shopper) -> Option<Key> {
    shopper.customer.map(customer_key).or_else(|| shopper.guest.map(guest_key))
}

/// A cart. No event: nothing is decided in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CartItem {
    id: CartId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer: Option<UserId>,
    version: u64,
    status: CartStatus,
    /// Of all lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<Currency>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<LineItem>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    placed: Vec<Placed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<UsedKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    written: Vec<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LineItem {
    #[serde(rename = "s")]
    sku: Sku,
    #[serde(rename = "p")]
    product_id: ProductId,
    #[serde(rename = "v")]
    variant_id: VariantId,
    #[serde(rename = "q")]
    quantity: Count,
    #[serde(rename = "a")]
    amount: i64,
}

impl Item for CartItem {
    const ENTITY: &'static str = "cart";
    fn key(&self) -> Key {
        self.customer.map_or_else(|| guest_key(self.id), customer_key)
    }
    fn expires_at(&self) -> Option<Timestamp> {
        // Whoever holds stock unpaid is known by this cart until that ends.
        self.placed.iter().map(|placed| placed.until).chain([self.expires_at]).max()
    }
}

impl From<Cart> for CartItem {
    fn from(cart: Cart) -> Self {
        let currency = cart.currency();
        let Cart { id, owner, version, status, lines, placed, keys, written, created_at, expires_at } = cart;
        let customer = match owner {
            Owner::Customer(user) => Some(user),
            Owner::Guest => None,
        };
        let line = |Line { sku, place: WarePlace { product_id, variant_id }, quantity, unit_price }| LineItem {
            sku,
            product_id,
            variant_id,
            quantity,
            amount: unit_price.amount,
        };
        let lines = lines.into_iter().map(line).collect();
        Self { id, customer, version, status, currency, lines, placed, keys, written, created_at, expires_at }
    }
}

impl From<CartItem> for Cart {
    fn from(item: CartItem) -> Self {
        let CartItem { id, customer, version, status, currency, lines, placed, keys, written, .. } = item;
        let line = |(LineItem { sku, product_id, variant_id, quantity, amount }, currency)| {
            let place = WarePlace { product_id, variant_id };
            Line { sku, place, quantity, unit_price: Money::new(amount, currency) }
        };
        // A cart without a currency has no lines.
        let lines = lines.into_iter().zip(currency.into_iter().cycle()).map(line).collect();
        let owner = customer.map_or(Owner::Guest, Owner::Customer);
        let (created_at, expires_at) = (item.created_at, item.expires_at);
        Self { id, owner, version, status, lines, placed, keys, written, created_at, expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::{Id, OrderId};
    use serde_json::{Value, json};

    const USER: [u8; 16] = [0; 16];

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn cart(owner: Owner, lines: u8) -> Cart {
        let line = |nth: u8| Line {
            sku: format!("TSHIRT-RED-{nth:02}").parse().unwrap(),
            place: WarePlace {
                product_id: ProductId::from_bytes([nth; 16]),
                variant_id: VariantId::from_bytes([nth; 16]),
            },
            quantity: 12.try_into().unwrap(),
            unit_price: Money::new(129_900, "USD".parse().unwrap()),
        };
        let mut cart = Cart::new(CartId::from_bytes([0; 16]), owner, at(1_800_000_000));
        cart.lines = (0..lines).map(line).collect();
        cart
    }

    /// What DynamoDB counts: names and texts by their bytes, a number by its digits, a byte for each element, three for each
    /// list and map.
    fn size(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len(),
            Value::Number(number) => number.to_string().len() / 2 + 2,
            Value::Array(items) => 3 + items.iter().map(|item| 1 + size(item)).sum::<usize>(),
            Value::Object(fields) => 3 + fields.iter().map(|(name, item)| 1 + name.len() + size(item)).sum::<usize>(),
            Value::Null | Value::Bool(_) => 1,
        }
    }

    #[test]
    fn keys_are_these_to_the_letter() {
        let key = |owner: Owner| CartItem::from(cart(owner, 0)).key();
        assert_eq!(
            key(Owner::Customer(UserId::from_bytes(USER))),
            Key::new("CUSTOMER#usr_00000000000000000000000000", "CART")
        );
        assert_eq!(key(Owner::Guest), Key::new("CART#crt_00000000000000000000000000", "CART"));
        let (user, guest) = (UserId::from_bytes(USER), CartId::from_bytes([0; 16]));
        let both = Shopper { customer: Some(user), guest: Some(guest) };
        assert_eq!(key_of(&both), Some(customer_key(user)));
        assert_eq!(key_of(&Shopper { customer: None, ..both }), Some(guest_key(guest)));
    }

    #[test]
    fn a_cart_reads_back_as_it_was_written() {
        let mut full = cart(Owner::Customer(UserId::from_bytes(USER)), 3);
        full.placed = vec![Placed { order_id: OrderId::from_bytes([1; 16]), until: at(1_800_000_900) }];
        full.mark("mark".to_owned());
        for cart in [full, cart(Owner::Guest, 0)] {
            let written = serde_json::to_value(CartItem::from(cart.clone())).unwrap();
            assert_eq!(Cart::from(serde_json::from_value::<CartItem>(written).unwrap()), cart);
        }
    }

    #[test]
    fn a_cart_as_first_written_still_reads() {
        let item = json!({"id": "crt_00000000000000000000000000", "version": 1, "status": "OPEN", "currency": "USD",
            "lines": [{"s": "MUG", "p": "prd_00000000000000000000000000", "v": "var_00000000000000000000000000", "q": 2, "a": 1999}],
            "created_at": "2026-11-21T00:00:00Z", "expires_at": "2026-12-21T00:00:00Z"});
        let cart = Cart::from(serde_json::from_value::<CartItem>(item).unwrap());
        assert_eq!((cart.owner, cart.lines.len()), (Owner::Guest, 1));
        assert_eq!(cart.lines[0].unit_price, Money::new(1999, "USD".parse().unwrap()));
    }

    #[test]
    fn twenty_lines_stay_under_four_kilobytes_with_all_that_a_cart_remembers() {
        let mut cart = cart(Owner::Customer(UserId::from_bytes(USER)), 20);
        for nth in 0..Cart::MOST_KEYS {
            let fingerprint = serde_json::from_value("f".repeat(64).into()).unwrap();
            cart.remember(UsedKey { hash: format!("{nth:016}"), fingerprint });
            cart.mark("m".repeat(16));
        }
        let order_id = OrderId::from_bytes([1; 16]);
        cart.placed = vec![Placed { order_id, until: at(1_800_000_900) }; 3];
        let item = CartItem::from(cart);
        let key = item.key();
        let beside = "pksk".len() + key.pk.len() + key.sk.len() + "entitycartv1ttl".len() + 9;
        let bytes = size(&serde_json::to_value(item).unwrap()) + beside;
        assert!(bytes < 4_096, "{bytes}");
    }

    #[test]
    fn a_cart_is_kept_while_what_it_placed_is_held() {
        let mut cart = cart(Owner::Guest, 1);
        cart.expires_at = at(1_800_000_100);
        let until = |cart: &Cart| Item::expires_at(&CartItem::from(cart.clone()));
        assert_eq!(until(&cart), Some(at(1_800_000_100)));
        cart.placed = vec![Placed { order_id: OrderId::from_bytes([1; 16]), until: at(1_800_000_900) }];
        assert_eq!(until(&cart), Some(at(1_800_000_900)));
    }
}
