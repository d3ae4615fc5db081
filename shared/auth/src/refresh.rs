//! Refresh tokens: opaque to clients, rotated on each use.
//!
//! A token carries two secrets. The family's stays for as long as the session does, the rotation's changes
//! with each use. Right family and right rotation: the token of today. Right family and wrong rotation: a
//! genuine token from before, so somebody holds a copy, and the session ends. Wrong family: a forgery, which
//! has no effect, or anyone could end a session whose id they have seen.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_core::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Tells a refresh token from every other secret: for people, and for scanners of leaked ones.
const PREFIX: &str = "hf_rt";

/// A refresh token.
#[derive(Clone)]
pub struct RefreshToken {
    user: UserId,
    session: SessionId,
    family: [u8; 32],
    rotation: [u8; 32],
}

/// The text is not a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a refresh token")]
pub struct RefreshTokenError;

/// What is kept of one of a token's secrets: SHA-256 in hex. The secrets are random, so a slow hash would
/// protect nothing that this one does not.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretHash(String);

impl RefreshToken {
    /// The first of a session.
    pub fn new(user: UserId, session: SessionId, family: [u8; 32], rotation: [u8; 32]) -> Self {
        Self { user, session, family, rotation }
    }

    /// The next of the same session.
    #[must_use]
    pub fn rotated(&self, rotation: [u8; 32]) -> Self {
        Self { rotation, ..*self }
    }

    /// Whose it says that it is.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Which session it says that it continues.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The hash of what the whole session shares.
    pub fn family_hash(&self) -> SecretHash {
        SecretHash::of(&self.family)
    }

    /// The hash of what this one token has.
    pub fn rotation_hash(&self) -> SecretHash {
        SecretHash::of(&self.rotation)
    }

    /// The text that the client keeps.
    pub fn text(&self) -> String {
        let [family, rotation] = [self.family, self.rotation].map(|secret| URL_SAFE_NO_PAD.encode(secret));
        format!("{PREFIX}.{}.{}.{family}.{rotation}", self.user, self.session)
    }
}

impl FromStr for RefreshToken {
    type Err = RefreshTokenError;

    fn from_str(text: &str) -> Result<Self, RefreshTokenError> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(RefreshTokenError);
        if part()? != PREFIX {
            return Err(RefreshTokenError);
        }
        let user = part()?.parse().map_err(|_| RefreshTokenError)?;
        let session = part()?.parse().map_err(|_| RefreshTokenError)?;
        let token = Self { user, session, family: secret(part()?)?, rotation: secret(part()?)? };
        if parts.next().is_some() { Err(RefreshTokenError) } else { Ok(token) }
    }
}

fn secret(text: &str) -> Result<[u8; 32], RefreshTokenError> {
    // Checked first, so that a long text is not decoded.
    let text = Some(text).filter(|text| text.len() == 43).ok_or(RefreshTokenError)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| RefreshTokenError)?;
    bytes.try_into().map_err(|_| RefreshTokenError)
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken").field("user", &self.user).field("session", &self.session).finish_non_exhaustive()
    }
}

impl SecretHash {
    fn of(secret: &[u8; 32]) -> Self {
        Self(Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The hex text, for a condition on the stored one.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for SecretHash {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;
    use proptest::prelude::*;

    fn token() -> RefreshToken {
        RefreshToken::new(UserId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]), [3; 32], [4; 32])
    }

    #[test]
    fn a_token_is_its_literal_text() {
        let ids = "usr_01040g2081040g2081040g2081.ses_02081040g2081040g2081040g2";
        let secrets = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM.BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ";
        assert_eq!(token().text(), format!("hf_rt.{ids}.{secrets}"));
    }

    #[test]
    fn only_the_hashes_are_kept() {
        assert_eq!(token().family_hash().as_str(), "648aa5c579fb30f38af744d97d6ec840c7a91277a499a0d780f3e7314eca090b");
        assert_eq!(serde_json::to_value(token().family_hash()).unwrap(), token().family_hash().as_str());
    }

    #[test]
    fn a_rotation_keeps_the_family() {
        let next = token().rotated([5; 32]);
        assert_eq!(next.family_hash(), token().family_hash());
        assert_ne!(next.rotation_hash(), token().rotation_hash());
        assert_eq!((next.user(), next.session()), (token().user(), token().session()));
    }

    #[test]
    fn a_text_of_another_shape_is_refused() {
        let text = token().text();
        let family = text.split('.').nth(3).unwrap();
        let changed = [
            String::new(),
            text.replace("hf_rt", "hf_at"),
            format!("{text}."),
            format!("{text}.x"),
            text.replace("usr_", "ses_"),
            text.replace(family, "A"),
            text.replace(family, &family.replace('A', "+")),
            text.replace(family, &format!("{}=", &family[..42])),
            format!("{}{}", text, "A".repeat(1 << 20)),
            text.rsplit_once('.').unwrap().0.to_owned(),
        ];
        for changed in changed {
            assert!(changed.parse::<RefreshToken>().is_err(), "{changed}");
        }
    }

    #[test]
    fn no_secret_prints() {
        let printed = format!("{:?} {:?}", token(), token().family_hash());
        assert!(!printed.contains("AwMD") && !printed.contains("648aa5"), "{printed}");
    }

    proptest! {
        #[test]
        fn every_token_reads_back(user: [u8; 16], session: [u8; 16], family: [u8; 32], rotation: [u8; 32]) {
            let token = RefreshToken::new(UserId::from_bytes(user), SessionId::from_bytes(session), family, rotation);
            let read: RefreshToken = token.text().parse().unwrap();
            prop_assert_eq!(read.text(), token.text());
        }

        #[test]
        fn no_text_is_a_panic(text in "(hf_rt)?[.a-zA-Z_0-9é]{0,160}") {
            let _ = text.parse::<RefreshToken>();
        }
    }
}
