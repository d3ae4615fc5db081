//! The endpoints: a file each, named like its function. Here is only what several of them use.

pub mod checkout_place;
pub mod checkout_quote;
pub mod settings_get;
pub mod settings_update;
pub mod shipping_methods_list;

mod priced;
mod setting_view;

pub(crate) use priced::{Priced, method, not_sold, nothing_to_buy, price};
pub use priced::{QuoteLine, QuoteView, QuoteWarning};
pub use setting_view::{SettingValue, SettingView};
