//! Access tokens: signed statements of who someone is, good for a quarter of an hour.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_core::{Ambient, SessionId, Timestamp, UserId};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation};
use serde::{Deserialize, Serialize};

use crate::ed25519;
use crate::keys::{Jwks, KeyError, KeySet};
use crate::role::Role;

/// How long an access token is good for, in seconds: as long as a revoked one may outlive its session.
pub const ACCESS_TOKEN_LIFETIME: i64 = 15 * 60;

/// RFC 9068's type: no other JWT of ours, and none of anybody else's, passes for an access token.
const TYPE: &str = "at+jwt";
/// Ours are below 600 bytes. A longer one is refused before anything in it is decoded.
const LONGEST: usize = 4096;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who says it.
    pub iss: String,
    /// To whom.
    pub aud: String,
    /// Of whom.
    pub sub: UserId,
    /// In which session.
    pub sid: SessionId,
    /// What they work as; nothing for a customer.
    pub roles: Vec<Role>,
    /// Since when, in seconds.
    pub iat: i64,
    /// Good from, in seconds.
    pub nbf: i64,
    /// Good until before, in seconds.
    pub exp: i64,
    /// The token's own name.
    pub jti: String,
}

/// Why a token is not accepted. None of it is for the client beyond "not valid"; it helps whoever reads the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of ours in form.
    #[error("the token is malformed")]
    Malformed,
    /// Says another algorithm than ours.
    #[error("the token names another algorithm")]
    WrongAlgorithm,
    /// Signed, if at all, by a key that is not published.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// Not signed by the key that it names.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// From elsewhere.
    #[error("the token has another issuer")]
    WrongIssuer,
    /// For others.
    #[error("the token is for another audience")]
    WrongAudience,
    /// Another kind of token.
    #[error("the token is of another type")]
    WrongType,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not begun.
    #[error("the token is not yet valid")]
    NotYetValid,
}

/// All that our headers hold. An unknown field is refused by its mere presence: `jwk`, `jku`, `x5u` and `x5c` would have us
/// trust a key that the token brings along, and `crit` asks for what we do not do.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
}

/// Issues tokens.
#[derive(Clone)]
pub struct Signer {
    header: jsonwebtoken::Header,
    key: EncodingKey,
    issuer: String,
    audience: String,
}

/// Reads tokens.
#[derive(Clone)]
pub struct Verifier {
    keys: BTreeMap<String, DecodingKey>,
    validation: Validation,
    issuer: String,
    audience: String,
}

impl Signer {
    /// Signs with the active one of `keys`, for `issuer` to `audience`.
    pub fn new(keys: &KeySet, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        ed25519::install();
        let key = keys.active();
        let mut header = jsonwebtoken::Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        Self { header, key: EncodingKey::from_ed_der(&key.seed), issuer: issuer.into(), audience: audience.into() }
    }

    /// A token for `user`, and how long it is good for in seconds.
    pub fn issue(&self, user: UserId, session: SessionId, roles: &[Role], ambient: &Ambient) -> (String, i64) {
        let now = ambient.now().as_second();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: user,
            sid: session,
            roles: roles.to_vec(),
            iat: now,
            nbf: now,
            exp: now.saturating_add(ACCESS_TOKEN_LIFETIME),
            jti: URL_SAFE_NO_PAD.encode(ambient.bytes::<16>()),
        };
        (self.sign(&self.header, &claims), ACCESS_TOKEN_LIFETIME)
    }

    #[expect(clippy::expect_used, reason = "fails for a key of another kind alone, and ours are read with their set")]
    fn sign(&self, header: &jsonwebtoken::Header, claims: &impl Serialize) -> String {
        jsonwebtoken::encode(header, claims, &self.key).expect("an Ed25519 key signs")
    }
}

impl Verifier {
    /// Trusts the keys of a published set, for tokens of `issuer` to `audience`.
    pub fn from_jwks(jwks: &str, issuer: impl Into<String>, audience: impl Into<String>) -> Result<Self, KeyError> {
        ed25519::install();
        let jwks: Jwks = serde_json::from_str(jwks).map_err(|_| KeyError::Unreadable)?;
        let mut keys = BTreeMap::new();
        for key in jwks.keys.iter().filter(|key| key.signs()) {
            let public = DecodingKey::from_ed_components(&key.x).map_err(|_| KeyError::Unreadable)?;
            keys.insert(key.kid.clone(), public);
        }
        if keys.is_empty() {
            return Err(KeyError::Unreadable);
        }
        // Signature and algorithm are the library's to check. What the claims say is ours: its clock is the machine's.
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
        Ok(Self { keys, validation, issuer: issuer.into(), audience: audience.into() })
    }

    /// What `token` says, when it may be believed at `now`: up to the second before it expires, without leeway.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::Malformed);
        }
        let key = self.key_for(token)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).map_err(refused)?.claims;
        if claims.iss != self.issuer {
            return Err(TokenError::WrongIssuer);
        }
        if claims.aud != self.audience {
            return Err(TokenError::WrongAudience);
        }
        if now.as_second() < claims.nbf {
            return Err(TokenError::NotYetValid);
        }
        if now.as_second() >= claims.exp {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }

    fn key_for(&self, token: &str) -> Result<&DecodingKey, TokenError> {
        let (header, _) = token.split_once('.').ok_or(TokenError::Malformed)?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| TokenError::Malformed)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
        if header.alg != "EdDSA" {
            return Err(TokenError::WrongAlgorithm);
        }
        if header.typ.as_deref() != Some(TYPE) {
            return Err(TokenError::WrongType);
        }
        header.kid.and_then(|kid| self.keys.get(&kid)).ok_or(TokenError::UnknownKey)
    }
}

/// The algorithm has been looked at by now and the claims are not the library's to judge: what is left is the
/// signature and the form.
fn refused(error: jsonwebtoken::errors::Error) -> TokenError {
    let kind = error.into_kind();
    if kind == ErrorKind::InvalidSignature { TokenError::BadSignature } else { TokenError::Malformed }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("kid", &self.header.kid).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kids: Vec<&String> = self.keys.keys().collect();
        f.debug_struct("Verifier").field("kids", &kids).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
