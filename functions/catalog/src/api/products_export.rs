//! GET /v1/admin/products/export: the catalog as a file.

use std::time::Duration;

use axum::extract::State;
use futures::StreamExt;
use holdfast_core::{RequestId, Timestamp};
use holdfast_http::{Json, OurFault, Problem, Query, QueryProblems, Staff, StaffProblems, endpoint, permission};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::FileType;
use crate::domain::Status;
use crate::rows::{Directory, Format, Row, header, write};
use crate::store::{Dock, Shelfmark, Sort};

/// A file can be fetched for so long.
const FILE_LASTS: Duration = Duration::from_secs(60 * 60);
/// Products that are looked up at once: a page of their list.
const PAGE: u8 = 100;
/// How many of them at the same moment.
const AT_ONCE: usize = 16;
/// A file is ended after the page that makes it as long as this, in bytes, or as this many pages: that fits the function's
/// memory and the gateway's 30 seconds.
const LONG: usize = 8_000_000;
const PAGES: usize = 50;

/// Which part of the catalog, and how.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// `text/csv` or `application/x-ndjson`; CSV when it is not said.
    #[param(inline)]
    #[serde(default)]
    content_type: Option<FileType>,
    /// DRAFT, ACTIVE or ARCHIVED products; ACTIVE when it is not said.
    #[param(inline)]
    #[serde(default)]
    status: Status,
    /// Where to go on: `next_cursor` of the file before.
    #[serde(default)]
    cursor: Option<String>,
}

/// A file of products.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedFile {
    /// Where it can be fetched.
    url: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Its products.
    products: u64,
    /// Its rows: one for each variant.
    rows: u64,
    /// Names the next file; null when this is the last.
    next_cursor: Option<String>,
}

/// Writes products to a file that can be imported again, which then changes nothing.
///
/// A large catalog comes in several files: there is more while `next_cursor` is not null.
#[utoipa::path(
    get, path = "/v1/admin/products/export", operation_id = "products_export", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(ExportQuery),
    responses((status = 200, description = "The file", body = ExportedFile), QueryProblems, StaffProblems, OurFault)
)]
async fn products_export(
    State(dock): State<Dock>,
    _: Staff<permission::CatalogWrite>,
    Query(query): Query<ExportQuery>,
) -> Result<Json<ExportedFile>, Problem> {
    let (catalog, key) = (&dock.catalog, dock.server_key.cursors());
    let tree = catalog.tree_lately().await?;
    let directory = Directory::of(tree.categories.into_iter().map(|category| (category.id, category.slug)));
    let file_type = query.content_type.unwrap_or(FileType::Csv);
    let format = Format::from(file_type);
    let (list, bound_to) = (Shelfmark::status(query.status), format!("products-export {:?}", query.status));
    let (mut text, mut products, mut rows) = (header(format), 0_u64, 0_u64);
    let mut next_cursor = query.cursor;
    for _ in 0..PAGES {
        let place = (&key, bound_to.as_str(), next_cursor.as_deref());
        let page = catalog.list(&list, Sort::Newest, PAGE, place, |_| true).await?;
        let articles = page.items.into_iter().map(|listing| catalog.article_lately(listing.id));
        let articles: Vec<_> = futures::stream::iter(articles).buffered(AT_ONCE).collect().await;
        for shown in articles {
            let Some(article) = shown?.map(|shown| shown.article) else { continue };
            products = products.saturating_add(1);
            for variant in &article.variants {
                text.push_str(&write(&Row::of(&article.product, variant, &directory), format));
                rows = rows.saturating_add(1);
            }
        }
        next_cursor = page.next_cursor;
        if next_cursor.is_none() || text.len() >= LONG {
            break;
        }
    }
    let file = format!("exports/{}", catalog.ambient.id::<RequestId>());
    dock.bucket.keep(&file, file_type.media_type(), text.into_bytes()).await?;
    let signed = dock.bucket.download(&file, FILE_LASTS).await?;
    let (url, expires_at) = (signed.request.uri().to_owned(), signed.expires_at);
    Ok(Json(ExportedFile { url, expires_at, products, rows, next_cursor }))
}

/// products-export.
pub fn function() -> Function {
    endpoint::<Dock>("products-export", || routes!(products_export))
}
