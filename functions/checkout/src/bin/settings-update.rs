//! PUT /v1/admin/settings/{name}: staff set something.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_checkout::api::settings_update::function())
}
