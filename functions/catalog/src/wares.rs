//! What other contexts may know of what is sold: a ware by its SKU, and what it is and costs at this moment.

use std::collections::HashMap;

use holdfast_core::{Money, ProductId, Sku, VariantId};
use holdfast_dynamo::StoreError;
use holdfast_runtime::{FromInit, Init, InitError};
use serde::{Deserialize, Serialize};

use crate::domain::{Choice, ImageState, Picture, Product, Rendition, Status, Variant, VariantStatus};
use crate::store::Catalog;
use holdfast_renditions::Format;

/// Reads wares.
#[derive(Clone, Debug)]
pub struct Wares(Catalog);

/// Where a ware lies in the catalog: for good, so that a cart may keep it and save itself the look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WarePlace {
    /// The product.
    pub product_id: ProductId,
    /// Which of its variants.
    pub variant_id: VariantId,
}

/// A variant, as it stands in a cart and in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ware {
    /// Which.
    pub sku: Sku,
    /// Where it lies.
    pub place: WarePlace,
    /// The product's title.
    pub title: String,
    /// Its value of each of the product's options.
    pub options: Choice,
    /// What it costs now.
    pub price: Money,
    /// What it weighs, where that is known.
    pub weight_grams: Option<u32>,
    /// Where its product's first picture is seen, in its smallest form.
    pub image: Option<String>,
    /// Whether it is sold: neither it nor its product is a draft or archived.
    pub sold: bool,
}

impl FromInit for Wares {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Catalog::from_init(init).await.map(Self)
    }
}

impl Wares {
    /// The ware that a SKU names.
    pub async fn find(&self, sku: &Sku) -> Result<Option<Ware>, StoreError> {
        let Some(product) = self.0.product_of(sku).await? else { return Ok(None) };
        let Some(shown) = self.0.article(product).await? else { return Ok(None) };
        let variant = shown.article.variants.iter().find(|variant| variant.sku == *sku);
        Ok(variant.map(|variant| self.ware(&shown.article.product, variant.clone())))
    }

    /// What these wares are and cost at this moment, strongly consistent, in one round trip.
    pub async fn now(&self, places: impl Iterator<Item = WarePlace>) -> Result<HashMap<Sku, Ware>, StoreError> {
        let (products, variants) = self.0.on_sale(places.map(|place| (place.product_id, place.variant_id))).await?;
        let wares = variants.into_iter().filter_map(|(product, variant)| {
            let ware = self.ware(products.get(&product)?, variant);
            Some((ware.sku.clone(), ware))
        });
        Ok(wares.collect())
    }

    fn ware(&self, product: &Product, variant: Variant) -> Ware {
        // A JPEG is seen everywhere, mails included.
        let smallest = |picture: &Picture| -> Option<Rendition> {
            let files = picture.renditions.iter().filter(|file| file.format == Format::Jpeg);
            files.min_by_key(|file| file.width).copied()
        };
        let image = product.images.iter().find_map(|image| match &image.state {
            ImageState::Ready(picture) => smallest(picture).map(|file| self.0.gallery.url(&picture.key(&file))),
            ImageState::Pending { .. } | ImageState::Refused { .. } => None,
        });
        Ware {
            sku: variant.sku,
            place: WarePlace { product_id: product.id, variant_id: variant.id },
            title: product.title.clone(),
            options: variant.options,
            price: variant.price,
            weight_grams: variant.weight_grams,
            image,
            sold: product.status == Status::Active && variant.status == VariantStatus::Active,
        }
    }
}
