//! What is sold: products, variants, pictures, categories.
//!
//! In reading order: [`domain`] says what goes together, without a clock or a table; [`events`] lists what is told of it;
//! [`store`] says where it lies, and how an article changes; [`api`] has a file for each endpoint, [`consumers`] one for what
//! comes from queues; [`wares`] is what other contexts may know of what is sold.

pub mod api;
pub mod consumers;
pub mod domain;
pub mod events;
pub mod rows;
pub mod store;
pub mod wares;

use holdfast_dynamo::Migration;
use holdfast_runtime::Function;

/// How the context's items get from one version to the next, the oldest first. One that has been released stays.
pub const MIGRATIONS: [Migration; 1] = [store::PRICE_CHANGES_2];

/// The context's functions, in the order of its documentation.
pub fn functions() -> Vec<Function> {
    vec![
        api::products_list::function(),
        api::products_get::function(),
        api::categories_list::function(),
        api::products_create::function(),
        api::products_update::function(),
        api::products_delete::function(),
        api::variants_create::function(),
        api::variants_update::function(),
        api::variants_delete::function(),
        api::products_import::function(),
        api::imports_get::function(),
        api::products_export::function(),
        api::categories_create::function(),
        api::categories_update::function(),
        api::categories_delete::function(),
        api::images_create_upload::function(),
        api::images_delete::function(),
        consumers::availability::function(),
        consumers::images_process::function(),
        consumers::imports_run::function(),
    ]
}
