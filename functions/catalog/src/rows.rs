//! Import and export: a file of rows, one for a variant, as CSV or as JSON lines.
//!
//! A row says what a product and one variant of it are; the product's columns repeat on the rows of its variants. A
//! column that a file does not have leaves alone what it would say, and an empty cell empties it: so an export that is
//! imported again changes nothing, and a file of `sku,slug,title,price,currency` changes prices alone.
//!
//! Pure, and never the whole of a file: [`Reader`] takes bytes as they come and gives back the rows that are complete,
//! each with the [`Place`] behind it, from where another run can go on. A row that cannot be read is a row with a reason:
//! the next one is read all the same.

mod apply;
mod cells;
mod price;
mod reader;
mod result;
mod writer;

use holdfast_core::{Money, Sku};
use serde::{Deserialize, Serialize};

use crate::domain::{Slug, Status, VariantStatus};

pub use apply::Directory;
pub use price::{PriceError, from_decimal};
pub use reader::{Cursor, HeaderError, LONGEST_ROW, Line, Place, Reader};
pub use result::{Outcome, RowError, RowResult};
pub use writer::{header, write};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Commas between, a header above, quotes where they are needed (RFC 4180).
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// What a row may say, in the order of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Which product. Required.
    Slug,
    /// What the product is called. Required.
    Title,
    /// What there is to say of it.
    Description,
    /// Whose it is.
    Brand,
    /// Words to find it by: `summer|linen`.
    Tags,
    /// The slugs of its categories: `shirts|sale`.
    Categories,
    /// Whether the product is sold.
    Status,
    /// Which variant. Required.
    Sku,
    /// Its choices, in the order of the product's options: `Size=M|Colour=red`.
    Options,
    /// Whether the variant is sold.
    VariantStatus,
    /// What it costs, in whole units: `12.34`. Required.
    Price,
    /// What it cost before.
    CompareAtPrice,
    /// Of both prices. Required.
    Currency,
    /// What it weighs.
    WeightGrams,
    /// GTIN, EAN, UPC or ISBN.
    Barcode,
}

impl Column {
    /// All of them, in the order of an export.
    pub const ALL: [Self; 15] = [
        Self::Slug,
        Self::Title,
        Self::Description,
        Self::Brand,
        Self::Tags,
        Self::Categories,
        Self::Status,
        Self::Sku,
        Self::Options,
        Self::VariantStatus,
        Self::Price,
        Self::CompareAtPrice,
        Self::Currency,
        Self::WeightGrams,
        Self::Barcode,
    ];

    /// What stands above it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slug => "slug",
            Self::Title => "title",
            Self::Description => "description",
            Self::Brand => "brand",
            Self::Tags => "tags",
            Self::Categories => "categories",
            Self::Status => "status",
            Self::Sku => "sku",
            Self::Options => "options",
            Self::VariantStatus => "variant_status",
            Self::Price => "price",
            Self::CompareAtPrice => "compare_at_price",
            Self::Currency => "currency",
            Self::WeightGrams => "weight_grams",
            Self::Barcode => "barcode",
        }
    }

    /// Whether no file does without it.
    pub fn is_required(self) -> bool {
        match self {
            Self::Slug | Self::Title | Self::Sku | Self::Price | Self::Currency => true,
            Self::Description | Self::Brand | Self::Tags | Self::Categories | Self::Status => false,
            Self::Options | Self::VariantStatus | Self::CompareAtPrice | Self::WeightGrams | Self::Barcode => false,
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// What a row says. `None` leaves alone what is there; `Some(None)` empties it.
///
/// Its parts have their shapes; whether they are within the catalog's limits is the domain's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which product.
    pub slug: Slug,
    /// What it is called.
    pub title: String,
    /// What there is to say of it.
    pub description: Option<String>,
    /// Whose it is.
    pub brand: Option<Option<String>>,
    /// Words to find it by.
    pub tags: Option<Vec<String>>,
    /// The slugs of its categories.
    pub categories: Option<Vec<Slug>>,
    /// Whether it is sold.
    pub status: Option<Status>,
    /// Which variant.
    pub sku: Sku,
    /// Its choices: each option's name and the variant's value of it.
    pub options: Option<Vec<(String, String)>>,
    /// Whether the variant is sold.
    pub variant_status: Option<VariantStatus>,
    /// What it costs.
    pub price: Money,
    /// What it cost before.
    pub compare_at_price: Option<Option<Money>>,
    /// What it weighs.
    pub weight_grams: Option<Option<u32>>,
    /// GTIN, EAN, UPC or ISBN.
    pub barcode: Option<Option<String>>,
}

#[cfg(test)]
mod tests;
