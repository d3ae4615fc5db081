//! GET /v1/products: a list's page.

use axum::extract::State;
use axum::response::Response;
use holdfast_auth::Permission;
use holdfast_core::CategoryId;
use holdfast_http::{
    Anyone, Freshness, IfNoneMatch, ListQuery, Listed, OurFault, Problem, Query, QueryProblems, endpoint,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::ProductListed;
use crate::domain::Status;
use crate::store::{Listing, Registry, Shelfmark, Sort};

/// A list may be as old as this, in seconds.
const FRESH_S: u32 = 30;

/// Which products, and which part of their list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ProductsQuery {
    /// Only of the category with this id.
    category: Option<String>,
    /// Only of this brand, in whatever letters.
    brand: Option<String>,
    /// Only with this tag.
    tag: Option<String>,
    /// In which order; the newest first when it is not said.
    #[param(inline)]
    sort: Sort,
    /// DRAFT or ARCHIVED: for staff who may read the catalog. ACTIVE when it is not said.
    #[param(inline)]
    status: Status,
    /// How many, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

impl ProductsQuery {
    fn category(&self) -> Result<Option<CategoryId>, Problem> {
        let id = self.category.as_deref().map(str::parse).transpose();
        id.map_err(|error: holdfast_core::IdError| Problem::invalid("?category", error.to_string()))
    }

    /// The list to read: the first filter's; the others are held against what it says.
    fn list(&self, category: Option<CategoryId>) -> Shelfmark {
        match (self.status, category, &self.brand, &self.tag) {
            (Status::Draft | Status::Archived, ..) => Shelfmark::status(self.status),
            (Status::Active, Some(id), ..) => Shelfmark::category(id),
            (Status::Active, None, Some(brand), _) => Shelfmark::brand(brand),
            (Status::Active, None, None, Some(tag)) => Shelfmark::tag(tag),
            (Status::Active, None, None, None) => Shelfmark::all(),
        }
    }

    fn admits(&self, category: Option<CategoryId>, listing: &Listing) -> bool {
        let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
        let brand = |wanted: &String| listing.brand.as_ref().is_some_and(|brand| same(brand, wanted));
        category.is_none_or(|id| listing.category_ids.contains(&id))
            && self.brand.as_ref().is_none_or(brand)
            && self.tag.as_ref().is_none_or(|tag| listing.tags.contains(&tag.to_lowercase()))
    }

    /// What a cursor is bound to.
    fn bound_to(&self) -> String {
        let Self { category, brand, tag, sort, status, .. } = self;
        format!("products-list {category:?} {brand:?} {tag:?} {sort:?} {status:?}")
    }
}

/// Products that are sold, with their price range, first image and availability.
///
/// Filters can be combined; a page may then hold fewer than `limit`, and there is more while `next_cursor` is not null.
#[utoipa::path(
    get, path = "/v1/products", operation_id = "products_list", tag = "catalog", security((), ("access_token" = [])),
    params(ProductsQuery, ("if-none-match" = Option<String>, Header, description = "The ETag of the page that is there already")),
    responses(
        (status = 200, description = "A page of products", body = Listed<ProductListed>, headers(("etag" = String, description = "Names the content"))),
        (status = 304, description = "It is still what If-None-Match names"),
        (status = 401, description = "unauthenticated: only staff list what is not sold; or the token is not valid", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "forbidden: only staff list what is not sold", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        QueryProblems, OurFault
    )
)]
async fn products_list(
    State(registry): State<Registry>,
    Anyone(caller): Anyone,
    known: IfNoneMatch,
    Query(query): Query<ProductsQuery>,
) -> Result<Response, Problem> {
    let freshness = match query.status {
        Status::Active => Freshness::Public(FRESH_S),
        Status::Draft | Status::Archived => {
            let caller = caller.ok_or_else(|| Problem::unauthenticated("Only staff list what is not sold."))?;
            if !caller.may(Permission::CatalogRead) {
                return Err(Problem::forbidden(format!("This needs the permission {}.", Permission::CatalogRead)));
            }
            Freshness::Private
        }
    };
    let limit = ListQuery { limit: query.limit.clone(), cursor: None }.limit()?;
    let category = query.category()?;
    let (key, bound_to) = (registry.server_key.cursors(), query.bound_to());
    let place = (&key, bound_to.as_str(), query.cursor.as_deref());
    let admits = |listing: &Listing| query.admits(category, listing);
    let page = registry.catalog.list(&query.list(category), query.sort, limit, place, admits).await?;
    let items = page.items.into_iter().map(|listing| ProductListed::of(listing, &registry.catalog.gallery)).collect();
    Ok(known.answer(&Listed { items, next_cursor: page.next_cursor }, None, freshness))
}

/// products-list.
pub fn function() -> Function {
    endpoint::<Registry>("products-list", || routes!(products_list))
}
