//! What a request costs the processor: through the whole world in memory, so engine and driver are in it too.

use std::error::Error;

use holdfast_testing::{Actor, Shop};
use serde_json::json;

use super::Figure;
use super::process::cpu_s;

const LOGINS: u32 = 100;
const READS: u32 = 20_000;

/// A login's and a profile's.
pub fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let shop = Shop::open();
        let ada = shop.customer("ada@example.test").await;
        // Both functions are warm from here on.
        read(&ada).await;
        let began = cpu_s()?;
        for _ in 0..LOGINS {
            login(&ada).await;
        }
        let login_s = (cpu_s()? - began) / f64::from(LOGINS);
        let began = cpu_s()?;
        for _ in 0..READS {
            read(&ada).await;
        }
        let read_s = (cpu_s()? - began) / f64::from(READS);
        Ok(vec![
            Figure {
                name: "login_cpu_ms",
                value: login_s * 1e3,
                unit: "ms",
                at_most: None,
                at_least: None,
                of: "POST /v1/auth/login with the engine beneath it, mean of 100: an argon2id hash for the most part",
            },
            Figure {
                name: "me_get_cpu_us",
                value: read_s * 1e6,
                unit: "us",
                at_most: None,
                at_least: None,
                of: "GET /v1/me with the engine beneath it, mean of 20000",
            },
        ])
    })
}

async fn login(actor: &Actor) {
    let body = json!({"email": actor.email(), "password": actor.password()});
    actor.post("/v1/auth/login", body).await.expect_status(200);
}

async fn read(actor: &Actor) {
    actor.get("/v1/me").await.expect_status(200);
}
