//! Passwords, tokens, one-time codes, roles and permissions.
//!
//! All of it is pure: time and randomness come in as arguments, secrets come in as texts that someone
//! else has read, and nothing here knows of HTTP or AWS. No secret prints: their `Debug` says what they
//! are, never what they hold.

mod code;
mod common;
mod ed25519;
mod keys;
mod password;
mod refresh;
mod role;
mod token;

pub use code::{CodeKey, CodeKeyError};
pub use keys::{KeyError, KeySet};
pub use password::{Password, PasswordError, PasswordHash};
pub use refresh::{RefreshToken, RefreshTokenError, SecretHash};
pub use role::{Permission, Role, UnknownName, may};
pub use token::{ACCESS_TOKEN_LIFETIME, Claims, Signer, TokenError, Verifier};
