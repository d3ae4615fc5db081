//! The mails: a file each.

pub mod already_registered;
pub mod low_stock;
pub mod reset_password;
pub mod verify_email;
