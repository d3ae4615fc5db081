//! A shop of one's own.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_core::{Ambient, Clock, Timestamp};
use holdfast_local::engines::PaymentGateway;
use holdfast_local::plain::asked;
use holdfast_local::{Blueprint, Bytes, DataFolder, Mail, Options, World, template};
use holdfast_runtime::Init;
use http::Request;
use serde_json::json;

use crate::actor::{Account, Actor};
use crate::away::Away;
use crate::transport::Transport;

/// The seed of a shop that names none.
const SEED: u64 = 1;
/// What actors log in with.
const PASSWORD: &str = "correct horse battery";

/// A shop of one's own: in memory, or deployed.
#[derive(Clone, Debug)]
pub struct Shop {
    transport: Transport,
    /// Each actor is at a client address of their own.
    actors: Arc<AtomicU32>,
}

impl Shop {
    /// A shop as the local stage has it.
    pub fn open() -> Self {
        Self::seeded(SEED)
    }

    /// Another run of fate.
    pub fn seeded(seed: u64) -> Self {
        Self::of(Options::simulated(blueprint(), seed))
    }

    /// A shop with other values for some of template.yaml's parameters.
    pub fn with_parameters<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut overrides = local_stage();
        overrides.extend(parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        let blueprint = Blueprint::rehearse(&root().join("template.yaml"), &overrides);
        Self::of(Options::simulated(blueprint.unwrap_or_else(|error| panic!("{error}")), SEED))
    }

    /// A shop of these options; `Options::simulated(Shop::blueprint(), seed)` is what they begin as.
    pub fn of(options: Options) -> Self {
        let world = World::start(options).unwrap_or_else(|error| panic!("the world does not start: {error}"));
        Self { transport: Transport::World(world), actors: Arc::default() }
    }

    /// A shop that is deployed, with nothing in it.
    pub fn away(away: Away) -> Self {
        Self { transport: Transport::Away(Box::new(away.clean())), actors: Arc::default() }
    }

    /// A shop that lies in `folder` and whose queues, bus and buckets are at the LocalStack at `aws`, which is emptied before; its
    /// tables are asked for over HTTP, and time passes as it does.
    pub async fn apart(aws: SocketAddr, folder: &Path) -> Self {
        let mut overrides = local_stage();
        overrides.insert("HoldMinutes".to_owned(), "1".to_owned());
        let reset = Request::post("/_localstack/state/reset").body(Bytes::new());
        let world = async {
            asked(aws, &aws.to_string(), reset?).await?;
            let blueprint = Blueprint::rehearse(&root().join("template.yaml"), &overrides)?;
            let kept = Options::kept(blueprint, DataFolder::open(folder)?);
            Ok::<_, Box<dyn Error>>(World::start_apart(Options { beyond: false, elsewhere: Some(aws), ..kept }).await?)
        };
        let world = world.await.unwrap_or_else(|error| panic!("the world does not start: {error}"));
        Self { transport: Transport::World(world), actors: Arc::default() }
    }

    /// template.yaml, as the local stage has it.
    pub fn blueprint() -> Blueprint {
        blueprint()
    }

    /// The world behind it. A deployed shop has none to look into.
    #[track_caller]
    pub fn world(&self) -> &World {
        match &self.transport {
            Transport::World(world) => world,
            Transport::Away(_) => panic!("such a story looks behind the API: it stands in tests/src/away.rs"),
        }
    }

    /// The payment gateway, which is on a port of this machine where the shop is deployed.
    pub fn gateway(&self) -> &PaymentGateway {
        match &self.transport {
            Transport::World(world) => world.gateway(),
            Transport::Away(away) => away.gateway(),
        }
    }

    /// How long an unpaid order holds its stock. A deployed shop that stories are told to has a short one.
    #[track_caller]
    pub fn hold(&self) -> Duration {
        let init = self.operator("checkout-place");
        let minutes = init.env.get("HOLD_MINUTES").and_then(|minutes| minutes.parse::<u64>().ok());
        Duration::from_secs(60 * minutes.unwrap_or_else(|| panic!("checkout-place has no HOLD_MINUTES")))
    }

    /// A start in a function's environment, for what an operator does.
    #[track_caller]
    pub fn operator(&self, function: &str) -> Init {
        let init = match &self.transport {
            Transport::World(world) => world.operator(function),
            Transport::Away(away) => away.operator(function),
        };
        init.unwrap_or_else(|| panic!("template.yaml has no function {function}"))
    }

    /// What template.yaml gives a deployed shop's function.
    #[track_caller]
    pub fn environment(&self, function: &str) -> BTreeMap<String, String> {
        let Transport::Away(away) = &self.transport else { panic!("a world's functions have theirs inside") };
        away.environment(function).unwrap_or_else(|| panic!("template.yaml has no function {function}"))
    }

    /// The secret that a function reads at its start, by what its environment calls it.
    pub async fn secret(&self, function: &str, variable: &str) -> String {
        let secret = self.operator(function).aws.secret(variable).await;
        secret.unwrap_or_else(|error| panic!("{variable}: {error}")).expose().to_owned()
    }

    /// Somebody without an account.
    pub fn guest(&self) -> Actor {
        let nth = self.actors.fetch_add(1, Ordering::SeqCst) + 1;
        let [_, a, b, c] = nth.to_be_bytes();
        Actor::new(self.transport.clone(), Ipv4Addr::new(10, a, b, c).into())
    }

