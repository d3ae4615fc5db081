//! The payment gateway by itself, for a shop that is deployed: on a port of this machine, by the machine's clock.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fmt, io};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use futures::future::BoxFuture;
use holdfast_core::{Ambient, Clock, SystemClock};
use http::{Request, Response, StatusCode};

use super::PaymentGateway;
use crate::dev::gateway::within;
use crate::engines::{EngineError, Pulse, held};
use crate::faults::Faults;
use crate::store::Store;
use crate::world::WEBHOOKS;

/// The longest form that is read: none of the shop's comes near it.
const LONGEST_FORM: usize = 64 * 1024;
/// Between two looks at what is due.
const PAUSE: Duration = Duration::from_millis(20);

type Tells = dyn Fn(Request<Bytes>) -> BoxFuture<'static, u16> + Send + Sync;

/// A payment gateway on a port. It lasts as long as its process; what it knows can be forgotten.
pub struct Sandbox {
    base: String,
    tells: Arc<Tells>,
    gateway: Mutex<Arc<PaymentGateway>>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sandbox").field(&self.base).finish()
    }
}

impl Sandbox {
    /// Serves the port from now on, and tells of what happens by way of `tells`.
    pub fn open<F>(listener: TcpListener, tells: F) -> io::Result<Arc<Self>>
    where
        F: Fn(Request<Bytes>) -> BoxFuture<'static, u16> + Send + Sync + 'static,
    {
        listener.set_nonblocking(true)?;
        let base = format!("http://{}", listener.local_addr()?);
        let tells: Arc<Tells> = Arc::new(tells);
        let gateway = Mutex::new(fresh(&tells, &base).map_err(io::Error::other)?);
        let sandbox = Arc::new(Self { base, tells, gateway });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let served = Arc::clone(&sandbox);
        // A thread of its own: whoever tells a story lets time pass by sleeping.
        std::thread::spawn(move || {
            if let Err(error) = runtime.block_on(serve(served, listener)) {
                tracing::error!(%error, "the payment gateway's port is closed");
            }
        });
        Ok(sandbox)
    }

    /// Another gateway in its place, which knows of nothing.
    pub fn anew(&self) -> Result<Arc<PaymentGateway>, EngineError> {
        let gateway = fresh(&self.tells, &self.base)?;
        *held(&self.gateway) = Arc::clone(&gateway);
        Ok(gateway)
    }

    /// The gateway as it is now.
    pub fn gateway(&self) -> Arc<PaymentGateway> {
        Arc::clone(&held(&self.gateway))
    }

    /// Lets whatever is due happen, for ever.
    async fn works(&self) {
        loop {
            self.gateway().work_off().await;
            SystemClock.sleep(PAUSE).await;
        }
    }
}

fn fresh(tells: &Arc<Tells>, base: &str) -> Result<Arc<PaymentGateway>, EngineError> {
    let gateway = PaymentGateway::new(Store::memory()?, Ambient::system(), Pulse::new());
    let tells = Arc::clone(tells);
    gateway.link(Box::new(move |request| tells(request)), Arc::new(Faults::none()), base.to_owned());
    gateway.calls(Some(WEBHOOKS));
    Ok(Arc::new(gateway))
}

async fn serve(sandbox: Arc<Sandbox>, listener: TcpListener) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let service = Router::new().fallback(answer).with_state(Arc::clone(&sandbox));
    tokio::select! {
        served = IntoFuture::into_future(axum::serve(listener, service)) => served,
        () = sandbox.works() => Ok(()),
    }
}

async fn answer(State(sandbox): State<Arc<Sandbox>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let asked = to_bytes(body, LONGEST_FORM).await.ok().and_then(|body| within(Request::from_parts(parts, body)));
    let answer = match asked {
        Some(asked) => sandbox.gateway().handle(asked).await,
        None => {
            let mut refused = Response::new(Bytes::from_static(b"this is no address of the gateway's API"));
            *refused.status_mut() = StatusCode::NOT_FOUND;
            refused
        }
    };
    answer.map(Body::from)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::super::API_KEY;
    use super::*;
    use crate::plain::asked;

    #[tokio::test]
    async fn it_is_asked_on_its_port_tells_of_what_happens_and_forgets() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (address, told) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let ears = Arc::clone(&told);
        let sandbox = Sandbox::open(listener, move |request| {
            held(&ears).push((request.uri().path().to_owned(), String::from_utf8_lossy(request.body()).into_owned()));
            Box::pin(async { 200 })
        });
        let sandbox = sandbox.unwrap();
        let asks = async |path: &str| {
            let request = Request::post(path).header("authorization", format!("Bearer {API_KEY}"));
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            asked(address, "gateway", request.body(Bytes::from("amount=500&currency=usd")).unwrap()).await.unwrap()
        };
        assert_eq!(asks("/dev/gateway/v1/payment_intents").await.status(), 200);
        assert_eq!(asks("/v1/payment_intents").await.status(), 404);
        let gateway = sandbox.gateway();
        let intent = gateway.intents().unwrap().remove(0);
        gateway.pay(&intent.id, "pm_card_visa").unwrap();
        while !gateway.is_idle().unwrap() {
            SystemClock.sleep(PAUSE).await;
        }
        let paid = |told: &(String, String)| told.0 == WEBHOOKS && told.1.contains("payment_intent.succeeded");
        assert_eq!(held(&told).iter().filter(|told| paid(told)).count(), 1);
        assert!(sandbox.anew().unwrap().intents().unwrap().is_empty());
        assert!(sandbox.gateway().intents().unwrap().is_empty());
    }
}
