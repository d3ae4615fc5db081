//! Who is who: accounts, sessions, addresses, roles.
//!
//! In reading order: [`domain`] says what may become of people, without a clock or a table; [`events`] lists what is
//! told of it; [`store`] says where they lie, and how one changes; [`api`] has a file for each endpoint. Beside these,
//! [`codes`] makes what is mailed, [`desk`] hands out tokens, [`directory`] is what other contexts may ask, and
//! [`seed`] makes the demo accounts of a laptop.

pub mod api;
pub mod codes;
pub mod desk;
pub mod directory;
pub mod domain;
pub mod events;
pub mod seed;
pub mod store;

use holdfast_runtime::Function;

/// The context's functions, in the order of its documentation.
pub fn functions() -> Vec<Function> {
    vec![
        api::register::function(),
        api::verify_email::function(),
        api::resend_verification::function(),
        api::login::function(),
        api::refresh::function(),
        api::logout::function(),
        api::forgot_password::function(),
        api::reset_password::function(),
        api::jwks::function(),
        api::me_get::function(),
        api::me_update::function(),
        api::me_delete::function(),
        api::me_change_password::function(),
        api::me_sessions_list::function(),
        api::me_sessions_revoke::function(),
        api::addresses_list::function(),
        api::addresses_create::function(),
        api::addresses_update::function(),
        api::addresses_delete::function(),
        api::users_list::function(),
        api::users_get::function(),
        api::users_exists::function(),
        api::users_set_roles::function(),
        api::users_disable::function(),
    ]
}
