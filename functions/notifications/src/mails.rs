//! The mails: a file each.

pub mod already_registered;
pub mod reset_password;
pub mod verify_email;
