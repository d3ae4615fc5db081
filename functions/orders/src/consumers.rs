//! The consumers: a file each, named like its function.

pub mod buyers_erase;
