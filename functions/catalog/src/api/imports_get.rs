//! GET /v1/admin/products/imports/{id}: how far an import is, and what became of its rows.

use std::time::Duration;

use axum::extract::State;
use holdfast_core::ImportId;
use holdfast_http::{Json, NotFound, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::ImportView;
use crate::store::{Studio, report_key};

/// A report can be fetched for so long.
const REPORTS_LAST: Duration = Duration::from_secs(60 * 60);

/// An import, with its rows' results.
#[utoipa::path(
    get, path = "/v1/admin/products/imports/{id}", operation_id = "imports_get", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The import", body = ImportView), StaffProblems, NotFound, OurFault)
)]
async fn imports_get(
    State(studio): State<Studio>,
    _: Staff<permission::CatalogWrite>,
    Path(id): Path<ImportId>,
) -> Result<Json<ImportView>, Problem> {
    let found = studio.catalog.import(id).await?.ok_or_else(|| Problem::not_found("import"))?;
    let mut reports = Vec::with_capacity(found.import.reports.len());
    for offset in &found.import.reports {
        let signed = studio.bucket.download(&report_key(id, *offset), REPORTS_LAST).await?;
        reports.push(signed.request.uri().to_owned());
    }
    Ok(Json(ImportView::of(&found.import, reports)))
}

/// imports-get.
pub fn function() -> Function {
    endpoint::<Studio>("imports-get", || routes!(imports_get))
}
