//! GET /v1/products/{id_or_slug}: a product's page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::{IntoResponse, Response};
use holdfast_auth::Permission;
use holdfast_core::ProductId;
use holdfast_http::{Anyone, ETag, Freshness, IfNoneMatch, NotFound, OurFault, Path, Problem, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::ProductView;
use crate::domain::{Slug, Status};
use crate::store::{Office, Shown};

/// A page may be as old as this, in seconds: what is bought is checked against what is, whatever a page says.
const FRESH_S: u32 = 30;

/// What names a product in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// Its id.
    Id(ProductId),
    /// A slug, of now or of before.
    Slug(Slug),
}

impl std::str::FromStr for Name {
    type Err = crate::domain::SlugError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::Id).or_else(|_| text.parse().map(Self::Slug))
    }
}

/// A product, by id or slug: options, variants with price and availability, images.
///
/// A slug that the product had before answers 308 with the one that it has now. What is not sold is not found; staff who may
/// read the catalog find it, and variants that are archived with it.
#[utoipa::path(
    get, path = "/v1/products/{id_or_slug}", operation_id = "products_get", tag = "catalog", security((), ("access_token" = [])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id, or its slug"),
        ("if-none-match" = Option<String>, Header, description = "The ETag of the page that is there already")
    ),
    responses(
        (status = 200, description = "The product", body = ProductView, headers(("etag" = String, description = "Begins with the product's version"))),
        (status = 304, description = "It is still what If-None-Match names"),
        (status = 308, description = "The slug has changed: Location leads to the product"),
        NotFound, OurFault
    )
)]
async fn products_get(
    State(office): State<Office>,
    Anyone(caller): Anyone,
    known: IfNoneMatch,
    Path(name): Path<Name>,
) -> Result<Response, Problem> {
    let (catalog, gone) = (&office.catalog, || Problem::not_found("product"));
    let reader = caller.is_some_and(|caller| caller.may(Permission::CatalogRead));
    let (id, slug) = match name {
        Name::Id(id) => (id, None),
        Name::Slug(slug) => (catalog.product_at(&slug).await?.ok_or_else(gone)?, Some(slug)),
    };
    let mut shown = if reader { catalog.article(id).await? } else { catalog.article_lately(id).await? };
    let of_now = |shown: &Shown| slug.as_ref().is_none_or(|slug| *slug == shown.article.product.slug);
    if !reader && !shown.as_ref().is_some_and(of_now) {
        // A page of a moment ago may not know its new slug yet: sent away from it, nobody would ever arrive.
        shown = catalog.article(id).await?;
    }
    let shown = shown.filter(|shown| reader || shown.article.product.status == Status::Active).ok_or_else(gone)?;
    let (version, now) = (shown.article.product.version, &shown.article.product.slug);
    if !of_now(&shown) {
        let fresh = format!("public, max-age={FRESH_S}");
        let headers = [(LOCATION, format!("/v1/products/{now}")), (CACHE_CONTROL, fresh)];
        return Ok((StatusCode::PERMANENT_REDIRECT, headers).into_response());
    }
    let (view, freshness) = if reader {
        (ProductView::for_staff(shown.article, &shown.shelf, &catalog.gallery), Freshness::Private)
    } else {
        (ProductView::for_shoppers(shown.article, &shown.shelf, &catalog.gallery), Freshness::Public(FRESH_S))
    };
    Ok(known.answer(&view, Some(ETag(version)), freshness))
}

/// products-get.
pub fn function() -> Function {
    endpoint::<Office>("products-get", || routes!(products_get))
}
