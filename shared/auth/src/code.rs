//! One-time codes, as mailed in links.
//!
//! A code's text is its id and an HMAC of it, so that nothing secret is stored anywhere, not even a hash:
//! whoever mails it computes it from the id that the event carries, and whoever checks it computes it again.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use holdfast_core::{Ambient, CodeId};
use sha2::Sha256;

/// A text of 26 + 4 + 1 + 43 characters; nothing longer is looked at.
const LENGTH: usize = 74;

/// What codes are computed with.
#[derive(Clone)]
pub struct CodeKey([u8; 32]);

/// The parameter is not 32 bytes of base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text does not hold a key for codes")]
pub struct CodeKeyError;

impl CodeKey {
    /// A new key.
    pub fn generate(ambient: &Ambient) -> Self {
        Self(ambient.bytes())
    }

    /// From what [`Self::parameter`] wrote.
    pub fn from_parameter(text: &str) -> Result<Self, CodeKeyError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CodeKeyError)?;
        bytes.try_into().map(Self).map_err(|_| CodeKeyError)
    }

    /// What only those may read who mail codes and who check them.
    pub fn parameter(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The text of the code `id`, good for `purpose` alone.
    pub fn token(&self, id: CodeId, purpose: &str) -> String {
        format!("{id}.{}", URL_SAFE_NO_PAD.encode(self.mac(id, purpose).finalize().into_bytes()))
    }

    /// The id of the code that `token` is, when it is one for `purpose`.
    pub fn open(&self, token: &str, purpose: &str) -> Option<CodeId> {
        let (id, proof) = Some(token).filter(|token| token.len() <= LENGTH)?.split_once('.')?;
        let id = id.parse().ok()?;
        // Compares in constant time.
        self.mac(id, purpose).verify_slice(&URL_SAFE_NO_PAD.decode(proof).ok()?).ok().map(|()| id)
    }

    /// The code `id` as six digits, for what is typed from a telephone's screen: whoever checks them counts the guesses.
    pub fn digits(&self, id: CodeId, purpose: &str) -> String {
        let proof = self.mac(id, purpose).finalize().into_bytes();
        let number = proof.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }

    fn mac(&self, id: CodeId, purpose: &str) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("any length");
        // An id has no zero byte and one length, so no two pairs read alike.
        mac.update(b"code\0");
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(id.to_string().as_bytes());
        mac
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;
    use proptest::prelude::*;

    #[test]
    fn a_code_opens_for_its_purpose_and_key_alone() {
        let (key, id) = (CodeKey([7; 32]), CodeId::from_bytes([1; 16]));
        let token = key.token(id, "verify-email");
        assert_eq!(token.len(), LENGTH);
        assert_eq!(key.open(&token, "verify-email"), Some(id));
        assert_eq!(key.open(&token, "reset-password"), None);
        assert_eq!(CodeKey([8; 32]).open(&token, "verify-email"), None);
        assert_eq!(key.open(&format!("{token}A"), "verify-email"), None);
        assert_eq!(key.open(&token[..LENGTH - 1], "verify-email"), None);
        assert_eq!(key.open(&id.to_string(), "verify-email"), None);
    }

    #[test]
    fn a_code_does_not_open_as_another() {
        let key = CodeKey([7; 32]);
        let token = key.token(CodeId::from_bytes([1; 16]), "verify-email");
        let (_, proof) = token.split_once('.').unwrap();
        assert_eq!(key.open(&format!("{}.{proof}", CodeId::from_bytes([2; 16])), "verify-email"), None);
    }

    #[test]
    fn digits_are_six_and_the_codes_own() {
        let (key, id) = (CodeKey([7; 32]), CodeId::from_bytes([1; 16]));
        let digits = key.digits(id, "verify-phone");
        assert!(digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit()), "{digits}");
        assert_eq!(digits, key.digits(id, "verify-phone"));
        assert_ne!(digits, key.digits(id, "verify-email"));
        assert_ne!(digits, key.digits(CodeId::from_bytes([2; 16]), "verify-phone"));
        assert_ne!(digits, CodeKey([8; 32]).digits(id, "verify-phone"));
    }

    #[test]
    fn a_key_reads_back_and_does_not_print() {
        let key = CodeKey::generate(&Ambient::system());
        assert_eq!(CodeKey::from_parameter(&key.parameter()).unwrap().0, key.0);
        assert_eq!(CodeKey::from_parameter("AAAA").unwrap_err(), CodeKeyError);
        assert_eq!(CodeKey::from_parameter("no key").unwrap_err(), CodeKeyError);
        assert_eq!(format!("{key:?}"), "CodeKey(…)");
    }

    proptest! {
        #[test]
        fn no_text_opens_by_luck(text in "\\PC{0,80}") {
            prop_assert_eq!(CodeKey([7; 32]).open(&text, "verify-email"), None);
        }

        #[test]
        fn every_code_opens(bytes: [u8; 16], key: [u8; 32], purpose in "[a-z-]{0,20}") {
            let (key, id) = (CodeKey(key), CodeId::from_bytes(bytes));
            prop_assert_eq!(key.open(&key.token(id, &purpose), &purpose), Some(id));
        }
    }
}
