//! A shop on disk, served on a port of this machine by this process, and somebody who asks it over one connection.

use std::error::Error;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_local::{Background, DataFolder, Latency, Options, serve};
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Who ask over HTTP at the same time.
pub(super) const CLIENTS: usize = 16;
/// What an article costs.
pub(super) const PRICE: i64 = 1_000;

/// As slow as DynamoDB is in the cloud.
pub(super) const CLOUD: Latency = Latency { call: Duration::from_millis(5), transaction: Duration::from_millis(10) };

/// A shop that is open.
pub(super) struct Served {
    pub(super) shop: Shop,
    pub(super) port: u16,
    folder: PathBuf,
    background: Background,
    serving: JoinHandle<io::Result<()>>,
    stop: oneshot::Sender<()>,
}

impl Served {
    /// A shop with so many articles, open.
    pub(super) async fn open(name: &str, articles: usize) -> Result<Self, Box<dyn Error>> {
        let folder = std::env::temp_dir().join(format!("holdfast-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        let shop = Shop::of(Options::kept(Shop::blueprint(), DataFolder::open(&folder)?));
        stocked(&shop, articles).await;
        let background = Background::start(shop.world());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(shop.world().clone(), listener, async { drop(stopped.await) }));
        Ok(Self { shop, port, folder, background, serving, stop })
    }

    /// Closes it, and removes what it kept.
    pub(super) async fn close(self) -> Result<(), Box<dyn Error>> {
        self.stop.send(()).map_err(|()| "the host has stopped by itself")?;
        self.serving.await??;
        self.background.stop().await;
        Ok(fs::remove_dir_all(&self.folder)?)
    }
}

/// So many articles on the shelf, more than anybody buys.
pub(super) async fn stocked(shop: &Shop, articles: usize) {
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
pub(super) fn home() -> Value {
    json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"})
}

/// A connection, kept open.
pub(super) struct Line {
    stream: TcpStream,
    port: u16,
}

impl Line {
    pub(super) async fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, port })
    }

    /// POST, which has to be answered so.
    pub(super) async fn posts(&mut self, path: &str, headers: &str, body: &Value, status: u16) -> io::Result<Value> {
        let headers = format!("content-type: application/json\r\n{headers}");
        self.asks("POST", path, &headers, &body.to_string(), status).await
    }

    /// GET, which has to be answered with 200.
    pub(super) async fn gets(&mut self, path: &str, headers: &str) -> io::Result<Value> {
        self.asks("GET", path, headers, "", 200).await
    }

    pub(super) async fn asks(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
        status: u16,
    ) -> io::Result<Value> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n{headers}content-length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (answered, body) = self.hears().await?;
        if answered != status {
            return Err(io::Error::other(format!("{method} {path} was answered {answered}: {body}")));
        }
        Ok(serde_json::from_str(&body)?)
    }

    /// Reads one answer to its end.
    async fn hears(&mut self) -> io::Result<(u16, String)> {
        let (mut heard, mut buffer, mut whole) = (Vec::new(), [0; 16_384], None);
        loop {
            let read = self.stream.read(&mut buffer).await?;
            if read == 0 {
                return Err(io::Error::other("the host hung up"));
            }
            heard.extend_from_slice(&buffer[..read]);
            if whole.is_none() {
                whole = head(&heard);
            }
            if let Some((status, from, length)) = whole
                && heard.len() >= from + length
            {
                let body = heard.get(from..from + length).unwrap_or_default();
                return Ok((status, String::from_utf8_lossy(body).into_owned()));
            }
        }
    }
}

/// Of an answer whose head is there: its status, where its body begins, and how long that is.
fn head(heard: &[u8]) -> Option<(u16, usize, usize)> {
    let end = heard.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(heard.get(..end)?).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    Some((status, end + 4, length.unwrap_or(0)))
}

/// The value below which so many of a hundred lie.
pub(super) fn percentile(sorted: &[f64], percent: usize) -> f64 {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or(f64::NAN)
}
