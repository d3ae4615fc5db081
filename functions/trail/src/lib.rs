//! Who did what: the audit trail of everything that staff and customers did, and what shows that nobody has changed it.
//!
//! In reading order: [`domain`] says what a record is, how records are chained, and how a chain is verified, without a clock or a
//! table; [`store`] appends, lists and reads; [`api`] has the endpoint, [`consumers`] a file for each function; [`examiner`] verifies a whole trail
//! against the heads that were written where nobody can change them. A record holds ids alone, so that erasing a person breaks no chain.

pub mod api;
pub mod consumers;
pub mod domain;
pub mod examiner;
pub mod store;

pub use domain::{Finding, verify};
pub use examiner::{ExamineError, Examiner, Report};

use holdfast_runtime::Function;

/// The context's functions, in the order of its documentation.
pub fn functions() -> Vec<Function> {
    vec![api::audit_list::function(), consumers::append::function(), consumers::anchor::function()]
}
