//! GET /v1/availability: whether articles can be had, for everybody.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::availability_get::function())
}
