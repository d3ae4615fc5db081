//! POST /v1/me/devices/{id}/verify: the caller shows that a telephone is theirs.

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use holdfast_accounts::codes::{Codes, Purpose};
use holdfast_core::DeviceId;
use holdfast_http::{
    CallerProblems, CodeProblems, Customer, Guard, Json, NotFound, Origin, OurFault, Path, Problem, endpoint,
};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::DeviceView;
use crate::events::Happened;
use crate::store::{Change, Fate, Members};

/// What was sent to the telephone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DevicesVerifyRequest {
    /// Six digits.
    #[schema(example = "012345", max_length = 6)]
    code: String,
}

/// Devices, and the key of their codes.
#[derive(Clone)]
pub struct Checkpoint {
    members: Members,
    codes: Codes,
}

impl FromInit for Checkpoint {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { members: Members::from_init(init).await?, codes: Codes::from_init(init).await? })
    }
}

impl FromRef<Checkpoint> for Guard {
    fn from_ref(checkpoint: &Checkpoint) -> Self {
        Self::from_ref(&checkpoint.members)
    }
}

fn refused() -> Problem {
    let detail = "The code is not the one that was sent last, its ten minutes are over, or it was guessed at too often: \
                  register the telephone again for another.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_token", "The code is not valid", detail)
}

/// Shows that a telephone is the caller's, by the code that was sent to it.
///
/// A code is good for ten minutes, once, and for five guesses.
#[utoipa::path(
    post, path = "/v1/me/devices/{id}/verify", operation_id = "devices_verify", tag = "notifications", security(("access_token" = [])),
    params(("id" = String, Path, description = "The device's id")),
    request_body = DevicesVerifyRequest,
    responses((status = 200, description = "The telephone, which is used from now on", body = DeviceView), CodeProblems, CallerProblems, NotFound, OurFault)
)]
async fn devices_verify(
    State(Checkpoint { members, codes }): State<Checkpoint>,
    caller: Customer,
    origin: Origin,
    Path(id): Path<DeviceId>,
    Json(sent): Json<DevicesVerifyRequest>,
) -> Result<Json<DeviceView>, Problem> {
    let (ledger, user) = (&members.ledger, caller.user);
    let cause = origin.causation(Some(user));
    let code = ledger.guess(user, id).await?.ok_or_else(refused)?;
    if !codes.are_digits(Purpose::VerifyPhone, user, code, &sent.code) {
        return Err(refused());
    }
    let verified = ledger.change(user, &cause, |recipient, _| {
        let device = recipient.device(id).ok_or_else(|| Problem::not_found("device"))?;
        let device = device.verified(code).ok_or_else(refused)?;
        Ok(Some(Change {
            happened: Happened::PhoneVerified { device_id: id },
            preferences: recipient.preferences,
            device: Some(Fate::Changed(device.clone())),
            answer: device,
        }))
    });
    let (device, _) = verified.await?.ok_or_else(refused)?;
    Ok(Json(DeviceView::of(&device)))
}

/// devices-verify.
pub fn function() -> Function {
    endpoint::<Checkpoint>("devices-verify", || routes!(devices_verify))
}
