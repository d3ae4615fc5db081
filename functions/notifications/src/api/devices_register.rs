//! POST /v1/me/devices: the caller can be reached by a telephone, or by an app.

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use holdfast_core::Timestamp;
use holdfast_dynamo::{Counted, hashed};
use holdfast_http::{
    BodyProblems, CallerProblems, Customer, Guard, Json, Origin, OurFault, Problem, TooMany, endpoint, present,
};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{DeviceKind, DeviceView};
use crate::domain::{Device, Phone, PhoneCode, PushToken, Target};
use crate::events::Happened;
use crate::pager::Pager;
use crate::store::{Change, Fate, Members, Recipient};

/// A telephone's number, or what the push service knows an app by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DevicesRegisterRequest {
    kind: DeviceKind,
    /// A phone's number, as E.164 writes it.
    #[schema(value_type = String, required = false, example = "+41791234567", max_length = 16)]
    #[serde(default, deserialize_with = "present")]
    number: Option<Phone>,
    /// What the push service gave the app: 8 to 512 visible ASCII characters.
    #[schema(value_type = String, required = false, min_length = 8, max_length = 512)]
    #[serde(default, deserialize_with = "present")]
    token: Option<PushToken>,
}

/// Devices, and how many codes may be asked for.
#[derive(Clone)]
pub struct Registry {
    members: Members,
    pager: Pager,
    window_s: i64,
    most: u32,
}

impl FromInit for Registry {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            members: Members::from_init(init).await?,
            pager: Pager::from_init(init).await?,
            window_s: init.env.parse("AUTH_LIMIT_WINDOW_S")?,
            most: init.env.parse("MAIL_LIMIT_PER_ACCOUNT")?,
        })
    }
}

impl FromRef<Registry> for Guard {
    fn from_ref(registry: &Registry) -> Self {
        Self::from_ref(&registry.members)
    }
}

impl Registry {
    /// Counts a text that the caller asks for, and one to this number: nobody pays for what strangers ask for, and nobody is woken
    /// up by it for long.
    async fn admit(&self, caller: &Customer, number: &Phone) -> Result<(), Problem> {
        let ledger = &self.members.ledger;
        let whose = [("texts", caller.user.to_string()), ("text", hashed(&[number.as_str()]))];
        for (scope, subject) in whose {
            let counted = Counted { scope, subject, window_s: self.window_s, most: self.most };
            let admitted = ledger.count(&counted).await?;
            let detail = "Too many codes were asked for: wait before the next.";
            admitted.map_err(|wait_s| Problem::too_many(detail, wait_s))?;
        }
        Ok(())
    }

    async fn target(&self, caller: &Customer, sent: DevicesRegisterRequest) -> Result<Target, Problem> {
        match sent {
            DevicesRegisterRequest { kind: DeviceKind::Phone, number: Some(number), token: None } => {
                self.admit(caller, &number).await?;
                Ok(Target::Phone { number, code: None })
            }
            DevicesRegisterRequest { kind: DeviceKind::Push, number: None, token: Some(token) } => {
                let endpoint = self.pager.endpoint(&token).await?;
                let none = || Problem::invalid("/kind", "is push, which this shop does not offer");
                Ok(Target::Push { token, endpoint: endpoint.ok_or_else(none)? })
            }
            DevicesRegisterRequest { kind: DeviceKind::Phone, number: None, .. } => {
                Err(Problem::invalid("/number", "is needed for a phone"))
            }
            DevicesRegisterRequest { kind: DeviceKind::Push, token: None, .. } => {
                Err(Problem::invalid("/token", "is needed for push"))
            }
            DevicesRegisterRequest { kind: DeviceKind::Phone, .. } => {
                Err(Problem::invalid("/token", "is not a phone's"))
            }
            DevicesRegisterRequest { kind: DeviceKind::Push, .. } => Err(Problem::invalid("/number", "is a phone's")),
        }
    }

    /// What becomes of the caller's devices: one more, or one that is there is asked for its code again.
    fn decide(
        &self,
        recipient: &Recipient,
        now: Timestamp,
        target: &Target,
    ) -> Result<Option<Change<Device>>, Problem> {
        let ledger = &self.members.ledger;
        let known = recipient.devices.iter().find(|device| device.target.is_same(target));
        let (fate, device, happened) = match (known, target) {
            (Some(known), Target::Phone { .. }) if !known.is_usable() => {
                let device = known.asked(PhoneCode::new(ledger.ambient.id(), now));
                let happened = asked(&device);
                (Fate::Changed(device.clone()), device, happened)
            }
            (Some(_), _) => return Ok(None),
            (None, _) if recipient.devices.len() >= Device::MOST => {
                let detail = format!("An account has at most {} devices: remove one.", Device::MOST);
                let title = "There are too many devices";
                return Err(Problem::new(StatusCode::CONFLICT, "too_many_devices", title, detail));
            }
            (None, target) => {
                let id = ledger.ambient.id();
                let device = Device { id, version: 1, target: target.clone(), created_at: now };
                let device = match target {
                    Target::Phone { .. } => {
                        Device { version: 1, ..device.asked(PhoneCode::new(ledger.ambient.id(), now)) }
                    }
                    Target::Push { .. } => device,
                };
                let happened = asked(&device);
                (Fate::New(device.clone()), device, happened)
            }
        };
        let preferences = recipient.preferences;
        Ok(Some(Change { happened, preferences, device: Some(fate), answer: device }))
    }
}

fn asked(device: &Device) -> Happened {
    match device.code() {
        Some(code) => Happened::PhoneCodeRequested { device_id: device.id, code_id: code.id },
        None => Happened::DeviceRegistered { device_id: device.id },
    }
}

/// Registers a telephone or an app, by which the caller is reached beside e-mail.
///
/// A code is sent to a telephone: nothing else is, until it was shown at `devices_verify`. Registering an unverified one again
/// sends another code; registering a device that is there changes nothing.
#[utoipa::path(
    post, path = "/v1/me/devices", operation_id = "devices_register", tag = "notifications", security(("access_token" = [])),
    request_body = DevicesRegisterRequest,
    responses(
        (status = 201, description = "The device", body = DeviceView),
        BodyProblems, CallerProblems,
        (status = 409, description = "too_many_devices: the account has as many as it may", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        TooMany, OurFault
    )
)]
async fn devices_register(
    State(registry): State<Registry>,
    caller: Customer,
    origin: Origin,
    Json(sent): Json<DevicesRegisterRequest>,
) -> Result<(StatusCode, Json<DeviceView>), Problem> {
    let ledger = &registry.members.ledger;
    let target = registry.target(&caller, sent).await?;
    let cause = origin.causation(Some(caller.user));
    let changed = ledger.change(caller.user, &cause, |recipient, now| registry.decide(recipient, now, &target));
    let device = match changed.await? {
        Some((device, _)) => device,
        None => {
            let recipient = ledger.recipient(caller.user).await?;
            let known = recipient.devices.into_iter().find(|device| device.target.is_same(&target));
            known.ok_or_else(|| Problem::unavailable("the device was removed meanwhile"))?
        }
    };
    Ok((StatusCode::CREATED, Json(DeviceView::of(&device))))
}

/// devices-register.
pub fn function() -> Function {
    endpoint::<Registry>("devices-register", || routes!(devices_register))
}
