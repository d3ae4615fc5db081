//! The endpoints: a file each, named like its function. Here is only what several of them answer.

pub mod availability_get;
pub mod stock_adjust;
pub mod stock_create;
pub mod stock_get;
pub mod stock_history;
pub mod stock_list;
pub mod stock_low;
pub mod stock_release;
pub mod stock_reserve;
pub mod stock_set_threshold;
pub mod stock_sync;
pub mod stock_transfer;
pub mod warehouses_create;
pub mod warehouses_list;
pub mod warehouses_update;

mod refusals;
mod views;

pub use views::{PlaceView, ReservationView, StockView, WarehouseView};
