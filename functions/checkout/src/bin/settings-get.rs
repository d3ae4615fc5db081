//! GET /v1/admin/settings/{name}: what staff have set.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_checkout::api::settings_get::function())
}
