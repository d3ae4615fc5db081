//! Keys are rotated as docs/runbooks/key-rotation.md has it, and nobody is logged out.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_auth::KeySet;
use holdfast_core::Ambient;
use holdfast_local::{Blueprint, DataFolder, Options, WorldClock, template};
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};

const SIGNING_KEYS: &str = "/holdfast/local/auth/signing-keys";
const JWKS: &str = "/holdfast/local/auth/jwks";

/// A stage that is deployed again and again over the same data.
struct Stage {
    folder: PathBuf,
    clock: WorldClock,
}

impl Stage {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("holdfast-rotation-{}", std::process::id()));
        Self { folder, clock: WorldClock::manual("2026-01-01T00:00:00Z".parse().unwrap()) }
    }

    fn deploy(&self) -> Shop {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let data = DataFolder::open(&self.folder).unwrap();
        let overrides = template::stage_overrides(&root.join("infra/samconfig.toml"), "local").unwrap();
        let blueprint = Blueprint::kept(&root.join("template.yaml"), &overrides, &data, &Ambient::system()).unwrap();
        Shop::of(Options { clock: self.clock.clone(), ..Options::kept(blueprint, data) })
    }

    /// Changes the keys in SSM, and deploys: the shop of before is gone.
    fn redeploy(&self, shop: Shop, change: impl FnOnce(KeySet) -> KeySet) -> Shop {
        let ssm = &shop.world().engines().ssm;
        let keys = change(keys(&shop));
        ssm.put(SIGNING_KEYS, &keys.signing_parameter()).unwrap();
        ssm.put(JWKS, &keys.jwks()).unwrap();
        drop(shop);
        self.deploy()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn keys(shop: &Shop) -> KeySet {
    KeySet::from_parameter(&shop.world().engines().ssm.get(SIGNING_KEYS).unwrap().unwrap()).unwrap()
}

fn kids(shop: &Shop) -> Vec<String> {
    keys(shop).kids().map(str::to_owned).collect()
}

async fn published(shop: &Shop) -> Vec<String> {
    let jwks = shop.guest().get("/.well-known/jwks.json").await.expect_status(200).json();
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn signed_by(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

async fn me(shop: &Shop, token: &str) -> u16 {
    shop.guest().with_token(token).get("/v1/me").await.status.as_u16()
}

/// The access and refresh tokens that follow a refresh token.
async fn refreshed(shop: &Shop, refresh_token: &str) -> (String, String) {
    let body = json!({"refresh_token": refresh_token});
    let next = shop.guest().post("/v1/auth/refresh", body).await.expect_status(200).json();
    let text = |name: &str| next[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

#[tokio::test]
async fn a_key_is_replaced_and_nobody_is_logged_out() {
    let stage = Stage::new();
    let shop = stage.deploy();
    let tokens = |ada: Actor| (ada.access_token(), ada.refresh_token());
    let (first, refresh) = tokens(shop.customer("ada@example.test").await);
    let old = kids(&shop).remove(0);
    assert_eq!(signed_by(&first), old);

    // Published, and not signing yet.
    let shop = stage.redeploy(shop, |keys| keys.with_next(&Ambient::system()));
    let new = kids(&shop).pop().unwrap();
    assert_eq!(published(&shop).await, [&*old, &new]);
    let (second, refresh) = refreshed(&shop, &refresh).await;
    assert_eq!(signed_by(&second), old);
    assert_eq!((me(&shop, &first).await, me(&shop, &second).await), (200, 200));

    // Signing; what the old one signed goes on.
    let shop = stage.redeploy(shop, |keys| keys.activate(&new).unwrap());
    let (third, refresh) = refreshed(&shop, &refresh).await;
    assert_eq!(signed_by(&third), new);
    assert_eq!((me(&shop, &second).await, me(&shop, &third).await), (200, 200));
    shop.advance(Duration::from_secs(899));
    assert_eq!((me(&shop, &second).await, me(&shop, &third).await), (200, 200), "to their last second");

    // Withdrawn, and that before its tokens are over: they end, the others and the session go on.
    let shop = stage.redeploy(shop, |keys| keys.without(&old).unwrap());
    assert_eq!(published(&shop).await, [&*new]);
    assert_eq!((me(&shop, &second).await, me(&shop, &third).await), (401, 200));
    let (fourth, _) = refreshed(&shop, &refresh).await;
    assert_eq!((signed_by(&fourth), me(&shop, &fourth).await), (new, 200));
}
