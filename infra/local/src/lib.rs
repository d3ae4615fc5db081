//! The shop on a laptop: template.yaml, interpreted.

pub mod iam;
pub mod template;
