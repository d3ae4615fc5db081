//! An article: a product with its variants, which change together and never contradict one another.

use holdfast_core::{CategoryId, Currency, Money, ProductId, Sku, Timestamp, VariantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attribute::Attributes;
use super::options::{self, ProductOption};
use super::product::{Product, ProductChange, Status};
use super::slug::Slug;
use super::variant::{NewVariant, Variant, VariantChange, VariantStatus};
use super::wrong::Wrong;

/// A product with its variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// What they have in common.
    pub product: Product,
    /// What can be bought.
    pub variants: Vec<Variant>,
}

/// From the cheapest to the dearest of what is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceRange {
    /// The cheapest.
    #[schema(value_type = holdfast_http::MoneySchema)]
    pub min: Money,
    /// The dearest.
    #[schema(value_type = holdfast_http::MoneySchema)]
    pub max: Money,
}

/// A product that is to be, with its variants.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewArticle {
    /// What it is called.
    #[schema(example = "Stoneware mug", max_length = 200)]
    pub title: String,
    /// What stands for it in a URL; from the title when it is not said.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "stoneware-mug", max_length = 80)]
    pub slug: Option<Slug>,
    /// What there is to say of it.
    #[serde(default)]
    #[schema(max_length = 8000)]
    pub description: String,
    /// Whether it is sold; ACTIVE when it is not said.
    #[serde(default)]
    pub status: Status,
    /// Whose it is.
    #[serde(default)]
    #[schema(max_length = 80)]
    pub brand: Option<String>,
    /// Words to find it by; they are kept in small letters.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub tags: Vec<String>,
    /// What a storefront filters by.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, super::AttributeValue>)]
    pub attributes: Attributes,
    /// The categories that it lists in.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 4)]
    pub category_ids: Vec<CategoryId>,
    /// Along which its variants differ.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub options: Vec<ProductOption>,
    /// What can be bought.
    #[schema(min_items = 1, max_items = 36)]
    pub variants: Vec<NewVariant>,
}

impl NewArticle {
    /// As an article. `id_of` gives each variant its id, by its place.
    pub fn create(self, id: ProductId, id_of: impl Fn(usize) -> VariantId, now: Timestamp) -> Result<Article, Wrong> {
        if !(1..=Article::MOST_AT_ONCE).contains(&self.variants.len()) {
            return Err(Wrong::at("/variants", format!("must be 1 to {}", Article::MOST_AT_ONCE)));
        }
        let product = Product {
            id,
            version: 1,
            slug: self.slug.unwrap_or_else(|| Slug::of_title(&self.title, &id.to_string())),
            title: self.title,
            description: self.description,
            status: self.status,
            brand: self.brand,
            tags: self.tags,
            attributes: self.attributes,
            category_ids: self.category_ids,
            options: self.options,
            images: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        let mut article = Article { product: product.checked()?, variants: Vec::new() };
        for (nth, variant) in self.variants.into_iter().enumerate() {
            article.admit(variant, id_of(nth)).map_err(|wrong| wrong.under(&format!("/variants/{nth}")))?;
        }
        article.can_be_sold().map_err(|detail| Wrong::at("/variants", detail))?;
        article.sort();
        Ok(article)
    }
}

impl Article {
    /// The most variants of a product, those that are archived among them: a page shows them all.
    pub const MOST_VARIANTS: usize = 100;
    /// The most variants of one request: with their guards, the product's own and its listings, they are one transaction.
    /// More are added one by one.
    pub const MOST_AT_ONCE: usize = 36;

    /// Adds a variant.
    pub fn add(&mut self, new: NewVariant, id: VariantId) -> Result<(), Wrong> {
        self.admit(new, id)?;
        self.sort();
        Ok(())
    }

    fn admit(&mut self, new: NewVariant, id: VariantId) -> Result<(), Wrong> {
        if self.variants.len() >= Self::MOST_VARIANTS {
            return Err(Wrong::at("", format!("a product has at most {} variants", Self::MOST_VARIANTS)));
        }
        let variant = new.create(id)?;
        self.fits(&variant)?;
        self.variants.push(variant);
        Ok(())
    }

