//! POST /v1/webhooks/shipping: the carrier tells where a parcel is.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::shipping_webhook::function())
}
