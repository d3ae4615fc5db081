//! What a client of Stripe sees of the gateway.

mod answers;
mod payments;
mod refunds;
mod webhooks;

use std::collections::VecDeque;

use base64::Engine as _;
use holdfast_core::Clock;

use super::*;
use crate::clock::{SeededEntropy, WorldClock};
use crate::faults::Kind;

/// A call of the endpoint: its signature, its body, and the event in it.
struct Called {
    signature: String,
    body: String,
    event: Event,
}

impl Called {
    /// The event's type.
    fn kind(&self) -> &str {
        &self.event.kind
    }
}

/// A gateway, the time that passes in it, and the endpoint that it calls.
struct Bench {
    gateway: Arc<PaymentGateway>,
    clock: WorldClock,
    called: Arc<Mutex<Vec<Called>>>,
    /// What the endpoint answers next; 200 when nothing is here.
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Bench {
    fn new() -> Self {
        Self::over(Store::memory().unwrap(), Faults::none(), 1)
    }

    fn over(store: Store, faults: Faults, seed: u64) -> Self {
        let clock = WorldClock::manual("2026-01-01T00:00:00Z".parse().unwrap());
        let ambient = Ambient::new(Arc::new(clock.clone()), Arc::new(SeededEntropy::new(seed)));
        let gateway = Arc::new(PaymentGateway::new(store, ambient, Pulse::new()));
        let (called, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(VecDeque::new())));
        let (into, from) = (Arc::clone(&called), Arc::clone(&answers));
        let courier: Courier = Box::new(move |request| {
            assert_eq!(request.uri().path(), "/hooks");
            let body = String::from_utf8(request.body().to_vec()).unwrap();
            let event = serde_json::from_str(&body).unwrap();
            let signature = request.headers()[SIGNATURE].to_str().unwrap().to_owned();
            into.lock().unwrap().push(Called { signature, body, event });
            let status = from.lock().unwrap().pop_front().unwrap_or(200);
            Box::pin(async move {
                // Others get their turn while it is on its way.
                tokio::task::yield_now().await;
                status
            })
        });
        gateway.link(courier, Arc::new(faults), "http://127.0.0.1:8080".to_owned());
        gateway.calls(Some("/hooks"));
        Self { gateway, clock, called, answers }
    }

    /// Asks the API, and says what it answered.
    async fn ask(&self, method: &str, path: &str, form: &str) -> Said {
        self.ask_with(method, path, form, &[]).await
    }

    /// The same, under a key.
    async fn ask_again(&self, key: &str, path: &str, form: &str) -> Said {
        self.ask_with("POST", path, form, &[("idempotency-key", key)]).await
    }

    async fn ask_with(&self, method: &str, path: &str, form: &str, headers: &[(&str, &str)]) -> Said {
        let mut request = Request::builder().method(method).uri(path);
        if headers.iter().all(|(name, _)| *name != "authorization") {
            request = request.header("authorization", "Bearer sk_test_sandbox");
        }
        if headers.iter().all(|(name, _)| *name != "content-type") {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.gateway.handle(request.body(Bytes::from(form.to_owned())).unwrap()).await;
        let headers = answer.headers().clone();
        Said { status: answer.status().as_u16(), headers, body: serde_json::from_slice(answer.body()).unwrap() }
    }

    /// An intent of 1999 euro cents, confirmed with a card.
    async fn paid_with(&self, card: &str) -> Said {
        let form = format!("amount=1999&currency=eur&metadata[order_id]=ord_1&confirm=true&payment_method={card}");
        self.ask("POST", "/v1/payment_intents", &form).await
    }

    /// Moves the clock, and does what is due then.
    async fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.settle().await;
    }

    async fn settle(&self) {
        while self.gateway.turn().await.unwrap() {}
    }

    /// The types of the events that the endpoint has heard of since the last look.
    fn heard(&self) -> Vec<String> {
        let called = std::mem::take(&mut *self.called.lock().unwrap());
        called.iter().map(|called| called.kind().to_owned()).collect()
    }

    /// The types of all events, oldest first.
    fn happened(&self) -> Vec<String> {
        self.gateway.events().unwrap().into_iter().rev().map(|event| event.kind).collect()
    }
}

/// An answer.
#[derive(Debug)]
struct Said {
    status: u16,
    headers: http::HeaderMap,
    body: Value,
}

impl Said {
    fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status, and the error's type, code and parameter.
    fn error(&self) -> (u16, &str, Option<&str>, Option<&str>) {
        let error = &self.body["error"];
        assert!(error["message"].is_string(), "{self:?}");
        (self.status, error["type"].as_str().unwrap(), error["code"].as_str(), error["param"].as_str())
    }
}
