//! Whether a call is granted: policies as AWS reads them, and what each call needs.

mod decide;
mod needs;

pub use self::decide::{Decision, decide, knows_operator};
pub use self::needs::{Need, UnknownCall, needs, needs_s3, queue_arn};
