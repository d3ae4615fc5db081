//! DELETE /v1/me/devices/{id}: the caller is not to be reached by a device any more.

use axum::extract::{FromRef, State};
use holdfast_core::DeviceId;
use holdfast_http::{CallerProblems, Customer, Guard, NoContent, NotFound, Origin, OurFault, Path, Problem, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use utoipa_axum::routes;

use crate::domain::Target;
use crate::events::Happened;
use crate::pager::Pager;
use crate::store::{Change, Fate, Members};

/// Devices, and SNS, which knows some of them.
#[derive(Clone)]
pub struct Registry {
    members: Members,
    pager: Pager,
}

impl FromInit for Registry {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { members: Members::from_init(init).await?, pager: Pager::from_init(init).await? })
    }
}

impl FromRef<Registry> for Guard {
    fn from_ref(registry: &Registry) -> Self {
        Self::from_ref(&registry.members)
    }
}

/// Removes a device: nothing is sent to it any more.
#[utoipa::path(
    delete, path = "/v1/me/devices/{id}", operation_id = "devices_remove", tag = "notifications", security(("access_token" = [])),
    params(("id" = String, Path, description = "The device's id")),
    responses((status = 204, description = "It is gone"), CallerProblems, NotFound, OurFault)
)]
async fn devices_remove(
    State(registry): State<Registry>,
    caller: Customer,
    origin: Origin,
    Path(id): Path<DeviceId>,
) -> Result<NoContent, Problem> {
    let ledger = &registry.members.ledger;
    let cause = origin.causation(Some(caller.user));
    let removed = ledger.change(caller.user, &cause, |recipient, _| {
        let device = recipient.device(id).ok_or_else(|| Problem::not_found("device"))?;
        Ok(Some(Change {
            happened: Happened::DeviceRemoved { device_id: id },
            preferences: recipient.preferences,
            device: Some(Fate::Gone(id)),
            answer: device.target.clone(),
        }))
    });
    if let Some((Target::Push { endpoint, .. }, _)) = removed.await? {
        // It is forgotten here already; what SNS still knows of it is of no use to anybody.
        registry.pager.forget(&endpoint).await;
    }
    Ok(NoContent)
}

/// devices-remove.
pub fn function() -> Function {
    endpoint::<Registry>("devices-remove", || routes!(devices_remove))
}
