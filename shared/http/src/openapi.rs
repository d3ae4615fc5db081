//! How endpoints describe the problems that they share: each names those that apply among its `responses(…)`.

use std::collections::BTreeMap;

use utoipa::openapi::{Content, Ref, RefOr, Response};
use utoipa::{IntoResponses, PartialSchema};

use crate::problem::ProblemBody;

fn problem(description: &str) -> RefOr<Response> {
    let schema = Ref::from_schema_name("ProblemBody");
    let content = Content::builder().schema(Some(schema)).build();
    RefOr::T(Response::builder().description(description).content("application/problem+json", content).build())
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident { $($status:literal: $description:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([$(($status.to_owned(), problem($description))),+])
            }
        }
    )+};
}

problems! {
    /// An endpoint that reads a body.
    BodyProblems {
        "400": "malformed_request: the body is not JSON",
        "413": "body_too_large: over 1,000,000 bytes",
        "415": "unsupported_media_type: not application/json in UTF-8",
        "422": "invalid_input: a field is missing, unknown, named twice or not what it must be; `errors` says which",
    }
    /// An endpoint that reads query parameters.
    QueryProblems {
        "422": "invalid_input: a parameter is unknown or not what it must be; `errors` says which",
    }
    /// An endpoint for customers.
    CallerProblems {
        "401": "unauthenticated: there is no valid access token",
    }
    /// An endpoint for staff.
    StaffProblems {
        "401": "unauthenticated: there is no valid access token",
        "403": "forbidden: the caller's roles do not allow this",
    }
    /// An endpoint about one thing.
    NotFound {
        "404": "not_found: there is no such thing, or it is somebody else's",
    }
    /// An endpoint that honours If-Match.
    Stale {
        "412": "precondition_failed: the version that If-Match names is not the current one",
    }
    /// An endpoint that counts attempts.
    TooMany {
        "429": "too_many_requests: try again after Retry-After seconds",
    }
    /// Any endpoint.
    OurFault {
        "500": "internal: something went wrong on our side",
        "503": "unavailable: too busy at the moment; try again after Retry-After seconds",
    }
}

/// The schema that all of them refer to, for the document's components.
pub fn problem_schemas() -> Vec<(String, RefOr<utoipa::openapi::Schema>)> {
    vec![
        ("ProblemBody".to_owned(), ProblemBody::schema()),
        ("FieldError".to_owned(), crate::problem::FieldError::schema()),
    ]
}
