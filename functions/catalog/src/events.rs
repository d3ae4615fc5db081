//! What can happen here: the types and the data of this context's events. A published one never changes; a new shape is a v2.

use holdfast_core::{CategoryId, ImageId, Money, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Article, Status};
use holdfast_renditions::Refused;

/// What can happen in this context: the types and the data of its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum Happened {
    /// A product was made.
    #[serde(rename = "catalog.product-created.v1")]
    ProductCreated {
        /// Whether it is sold.
        status: Status,
        /// Its variants.
        #[schema(value_type = Vec<String>)]
        skus: Vec<Sku>,
    },
    /// A product was changed, other than in its variants.
    #[serde(rename = "catalog.product-changed.v1")]
    ProductChanged {
        /// Whether it is sold.
        status: Status,
    },
    /// A product is sold no more.
    #[serde(rename = "catalog.product-archived.v1")]
    ProductArchived {},
    /// A product has one variant more.
    #[serde(rename = "catalog.variant-added.v1")]
    VariantAdded {
        /// Which.
        #[schema(value_type = String)]
        sku: Sku,
    },
    /// A variant was changed, other than in its price.
    #[serde(rename = "catalog.variant-changed.v1")]
    VariantChanged {
        /// Which.
        #[schema(value_type = String)]
        sku: Sku,
    },
    /// A variant costs something else, and may have changed otherwise too.
    #[serde(rename = "catalog.price-changed.v1")]
    PriceChanged {
        /// Which.
        #[schema(value_type = String)]
        sku: Sku,
        /// What it cost before.
        #[schema(value_type = holdfast_http::MoneySchema)]
        old: Money,
        /// What it costs from now on.
        #[schema(value_type = holdfast_http::MoneySchema)]
        new: Money,
    },
    /// A variant is sold no more.
    #[serde(rename = "catalog.variant-archived.v1")]
    VariantArchived {
        /// Which.
        #[schema(value_type = String)]
        sku: Sku,
    },
    /// A picture is to come.
    #[serde(rename = "catalog.image-announced.v1")]
    ImageAnnounced {
        /// Which.
        #[schema(value_type = String)]
        image_id: ImageId,
    },
    /// A picture is seen.
    #[serde(rename = "catalog.image-shown.v1")]
    ImageShown {
        /// Which.
        #[schema(value_type = String)]
        image_id: ImageId,
    },
    /// What was uploaded cannot be shown.
    #[serde(rename = "catalog.image-refused.v1")]
    ImageRefused {
        /// Which.
        #[schema(value_type = String)]
        image_id: ImageId,
        /// Why.
        reason: Refused,
    },
    /// A picture was removed.
    #[serde(rename = "catalog.image-removed.v1")]
    ImageRemoved {
        /// Which.
        #[schema(value_type = String)]
        image_id: ImageId,
    },
    /// A category was made.
    #[serde(rename = "catalog.category-created.v1")]
    CategoryCreated {
        /// The category that it is in; null at the top.
        #[schema(value_type = Option<String>)]
        parent_id: Option<CategoryId>,
    },
    /// A category was changed or moved.
    #[serde(rename = "catalog.category-changed.v1")]
    CategoryChanged {
        /// The category that it is in; null at the top.
        #[schema(value_type = Option<String>)]
        parent_id: Option<CategoryId>,
    },
    /// A category was removed.
    #[serde(rename = "catalog.category-removed.v1")]
    CategoryRemoved {},
}

impl Happened {
    /// What it is called that one article became the other, by way of one of its variants; nothing when they are the same.
    pub(crate) fn between(before: &Article, after: &Article, sku: &Sku) -> Option<Self> {
        let (old, new) = (before.variant(sku), after.variant(sku)?);
        let (sku, status) = (sku.clone(), after.product.status);
        Some(match old {
            None => Self::VariantAdded { sku },
            Some(old) if old.price != new.price => Self::PriceChanged { sku, old: old.price, new: new.price },
            Some(old) if old.is_active() && !new.is_active() => Self::VariantArchived { sku },
            Some(old) if old != new => Self::VariantChanged { sku },
            Some(_) if before.product == after.product => return None,
            Some(_) if before.product.status != status && status == Status::Archived => Self::ProductArchived {},
            Some(_) => Self::ProductChanged { status },
        })
    }
}
