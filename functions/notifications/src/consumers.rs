//! The consumers: a file each, named like its function.

pub mod feedback;
pub mod low_stock;
pub mod send;
