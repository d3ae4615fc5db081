//! How often something happens in a while. Counters lie in a table, one a window, and go with its TTL.

use sha2::{Digest, Sha256};

use crate::error::CommitError;
use crate::item::Key;
use crate::table::Table;

/// What is counted, and how often it may happen in a window.
#[derive(Clone, Debug)]
pub struct Counted {
    /// What.
    pub scope: &'static str,
    /// Whose. A key is no place for an address or a name: see [`hashed`].
    pub subject: String,
    /// How long a window is, in seconds.
    pub window_s: i64,
    /// How often.
    pub most: u32,
}

/// What tells these texts from others, and not what they are.
pub fn hashed(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\0"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Counted {
    /// Where it is counted in the window that begins then.
    pub fn key(&self, window: i64) -> Key {
        Key::new(format!("RATE#{}#{}#{window}", self.scope, self.subject), "RATE")
    }
}

impl Table {
    /// Counts once more at this second: whether the window admits it, and if not, in how many seconds the next begins.
    pub async fn count(&self, counted: &Counted, now: i64) -> Result<Result<(), i64>, CommitError> {
        let window = now.saturating_sub(now.rem_euclid(counted.window_s.max(1)));
        let end = window.saturating_add(counted.window_s.max(1));
        let action = self
            .update(counted.key(window), "SET #ttl = :end, #entity = :entity, #v = :one ADD #count :one")
            .when("attribute_not_exists(#count) OR #count < :limit")
            .value(":end", end)
            .value(":one", 1)
            .value(":entity", "counter")
            .value(":limit", counted.most);
        match self.commit(action).await {
            Ok(()) => Ok(Ok(())),
            Err(error) if error.failed_at(0) => Ok(Err(end.saturating_sub(now))),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_lies_at_its_window() {
        let counted = Counted { scope: "address", subject: "00ff".to_owned(), window_s: 60, most: 1 };
        let key = counted.key(1_800_000_000);
        assert_eq!((key.pk.as_str(), key.sk.as_str()), ("RATE#address#00ff#1800000000", "RATE"));
    }
}
