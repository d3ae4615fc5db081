//! What is sold, and what may become of it. Pure: no clock, no randomness, no AWS.

#![deny(clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing)]

mod article;
mod attribute;
mod availability;
mod category;
mod image;
mod import;
mod options;
mod product;
mod slug;
mod text;
mod tree;
mod variant;
mod wrong;

pub use article::{Article, NewArticle, PriceRange};
pub use attribute::{AttributeValue, Attributes, LONGEST_NAME, MOST_ATTRIBUTES};
pub use availability::{Availability, Shelf};
pub use category::{Category, CategoryChange, NewCategory};
pub use image::{Image, ImageState, NewImage, Picture, Rendition, UploadType};
pub use import::{Counts, Import, State, Taken};
pub use options::{Choice, ProductOption};
pub use product::{Product, ProductChange, Status};
pub use slug::{Slug, SlugError};
pub use tree::{Refusal, Tree};
pub use variant::{NewVariant, Variant, VariantChange, VariantStatus};
pub use wrong::Wrong;
