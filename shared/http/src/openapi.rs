//! How endpoints describe the problems that they share: each names those that apply among its `responses(…)`.

use std::collections::BTreeMap;

use utoipa::openapi::{Content, Ref, RefOr, Response};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

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
    /// An endpoint that reads a body under an Idempotency-Key.
    KeyedProblems {
        "400": "malformed_request: the body is not JSON; idempotency_key_required: there is none; invalid_idempotency_key: it is not 1 to 255 visible ASCII characters",
        "413": "body_too_large: over 1,000,000 bytes",
        "415": "unsupported_media_type: not application/json in UTF-8",
        "422": "invalid_input: a field is missing, unknown, named twice or not what it must be, `errors` says which; idempotency_key_reused: the key belongs to another request",
    }
    /// An endpoint that reads a mailed code among its body.
    CodeProblems {
        "400": "malformed_request: the body is not JSON",
        "413": "body_too_large: over 1,000,000 bytes",
        "415": "unsupported_media_type: not application/json in UTF-8",
        "422": "invalid_token: the code was used, replaced, or its time is over; invalid_input: a field is not what it must be",
    }
    /// An endpoint that checks an address and a password.
    CredentialProblems {
        "401": "invalid_credentials: the address or the password is wrong, or the address is not verified",
    }
    /// An endpoint that exchanges a refresh token.
    RefreshProblems {
        "401": "invalid_refresh_token: it was used, it was never ours, or its session is over",
    }
    /// An endpoint that reads query parameters.
    QueryProblems {
        "422": "invalid_input: a parameter is unknown or not what it must be; `errors` says which",
    }
    /// An endpoint for customers.
    CallerProblems {
        "401": "unauthenticated: there is no valid access token",
    }
    /// An endpoint for customers and guests that reads no body.
    ShopperProblems {
        "401": "unauthenticated: there is no valid access token",
        "422": "invalid_input: X-Cart-Token is not a cart's token",
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

/// How `holdfast_core::Money` is described: a field of it names this as its `value_type`.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(as = Money)]
pub struct MoneySchema {
    /// Minor units, a whole number: cents, where the currency has them.
    #[schema(example = 1999)]
    pub amount: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD", min_length = 3, max_length = 3)]
    pub currency: [char; 3],
}

/// The schema that all of them refer to, for the document's components.
pub fn problem_schemas() -> Vec<(String, RefOr<utoipa::openapi::Schema>)> {
    vec![
        ("ProblemBody".to_owned(), ProblemBody::schema()),
        ("FieldError".to_owned(), crate::problem::FieldError::schema()),
    ]
}
