//! Products, as they are shown.

use holdfast_core::{CategoryId, Money, ProductId, Sku, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::image::ImageView;
use crate::domain::{
    Article, Attributes, Availability, Choice, Image, PriceRange, ProductOption, Shelf, Slug, Status, Variant,
    VariantStatus,
};
use crate::store::{Gallery, Listing};

/// A product with its variants.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductView {
    /// The product's id.
    #[schema(value_type = String, example = "prd_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: ProductId,
    /// What it is called.
    #[schema(example = "Stoneware mug")]
    title: String,
    /// What stands for it in a URL.
    #[schema(value_type = String, example = "stoneware-mug")]
    slug: Slug,
    /// What there is to say of it.
    description: String,
    /// Whether it is sold.
    status: Status,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    /// Words to find it by.
    tags: Vec<String>,
    /// What a storefront filters by.
    #[schema(value_type = std::collections::BTreeMap<String, crate::domain::AttributeValue>)]
    attributes: Attributes,
    /// The categories that it lists in.
    #[schema(value_type = Vec<String>)]
    category_ids: Vec<CategoryId>,
    /// Along which its variants differ.
    options: Vec<ProductOption>,
    /// Its pictures, the first first.
    images: Vec<ImageView>,
    /// What can be bought, in the order of the options' values.
    variants: Vec<VariantView>,
    /// From the cheapest to the dearest of what is sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    price_range: Option<PriceRange>,
    /// The best that any of its variants can offer.
    availability: Availability,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// A variant of a product.
#[derive(Debug, Serialize, ToSchema)]
pub struct VariantView {
    /// Its stock-keeping unit.
    #[schema(value_type = String, example = "MUG-BLUE-L")]
    sku: Sku,
    /// What it costs.
    #[schema(value_type = holdfast_http::MoneySchema)]
    price: Money,
    /// What it cost before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<holdfast_http::MoneySchema>)]
    compare_at_price: Option<Money>,
    /// Its value of each option.
    #[schema(value_type = std::collections::BTreeMap<String, String>, example = json!({"Size": "L"}))]
    options: Choice,
    /// What it weighs.
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_grams: Option<u32>,
    /// GTIN, EAN, UPC or ISBN.
    #[serde(skip_serializing_if = "Option::is_none")]
    barcode: Option<String>,
    /// Whether it is sold.
    status: VariantStatus,
    /// Whether it can be had.
    availability: Availability,
}

/// A product in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductListed {
    /// The product's id.
    #[schema(value_type = String, example = "prd_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: ProductId,
    /// What it is called.
    title: String,
    /// What stands for it in a URL.
    #[schema(value_type = String, example = "stoneware-mug")]
    slug: Slug,
    /// Whether it is sold.
    status: Status,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    /// Words to find it by.
    tags: Vec<String>,
    /// Its categories.
    #[schema(value_type = Vec<String>)]
    category_ids: Vec<CategoryId>,
    /// From the cheapest to the dearest of what is sold; absent when nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    price_range: Option<PriceRange>,
    /// Its first picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<ImageView>,
    /// The best that any of its variants can offer.
    availability: Availability,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl ProductView {
    /// As shoppers see it: without what is not sold.
    pub(crate) fn for_shoppers(mut article: Article, shelf: &Shelf, gallery: &Gallery) -> Self {
        article.variants.retain(Variant::is_active);
        article.product.images.retain(Image::is_ready);
        Self::for_staff(article, shelf, gallery)
    }

    /// With everything.
    pub(crate) fn for_staff(article: Article, shelf: &Shelf, gallery: &Gallery) -> Self {
        let (price_range, availability) = (article.prices(), shelf.best(article.sold().map(|variant| &variant.sku)));
        let Article { product, variants } = article;
        Self {
            id: product.id,
            title: product.title,
            slug: product.slug,
            description: product.description,
            status: product.status,
            brand: product.brand,
            tags: product.tags,
            attributes: product.attributes,
            category_ids: product.category_ids,
            options: product.options,
            images: product.images.into_iter().map(|image| ImageView::of(image, gallery)).collect(),
            variants: variants.into_iter().map(|variant| VariantView::of(variant, shelf)).collect(),
            price_range,
            availability,
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

impl VariantView {
    /// One of a product's.
    pub(crate) fn of(variant: Variant, shelf: &Shelf) -> Self {
        let availability = shelf.of(&variant.sku);
        let Variant { sku, price, compare_at_price, options, weight_grams, barcode, status, .. } = variant;
        Self { sku, price, compare_at_price, options, weight_grams, barcode, status, availability }
    }
}

impl ProductListed {
    /// One of a list.
    pub(crate) fn of(listing: Listing, gallery: &Gallery) -> Self {
        let Listing { id, title, slug, status, brand, tags, category_ids, .. } = listing;
        let Listing { prices: price_range, image, availability, created_at, .. } = listing;
        let image = image.map(|image| ImageView::of(image, gallery));
        Self { id, title, slug, status, brand, tags, category_ids, price_range, image, availability, created_at }
    }
}
