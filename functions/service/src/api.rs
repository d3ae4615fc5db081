//! The endpoints, a file each.

pub mod docs_openapi;
pub mod docs_page;
pub mod health;
pub mod not_found;
