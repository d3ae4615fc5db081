//! Lists: how much of one is asked for, and how it is answered.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Which part of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100, example = 20)]
    pub limit: Option<String>,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

impl ListQuery {
    /// The longest page: a hundred items of the largest kind stay under the gateway's 6 MB.
    pub const MOST: u8 = 100;
    const USUAL: u8 = 20;

    /// How many.
    pub fn limit(&self) -> Result<u8, Problem> {
        let Some(limit) = &self.limit else { return Ok(Self::USUAL) };
        let limit = limit.parse().ok().filter(|limit| (1..=Self::MOST).contains(limit));
        limit.ok_or_else(|| Problem::invalid("?limit", format!("must be from 1 to {}", Self::MOST)))
    }
}

impl<T> Listed<T> {
    /// A list that has one page.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_least_and_a_most() {
        let limit = |text: &str| ListQuery { limit: Some(text.to_owned()), cursor: None }.limit().ok();
        assert_eq!(ListQuery::default().limit().ok(), Some(20));
        assert_eq!((limit("1"), limit("100")), (Some(1), Some(100)));
        for wrong in ["0", "101", "-1", "1.5", "", "many"] {
            assert_eq!(limit(wrong), None, "{wrong}");
        }
    }
}
