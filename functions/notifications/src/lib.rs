//! What is sent to whom: the mails.
//!
//! In reading order: [`occasion`] is what calls for a message; [`manner`] is how a reader is written to, in which language and
//! with which money and dates; [`letter`] is what a mail says, in text and in HTML alike, without a clock or a network; [`mails`]
//! has a file for each mail; [`desk`] writes the one that an occasion calls for; [`consumers`] has a file for each function.
//! Nothing here knows a person but by id until the moment of sending, so that whoever has been erased by then gets no mail and
//! leaves no trace.

pub mod consumers;
pub mod desk;
pub mod letter;
pub mod mails;
pub mod manner;
pub mod occasion;
mod postbox;

use holdfast_runtime::Function;

/// The context's functions.
pub fn functions() -> Vec<Function> {
    vec![consumers::send::function(), consumers::low_stock::function()]
}
