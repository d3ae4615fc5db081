//! The items of the catalog's table. A test holds their keys to the letter.

use std::collections::BTreeMap;

use holdfast_core::{CategoryId, Money, ProductId, Sku, Timestamp, VariantId};
use holdfast_dynamo::{Item, Key};
use holdfast_http::Fingerprint;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Attributes, Availability, Category, Choice, Image, PriceRange, Product, ProductOption, Slug, Status, Variant,
    VariantStatus,
};

pub(super) fn partition(product: ProductId) -> String {
    format!("PRODUCT#{product}")
}

pub(super) fn product_key(product: ProductId) -> Key {
    Key::new(partition(product), "PRODUCT")
}

pub(super) fn variant_key(product: ProductId, variant: VariantId) -> Key {
    Key::new(partition(product), format!("VARIANT#{variant}"))
}

pub(super) fn shelf_key(product: ProductId) -> Key {
    Key::new(partition(product), "AVAILABILITY")
}

pub(super) fn slug_key(slug: &Slug) -> Key {
    Key::new(format!("SLUG#{slug}"), "SLUG")
}

pub(super) fn sku_key(sku: &Sku) -> Key {
    Key::new(format!("SKU#{}", sku.as_str()), "SKU")
}

pub(super) fn level_key(sku: &Sku) -> Key {
    Key::new(format!("SKU#{}", sku.as_str()), "LEVEL")
}

pub(super) fn price_key(sku: &Sku, sequence: u64) -> Key {
    Key::new(format!("PRICES#{}", sku.as_str()), format!("{sequence:012}"))
}

/// The partition of all categories.
pub(super) const CATEGORIES: &str = "CATEGORIES";

pub(super) fn tree_key() -> Key {
    Key::new(CATEGORIES, "TREE")
}

pub(super) fn category_key(category: CategoryId) -> Key {
    Key::new(CATEGORIES, format!("CATEGORY#{category}"))
}

/// Apart from the category, which many read and few write.
pub(super) fn tally_key(category: CategoryId) -> Key {
    Key::new(format!("CATEGORY#{category}"), "TALLY")
}

/// A product, without its variants. It bears the events of everything in its partition but stock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ProductItem {
    id: ProductId,
    version: u64,
    title: String,
    slug: Slug,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: Attributes,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    category_ids: Vec<CategoryId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    options: Vec<ProductOption>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    images: Vec<Image>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// How it was asked for: a repeat of the request is known by it.
    #[serde(flatten)]
    pub(super) birth: Birth,
}

/// What is kept of the request that made something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Birth {
    /// What it said.
    pub(crate) fingerprint: Fingerprint,
    /// The slug that came of it: a derived one may have been taken.
    pub(crate) first_slug: Slug,
}

impl Item for ProductItem {
    const ENTITY: &'static str = "product";
    fn key(&self) -> Key {
        product_key(self.id)
    }
}

impl ProductItem {
    pub(super) fn of(product: &Product, birth: &Birth) -> Self {
        let birth = birth.clone();
        let Product { id, version, title, slug, description, status, brand, tags, .. } = product.clone();
        let Product { attributes, category_ids, options, images, created_at, updated_at, .. } = product.clone();
        Self {
            id,
            version,
            title,
            slug,
            description,
            status,
            brand,
            tags,
            attributes,
            category_ids,
            options,
            images,
            created_at,
            updated_at,
            birth,
        }
    }
}

impl From<ProductItem> for Product {
    fn from(item: ProductItem) -> Self {
        let ProductItem { id, version, title, slug, description, status, brand, tags, .. } = item;
        let ProductItem { attributes, category_ids, options, images, created_at, updated_at, .. } = item;
        Self {
            id,
            version,
            title,
            slug,
            description,
            status,
            brand,
            tags,
            attributes,
            category_ids,
            options,
            images,
            created_at,
            updated_at,
        }
    }
}

/// A variant. Its product's item bears its events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct VariantItem {
    pub(super) id: VariantId,
    pub(super) product_id: ProductId,
    version: u64,
    sku: Sku,
    price: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compare_at_price: Option<Money>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    options: Choice,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight_grams: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    barcode: Option<String>,
    status: VariantStatus,
    /// How it was asked for, when by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<Fingerprint>,
}

impl Item for VariantItem {
    const ENTITY: &'static str = "variant";
    fn key(&self) -> Key {
        variant_key(self.product_id, self.id)
    }
}

