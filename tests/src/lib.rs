//! The shop's tests: stories that are told over HTTP, and what must hold around them.

pub mod away;
pub mod bench;
pub mod breaking;
pub mod fuzz;
pub mod openapi;
pub mod schemas;
pub mod served;
pub mod stories;
