//! The API's description, as it is checked in: what is served is what was reviewed.

/// docs/openapi.json.
pub(crate) const OPENAPI: &str = include_str!("../../../docs/openapi.json");
