//! The environment of a function, read once.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

/// Why a function could not start. An operator reads this, at the first deployment or never.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// template.yaml does not set it for this function.
    #[error("the environment has no {0}")]
    Missing(String),
    /// It is set to what it cannot be.
    #[error("the environment's {name} {reason}")]
    Invalid {
        /// Which.
        name: String,
        /// What is wrong with it: follows the name in a sentence.
        reason: String,
    },
    /// AWS refused what INIT asks of it.
    #[error("{what}")]
    Aws {
        /// What was asked.
        what: String,
        /// What came back.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl InitError {
    /// The roots that are built in are of no use.
    pub(crate) fn certificates(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Aws { what: "the embedded certificates do not load".to_owned(), source: source.into() }
    }
}

/// The environment's variables.
#[derive(Clone, Debug, Default)]
pub struct Env(Arc<BTreeMap<String, String>>);

impl Env {
    /// The process's own.
    #[expect(clippy::disallowed_methods, reason = "the one home of the environment")]
    pub fn process() -> Self {
        Self::from_iter(std::env::vars())
    }

    /// A text that must be there.
    pub fn text(&self, name: &str) -> Result<&str, InitError> {
        self.get(name).ok_or_else(|| InitError::Missing(name.to_owned()))
    }

    /// A text that may be there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A value that must be there, and must be one.
    pub fn parse<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, InitError> {
        self.text(name)?
            .parse()
            .map_err(|error: T::Err| InitError::Invalid { name: name.to_owned(), reason: error.to_string() })
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(Arc::new(variables.into_iter().collect()))
    }
}
