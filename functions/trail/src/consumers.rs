//! The functions behind the API: a file each.

pub mod anchor;
pub mod append;
