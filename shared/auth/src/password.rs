//! Passwords: what may be chosen, and what is kept of it.

use std::fmt;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use serde::{Deserialize, Serialize};

use crate::common::is_common;

/// Shorter ones are found by trying them all.
const SHORTEST: usize = 8;
/// Long enough for any sentence, short enough that hashing it costs no more than a short one.
const LONGEST: usize = 128;

/// Memory of one hash, in KiB: OWASP's floor. More would let one sign-in fill a small function.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it: OWASP's floor for that much memory.
const PASSES: u32 = 2;
/// Lanes: a function has one core at most, so more would only help whoever guesses.
const LANES: u32 = 1;

/// A password that its owner may have.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Password(String);

/// Why a text may not be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than 8 characters.
    #[error("must have at least {SHORTEST} characters")]
    TooShort,
    /// More than 128.
    #[error("must have at most {LONGEST} characters")]
    TooLong,
    /// Among the commonest: the first that anybody tries.
    #[error("is one of the commonest passwords: choose another")]
    TooCommon,
}

/// What is kept of a password: argon2id, as a PHC string.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl Password {
    /// A text that its owner wants as password. All of it counts: nothing is trimmed, folded or cut off.
    pub fn parse(text: String) -> Result<Self, PasswordError> {
        // One character past the longest is enough to know: a megabyte is not counted through.
        match text.chars().take(LONGEST + 1).count() {
            ..SHORTEST => Err(PasswordError::TooShort),
            SHORTEST..=LONGEST if is_common(&text) => Err(PasswordError::TooCommon),
            SHORTEST..=LONGEST => Ok(Self(text)),
            _ => Err(PasswordError::TooLong),
        }
    }

    /// What to keep of it. Costs about as long as a sign-in may take: see [`PasswordHash::verifies`].
    #[expect(clippy::expect_used, reason = "fails for a salt or a password of a length that the types rule out")]
    pub fn hash(&self, salt: [u8; 16]) -> PasswordHash {
        let hash = argon2id().hash_password_with_salt(self.0.as_bytes(), &salt).expect("16 bytes of salt");
        PasswordHash(hash.to_string())
    }
}

impl TryFrom<String> for Password {
    type Error = PasswordError;
    fn try_from(text: String) -> Result<Self, PasswordError> {
        Self::parse(text)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl PasswordHash {
    /// The hash of no password: checked where an account does not exist, so that the answer takes as long.
    pub fn of_nobody() -> Self {
        let (salt, hash) = ("A".repeat(22), "A".repeat(43));
        Self(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}"))
    }

    /// Whether this is kept of that password.
    pub fn is_of(&self, password: &Password) -> bool {
        self.verifies(&password.0)
    }

    /// Whether `attempt` is the password. An attempt that no password can be costs as much as any other.
    pub fn verifies(&self, attempt: &str) -> bool {
        if attempt.chars().nth(LONGEST).is_some() {
            Self::of_nobody().verifies("");
            return false;
        }
        // The parameters are the hash's own, so one from before a change of cost still verifies.
        argon2id().verify_password(attempt.as_bytes(), self.0.as_str()).is_ok()
    }

    /// Whether it was made at another cost than today's: whoever has just verified the password makes it anew.
    pub fn needs_rehash(&self) -> bool {
        let Ok(hash) = phc::PasswordHash::new(&self.0) else { return true };
        let Ok(params) = Params::try_from(&hash) else { return true };
        let costs = (params.m_cost(), params.t_cost(), params.p_cost());
        hash.algorithm != Algorithm::Argon2id.ident() || costs != (MEMORY_KIB, PASSES, LANES)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[expect(clippy::expect_used, reason = "constants that a test reads back")]
fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("constant parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Password, PasswordError> {
        Password::parse(text.to_owned())
    }

    #[test]
    fn characters_count_and_not_bytes() {
        assert_eq!(parse("éèàùôîë"), Err(PasswordError::TooShort));
        assert!(parse("éèàùôîëç").is_ok());
        assert!(parse(&"é".repeat(128)).is_ok());
        assert_eq!(parse(&"é".repeat(129)), Err(PasswordError::TooLong));
        assert_eq!(parse(&"a".repeat(1 << 20)), Err(PasswordError::TooLong));
    }

    #[test]
    fn the_commonest_are_refused_in_any_case() {
        assert_eq!(parse("iloveyou1"), Err(PasswordError::TooCommon));
        assert_eq!(parse("ILoveYou1"), Err(PasswordError::TooCommon));
        assert!(parse("holdfast-demo").is_ok());
    }

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let hash = parse("correct horse").unwrap().hash([7; 16]);
        assert!(hash.verifies("correct horse"));
        assert!(!hash.verifies("correct horse "));
        assert!(!hash.verifies("Correct horse"));
        assert!(!hash.verifies(""));
        assert!(!hash.needs_rehash());
    }

    #[test]
    fn all_of_a_long_password_counts() {
        let hash = parse(&"x".repeat(128)).unwrap().hash([7; 16]);
        assert!(hash.verifies(&"x".repeat(128)));
        assert!(!hash.verifies(&format!("{}y", "x".repeat(127))));
        assert!(!hash.verifies(&"x".repeat(129)));
    }

    #[test]
    fn nobody_has_a_hash_at_the_same_cost() {
        let nobody = PasswordHash::of_nobody();
        assert!(!nobody.needs_rehash());
        assert!(phc::PasswordHash::new(&nobody.0).is_ok());
        assert!(!nobody.verifies(""));
        assert_eq!(nobody.0.len(), parse("correct horse").unwrap().hash([7; 16]).0.len());
    }

    #[test]
    fn a_hash_of_an_older_cost_verifies_and_asks_to_be_made_anew() {
        let older = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        let hash = older.hash_password_with_salt(b"correct horse", &[7; 16]).unwrap();
        let hash = PasswordHash(hash.to_string());
        assert!(hash.verifies("correct horse"));
        assert!(hash.needs_rehash());
    }

    #[test]
    fn what_is_no_hash_verifies_nothing() {
        for text in ["", "correct horse", "$argon2id$v=19$m=8,t=1,p=1$AAAA"] {
            let hash = PasswordHash(text.to_owned());
            assert!(!hash.verifies(text));
            assert!(hash.needs_rehash());
        }
    }

    #[test]
    fn nothing_prints() {
        let password = parse("correct horse").unwrap();
        assert_eq!(format!("{password:?} {:?}", password.hash([7; 16])), "Password(…) PasswordHash(…)");
    }

    #[test]
    fn a_hash_is_stored_as_its_text() {
        let hash = parse("correct horse").unwrap().hash([7; 16]);
        let json = serde_json::to_string(&hash).unwrap();
        assert!(json.starts_with(r#""$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"#));
        assert_eq!(serde_json::from_str::<PasswordHash>(&json).unwrap(), hash);
    }

    #[test]
    fn a_request_cannot_carry_a_weak_one() {
        let error = serde_json::from_str::<Password>(r#""short""#).unwrap_err();
        assert!(error.to_string().starts_with("must have at least 8 characters"));
    }

    proptest! {
        #[test]
        fn what_is_accepted_has_an_allowed_length(text in "\\PC{0,140}") {
            let length = text.chars().count();
            match Password::parse(text) {
                Ok(_) => prop_assert!((8..=128).contains(&length)),
                Err(PasswordError::TooShort) => prop_assert!(length < 8),
                Err(PasswordError::TooLong) => prop_assert!(length > 128),
                Err(PasswordError::TooCommon) => prop_assert!((8..=128).contains(&length)),
            }
        }
    }
}
