//! Categories: read all at once, changed one at a time.

use holdfast_core::{CategoryId, Timestamp, UserId};
use holdfast_dynamo::{Query, StoreError, of_kind};
use holdfast_http::{Fingerprint, Origin, Problem};

use super::Catalog;
use super::changes::{ROUNDS, Refusals};
use super::items::{Birth, CATEGORIES, CategoryItem, TallyItem, TreeItem, tally_key};
use crate::domain::{Category, Refusal, Tree};
use crate::events::Happened;

/// The tree, and what is kept beside each category.
pub(crate) struct Grown {
    /// The tree.
    pub(crate) tree: Tree,
    items: Vec<CategoryItem>,
}

/// What becomes of a category.
pub(crate) enum Growth {
    /// It is made, by such a request.
    New(Category, Birth),
    /// It is changed.
    Changed(Category),
    /// It is removed.
    Removed(Category),
}

impl Growth {
    /// A category that is made by a request.
    pub(crate) fn born(category: Category, fingerprint: Fingerprint) -> Self {
        let birth = Birth { fingerprint, first_slug: category.slug.clone() };
        Self::New(category, birth)
    }
}

impl Grown {
    /// What is kept of the request that made a category, and how it was made: be it gone since.
    pub(crate) fn birth(&self, id: CategoryId) -> Option<(&Birth, Timestamp)> {
        let item = self.items.iter().find(|item| item.category.id == id)?;
        Some((&item.birth, item.category.created_at))
    }
}

impl Catalog {
    /// All categories.
    pub(crate) async fn tree(&self) -> Result<Grown, StoreError> {
        self.grown(Query::partition(CATEGORIES)).await
    }

    /// All categories, as they were a moment ago.
    pub(crate) async fn tree_lately(&self) -> Result<Tree, StoreError> {
        Ok(self.grown(Query::partition(CATEGORIES).lately()).await?.tree)
    }

    async fn grown(&self, query: Query) -> Result<Grown, StoreError> {
        let found = self.table.all(&query).await?;
        let version = of_kind::<TreeItem>(&found)?.pop().map_or(0, |tree| tree.version);
        let items = of_kind::<CategoryItem>(&found)?;
        let there = items.iter().filter(|item| item.removed_at.is_none());
        let categories = there.map(|item| item.category.clone()).collect();
        Ok(Grown { tree: Tree { version, categories }, items })
    }

    /// Changes the tree: loads all of it, lets `decide` decide, and commits one category with the tree's next version. When
    /// another change was faster, loads and decides again.
    pub(crate) async fn grow<T>(
        &self,
        origin: &Origin,
        actor: UserId,
        decide: impl Fn(&mut Grown, Timestamp) -> Result<(Option<Growth>, T), Problem>,
    ) -> Result<T, Problem> {
        for _ in 0..ROUNDS {
            let mut grown = self.tree().await?;
            let (seen, now) = (grown.tree.version, self.ambient.now());
            let (growth, answer) = decide(&mut grown, now)?;
            let Some(growth) = growth else { return Ok(answer) };
            let kept = |id| grown.items.iter().find(|item| item.category.id == id).map(|item| item.birth.clone());
            let lost = || Problem::internal("a category has no beginning");
            let (category, birth, removed_at, happened, tally) = match growth {
                Growth::New(category, birth) => {
                    let happened = Happened::CategoryCreated { parent_id: category.parent_id };
                    let tally = self.table.put(&TallyItem { category_id: category.id, products: 0 }).if_absent();
                    (category, birth, None, happened, Some(tally))
                }
                Growth::Changed(category) => {
                    let happened = Happened::CategoryChanged { parent_id: category.parent_id };
                    let birth = kept(category.id).ok_or_else(lost)?;
                    (category, birth, None, happened, None)
                }
                Growth::Removed(category) => {
                    let category =
                        Category { version: category.version.saturating_add(1), updated_at: now, ..category };
                    let birth = kept(category.id).ok_or_else(lost)?;
                    let tally = self.table.delete(tally_key(category.id)).when("#products = :none").value(":none", 0);
                    (category, birth, Some(now), Happened::CategoryRemoved {}, Some(tally))
                }
            };
            let event = self.event(&happened, category.id, origin, actor);
            let tree = self.table.put(&TreeItem { version: seen.saturating_add(1) });
            let tree = if seen == 0 { tree.if_absent() } else { tree.if_version(seen) };
            let item = self.table.put_with(&CategoryItem { category, birth, removed_at }, &event);
            match self.table.transaction().and(tree).and(item).and_all(tally).commit().await {
                Ok(()) => return Ok(answer),
                Err(error) if error.failed_at(0) => {}
                // A tally that is new has an id of its own: it is one that was to go.
                Err(error) if error.failed_at(2) => return Err(Refusal::NotEmpty.into()),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::unavailable("the tree kept changing"))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Wrong(wrong) => wrong.into(),
            Refusal::SlugTaken(slug) => Self::slug_taken(&slug),
            Refusal::NotEmpty => {
                let detail = "There are categories or products in it: move or remove them first.";
                Self::conflict("category_not_empty", "The category is not empty", detail)
            }
            Refusal::TooMany => {
                let detail = format!("There are {} categories already: remove one first.", Tree::MOST);
                Self::conflict("too_many_categories", "There are too many categories", detail)
            }
            Refusal::Unknown => Self::not_found("category"),
        }
    }
}