    /// Somebody who has registered, verified the address by the mailed code, and logged in.
    pub async fn customer(&self, email: &str) -> Actor {
        let guest = self.guest();
        let body = json!({"email": email, "password": PASSWORD, "name": "Ada Lovelace"});
        guest.post("/v1/auth/register", body).await.expect_status(202);
        self.settle().await;
        let token = self.code_from_mail(email);
        guest.post("/v1/auth/verify-email", json!({"token": token})).await.expect_status(204);
        self.log_in(guest, email, PASSWORD).await
    }

    /// Somebody of the staff, logged in.
    pub async fn staff(&self, role: Role) -> Actor {
        let email = format!("{}@staff.test", role.name());
        self.hire(&email, &[role]).await
    }

    /// Somebody with these roles, logged in.
    pub async fn hire(&self, email: &str, roles: &[Role]) -> Actor {
        let init = self.operator(holdfast_local::seed::REGISTERS);
        holdfast_local::seed::account_by(&init, email, PASSWORD, "Grace Hopper", roles)
            .await
            .unwrap_or_else(|error| panic!("{email} cannot be hired: {error}"));
        self.log_in(self.guest(), email, PASSWORD).await
    }

    /// An actor, logged in with an account that exists.
    pub async fn log_in(&self, actor: Actor, email: &str, password: &str) -> Actor {
        let body = json!({"email": email, "password": password});
        let login = actor.post("/v1/auth/login", body).await.expect_status(200).json();
        actor.logged_in(Account { email: email.to_owned(), password: password.to_owned(), login })
    }

    /// Lets everything that is due in the background happen.
    pub async fn settle(&self) {
        match &self.transport {
            Transport::World(world) => world.settle().await,
            Transport::Away(away) => away.settle().await,
        }
    }

    /// Moves the clock ahead; what becomes due happens at the next [`Self::settle`].
    #[track_caller]
    pub fn advance(&self, by: Duration) {
        match &self.transport {
            Transport::World(world) => world.advance(by),
            Transport::Away(away) => away.advance(by),
        }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        match &self.transport {
            Transport::World(world) => world.clock().now(),
            Transport::Away(_) => Ambient::system().now(),
        }
    }

    /// Every mail, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        match &self.transport {
            Transport::World(world) => world.mailbox().unwrap_or_else(|error| panic!("{error}")),
            Transport::Away(away) => away.mails(),
        }
    }

    /// Every mail to an address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to.iter().any(|to| to == address)).collect()
    }

    /// The code in the newest mail to an address that has one.
    #[track_caller]
    pub fn code_from_mail(&self, address: &str) -> String {
        let code = self.codes_from_mail(address).into_iter().next();
        code.unwrap_or_else(|| panic!("no mail to {address} has a code: {:#?}", self.mails_to(address)))
    }

    /// The codes in the mails to an address, the newest first.
    pub fn codes_from_mail(&self, address: &str) -> Vec<String> {
        let code = |mail: &Mail| {
            let (_, rest) = mail.text.split_once("token=")?;
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.~%".contains(letter));
            Some(rest[..end.unwrap_or(rest.len())].trim_end_matches('.').to_owned())
        };
        self.mails_to(address).iter().rev().filter_map(code).collect()
    }
}

/// The tree's root.
fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn local_stage() -> BTreeMap<String, String> {
    template::stage_overrides(&root().join("infra/samconfig.toml"), "local").unwrap_or_else(|error| panic!("{error}"))
}

/// Read once for all shops of a test binary.
fn blueprint() -> Blueprint {
    static BLUEPRINT: OnceLock<Blueprint> = OnceLock::new();
    let read = || Blueprint::rehearse(&root().join("template.yaml"), &local_stage());
    BLUEPRINT.get_or_init(|| read().unwrap_or_else(|error| panic!("{error}"))).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_customer_registers_verifies_and_logs_in() {
        let shop = Shop::open();
        let ada = shop.customer("ada@example.test").await;
        assert_eq!(ada.get("/v1/me").await.expect_status(200).at("/email"), "ada@example.test");
        shop.guest().get("/v1/me").await.expect_status(401);
        assert_eq!(shop.mails_to("ada@example.test").len(), 1);
    }

    #[tokio::test]
    async fn what_is_local_only_is_there_too() {
        let shop = Shop::open();
        let before = shop.now();
        shop.guest().post("/dev/clock", json!({"advance_seconds": 60})).await.expect_status(200);
        assert_eq!(shop.now().duration_since(before).as_secs(), 60);
        assert_eq!(shop.guest().get("/dev/mail.json").await.expect_status(200).json(), json!({"items": []}));
        shop.guest().get("http://s3.localhost:8080/bucket/key").await.expect_status(403);
    }

    #[tokio::test]
    async fn staff_have_their_role() {
        let shop = Shop::open();
        shop.staff(Role::Support).await.get("/v1/admin/users").await.expect_status(200);
        shop.staff(Role::Catalog).await.get("/v1/admin/users").await.expect_status(403);
    }

    #[tokio::test]
    async fn a_parameter_can_be_set() {
        let shop = Shop::with_parameters([("ThrottleRate", "1"), ("ThrottleBurst", "2")]);
        let guest = shop.guest();
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(guest.get("/health").await.status.as_u16());
        }
        assert_eq!(statuses, [200, 200, 429]);
        shop.advance(Duration::from_secs(1));
        guest.get("/health").await.expect_status(200);
    }

    #[tokio::test]
    async fn a_seed_determines_a_shop() {
        let story = async |seed| {
            let shop = Shop::seeded(seed);
            shop.customer("ada@example.test").await.account().login.clone()
        };
        let (one, again, other) = (story(5).await, story(5).await, story(6).await);
        assert_eq!(one, again);
        assert_ne!(one, other);
    }
}
