//! Where the catalog lies: keys, items, and the one way in which an article changes.
//!
//! **A product page is one Query**: a product, its variants and how they stand lie in one partition. **A list page is one
//! Query**: a product lists in a partition for each category, brand and tag with all that the page shows, and its listings
//! are written in the transaction that changes it. **Stock writes no product**: how variants stand is an item of its own, so
//! that no sale makes a version of the product that somebody edits stale. **Pictures are files in a bucket**, and what is known of
//! them is the product's.

mod articles;
mod bucket;
mod categories;
mod changes;
mod imports;
mod items;
mod lists;
mod price_changes;
mod stocks;

pub(crate) use bucket::{Bucket, BucketError, Signed};
pub(crate) use categories::{Grown, Growth};
pub use changes::{Change, Shown};
pub(crate) use imports::{ImportItem, file_key, import_at, report_key};
pub use items::Listing;
pub use lists::{Shelfmark, Sort};
pub use price_changes::{PRICE_CHANGES_2, PriceChange};

use std::sync::Arc;

use axum::extract::FromRef;
use holdfast_core::Ambient;
use holdfast_dynamo::{Store, Table};
use holdfast_http::{Guard, ServerKey};
use holdfast_runtime::{FromInit, Init, InitError};

/// The catalog's table, and what is needed to use it.
#[derive(Clone, Debug)]
pub struct Catalog {
    pub(crate) table: Table,
    pub(crate) ambient: Ambient,
    pub(crate) gallery: Gallery,
}

impl FromInit for Catalog {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let table = Store::new(init).table(init, "CATALOG_TABLE")?;
        let gallery = Gallery(init.env.text("MEDIA_URL")?.into());
        Ok(Self { table, ambient: init.ambient.clone(), gallery })
    }
}

/// Where everybody sees pictures.
#[derive(Clone, Debug)]
pub(crate) struct Gallery(Arc<str>);

impl Gallery {
    /// The address of a file, by its key.
    pub(crate) fn url(&self, key: &str) -> String {
        format!("{}/{key}", self.0)
    }
}

/// The same where tokens are checked: the state of an endpoint for staff, or one that shows staff more.
#[derive(Clone, Debug)]
pub struct Office {
    pub(crate) catalog: Catalog,
    pub(crate) guard: Guard,
}

impl FromInit for Office {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { catalog: Catalog::from_init(init).await?, guard: Guard::from_init(init).await? })
    }
}

impl FromRef<Office> for Guard {
    fn from_ref(office: &Office) -> Self {
        office.guard.clone()
    }
}

/// The same with the bucket that uploads go to.
#[derive(Clone, Debug)]
pub struct Studio {
    pub(crate) catalog: Catalog,
    pub(crate) guard: Guard,
    pub(crate) bucket: Bucket,
}

impl FromInit for Studio {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let Office { catalog, guard } = Office::from_init(init).await?;
        Ok(Self { catalog, guard, bucket: Bucket::open(init, "MEDIA_BUCKET")? })
    }
}

impl FromRef<Studio> for Guard {
    fn from_ref(studio: &Studio) -> Self {
        studio.guard.clone()
    }
}

/// The same with the server's key: where things are made under an Idempotency-Key, or cursors sealed.
#[derive(Clone)]
pub struct Registry {
    pub(crate) catalog: Catalog,
    pub(crate) guard: Guard,
    pub(crate) server_key: ServerKey,
}

impl FromInit for Registry {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let Office { catalog, guard } = Office::from_init(init).await?;
        Ok(Self { catalog, guard, server_key: ServerKey::from_init(init).await? })
    }
}

impl FromRef<Registry> for Guard {
    fn from_ref(registry: &Registry) -> Self {
        registry.guard.clone()
    }
}

/// The same with both: where files of products come in and go out.
#[derive(Clone)]
pub struct Dock {
    pub(crate) catalog: Catalog,
    pub(crate) guard: Guard,
    pub(crate) bucket: Bucket,
    pub(crate) server_key: ServerKey,
}

impl FromInit for Dock {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let Studio { catalog, guard, bucket } = Studio::from_init(init).await?;
        Ok(Self { catalog, guard, bucket, server_key: ServerKey::from_init(init).await? })
    }
}

impl FromRef<Dock> for Guard {
    fn from_ref(dock: &Dock) -> Self {
        dock.guard.clone()
    }
}
