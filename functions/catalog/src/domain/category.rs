//! Categories: the tree that shoppers walk through.

use holdfast_core::{CategoryId, Timestamp};
use holdfast_http::present;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::slug::Slug;
use super::text::line;
use super::wrong::Wrong;

/// A category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Which.
    pub id: CategoryId,
    /// Counts its changes: the ETag, and the sequence of events.
    pub version: u64,
    /// What it is called.
    pub name: String,
    /// What stands for it in a URL.
    pub slug: Slug,
    /// The category that it is in; none at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<CategoryId>,
    /// Its place among its siblings: the lower first.
    #[serde(default)]
    pub position: u16,
    /// Since when.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
}

/// A category that is to be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCategory {
    /// What it is called.
    #[schema(example = "Kitchen", max_length = 80)]
    pub name: String,
    /// What stands for it in a URL; from the name when it is not said.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 80)]
    pub slug: Option<Slug>,
    /// The category that it is in; none at the top.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub parent_id: Option<CategoryId>,
    /// Its place among its siblings: the lower first.
    #[serde(default)]
    pub position: u16,
}

/// A change of a category: what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CategoryChange {
    /// What it is called. Its slug stays.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = String, max_length = 80)]
    pub name: Option<String>,
    /// What stands for it in a URL.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = String, max_length = 80)]
    pub slug: Option<Slug>,
    /// The category that it is in; null puts it to the top.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub parent_id: Option<Option<CategoryId>>,
    /// Its place among its siblings: the lower first.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = u16)]
    pub position: Option<u16>,
}

impl NewCategory {
    /// As a category; whether it has a place is the tree's to say.
    pub fn create(self, id: CategoryId, now: Timestamp) -> Result<Category, Wrong> {
        let slug = self.slug.unwrap_or_else(|| Slug::of_title(&self.name, &id.to_string()));
        let (name, parent_id, position) = (self.name, self.parent_id, self.position);
        Category { id, version: 1, name, slug, parent_id, position, created_at: now, updated_at: now }.checked()
    }
}

impl CategoryChange {
    pub(super) fn apply(self, old: Category, now: Timestamp) -> Result<Category, Wrong> {
        Category {
            name: self.name.unwrap_or(old.name),
            slug: self.slug.unwrap_or(old.slug),
            parent_id: self.parent_id.unwrap_or(old.parent_id),
            position: self.position.unwrap_or(old.position),
            version: old.version.saturating_add(1),
            updated_at: now,
            ..old
        }
        .checked()
    }
}

impl Category {
    /// The longest name, in characters.
    pub const LONGEST_NAME: usize = 80;

    fn checked(self) -> Result<Self, Wrong> {
        let name = line(&self.name, Self::LONGEST_NAME).map_err(|why| Wrong::at("/name", why))?;
        Ok(Self { name, ..self })
    }
}
