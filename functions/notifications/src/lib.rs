//! What is sent to whom: the mails.
//!
//! In reading order: [`occasion`] is what calls for a message; [`manner`] is how a reader is written to, in which language and
//! with which money and dates; [`letter`] is what a mail says, in text and in HTML alike, without a clock or a network; [`mails`]
//! has a file for each mail; [`desk`] writes the one that an occasion calls for. [`domain`] is what people want to hear of, and
//! where; [`events`] lists what is told of it; [`store`] says where it lies; [`decline`] is the link by which mails are declined.
//! [`api`] has a file for each endpoint, [`consumers`] one for each consumer; the channels are behind one type, `carrier`.
//! Nothing here knows a person but by id until the moment of sending, so that whoever has been erased by then gets no mail and
//! leaves no trace.

pub mod api;
mod carrier;
pub mod consumers;
pub mod decline;
pub mod desk;
pub mod domain;
pub mod events;
pub mod letter;
pub mod mails;
pub mod manner;
pub mod occasion;
mod pager;
mod postbox;
pub mod store;

use holdfast_runtime::Function;

/// The context's functions.
pub fn functions() -> Vec<Function> {
    vec![
        api::preferences_get::function(),
        api::preferences_set::function(),
        api::unsubscribe::function(),
        api::devices_register::function(),
        api::devices_verify::function(),
        api::devices_remove::function(),
        consumers::send::function(),
        consumers::low_stock::function(),
        consumers::feedback::function(),
    ]
}
