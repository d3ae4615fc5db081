//! The gateway's own ids.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An id that the gateway gave: `pi_…`, `re_…`, `evt_…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GatewayId(String);

/// Why a text is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no id of the gateway's")]
pub struct GatewayIdError;

impl GatewayId {
    /// The longest: what the gateway says of its own.
    const LONGEST: usize = 255;

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GatewayId {
    type Err = GatewayIdError;

    fn from_str(text: &str) -> Result<Self, GatewayIdError> {
        // It becomes part of keys and of paths: nothing in it may mean something there.
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if (1..=Self::LONGEST).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(GatewayIdError)
        }
    }
}

impl TryFrom<String> for GatewayId {
    type Error = GatewayIdError;
    fn try_from(text: String) -> Result<Self, GatewayIdError> {
        text.parse()
    }
}

impl From<GatewayId> for String {
    fn from(id: GatewayId) -> Self {
        id.0
    }
}

impl fmt::Display for GatewayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_nothing_that_means_something_elsewhere() {
        let is = |text: &str| text.parse::<GatewayId>().is_ok();
        assert!(is("pi_3PxY") && is("evt_1-a") && is(&"a".repeat(255)));
        for wrong in ["", "pi/1", "pi#1", "pi_1?x", "pi 1", "é", "../x", &"a".repeat(256)] {
            assert!(!is(wrong), "{wrong}");
        }
    }
}
