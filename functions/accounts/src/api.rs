//! The endpoints: a file each, named like its function. Here is only what several of them answer or ask.

pub mod addresses_create;
pub mod addresses_delete;
pub mod addresses_list;
pub mod addresses_update;
pub mod forgot_password;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod me_change_password;
pub mod me_delete;
pub mod me_get;
pub mod me_sessions_list;
pub mod me_sessions_revoke;
pub mod me_update;
pub mod refresh;
pub mod register;
pub mod resend_verification;
pub mod reset_password;
pub mod users_disable;
pub mod users_exists;
pub mod users_get;
pub mod users_list;
pub mod users_set_roles;
pub mod verify_email;

mod address;
mod user;

pub use address::{Address, AddressChangeRequest, AddressRequest};
pub use user::{Me, UserView};

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;

use crate::domain::Device;

/// What a request comes from, as its sender's browser names itself.
fn device(headers: &HeaderMap) -> Device {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    Device::named_by(agent.unwrap_or_default())
}
