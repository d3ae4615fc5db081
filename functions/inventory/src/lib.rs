//! How many there are, and for whom they are held.
//!
//! In reading order: [`domain`] decides which warehouse a line is taken from and what becomes of a hold, without a clock or a
//! table; [`events`] lists what is told of it; [`store`] says where stock lies and how it moves; [`api`] has a file for each endpoint, [`consumers`] one for each
//! function behind them; [`holds`] is what other contexts may do with stock. **Inventory knows no orders.**

pub mod api;
pub mod consumers;
pub mod domain;
pub mod events;
pub mod holds;
pub mod store;

use holdfast_runtime::Function;

/// The context's functions, in the order of its documentation. Those that let go of holds are put together where it is known
/// what ends with them ([`holds::Ending`]).
pub fn functions() -> Vec<Function> {
    vec![
        api::warehouses_list::function(),
        api::warehouses_create::function(),
        api::warehouses_update::function(),
        api::stock_get::function(),
        api::stock_list::function(),
        api::stock_create::function(),
        api::stock_adjust::function(),
        api::stock_sync::function(),
        api::stock_transfer::function(),
        api::stock_reserve::function(),
        api::stock_release::function(),
        api::stock_set_threshold::function(),
        api::stock_history::function(),
        api::stock_low::function(),
        api::availability_get::function(),
        consumers::stock_audit::function(),
    ]
}
