//! The endpoints: a file each, named like its function. Here is only what several of them answer.

pub mod categories_create;
pub mod categories_delete;
pub mod categories_list;
pub mod categories_update;
pub mod images_create_upload;
pub mod images_delete;
pub mod imports_get;
pub mod products_create;
pub mod products_delete;
pub mod products_export;
pub mod products_get;
pub mod products_import;
pub mod products_list;
pub mod products_update;
pub mod variants_create;
pub mod variants_delete;
pub mod variants_update;

mod category;
mod image;
mod import;
mod product;

pub use category::{CategoryView, Node};
pub use image::{ImageStatus, ImageView, RenditionView};
pub use images_create_upload::UploadView;
pub use import::{FileType, ImportStatus, ImportView};
pub use product::{ProductListed, ProductView, VariantView};

use holdfast_http::Problem;

use crate::domain::Wrong;

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        Self::invalid(wrong.pointer, wrong.detail)
    }
}
