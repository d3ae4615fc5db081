//! Lists of products: what stands in them, and how a page of one is found.

use holdfast_core::{CategoryId, CursorKey, Page};
use holdfast_dynamo::Query;
use holdfast_http::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Catalog;
use super::changes::Shown;
use super::items::Listing;
use crate::domain::{Product, Status, Variant};

/// A list, as its key names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelfmark(String);

/// In which order a list is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The newest first.
    #[default]
    Newest,
    /// The cheapest first.
    PriceAsc,
    /// The dearest first: by the cheapest variant.
    PriceDesc,
}

impl Shelfmark {
    /// Of everything that is sold.
    pub fn all() -> Self {
        Self("ALL".to_owned())
    }

    /// Of a category.
    pub fn category(id: CategoryId) -> Self {
        Self(format!("CATEGORY#{id}"))
    }

    /// Of a brand, however it is written.
    pub fn brand(brand: &str) -> Self {
        Self(format!("BRAND#{}", brand.to_lowercase()))
    }

    /// Of a tag.
    pub fn tag(tag: &str) -> Self {
        Self(format!("TAG#{}", tag.to_lowercase()))
    }

    /// Of what is not sold yet, or no more.
    pub fn status(status: Status) -> Self {
        match status {
            Status::Active => Self::all(),
            Status::Draft => Self("STATUS#DRAFT".to_owned()),
            Status::Archived => Self("STATUS#ARCHIVED".to_owned()),
        }
    }

    /// The lists that a product stands in.
    fn of(product: &Product) -> Vec<Self> {
        let first = Self::status(product.status);
        match product.status {
            Status::Draft | Status::Archived => vec![first],
            Status::Active => std::iter::once(first)
                .chain(product.category_ids.iter().map(|id| Self::category(*id)))
                .chain(product.brand.as_deref().map(Self::brand))
                .chain(product.tags.iter().map(|tag| Self::tag(tag)))
                .collect(),
        }
    }
}

/// An article in each of its lists.
pub(super) fn listings(shown: &Shown) -> Vec<Listing> {
    let product = &shown.article.product;
    let sold = || shown.article.sold().map(|variant: &Variant| &variant.sku);
    let listing = |Shelfmark(list): Shelfmark| Listing {
        list,
        id: product.id,
        title: product.title.clone(),
        slug: product.slug.clone(),
        status: product.status,
        brand: product.brand.clone(),
        tags: product.tags.clone(),
        category_ids: product.category_ids.clone(),
        prices: shown.article.prices(),
        image: product.first_image().cloned(),
        availability: shown.shelf.best(sold()),
        created_at: product.created_at,
    };
    Shelfmark::of(product).into_iter().map(listing).collect()
}

/// Looks into a list, at most so often, before a page is answered with what there is: filters beyond the first are held
/// against what the list says, and what they leave out is made up for from further on.
const LOOKS: u32 = 5;

impl Catalog {
    /// A page of a list: of what `admits` admits, up to `limit`, and where to go on.
    pub(crate) async fn list(
        &self,
        mark: &Shelfmark,
        sort: Sort,
        limit: u8,
        (key, bound_to, cursor): (&CursorKey, &str, Option<&str>),
        admits: impl Fn(&Listing) -> bool,
    ) -> Result<Page<Listing>, Problem> {
        let Shelfmark(list) = mark;
        let query = match sort {
            Sort::Newest => Query::partition(format!("LIST#{list}")).lately().newest_first(),
            Sort::PriceAsc => Query::gsi1(format!("PRICED#{list}")),
            Sort::PriceDesc => Query::gsi1(format!("PRICED#{list}")).newest_first(),
        };
        let (mut items, mut next_cursor) = (Vec::new(), cursor.map(str::to_owned));
        for _ in 0..LOOKS {
            let missing = limit.saturating_sub(u8::try_from(items.len()).unwrap_or(limit));
            let query = query.clone().limit(missing);
            let page = self.table.list::<Listing>(query, key, bound_to, next_cursor.as_deref()).await?;
            let page = page?;
            items.extend(page.items.into_iter().filter(&admits));
            next_cursor = page.next_cursor;
            if next_cursor.is_none() || items.len() >= usize::from(limit) {
                break;
            }
        }
        Ok(Page { items, next_cursor })
    }
}
