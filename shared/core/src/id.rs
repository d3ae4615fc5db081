//! Typed, prefixed ids: `usr_06f8…`. Sixteen bytes, the first six of them the millisecond of birth,
//! so that ids sort by age.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// Crockford's alphabet in lower case: no letter that reads like another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in groups of five.
const DIGITS: usize = 26;

/// A typed id.
pub trait Id: Sized {
    /// What stands before the underscore.
    const PREFIX: &'static str;
    /// From its sixteen bytes.
    fn from_bytes(bytes: [u8; 16]) -> Self;
    /// Its sixteen bytes.
    fn to_bytes(&self) -> [u8; 16];

    /// From a moment and ten random bytes.
    fn from_parts(at: Timestamp, random: [u8; 10]) -> Self {
        let mut bytes = [0; 16];
        let ms = u64::try_from(at.as_millisecond()).unwrap_or(0).to_be_bytes();
        let [_, _, birth @ ..] = ms;
        bytes[..6].copy_from_slice(&birth);
        bytes[6..].copy_from_slice(&random);
        Self::from_bytes(bytes)
    }
}

/// What nobody can compute without the server key: HMAC(server key, parts).
pub fn keyed(server_key: &[u8; 32], parts: &[&str]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(server_key).expect("any length");
    for part in parts {
        // The length first, so that no two lists of parts read alike.
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// The id that a keyed request always arrives at: HMAC(server key, operation, caller, key).
pub fn derived<I: Id>(server_key: &[u8; 32], operation: &str, caller: &str, key: &str) -> I {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&keyed(server_key, &[operation, caller, key])[..16]);
    I::from_bytes(bytes)
}

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a {0}_… id")]
pub struct IdError(pub &'static str);

fn encode(prefix: &str, bytes: [u8; 16]) -> String {
    let value = u128::from_be_bytes(bytes);
    let mut text = String::with_capacity(prefix.len() + 1 + DIGITS);
    text.push_str(prefix);
    text.push('_');
    for place in (0..DIGITS).rev() {
        let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
        text.push(char::from(ALPHABET[digit]));
    }
    text
}

fn decode(prefix: &str, text: &str) -> Option<[u8; 16]> {
    let digits = text.strip_prefix(prefix)?.strip_prefix('_')?.as_bytes();
    // The first digit carries three bits; a higher one would not fit, and two texts would be one id.
    if digits.len() != DIGITS || digits.first()? > &b'7' {
        return None;
    }
    let mut value = 0_u128;
    for digit in digits {
        let five = ALPHABET.iter().position(|letter| letter == digit)?;
        value = (value << 5) | u128::try_from(five).ok()?;
    }
    Some(value.to_be_bytes())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
            fn to_bytes(&self) -> [u8; 16] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode($prefix, self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                decode($prefix, text).map(Self).ok_or(IdError($prefix))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

// In alphabetical order, and only ever added to: a prefix that was once given out stays taken.
ids! {
    /// An address of a customer.
    AddressId = "adr";
    /// A cart.
    CartId = "crt";
    /// A category of products.
    CategoryId = "cat";
    /// A one-time code, mailed to its owner.
    CodeId = "cod";
    /// A telephone, or an app on a device, by which somebody is reached.
    DeviceId = "dev";
    /// A domain event.
    EventId = "evt";
    /// A picture of a product.
    ImageId = "img";
    /// A file of products that is read into the catalog.
    ImportId = "imp";
    /// An order.
    OrderId = "ord";
    /// A product.
    ProductId = "prd";
    /// What a keyed request to inventory did.
    ReceiptId = "rct";
    /// Money that goes back.
    RefundId = "rfd";
    /// One request to the API.
    RequestId = "req";
    /// Stock that is held for somebody.
    ReservationId = "rsv";
    /// A return of an order, or of a part of it.
    ReturnId = "ret";
    /// A session: the family of one login's refresh tokens.
    SessionId = "ses";
    /// A user.
    UserId = "usr";
    /// A variant of a product.
    VariantId = "var";
    /// A warehouse.
    WarehouseId = "whs";
    /// An event on its way to an endpoint outside.
    WebhookDeliveryId = "whd";
    /// Where events are delivered to outside.
    WebhookEndpointId = "whe";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_its_literal_text() {
        let id = UserId::from_bytes([0xff; 16]);
        assert_eq!(id.to_string(), "usr_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assert_eq!(UserId::from_bytes([0; 16]).to_string(), "usr_00000000000000000000000000");
    }

    #[test]
    fn another_kind_a_higher_digit_and_a_capital_are_refused() {
        assert!("ses_00000000000000000000000000".parse::<UserId>().is_err());
        assert!("usr_80000000000000000000000000".parse::<UserId>().is_err());
        assert!("usr_0000000000000000000000000A".parse::<UserId>().is_err());
        assert!("usr_0000000000000000000000000".parse::<UserId>().is_err());
        assert!("usr_é000000000000000000000000".parse::<UserId>().is_err());
    }

    #[test]
    fn parts_do_not_run_into_one_another() {
        let a: UserId = derived(&[1; 32], "place", "ab", "c");
        let b: UserId = derived(&[1; 32], "place", "a", "bc");
        assert_ne!(a, b);
        assert_eq!(a, derived(&[1; 32], "place", "ab", "c"));
    }

    proptest! {
        #[test]
        fn every_id_reads_back(bytes: [u8; 16]) {
            let id = UserId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn older_ids_sort_first(a in 0_i64..1 << 47, b in 0_i64..1 << 47, r: [u8; 10], s: [u8; 10]) {
            prop_assume!(a < b);
            let at = |ms| Timestamp::from_millisecond(ms).unwrap();
            prop_assert!(UserId::from_parts(at(a), r).to_string() < UserId::from_parts(at(b), s).to_string());
        }
    }
}
