//! PUT /v1/admin/settings/{name}: staff set something.

use axum::extract::{FromRequest, Request, State};
use holdfast_core::Causation;
use holdfast_http::{
    BodyProblems, ETag, IfMatch, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, Tagged,
    endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa_axum::routes;

use super::settings_get::view;
use super::{SettingValue, SettingView};
use crate::domain::{AlertAddresses, HoldMinutes, SettingName, ShippingMethods, TaxRates, Wrong};
use crate::store::{Board, Settings};

/// Replaces a setting.
///
/// From the next quote on: an order keeps what it was charged.
#[utoipa::path(
    put, path = "/v1/admin/settings/{name}", operation_id = "settings_update", tag = "carts and checkout", security(("access_token" = ["settings"])),
    params(
        ("name" = String, Path, description = "tax-rates, shipping-methods, hold-minutes or alert-addresses"),
        ("if-match" = Option<String>, Header, description = "The version that is meant")
    ),
    request_body = SettingValue,
    responses((status = 200, description = "The setting", body = SettingView), BodyProblems, StaffProblems, NotFound, Stale, OurFault)
)]
async fn settings_update(
    State(Board { settings, .. }): State<Board>,
    staff: Staff<permission::Settings>,
    origin: Origin,
    if_match: IfMatch,
    Path(name): Path<SettingName>,
    request: Request,
) -> Result<Tagged<Json<SettingView>>, Problem> {
    let cause = origin.causation(Some(staff.caller.user));
    let seen = view(&settings, name).await?.version();
    if_match.admits(seen)?;
    let change = Change { settings: &settings, name, seen, cause };
    match name {
        SettingName::TaxRates => change.to(read(request, TaxRates::checked).await?).await?,
        SettingName::ShippingMethods => change.to(read(request, ShippingMethods::checked).await?).await?,
        SettingName::HoldMinutes => change.to(read(request, HoldMinutes::checked).await?).await?,
        SettingName::AlertAddresses => change.to(read(request, AlertAddresses::checked).await?).await?,
    }
    let view = view(&settings, name).await?;
    Ok(Tagged(ETag(view.version()), Json(view)))
}

async fn read<T: DeserializeOwned>(
    request: Request,
    checked: impl FnOnce(T) -> Result<T, Wrong>,
) -> Result<T, Problem> {
    let Json(value) = Json::<T>::from_request(request, &()).await?;
    checked(value).map_err(|Wrong { pointer, why }| Problem::invalid(pointer, why))
}

struct Change<'a> {
    settings: &'a Settings,
    name: SettingName,
    seen: u64,
    cause: Causation,
}

impl Change<'_> {
    async fn to<T: Serialize>(&self, value: T) -> Result<(), Problem> {
        match self.settings.set(self.name, self.seen, &value, &self.cause).await {
            Ok(_) => Ok(()),
            Err(error) if error.lost() => Err(Problem::precondition_failed()),
            Err(error) => Err(error.into()),
        }
    }
}

/// settings-update.
pub fn function() -> Function {
    endpoint::<Board>("settings-update", || routes!(settings_update))
}
