//! The endpoint.

pub mod audit_list;
