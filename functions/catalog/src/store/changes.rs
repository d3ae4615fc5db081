//! How an article changes: its product, its variants, its guards and its listings in one transaction, with what happened.

use std::collections::BTreeMap;

use holdfast_core::{CategoryId, ProductId, Sku, StoredEvent, UserId, VariantId};
use holdfast_dynamo::{Action, CommitError};
use holdfast_http::{Fingerprint, Origin, Problem};

use super::Catalog;
use super::items::{Birth, ProductItem, SkuItem, SlugItem, VariantItem, shelf_key, tally_key};
use super::lists::listings;
use super::price_changes::PriceChange;
use crate::domain::{Article, Product, Shelf, Slug};
use crate::events::Happened;

/// An article as the catalog keeps it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The product and its variants.
    pub article: Article,
    /// How they stand.
    pub shelf: Shelf,
    /// What is kept of the request that made it.
    pub(crate) birth: Birth,
    /// The same of variants that were added by themselves.
    pub(crate) added: BTreeMap<VariantId, Fingerprint>,
}

/// What a decision comes to.
#[derive(Debug)]
pub struct Change<T> {
    /// What happened; nothing is written when nothing did.
    pub happened: Option<Happened>,
    /// What the caller wants to know of it.
    pub answer: T,
}

/// What stood against a commit.
pub(super) enum Obstacle {
    /// Somebody else was faster, or it is there already.
    Lost,
    /// Another product has the slug.
    Slug(Slug),
    /// Another variant has the SKU.
    Sku(Sku),
    /// There is no such category.
    Category(CategoryId),
    /// The table did not answer.
    Failed(CommitError),
}

impl From<Obstacle> for Problem {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Lost => Self::unavailable("the product kept changing"),
            Obstacle::Slug(slug) => Self::slug_taken(&slug),
            Obstacle::Sku(sku) => {
                let detail = format!("{} is the SKU of another variant, or has been.", sku.as_str());
                Self::conflict("sku_taken", "The SKU is taken", detail)
            }
            Obstacle::Category(id) => Self::invalid("/category_ids", format!("{id} is no category")),
            Obstacle::Failed(error) => error.into(),
        }
    }
}

/// Refusals that several endpoints share.
pub(crate) trait Refusals {
    /// 409: another has this slug.
    fn slug_taken(slug: &Slug) -> Self;
}

impl Refusals for Problem {
    fn slug_taken(slug: &Slug) -> Self {
        Self::conflict("slug_taken", "The slug is taken", format!("{slug} stands for another one, or leads to it."))
    }
}

/// Rounds of load, decide and commit before a caller is asked to come back: each is lost to another's success.
pub(super) const ROUNDS: u32 = 5;

impl Catalog {
    /// An event of an entity's change. The shop itself acts where nobody does.
    pub(super) fn event(
        &self,
        happened: &Happened,
        subject: impl ToString,
        origin: &Origin,
        actor: impl Into<Option<UserId>>,
    ) -> StoredEvent {
        StoredEvent::now(&self.ambient, happened, subject, origin.causation(actor.into()))
    }

    /// Changes an article: loads, lets `decide` decide, and commits. When another change was faster, loads and decides again.
    pub(crate) async fn change<T>(
        &self,
        id: ProductId,
        origin: &Origin,
        actor: impl Into<Option<UserId>>,
        decide: impl Fn(&mut Shown) -> Result<Change<T>, Problem>,
    ) -> Result<(T, Shown), Problem> {
        let actor = actor.into();
        for _ in 0..ROUNDS {
            let before = self.article(id).await?.ok_or_else(|| Problem::not_found("product"))?;
            let mut after = before.clone();
            let Change { happened, answer } = decide(&mut after)?;
            let Some(happened) = happened else { return Ok((answer, before)) };
            after.count(&before, self.ambient.now());
            let event = self.event(&happened, id, origin, actor);
            match self.commit(Some(&before), &after, &event).await {
                Ok(()) => return Ok((answer, after)),
                Err(Obstacle::Lost) => {}
                Err(obstacle) => return Err(obstacle.into()),
            }
        }
        Err(Obstacle::Lost.into())
    }

