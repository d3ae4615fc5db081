//! Pages of a list, and the cursor from one to the next: opaque, tamper-evident, bound to its query.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;

/// Sixteen bytes of HMAC: more than anyone guesses online.
const SEAL: usize = 16;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next begins; none after the last.
    pub next_cursor: Option<String>,
}

/// What seals cursors: one of the server's secrets.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

/// Why a text is not a cursor of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a cursor that this list gave out for this query")]
pub struct CursorError;

/// A place in a list.
pub struct Cursor;

/// Why a text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not 32 bytes in base64url")]
pub struct KeyError;

/// The server key, as its parameter holds it.
pub fn server_key(parameter: &str) -> Result<[u8; 32], KeyError> {
    let bytes = URL_SAFE_NO_PAD.decode(parameter).map_err(|_| KeyError)?;
    bytes.try_into().map_err(|_| KeyError)
}

impl CursorKey {
    /// From the server key.
    pub fn new(server_key: [u8; 32]) -> Self {
        Self(server_key)
    }

    fn seal(&self, query: &str, place: &[u8]) -> [u8; SEAL] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("any length");
        mac.update(b"cursor\0");
        mac.update(query.as_bytes());
        mac.update(b"\0");
        mac.update(place);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut seal = [0; SEAL];
        seal.copy_from_slice(&digest[..SEAL]);
        seal
    }
}

impl Cursor {
    /// The text that leads back to `place` in the list that `query` names (its route, filters and caller).
    pub fn seal<P: Serialize>(key: &CursorKey, query: &str, place: &P) -> String {
        let place = serde_json::to_vec(place).unwrap_or_default();
        let mut bytes = key.seal(query, &place).to_vec();
        bytes.extend(place);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that `text` leads to, when `query` is the one that it was given out for.
    pub fn open<P: DeserializeOwned>(key: &CursorKey, query: &str, text: &str) -> Result<P, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let (seal, place) = bytes.split_at_checked(SEAL).ok_or(CursorError)?;
        // Both sides go through HMAC again, so that the comparison's time tells nothing of the seal.
        if key.seal("compare", seal) != key.seal("compare", &key.seal(query, place)) {
            return Err(CursorError);
        }
        serde_json::from_slice(place).map_err(|_| CursorError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_leads_back_only_in_its_own_query() {
        let key = CursorKey::new([7; 32]);
        let text = Cursor::seal(&key, "users", &("a", 1));
        assert_eq!(Cursor::open(&key, "users", &text), Ok(("a".to_owned(), 1)));
        assert_eq!(Cursor::open::<(String, i32)>(&key, "orders", &text), Err(CursorError));
        assert_eq!(Cursor::open::<(String, i32)>(&CursorKey::new([8; 32]), "users", &text), Err(CursorError));
    }

    proptest! {
        #[test]
        fn a_changed_cursor_is_refused(at in 0_usize..30, to in "[A-Za-z0-9_-]") {
            let key = CursorKey::new([7; 32]);
            let text = Cursor::seal(&key, "users", &"usr_1");
            let at = at % text.len();
            let mut changed = text.clone();
            changed.replace_range(at..=at, &to);
            prop_assume!(changed != text);
            prop_assert_eq!(Cursor::open::<String>(&key, "users", &changed), Err(CursorError));
        }

        #[test]
        fn no_text_opens_by_luck(text in ".{0,80}") {
            prop_assert_eq!(Cursor::open::<String>(&CursorKey::new([7; 32]), "users", &text), Err(CursorError));
        }
    }
}
