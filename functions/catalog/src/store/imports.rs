//! Imports, and where their files lie.

use holdfast_core::{ImportId, Timestamp};
use holdfast_dynamo::{CommitError, Item, Key, StoreError};
use holdfast_http::Fingerprint;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::Catalog;
use crate::domain::Import;

/// How long an import can be looked at.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// What an upload's key begins with. The import follows.
const FOLDER: &str = "imports/";

/// Where an import's file is uploaded to.
pub(crate) fn file_key(id: ImportId) -> String {
    format!("{FOLDER}{id}")
}

/// Whose file lies there.
pub(crate) fn import_at(key: &str) -> Option<ImportId> {
    key.strip_prefix(FOLDER)?.parse().ok()
}

/// Where the results lie of the rows that begin at `offset`.
pub(crate) fn report_key(id: ImportId, offset: u64) -> String {
    format!("import-reports/{id}/{offset:012}.jsonl")
}

/// An import, with what is kept of the request that announced it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ImportItem {
    pub(crate) import: Import,
    /// The same, where the table's conditions look for it.
    version: u64,
    pub(crate) fingerprint: Fingerprint,
}

impl ImportItem {
    pub(crate) fn new(import: Import, fingerprint: Fingerprint) -> Self {
        Self { version: import.version, import, fingerprint }
    }
}

impl Item for ImportItem {
    const ENTITY: &'static str = "import";
    fn key(&self) -> Key {
        import_key(self.import.id)
    }
    fn expires_at(&self) -> Option<Timestamp> {
        self.import.created_at.checked_add(REMEMBERED).ok()
    }
}

pub(super) fn import_key(id: ImportId) -> Key {
    Key::new(format!("IMPORT#{id}"), "IMPORT")
}

impl Catalog {
    /// An import by id.
    pub(crate) async fn import(&self, id: ImportId) -> Result<Option<ImportItem>, StoreError> {
        self.table.get(&import_key(id)).await
    }

    /// Announces an import, unless it has been.
    pub(crate) async fn announce(&self, item: &ImportItem) -> Result<(), CommitError> {
        self.table.commit(self.table.put(item).if_absent()).await
    }

    /// Keeps an import's next step, unless somebody else has taken one since.
    pub(crate) async fn step(&self, item: &mut ImportItem) -> Result<(), CommitError> {
        let seen = item.version;
        item.version = seen.saturating_add(1);
        item.import.version = item.version;
        match self.table.commit(self.table.put(item).if_version(seen)).await {
            Err(error @ CommitError::Cancelled(_)) => {
                // The answer to our own try may have been lost.
                let found = self.import(item.import.id).await?;
                if found.is_some_and(|found| found.import == item.import) { Ok(()) } else { Err(error) }
            }
            outcome => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::Id;

    use super::*;

    #[test]
    fn keys_are_these_to_the_letter() {
        let id = ImportId::from_bytes([0; 16]);
        assert_eq!(import_key(id), Key::new("IMPORT#imp_00000000000000000000000000", "IMPORT"));
        assert_eq!(file_key(id), "imports/imp_00000000000000000000000000");
        assert_eq!(import_at(&file_key(id)), Some(id));
        assert_eq!(import_at("uploads/imp_00000000000000000000000000"), None);
        assert_eq!(report_key(id, 42), "import-reports/imp_00000000000000000000000000/000000000042.jsonl");
    }
}
