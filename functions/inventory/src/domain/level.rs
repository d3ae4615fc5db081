//! How well an article is stocked, in one word.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How well an article is stocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Above the threshold.
    InStock,
    /// At or below the threshold, and not out.
    Low,
    /// None can be had.
    Out,
}

impl Level {
    /// Of so many available, by this threshold.
    pub fn of(available: u32, threshold: u32) -> Self {
        if available == 0 {
            Self::Out
        } else if available <= threshold {
            Self::Low
        } else {
            Self::InStock
        }
    }

    /// Whether staff should know.
    pub fn is_low(self) -> bool {
        match self {
            Self::InStock => false,
            Self::Low | Self::Out => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_itself_is_low() {
        assert_eq!(
            [6, 5, 1, 0].map(|available| Level::of(available, 5)),
            [Level::InStock, Level::Low, Level::Low, Level::Out]
        );
        assert_eq!([1, 0].map(|available| Level::of(available, 0)), [Level::InStock, Level::Out]);
    }
}
