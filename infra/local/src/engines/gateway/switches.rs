//! What tests may set at the gateway: how well it is, how webhooks go out, how long what takes a while takes.

use std::time::Duration;

use super::{PaymentGateway, WEBHOOK_SECRET, Webhooks};
use crate::engines::held;

/// How long what takes a while takes, until tests say otherwise.
const LATE: Duration = Duration::from_secs(60);

/// How the API is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    Well,
    /// It answers this, and does nothing.
    FailsWith(u16),
    /// It does what it is asked, and answers this.
    FailsAfter(u16),
    /// It answers nothing.
    Hangs,
}

#[derive(Debug)]
pub(super) struct Switches {
    pub(super) health: Health,
    pub(super) late: Duration,
    pub(super) webhooks: Webhooks,
    pub(super) secrets: Vec<String>,
    /// The route that webhooks are sent to; nobody listens when there is none.
    pub(super) endpoint: Option<String>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            health: Health::Well,
            late: LATE,
            webhooks: Webhooks::default(),
            secrets: vec![WEBHOOK_SECRET.to_owned()],
            endpoint: None,
        }
    }
}

impl PaymentGateway {
    /// From now on webhooks are sent to this route of the API; to nobody where there is none.
    pub fn calls(&self, endpoint: Option<&str>) {
        held(&self.switches).endpoint = endpoint.map(str::to_owned);
    }

    /// From now on webhooks go out like this.
    pub fn sends(&self, webhooks: Webhooks) {
        held(&self.switches).webhooks = webhooks;
    }

    /// From now on webhooks bear one signature for each of these.
    pub fn signs_with(&self, secrets: &[&str]) {
        held(&self.switches).secrets = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    }

    /// From now on what takes a while takes so long.
    pub fn takes(&self, late: Duration) {
        held(&self.switches).late = late;
    }

    /// From now on every request is answered so, and nothing is done. A 500 is the API's own and is kept under the request's
    /// key; any other status comes from in front of it.
    pub fn fails_with(&self, status: u16) {
        held(&self.switches).health = Health::FailsWith(status);
    }

    /// From now on everything is done, and answered so. What is only looked at is seen.
    pub fn fails_after(&self, status: u16) {
        held(&self.switches).health = Health::FailsAfter(status);
    }

    /// From now on nothing is answered.
    pub fn hangs(&self) {
        held(&self.switches).health = Health::Hangs;
    }

    /// Whether nothing is answered.
    pub(crate) fn is_silent(&self) -> bool {
        held(&self.switches).health == Health::Hangs
    }

    /// All is well again. What hung is answered 504.
    pub fn recovers(&self) {
        held(&self.switches).health = Health::Well;
        self.recovered.notify_waiters();
    }
}
