//! What every function speaks: money, ids, time, pages and events. No AWS, no HTTP.
//!
//! Nothing here reads a clock or draws a random number on its own account: both come in through
//! [`Ambient`], so that the same code runs in a Lambda, on a laptop and in a simulated world.

mod ambient;
mod canonical;
mod currency;
mod cursor;
mod event;
mod id;
mod money;
mod quantity;

pub use ambient::{Ambient, Clock, Entropy, OsEntropy, SystemClock};
pub use canonical::canonical;
pub use currency::{Currency, CurrencyError};
pub use cursor::{Cursor, CursorError, CursorKey, KeyError, Page, server_key};
pub use event::{Causation, Envelope, StoredEvent};
pub use id::{
    AddressId, CartId, CategoryId, CodeId, DeviceId, EventId, Id, IdError, ImageId, ImportId, OrderId, ProductId,
    ReceiptId, RefundId, RequestId, ReservationId, ReturnId, SessionId, UserId, VariantId, WarehouseId,
    WebhookDeliveryId, WebhookEndpointId, derived, keyed,
};
pub use jiff::Timestamp;
pub use money::{Money, MoneyError, Rounding};
pub use quantity::{Quantity, QuantityError, Sku, SkuError};
