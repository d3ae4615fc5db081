//! GET /v1/shipping-methods: how parcels can be sent.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_checkout::api::shipping_methods_list::function())
}
