//! The one signature scheme that we issue and accept, as `jsonwebtoken` wants it plugged in.
//!
//! Its own provider would bring RSA and two more curves into every function that reads a token, for
//! algorithms that we refuse, and RSA's open timing advisory with them.

use std::sync::Once;

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey, ed25519};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

/// Makes it the process's provider; a second time is of no consequence.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| _ = PROVIDER.install_default());
}

struct Seal(SigningKey);
struct Check(VerifyingKey);

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    pinned(algorithm)?;
    let seed = key.as_bytes().try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
    Ok(Box::new(Seal(SigningKey::from_bytes(seed))))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    pinned(algorithm)?;
    let public = key.try_get_as_bytes()?.try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
    let public = VerifyingKey::from_bytes(public).map_err(|_| ErrorKind::InvalidEddsaKey)?;
    Ok(Box::new(Check(public)))
}

fn pinned(algorithm: &Algorithm) -> Result<()> {
    if *algorithm == Algorithm::EdDSA { Ok(()) } else { Err(ErrorKind::UnsupportedAlgorithm.into()) }
}

impl Signer<Vec<u8>> for Seal {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, ed25519::Error> {
        Ok(self.0.try_sign(message)?.to_bytes().to_vec())
    }
}

impl JwtSigner for Seal {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl Verifier<Vec<u8>> for Check {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), ed25519::Error> {
        // Strict: a signature has one form, and keys that would accept anything are refused.
        self.0.verify_strict(message, &Signature::from_slice(signature)?)
    }
}

impl JwtVerifier for Check {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}
