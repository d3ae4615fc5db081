//! The HTTP side of a function: callers, bodies, problems, pages.
//!
//! A handler's arguments say everything that it depends on: who calls ([`Customer`], [`Staff`]), what was
//! sent ([`Json`], [`Path`], [`Query`], [`IfMatch`]) and where from ([`Origin`]). Each of them answers with a
//! [`Problem`] of its own when it cannot be had, so that a handler begins where all of that is true.

mod body;
mod caller;
mod endpoint;
mod etag;
mod fixed;
mod fresh;
mod keyed;
mod list;
mod openapi;
mod origin;
mod params;
mod problem;
mod signed;

pub use body::{Json, Raw, present};
pub use caller::{Anyone, Customer, Guard, Permitted, Staff, permission};
pub use endpoint::{NoContent, endpoint, fallback};
pub use etag::{ETag, IfMatch, Tagged};
pub use fixed::Fixed;
pub use fresh::{Freshness, IfNoneMatch};
pub use keyed::{Fingerprint, IdempotencyKey, Keyed, MaybeKeyed, ServerKey};
pub use list::{ListQuery, Listed};
pub use openapi::{
    BodyProblems, CallerProblems, CodeProblems, CredentialProblems, KeyedProblems, MoneySchema, NotFound, OurFault,
    QueryProblems, RefreshProblems, ShopperProblems, StaffProblems, Stale, TooMany, problem_schemas,
};
pub use origin::{Origin, network};
pub use params::{Path, Paths, Query};
pub use problem::{FieldError, Members, Problem, ProblemBody};
pub use signed::Signatures;
