//! GET /v1/admin/settings/{name}: what staff have set.

use axum::extract::State;
use holdfast_http::{
    ETag, Json, NotFound, OurFault, Path, Problem, Staff, StaffProblems, Tagged, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::{SettingValue, SettingView};
use crate::domain::SettingName;
use crate::store::{Board, Settings};

/// A setting: tax-rates, shipping-methods, hold-minutes or alert-addresses.
#[utoipa::path(
    get, path = "/v1/admin/settings/{name}", operation_id = "settings_get", tag = "carts and checkout", security(("access_token" = ["settings"])),
    params(("name" = String, Path, description = "tax-rates, shipping-methods, hold-minutes or alert-addresses")),
    responses((status = 200, description = "The setting", body = SettingView), StaffProblems, NotFound, OurFault)
)]
async fn settings_get(
    State(Board { settings, .. }): State<Board>,
    _: Staff<permission::Settings>,
    Path(name): Path<SettingName>,
) -> Result<Tagged<Json<SettingView>>, Problem> {
    let view = view(&settings, name).await?;
    Ok(Tagged(ETag(view.version()), Json(view)))
}

/// A setting as it is now.
pub(super) async fn view(settings: &Settings, name: SettingName) -> Result<SettingView, Problem> {
    Ok(match name {
        SettingName::TaxRates => SettingView::of(name, settings.get(name).await?, SettingValue::TaxRates),
        SettingName::ShippingMethods => SettingView::of(name, settings.get(name).await?, SettingValue::ShippingMethods),
        SettingName::HoldMinutes => SettingView::of(name, settings.get(name).await?, SettingValue::HoldMinutes),
        SettingName::AlertAddresses => SettingView::of(name, settings.get(name).await?, SettingValue::AlertAddresses),
    })
}

/// settings-get.
pub fn function() -> Function {
    endpoint::<Board>("settings-get", || routes!(settings_get))
}
