//! Articles: how one is found, and how one is made.

use std::collections::{BTreeMap, HashMap, HashSet};

use holdfast_core::{ProductId, Sku, Timestamp, UserId, VariantId};
use holdfast_dynamo::{Found, Query, StoreError, of_kind};
use holdfast_http::{Fingerprint, Origin, Problem};

use super::Catalog;
use super::changes::{Obstacle, Shown};
use super::items::{
    Birth, ProductItem, ShelfItem, SkuItem, SlugItem, VariantItem, partition, product_key, sku_key, slug_key,
    variant_key,
};
use crate::domain::{Article, NewArticle, Product, Shelf, Slug, Variant};
use crate::events::Happened;

impl Shown {
    /// One of its variants.
    pub(crate) fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.article.variants.iter().find(|variant| variant.id == id)
    }

    /// Counts up what was changed.
    pub(super) fn count(&mut self, before: &Self, now: Timestamp) {
        self.article.product.version = before.article.product.version.saturating_add(1);
        self.article.product.updated_at = now;
        for variant in &mut self.article.variants {
            match before.variant(variant.id) {
                Some(old) if old != variant => variant.version = old.version.saturating_add(1),
                Some(_) | None => {}
            }
        }
    }

    fn read(found: &[Found]) -> Result<Option<Self>, StoreError> {
        let Some(product) = of_kind::<ProductItem>(found)?.pop() else { return Ok(None) };
        let variants = of_kind::<VariantItem>(found)?;
        let shelf = of_kind::<ShelfItem>(found)?.pop();
        let shelf = shelf.map(|shelf| Shelf { version: shelf.version, by_sku: shelf.by_sku }).unwrap_or_default();
        let birth = product.birth.clone();
        let added = variants.iter().filter_map(|item| Some((item.id, item.fingerprint.clone()?))).collect();
        let variants = variants.into_iter().map(Variant::from).collect();
        Ok(Some(Self { article: Article::found(Product::from(product), variants), shelf, birth, added }))
    }
}

impl Catalog {
    /// An article by id, as it is now.
    pub(crate) async fn article(&self, id: ProductId) -> Result<Option<Shown>, StoreError> {
        Shown::read(&self.table.all(&Query::partition(partition(id))).await?)
    }

    /// An article by id, as it was a moment ago: at half the price.
    pub(crate) async fn article_lately(&self, id: ProductId) -> Result<Option<Shown>, StoreError> {
        Shown::read(&self.table.all(&Query::partition(partition(id)).lately()).await?)
    }

    /// The product that a slug stands for, or once did.
    pub(crate) async fn product_at(&self, slug: &Slug) -> Result<Option<ProductId>, StoreError> {
        let item: Option<SlugItem> = self.table.get(&slug_key(slug)).await?;
        Ok(item.map(|item| item.product_id))
    }

    /// The product that a variant is of.
    pub(crate) async fn product_of(&self, sku: &Sku) -> Result<Option<ProductId>, StoreError> {
        let item: Option<SkuItem> = self.table.get(&sku_key(sku)).await?;
        Ok(item.map(|item| item.product_id))
    }

    /// These variants and their products, as they are now, in one round trip.
    pub(crate) async fn on_sale(
        &self,
        places: impl Iterator<Item = (ProductId, VariantId)>,
    ) -> Result<(HashMap<ProductId, Product>, Vec<(ProductId, Variant)>), StoreError> {
        let keys = places.flat_map(|(product, variant)| [product_key(product), variant_key(product, variant)]);
        let keys: HashSet<_> = keys.collect();
        let found = self.table.get_all(&keys.into_iter().collect::<Vec<_>>()).await?;
        let products = of_kind::<ProductItem>(&found)?.into_iter().map(Product::from);
        let variants = of_kind::<VariantItem>(&found)?.into_iter().map(|item| (item.product_id, item.into()));
        Ok((products.map(|product| (product.id, product)).collect(), variants.collect()))
    }

    /// Makes an article, once: the one that was made under the same key is answered as it was made.
    pub(crate) async fn create(
        &self,
        id: ProductId,
        new: NewArticle,
        fingerprint: Fingerprint,
        origin: &Origin,
        actor: UserId,
    ) -> Result<Article, Problem> {
        let new_slug = new.slug.clone();
        let variants: Vec<VariantId> = new.variants.iter().map(|_| self.ambient.id()).collect();
        let id_of = |nth: usize| variants.get(nth).copied().unwrap_or_else(|| self.ambient.id());
        let mut article = new.create(id, id_of, self.ambient.now())?;
        let mut namesake = new_slug.is_none().then(|| article.product.slug.apart(&mark(id)));
        loop {
            let birth = Birth { fingerprint: fingerprint.clone(), first_slug: article.product.slug.clone() };
            let shown = Shown { article: article.clone(), shelf: Shelf::default(), birth, added: BTreeMap::new() };
            let skus = article.variants.iter().map(|variant| variant.sku.clone()).collect();
            let happened = Happened::ProductCreated { status: article.product.status, skus };
            let event = self.event(&happened, id, origin, actor);
            match (self.commit(None, &shown, &event).await, namesake.take()) {
                (Ok(()), _) => return Ok(article),
                (Err(Obstacle::Lost), _) => return self.made_before(article, &fingerprint).await,
                // A slug that nobody asked for makes way.
                (Err(Obstacle::Slug(_)), Some(other)) => article.product.slug = other,
                (Err(obstacle), _) => return Err(obstacle.into()),
            }
        }
    }

    /// What an earlier request of the same key made, as it was then: the same body makes the same article.
    async fn made_before(&self, mut article: Article, fingerprint: &Fingerprint) -> Result<Article, Problem> {
        let before = self.article(article.product.id).await?.ok_or(Obstacle::Lost)?;
        fingerprint.agrees_with(&before.birth.fingerprint)?;
        article.product.slug = before.birth.first_slug;
        (article.product.created_at, article.product.updated_at) =
            (before.article.product.created_at, before.article.product.created_at);
        Ok(article)
    }
}

/// The end of an id: what tells a product from its namesakes.
fn mark(id: ProductId) -> String {
    id.to_string().chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect()
}
