//! template.yaml, read: parameters, conditions and intrinsic functions resolved, every resource understood or refused.
//!
//! What the local host does not understand is an error that names its line, never skipped: a wiring that works
//! locally must be the one that the cloud gets. What only the cloud acts on (encryption, backups, alarms, log
//! groups) is listed by name in `known`.

mod functions;
mod known;
pub mod model;
mod nested;
mod node;
mod parameters;
mod policies;
mod resolve;
mod resources;
mod stages;
mod storage;
mod wiring;

use std::collections::BTreeMap;
use std::path::Path;

pub use self::model::Stack;
pub use self::stages::stage_overrides;
pub(crate) use self::wiring::DEFAULT_BUS;

/// Why a template cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file cannot be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// Something in it is wrong, or more than the local host understands.
    #[error("{file}:{line}: {message}")]
    Refused {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
}

/// Reads a template. `overrides` replace parameters' defaults; `ssm` answers for parameters of the type
/// `AWS::SSM::Parameter::Value<String>`.
pub fn load(
    path: &Path,
    overrides: &BTreeMap<String, String>,
    ssm: &dyn Fn(&str) -> Option<String>,
) -> Result<Stack, TemplateError> {
    let file = path.display().to_string();
    let folder = path.parent().unwrap_or(Path::new(""));
    match std::fs::read_to_string(path) {
        Ok(text) => read(&file, &text, overrides, ssm, &|below| std::fs::read_to_string(folder.join(below))),
        Err(source) => Err(TemplateError::Unreadable { file, source }),
    }
}

/// Reads a template from its text; `file` is what errors call it. It can have no nested applications.
pub fn load_str(
    file: &str,
    text: &str,
    overrides: &BTreeMap<String, String>,
    ssm: &dyn Fn(&str) -> Option<String>,
) -> Result<Stack, TemplateError> {
    read(file, text, overrides, ssm, &|_| Err(std::io::ErrorKind::NotFound.into()))
}

fn read(
    file: &str,
    text: &str,
    overrides: &BTreeMap<String, String>,
    ssm: nested::Ssm<'_>,
    files: nested::Files<'_>,
) -> Result<Stack, TemplateError> {
    let stack = node::parse(text).and_then(|root| resources::stack(&root, overrides, ssm, files));
    stack.map_err(|fault| TemplateError::Refused { file: file.to_owned(), line: fault.line, message: fault.message })
}

#[cfg(test)]
mod tests;
