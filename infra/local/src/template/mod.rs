//! template.yaml, read: parameters, conditions and intrinsic functions resolved, every resource understood or refused.
//!
//! What the local host does not understand is an error that names its line, never skipped: a wiring that works
//! locally must be the one that the cloud gets. What only the cloud acts on (encryption, backups, alarms, log
//! groups) is listed by name in [`known`].

mod functions;
mod known;
pub mod model;
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
    match std::fs::read_to_string(path) {
        Ok(text) => load_str(&file, &text, overrides, ssm),
        Err(source) => Err(TemplateError::Unreadable { file, source }),
    }
}

/// Reads a template from its text; `file` is what errors call it.
pub fn load_str(
    file: &str,
    text: &str,
    overrides: &BTreeMap<String, String>,
    ssm: &dyn Fn(&str) -> Option<String>,
) -> Result<Stack, TemplateError> {
    node::parse(text).and_then(|root| resources::stack(&root, overrides, ssm)).map_err(|fault| TemplateError::Refused {
        file: file.to_owned(),
        line: fault.line,
        message: fault.message,
    })
}

#[cfg(test)]
mod tests;
