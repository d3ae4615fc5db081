//! POST /v1/checkout/quote: what checkout would charge now.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_checkout::api::checkout_quote::function())
}
