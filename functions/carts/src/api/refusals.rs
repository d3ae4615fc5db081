//! What several endpoints answer when something does not fit into a cart.

use axum::http::StatusCode;
use holdfast_http::Problem;

use crate::domain::Misfit;

pub(super) fn misfit(misfit: Misfit) -> Problem {
    match misfit {
        Misfit::Count(_) => Problem::invalid("/quantity", format!("together with what is in the cart {misfit}")),
        Misfit::Currency(..) => Problem::invalid("/sku", misfit.to_string()),
        Misfit::Full => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "cart_full", "The cart is full", misfit.to_string())
        }
    }
}

pub(super) fn no_line() -> Problem {
    Problem::not_found("line in the cart")
}
