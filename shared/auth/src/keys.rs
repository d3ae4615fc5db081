//! The keys that sign access tokens, and their public halves.
//!
//! A key is rotated without logging anyone out: publish the next, wait until every function has read it,
//! let it sign, wait until the last token of the old one has expired, withdraw the old one.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use holdfast_core::Ambient;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The keys: one signs, all verify.
#[derive(Clone)]
pub struct KeySet {
    active: Key,
    others: Vec<Key>,
}

/// One of them.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) kid: String,
    pub(crate) seed: [u8; 32],
    public: [u8; 32],
}

/// Why keys cannot be read, or not be changed so. Names keys, never shows one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not what [`KeySet::signing_parameter`] or [`KeySet::jwks`] writes.
    #[error("the text does not hold a set of keys")]
    Unreadable,
    /// There is no such key.
    #[error("there is no key {0}")]
    Unknown(String),
    /// A key that still signs was to be withdrawn.
    #[error("the key {0} signs: let another sign first")]
    Active(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    active: String,
    keys: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    kid: String,
    seed: String,
}

/// RFC 7517, as far as RFC 8037 uses it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Jwks {
    pub(crate) keys: Vec<Jwk>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Jwk {
    kty: String,
    crv: String,
    #[serde(rename = "use")]
    purpose: String,
    alg: String,
    pub(crate) kid: String,
    pub(crate) x: String,
}

impl KeySet {
    /// One new key, which signs.
    pub fn generate(ambient: &Ambient) -> Self {
        Self { active: Key::of(ambient.bytes()), others: Vec::new() }
    }

    /// From what [`Self::signing_parameter`] wrote.
    pub fn from_parameter(text: &str) -> Result<Self, KeyError> {
        let parameter: Parameter = serde_json::from_str(text).map_err(|_| KeyError::Unreadable)?;
        let keys: Option<Vec<Key>> = parameter.keys.iter().map(Key::read).collect();
        let (mut active, others): (Vec<_>, Vec<_>) =
            keys.ok_or(KeyError::Unreadable)?.into_iter().partition(|key| key.kid == parameter.active);
        match (active.pop(), active.pop()) {
            (Some(active), None) => Ok(Self { active, others }),
            (None, _) => Err(KeyError::Unknown(parameter.active)),
            (Some(_), Some(_)) => Err(KeyError::Unreadable),
        }
    }

    /// What only the functions that sign may read.
    pub fn signing_parameter(&self) -> String {
        let stored = |key: &Key| StoredKey { kid: key.kid.clone(), seed: URL_SAFE_NO_PAD.encode(key.seed) };
        let parameter = Parameter { active: self.active.kid.clone(), keys: self.all().map(stored).collect() };
        serde_json::to_string(&parameter).unwrap_or_default()
    }

    /// What everybody may read, published ones that do not sign yet among it.
    pub fn jwks(&self) -> String {
        serde_json::to_string(&Jwks { keys: self.all().map(Key::jwk).collect() }).unwrap_or_default()
    }

    /// The keys' names: the one that signs first, the newest last.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.all().map(|key| key.kid.as_str())
    }

    /// With one more key: published, and not yet signing.
    #[must_use]
    pub fn with_next(mut self, ambient: &Ambient) -> Self {
        self.others.push(Key::of(ambient.bytes()));
        self
    }

    /// With `kid` signing from now on. The one that signed until now stays published.
    pub fn activate(mut self, kid: &str) -> Result<Self, KeyError> {
        if self.active.kid == kid {
            return Ok(self);
        }
        let next = self.others.iter_mut().find(|key| key.kid == kid);
        std::mem::swap(next.ok_or_else(|| KeyError::Unknown(kid.to_owned()))?, &mut self.active);
        Ok(self)
    }

    /// Without `kid`: every token that it signed is refused from now on.
    pub fn without(mut self, kid: &str) -> Result<Self, KeyError> {
        if self.active.kid == kid {
            return Err(KeyError::Active(kid.to_owned()));
        }
        let before = self.others.len();
        self.others.retain(|key| key.kid != kid);
        if self.others.len() == before { Err(KeyError::Unknown(kid.to_owned())) } else { Ok(self) }
    }

    /// The one that signs.
    pub(crate) fn active(&self) -> &Key {
        &self.active
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.active).chain(&self.others)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kids()).finish()
    }
}

