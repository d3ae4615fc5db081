//! Money and orders always agree: payments, refunds, and what the gateway tells of them.

pub mod gateway;
