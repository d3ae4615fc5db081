//! The shop's tests: stories that are told over HTTP, and what must hold around them.

pub mod stories;