impl VariantItem {
    pub(super) fn of(product_id: ProductId, variant: &Variant, fingerprint: Option<Fingerprint>) -> Self {
        let Variant { id, version, sku, price, compare_at_price, options, weight_grams, barcode, status } =
            variant.clone();
        Self {
            id,
            product_id,
            version,
            sku,
            price,
            compare_at_price,
            options,
            weight_grams,
            barcode,
            status,
            fingerprint,
        }
    }
}

impl From<VariantItem> for Variant {
    fn from(item: VariantItem) -> Self {
        let VariantItem { id, version, sku, price, compare_at_price, options, weight_grams, barcode, status, .. } =
            item;
        Self { id, version, sku, price, compare_at_price, options, weight_grams, barcode, status }
    }
}

/// How a product's variants stand, as its page and its listings show it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ShelfItem {
    pub(super) product_id: ProductId,
    pub(super) version: u64,
    pub(super) by_sku: BTreeMap<Sku, Availability>,
}

impl Item for ShelfItem {
    const ENTITY: &'static str = "availability";
    fn key(&self) -> Key {
        shelf_key(self.product_id)
    }
}

/// What stock has told of a SKU, which may come before the catalog has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LevelItem {
    pub(super) sku: Sku,
    pub(super) availability: Availability,
    /// Which of stock's events said so: an older one, come late, says nothing.
    pub(super) sequence: u64,
}

impl Item for LevelItem {
    const ENTITY: &'static str = "level";
    fn key(&self) -> Key {
        level_key(&self.sku)
    }
}

/// Holds a slug for one product, for good: one that the product has left leads on to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SlugItem {
    pub(super) slug: Slug,
    pub(super) product_id: ProductId,
}

impl Item for SlugItem {
    const ENTITY: &'static str = "slug";
    fn key(&self) -> Key {
        slug_key(&self.slug)
    }
}

/// Holds a SKU for one variant, for good: orders and stock name it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SkuItem {
    pub(super) sku: Sku,
    pub(super) product_id: ProductId,
}

impl Item for SkuItem {
    const ENTITY: &'static str = "sku";
    fn key(&self) -> Key {
        sku_key(&self.sku)
    }
}

/// A product in one of its lists, with all that a list shows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Which list: `ALL`, `CATEGORY#…`, `BRAND#…`, `TAG#…`, `STATUS#…`.
    pub list: String,
    /// The product.
    pub id: ProductId,
    /// What it is called.
    pub title: String,
    /// What stands for it in a URL.
    pub slug: Slug,
    /// Whether it is sold.
    pub status: Status,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Its categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_ids: Vec<CategoryId>,
    /// From the cheapest to the dearest of what is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<PriceRange>,
    /// Its first picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// The best that any of its variants can offer.
    pub availability: Availability,
    /// Since when.
    pub created_at: Timestamp,
}

impl Item for Listing {
    const ENTITY: &'static str = "listing";
    fn key(&self) -> Key {
        Key::new(format!("LIST#{}", self.list), format!("{:013}#{}", self.created_at.as_millisecond(), self.id))
    }
    fn gsi1(&self) -> Option<Key> {
        let price = self.prices.map_or(0, |prices| prices.min.amount);
        Some(Key::new(format!("PRICED#{}", self.list), format!("{price:013}#{}", self.id)))
    }
}

/// The tree of categories: the one who counts its changes up makes the next.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TreeItem {
    pub(super) version: u64,
}

impl Item for TreeItem {
    const ENTITY: &'static str = "tree";
    fn key(&self) -> Key {
        tree_key()
    }
}

/// A category; marked when it is removed, because it carries events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CategoryItem {
    #[serde(flatten)]
    pub(super) category: Category,
    /// How it was asked for.
    #[serde(flatten)]
    pub(super) birth: Birth,
    /// Since when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) removed_at: Option<Timestamp>,
}

impl Item for CategoryItem {
    const ENTITY: &'static str = "category";
    fn key(&self) -> Key {
        category_key(self.category.id)
    }
    fn expires_at(&self) -> Option<Timestamp> {
        // Longer than its last event can lie in a queue.
        self.removed_at.map(|at| at.checked_add(jiff::SignedDuration::from_hours(24 * 90)).unwrap_or(at))
    }
}

/// How many products are sold in a category. It is there as long as the category is: whoever puts a product in counts it
/// here, in the same transaction, and it goes when it has counted none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TallyItem {
    pub(super) category_id: CategoryId,
    pub(super) products: u32,
}

impl Item for TallyItem {
    const ENTITY: &'static str = "tally";
    fn key(&self) -> Key {
        tally_key(self.category_id)
    }
}

#[cfg(test)]
mod tests;