    /// Changes a variant, and answers how it was before; nothing where there is no such variant.
    pub fn change_variant(&mut self, sku: &Sku, change: VariantChange) -> Result<Option<Variant>, Wrong> {
        let Some(at) = self.variants.iter().position(|variant| variant.sku == *sku) else { return Ok(None) };
        let old = self.variants.remove(at);
        let new = change.apply(old.clone())?;
        // A product of one variant may change its currency.
        self.fits(&new)?;
        self.variants.push(new);
        self.can_be_sold().map_err(|detail| Wrong::at("/status", detail))?;
        self.sort();
        Ok(Some(old))
    }

    /// Takes a variant out of sale.
    pub fn archive_variant(&mut self, sku: &Sku) -> Result<Option<Variant>, Wrong> {
        let change = VariantChange { status: Some(VariantStatus::Archived), ..VariantChange::default() };
        self.change_variant(sku, change)
    }

    /// Changes what the variants have in common.
    pub fn change(&mut self, change: ProductChange) -> Result<(), Wrong> {
        let product = change.apply(self.product.clone())?;
        for variant in &self.variants {
            if let Err(wrong) = options::fits(&product.options, &variant.options) {
                return Err(Wrong::at(
                    "/options",
                    format!("do not fit the variant {}: it {}", variant.sku, wrong.detail),
                ));
            }
        }
        self.product = product;
        self.can_be_sold().map_err(|detail| Wrong::at("/status", detail))?;
        self.sort();
        Ok(())
    }

    /// The variant of a SKU.
    pub fn variant(&self, sku: &Sku) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.sku == *sku)
    }

    /// The variants that are sold.
    pub fn sold(&self) -> impl Iterator<Item = &Variant> {
        self.variants.iter().filter(|variant| variant.is_active())
    }

    /// From the cheapest to the dearest of what is sold.
    pub fn prices(&self) -> Option<PriceRange> {
        let min = self.sold().map(|variant| variant.price).min_by_key(|price| price.amount)?;
        let max = self.sold().map(|variant| variant.price).max_by_key(|price| price.amount)?;
        Some(PriceRange { min, max })
    }

    fn currency(&self) -> Option<Currency> {
        self.variants.first().map(|variant| variant.price.currency)
    }

    /// Whether a variant goes with those that are there.
    fn fits(&self, variant: &Variant) -> Result<(), Wrong> {
        options::fits(&self.product.options, &variant.options)?;
        if let Some(currency) = self.currency().filter(|currency| *currency != variant.price.currency) {
            return Err(Wrong::at("/price/currency", format!("must be {currency}, as of the other variants")));
        }
        if self.variants.iter().any(|other| other.sku == variant.sku) {
            return Err(Wrong::at("/sku", "is the SKU of another variant too"));
        }
        let twin = |other: &&Variant| other.is_active() && other.options == variant.options;
        if variant.is_active() && self.variants.iter().find(twin).is_some() {
            return Err(Wrong::at("/options", "are those of another variant too"));
        }
        Ok(())
    }

    fn can_be_sold(&self) -> Result<(), &'static str> {
        match self.product.status {
            Status::Active if self.sold().next().is_none() => {
                Err("an ACTIVE product needs a variant that is ACTIVE: archive the product instead")
            }
            Status::Active | Status::Draft | Status::Archived => Ok(()),
        }
    }

    /// As the matrix has them.
    fn sort(&mut self) {
        let options = &self.product.options;
        self.variants.sort_by_cached_key(|variant| (options::place(options, &variant.options), variant.sku.clone()));
    }

    /// A product and its variants, as they are found.
    pub fn found(product: Product, variants: Vec<Variant>) -> Self {
        let mut article = Self { product, variants };
        article.sort();
        article
    }
}

#[cfg(test)]
mod tests;
