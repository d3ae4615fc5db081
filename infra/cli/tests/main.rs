//! The operator's commands, and the pages that name them.

mod commands;
mod runbooks;
