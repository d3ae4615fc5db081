//! Products: what variants have in common.

use std::collections::BTreeSet;

use holdfast_core::{CategoryId, ProductId, Timestamp};
use holdfast_http::present;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attribute::{self, Attributes};
use super::image::Image;
use super::options::{self, ProductOption};
use super::slug::Slug;
use super::text::{line, lines};
use super::wrong::Wrong;

/// Whether a product is sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = ProductStatus)]
pub enum Status {
    /// Not yet.
    Draft,
    /// It is.
    #[default]
    Active,
    /// No more. It stays, because orders name it.
    Archived,
}

/// A product, without its variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Which.
    pub id: ProductId,
    /// Counts the changes of it and of its variants: the ETag, and the sequence of events.
    pub version: u64,
    /// What it is called.
    pub title: String,
    /// What stands for it in a URL.
    pub slug: Slug,
    /// What there is to say of it.
    pub description: String,
    /// Whether it is sold.
    pub status: Status,
    /// Whose it is.
    pub brand: Option<String>,
    /// Words to find it by, in small letters.
    pub tags: Vec<String>,
    /// What a storefront filters by.
    pub attributes: Attributes,
    /// The categories that it lists in.
    pub category_ids: Vec<CategoryId>,
    /// Along which its variants differ.
    pub options: Vec<ProductOption>,
    /// Its pictures, the first first.
    pub images: Vec<Image>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
}

/// A change of a product: what is left out stays; null empties what may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProductChange {
    /// What it is called. Its slug stays.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = String, max_length = 200)]
    pub title: Option<String>,
    /// What stands for it in a URL; the slug before leads on to it.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = String, max_length = 80)]
    pub slug: Option<Slug>,
    /// What there is to say of it.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = String, max_length = 8000)]
    pub description: Option<String>,
    /// Whether it is sold.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Status)]
    pub status: Option<Status>,
    /// Whose it is.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 80)]
    pub brand: Option<Option<String>>,
    /// All of its tags.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Vec<String>, max_items = 10)]
    pub tags: Option<Vec<String>>,
    /// All of its attributes.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = std::collections::BTreeMap<String, super::AttributeValue>)]
    pub attributes: Option<Attributes>,
    /// All of its categories.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Vec<String>, max_items = 4)]
    pub category_ids: Option<Vec<CategoryId>>,
    /// All of its options; its variants must fit them.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Vec<ProductOption>, max_items = 3)]
    pub options: Option<Vec<ProductOption>>,
}

impl ProductChange {
    pub(super) fn apply(self, old: Product) -> Result<Product, Wrong> {
        Product {
            title: self.title.unwrap_or(old.title),
            slug: self.slug.unwrap_or(old.slug),
            description: self.description.unwrap_or(old.description),
            status: self.status.unwrap_or(old.status),
            brand: self.brand.unwrap_or(old.brand),
            tags: self.tags.unwrap_or(old.tags),
            attributes: self.attributes.unwrap_or(old.attributes),
            category_ids: self.category_ids.unwrap_or(old.category_ids),
            options: self.options.unwrap_or(old.options),
            ..old
        }
        .checked()
    }
}

impl Product {
    /// The longest title, in characters.
    pub const LONGEST_TITLE: usize = 200;
    /// The longest description, in characters.
    pub const LONGEST_DESCRIPTION: usize = 8_000;
    /// The longest brand, in characters: it stands in keys.
    pub const LONGEST_BRAND: usize = 80;
    /// The most tags: a product lists once for each.
    pub const MOST_TAGS: usize = 10;
    /// The longest tag, in characters: it stands in keys.
    pub const LONGEST_TAG: usize = 40;
    /// The most categories: a product lists once for each.
    pub const MOST_CATEGORIES: usize = 4;

    /// The categories that it is sold in: none while it is not sold.
    pub fn sold_in(&self) -> &[CategoryId] {
        match self.status {
            Status::Active => &self.category_ids,
            Status::Draft | Status::Archived => &[],
        }
    }

    pub(super) fn checked(self) -> Result<Self, Wrong> {
        let title = line(&self.title, Self::LONGEST_TITLE).map_err(|why| Wrong::at("/title", why))?;
        let description =
            lines(&self.description, Self::LONGEST_DESCRIPTION).map_err(|why| Wrong::at("/description", why))?;
        let brand = self.brand.map(|brand| line(&brand, Self::LONGEST_BRAND)).transpose();
        let brand = brand.map_err(|why| Wrong::at("/brand", why))?;
        if self.tags.len() > Self::MOST_TAGS {
            return Err(Wrong::at("/tags", format!("must be at most {}", Self::MOST_TAGS)));
        }
        let mut tags = Vec::with_capacity(self.tags.len());
        for (nth, tag) in self.tags.iter().enumerate() {
            let tag = line(&tag.to_lowercase(), Self::LONGEST_TAG);
            let tag = tag.map_err(|why| Wrong::at(format!("/tags/{nth}"), why))?;
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let mut seen = BTreeSet::new();
        let mut category_ids = self.category_ids;
        category_ids.retain(|id| seen.insert(*id));
        if category_ids.len() > Self::MOST_CATEGORIES {
            return Err(Wrong::at("/category_ids", format!("must be at most {}", Self::MOST_CATEGORIES)));
        }
        let attributes = attribute::checked(self.attributes)?;
        let options = options::checked(self.options)?;
        Ok(Self { title, description, brand, tags, category_ids, attributes, options, ..self })
    }
}
