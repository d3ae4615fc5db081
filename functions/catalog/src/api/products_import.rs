//! POST /v1/admin/products/import: staff announce a file of products, and are told where to upload it.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::ImportId;
use holdfast_dynamo::CommitError;
use holdfast_http::{Json, Keyed, KeyedProblems, OurFault, Problem, Staff, StaffProblems, endpoint, permission};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{FileType, ImportView, UploadView};
use crate::domain::{Counts, Import, State as Stands};
use crate::store::{Dock, ImportItem, file_key};

/// An upload has to begin within this.
const UPLOAD_LASTS: Duration = Duration::from_secs(15 * 60);

/// A file to come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// How its rows are written.
    content_type: FileType,
    /// How long it is.
    #[schema(minimum = 1, maximum = 100_000_000, example = 482_113)]
    bytes: u64,
}

/// An import, and where its file goes.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnnouncedImport {
    /// The import.
    import: ImportView,
    /// The upload.
    upload: UploadView,
}

/// Announces a file of products, as CSV or as JSON lines.
///
/// It is then uploaded to S3 by the request that `upload` describes, and read row by row. A row says what a product and one
/// of its variants are; the import says what became of each. The same file again changes nothing.
#[utoipa::path(
    post, path = "/v1/admin/products/import", operation_id = "products_import", tag = "catalog", security(("access_token" = ["catalog.write"])),
    params(("idempotency-key" = String, Header, description = "The same request under the same key announces the file once")),
    request_body = ImportRequest,
    responses((status = 202, description = "The import, and where to upload its file", body = AnnouncedImport), KeyedProblems, StaffProblems, OurFault)
)]
async fn products_import(
    State(dock): State<Dock>,
    staff: Staff<permission::CatalogWrite>,
    Keyed { key, fingerprint, body }: Keyed<ImportRequest>,
) -> Result<(StatusCode, Json<AnnouncedImport>), Problem> {
    let ImportRequest { content_type, bytes } = body;
    if !(1..=Import::LARGEST).contains(&bytes) {
        return Err(Problem::invalid("/bytes", format!("must be from 1 to {}", Import::LARGEST)));
    }
    let (catalog, by) = (&dock.catalog, staff.caller.user);
    let id: ImportId = dock.server_key.id("products_import", &by.to_string(), &key);
    let import = Import {
        id,
        version: 1,
        by,
        format: content_type.into(),
        state: Stands::Waiting,
        counts: Counts::default(),
        cursor: None,
        reports: Vec::new(),
        taken: None,
        created_at: catalog.ambient.now(),
    };
    let mut item = ImportItem::new(import, fingerprint.clone());
    match catalog.announce(&item).await {
        Ok(()) => {}
        Err(CommitError::Cancelled(_)) => {
            let first = catalog.import(id).await?.ok_or_else(|| Problem::unavailable("an import came and went"))?;
            fingerprint.agrees_with(&first.fingerprint)?;
            // As it was announced, whatever has become of it.
            item.import.created_at = first.import.created_at;
        }
        Err(error) => return Err(error.into()),
    }
    let signed = dock.bucket.upload(&file_key(id), content_type.media_type(), bytes, UPLOAD_LASTS).await?;
    let import = ImportView::of(&item.import, Vec::new());
    Ok((StatusCode::ACCEPTED, Json(AnnouncedImport { import, upload: signed.into() })))
}

/// products-import.
pub fn function() -> Function {
    endpoint::<Dock>("products-import", || routes!(products_import))
}