    pub(super) async fn commit(
        &self,
        before: Option<&Shown>,
        after: &Shown,
        event: &StoredEvent,
    ) -> Result<(), Obstacle> {
        let (obstacles, actions): (Vec<_>, Vec<_>) = self.actions(before, after, event).into_iter().unzip();
        match self.table.transaction().and_all(actions).commit().await {
            Ok(()) => Ok(()),
            Err(error) => {
                let failed = obstacles.into_iter().enumerate().find(|(nth, _)| error.failed_at(*nth));
                Err(failed.map_or(Obstacle::Failed(error), |(_, obstacle)| obstacle))
            }
        }
    }

    /// Everything that a change writes, and what it means when its condition does not hold. The product comes first: that it
    /// changed meanwhile explains all the rest.
    pub(super) fn actions(
        &self,
        before: Option<&Shown>,
        after: &Shown,
        event: &StoredEvent,
    ) -> Vec<(Obstacle, Action)> {
        let (table, product, id) = (&self.table, &after.article.product, after.article.product.id);
        let item = table.put_with(&ProductItem::of(product, &after.birth), event);
        let item = match before {
            Some(before) => item.if_version(before.article.product.version),
            None => item.if_absent(),
        };
        let mut actions = vec![(Obstacle::Lost, item)];
        if before.is_none_or(|before| before.article.product.slug != product.slug) {
            let guard = SlugItem { slug: product.slug.clone(), product_id: id };
            // A product may come back to a slug that it has left.
            let own = "attribute_not_exists(pk) OR #product_id = :own";
            let guard = table.put(&guard).when(own).value(":own", id);
            actions.push((Obstacle::Slug(product.slug.clone()), guard));
        }
        actions.extend(self.counted(before.map(|before| &before.article.product), product));
        for variant in &after.article.variants {
            let old = before.and_then(|before| before.variant(variant.id));
            if old == Some(variant) {
                continue;
            }
            let added = after.added.get(&variant.id).cloned();
            actions.push((Obstacle::Lost, table.put(&VariantItem::of(id, variant, added))));
            match old {
                None => {
                    let guard = SkuItem { sku: variant.sku.clone(), product_id: id };
                    actions.push((Obstacle::Sku(variant.sku.clone()), table.put(&guard).if_absent()));
                }
                Some(old) if old.price != variant.price => {
                    let (sku, event_id, at) = (variant.sku.clone(), event.id, event.time);
                    let change = PriceChange::new(sku, event_id, product.version, at, old.price, variant.price);
                    actions.push((Obstacle::Lost, table.put(&change)));
                }
                Some(_) => {}
            }
        }
        let (old, new) = (before.map(listings).unwrap_or_default(), listings(after));
        let gone = old.iter().filter(|listing| new.iter().all(|other| other.list != listing.list));
        actions.extend(gone.map(|listing| (Obstacle::Lost, table.delete(holdfast_dynamo::Item::key(listing)))));
        let changed: Vec<_> = new.iter().filter(|listing| !old.contains(listing)).collect();
        if before.is_some() && !changed.is_empty() {
            // They say how the variants stand: that may not change meanwhile.
            let shelf = table.check(shelf_key(id));
            let shelf = match after.shelf.version {
                0 => shelf.if_absent(),
                seen => shelf.if_version(seen),
            };
            actions.push((Obstacle::Lost, shelf));
        }
        actions.extend(changed.into_iter().map(|listing| (Obstacle::Lost, table.put(listing))));
        actions
    }

    /// Counts a product in the categories that it is sold in from now on, and out of those that it was sold in. A category may
    /// go while what is in it is not sold: that it is there is asked of what is put in, and again when it is sold again.
    fn counted(&self, before: Option<&Product>, after: &Product) -> Vec<(Obstacle, Action)> {
        let tally = |id: CategoryId, by: i8| {
            let tally = self.table.update(tally_key(id), "ADD #products :by");
            tally.when("attribute_exists(pk)").value(":by", by)
        };
        let (old, new) = (before.map(Product::sold_in).unwrap_or_default(), after.sold_in());
        let known = before.map(|before| before.category_ids.as_slice()).unwrap_or_default();
        let looks = |id: CategoryId| self.table.check(tally_key(id)).when("attribute_exists(pk)");
        let entered = new.iter().filter(|id| !old.contains(id)).map(|id| (Obstacle::Category(*id), tally(*id, 1)));
        let left = old.iter().filter(|id| !new.contains(id)).map(|id| (Obstacle::Lost, tally(*id, -1)));
        let unsold = after.category_ids.iter().filter(|id| !new.contains(id) && !known.contains(id));
        entered.chain(left).chain(unsold.map(|id| (Obstacle::Category(*id), looks(*id)))).collect()
    }
}
