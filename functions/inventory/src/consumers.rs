//! The consumers: a file each, named like its function.

pub mod inventory_projector;
pub mod reservations_expire;
pub mod reservations_sweep;
pub mod stock_audit;

mod reminders;