impl Key {
    fn of(seed: [u8; 32]) -> Self {
        let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        // RFC 7638: the required members in the order of their names.
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(public));
        Self { kid: URL_SAFE_NO_PAD.encode(Sha256::digest(members)), seed, public }
    }

    /// A stored key, when its name is really its own: a wrong one would sign what nobody can verify.
    fn read(stored: &StoredKey) -> Option<Self> {
        let seed = URL_SAFE_NO_PAD.decode(&stored.seed).ok()?;
        Some(Self::of(seed.try_into().ok()?)).filter(|key| key.kid == stored.kid)
    }

    fn jwk(&self) -> Jwk {
        Jwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            purpose: "sig".to_owned(),
            alg: "EdDSA".to_owned(),
            kid: self.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(self.public),
        }
    }
}

impl Jwk {
    /// Whether it is one of ours, and not a key for some other use.
    pub(crate) fn signs(&self) -> bool {
        (self.kty.as_str(), self.crv.as_str(), self.purpose.as_str(), self.alg.as_str())
            == ("OKP", "Ed25519", "sig", "EdDSA")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn generated() -> KeySet {
        KeySet::generate(&Ambient::system())
    }

    #[test]
    fn the_name_of_a_key_is_its_thumbprint() {
        // RFC 8037, appendices A.1 to A.3.
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let key = Key::of(seed.try_into().unwrap());
        assert_eq!(URL_SAFE_NO_PAD.encode(key.public), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(key.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn the_published_set_holds_no_secret() {
        let keys = generated();
        let jwks: Value = serde_json::from_str(&keys.jwks()).unwrap();
        let x = URL_SAFE_NO_PAD.encode(keys.active.public);
        let key = json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": keys.active.kid, "x": x});
        assert_eq!(jwks, json!({"keys": [key]}));
    }

    #[test]
    fn a_set_reads_back_what_it_wrote() {
        let keys = generated().with_next(&Ambient::system());
        let read = KeySet::from_parameter(&keys.signing_parameter()).unwrap();
        assert_eq!(read.signing_parameter(), keys.signing_parameter());
        assert_eq!(read.jwks(), keys.jwks());
    }

    #[test]
    fn the_parameter_is_its_literal_text() {
        let keys = KeySet { active: Key::of([0; 32]), others: Vec::new() };
        let (kid, seed) = ("9ZP03Nu8GrXPAUkbKNxHOKBzxPX83SShgFkRNK-f2lw", "A".repeat(43));
        let text = format!(r#"{{"active":"{kid}","keys":[{{"kid":"{kid}","seed":"{seed}"}}]}}"#);
        assert_eq!(keys.signing_parameter(), text);
    }

    #[test]
    fn what_is_no_set_is_refused() {
        let stored = |active: &str, keys: Value| json!({"active": active, "keys": keys}).to_string();
        let keys = generated();
        let kid = keys.active.kid.clone();
        let seed = URL_SAFE_NO_PAD.encode(keys.active.seed);
        let one = json!({"kid": kid, "seed": seed});
        assert!(KeySet::from_parameter(&stored(&kid, json!([one]))).is_ok());
        let unreadable = [
            "".to_owned(),
            "[]".to_owned(),
            stored(&kid, json!([one, one])),
            stored(&kid, json!([{"kid": kid, "seed": "AAAA"}])),
            stored("other", json!([{"kid": "other", "seed": seed}])),
        ];
        for text in unreadable {
            assert_eq!(KeySet::from_parameter(&text).unwrap_err(), KeyError::Unreadable, "{text}");
        }
        let unknown = KeySet::from_parameter(&stored("other", json!([one]))).unwrap_err();
        assert_eq!(unknown, KeyError::Unknown("other".to_owned()));
    }

    #[test]
    fn a_key_is_rotated_step_by_step() {
        let keys = generated();
        let old = keys.active.kid.clone();
        let keys = keys.with_next(&Ambient::system());
        let new = keys.kids().last().unwrap().to_owned();
        assert_eq!(keys.active.kid, old);
        assert_eq!(keys.clone().without(&old).unwrap_err(), KeyError::Active(old.clone()));
        let keys = keys.activate(&new).unwrap();
        assert_eq!(keys.kids().collect::<Vec<_>>(), [&new, &old]);
        let keys = keys.without(&old).unwrap();
        assert_eq!(keys.kids().collect::<Vec<_>>(), [&new]);
        assert_eq!(keys.clone().activate(&old).unwrap_err(), KeyError::Unknown(old.clone()));
        assert_eq!(keys.without(&old).unwrap_err(), KeyError::Unknown(old));
    }

    #[test]
    fn a_set_prints_names_alone() {
        let keys = generated();
        assert_eq!(format!("{keys:?}"), format!("[{:?}]", keys.active.kid));
    }
}
