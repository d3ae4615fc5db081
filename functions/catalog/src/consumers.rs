//! The consumers: a file each, named like its function.

pub mod availability;
pub mod images_process;
pub mod imports_run;
