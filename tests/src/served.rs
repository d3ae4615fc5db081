//! A shop on disk, served on a port of this machine by this process.

use std::error::Error;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_local::{Background, DataFolder, Faults, Latency, Options, serve};
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Who ask over HTTP at the same time.
pub const CLIENTS: usize = 16;
/// What an article costs.
pub const PRICE: i64 = 1_000;

/// As slow as DynamoDB is in the cloud.
pub const CLOUD: Latency = Latency { call: Duration::from_millis(5), transaction: Duration::from_millis(10) };

/// A shop that is open.
pub struct Served {
    /// Seen from behind.
    pub shop: Shop,
    /// Where.
    pub port: u16,
    folder: PathBuf,
    background: Background,
    serving: JoinHandle<io::Result<()>>,
    stop: oneshot::Sender<()>,
}

impl Served {
    /// A shop with so many articles, open.
    pub async fn open(name: &str, articles: usize) -> Result<Self, Box<dyn Error>> {
        Self::with(name, Faults::none(), async |shop| {
            stocked(shop, articles).await;
            Ok(())
        })
        .await
    }

    /// A shop that is prepared in peace; then it opens, and these faults begin.
    pub async fn with(
        name: &str,
        faults: Faults,
        prepare: impl AsyncFnOnce(&Shop) -> Result<(), Box<dyn Error>>,
    ) -> Result<Self, Box<dyn Error>> {
        let folder = std::env::temp_dir().join(format!("holdfast-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        let options = Options::kept(Shop::blueprint(), DataFolder::open(&folder)?);
        let shop = Shop::of(Options { faults, ..options });
        shop.world().faults().pause(true);
        prepare(&shop).await?;
        shop.world().faults().pause(false);
        let background = Background::start(shop.world());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(shop.world().clone(), listener, async { drop(stopped.await) }));
        Ok(Self { shop, port, folder, background, serving, stop })
    }

    /// Closes it, and removes what it kept.
    pub async fn close(self) -> Result<(), Box<dyn Error>> {
        self.stop.send(()).map_err(|()| "the host has stopped by itself")?;
        self.serving.await??;
        self.background.stop().await;
        Ok(fs::remove_dir_all(&self.folder)?)
    }
}

/// So many articles on the shelf, more than anybody buys.
pub async fn stocked(shop: &Shop, articles: usize) {
    let (clerk, keeper) = (shop.staff(Role::Catalog).await, shop.staff(Role::Warehouse).await);
    let posts = async |actor: &Actor, key: String, path: &str, body: Value| {
        actor.clone().keyed(&key).post(path, body).await.expect_status(201)
    };
    let basel =
        posts(&keeper, "basel".to_owned(), "/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await;
    for nth in 0..articles {
        let variant =
            json!({"sku": format!("A{nth}"), "price": {"amount": PRICE, "currency": "USD"}, "weight_grams": 100});
        let product = json!({"title": format!("Stoneware mug no. {nth}"), "variants": [variant]});
        posts(&clerk, format!("product-{nth}"), "/v1/admin/products", product).await;
        let stock = json!({"sku": format!("A{nth}"), "warehouse_id": basel.at("/id"), "on_hand": 1_000_000});
        posts(&keeper, format!("stock-{nth}"), "/v1/admin/inventory", stock).await;
    }
    shop.settle().await;
}

/// Where parcels go: no tax is charged there.
pub fn home() -> Value {
    json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"})
}

/// The value below which so many of a hundred lie.
pub fn percentile(sorted: &[f64], percent: usize) -> f64 {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or(f64::NAN)
}
