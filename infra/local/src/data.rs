//! The folder that a shop on a laptop keeps its data in: one run at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The data folder, held by this process.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// Let go when the process ends, however it does.
    _lock: File,
}

/// Why a folder cannot hold the data.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It cannot be made or written to.
    #[error("the data folder {path} cannot be written to: {source}")]
    Unwritable {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Somebody else is at it.
    #[error("the data folder {0} is in use by another run; HOLDFAST_DATA names another folder")]
    InUse(String),
}

impl DataFolder {
    /// Makes the folder where it is missing, and takes it.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let shown = || path.display().to_string();
        let unwritable = |source| DataError::Unwritable { path: shown(), source };
        std::fs::create_dir_all(path).map_err(unwritable)?;
        let lock = OpenOptions::new().create(true).append(true).open(path.join("lock")).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataError::InUse(shown())),
            Err(TryLockError::Error(source)) => Err(unwritable(source)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::TempFolder;

    #[test]
    fn a_folder_is_for_one_run_at_a_time() {
        let folder = TempFolder::new("data").unwrap();
        let path = folder.path().join("deep/inside");
        let first = DataFolder::open(&path).unwrap();
        assert!(DataFolder::open(&path).unwrap_err().to_string().contains("in use by another run"));
        drop(first);
        DataFolder::open(&path).unwrap();
    }

    #[test]
    fn where_nothing_can_be_written_is_said_so() {
        let folder = TempFolder::new("data-file").unwrap();
        let file = folder.path().join("a-file");
        std::fs::write(&file, "").unwrap();
        let error = DataFolder::open(&file).unwrap_err().to_string();
        assert!(error.contains("a-file cannot be written to"), "{error}");
    }
}
