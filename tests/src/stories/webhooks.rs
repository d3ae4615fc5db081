//! Who outside is told what happened: endpoints, and deliveries to them.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_http::Signatures;
use holdfast_local::{Bytes, Reply};
use holdfast_testing::{Actor, Shop};
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};

use super::stock::{anew, opens};

/// Where receivers are, in these stories.
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(93, 184, 215, 14));

/// Somebody outside, who is told.
#[derive(Clone, Default)]
pub struct Receiver {
    heard: Arc<Mutex<Vec<Told>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

/// What a receiver was sent.
#[derive(Clone)]
pub struct Told {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Told {
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    pub fn is_signed_by(&self, secret: &str, shop: &Shop) -> bool {
        Signatures::of(secret).check(&self.headers, "holdfast-signature", &self.body, shop.now()).is_ok()
    }
}

impl Receiver {
    /// At a host of its own.
    pub fn at(shop: &Shop, host: &str) -> Self {
        let receiver = Self::default();
        let own = receiver.clone();
        let last = host.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        let address = Ipv4Addr::new(93, 184, 200, last).into();
        shop.world().internet().host(host, address, move |request| own.takes(request));
        receiver
    }

    /// From now on these are its answers, one after the other, and 204 after them.
    pub fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        *self.answers.lock().unwrap() = statuses.into_iter().collect();
    }

    pub fn takes(&self, request: Request<Bytes>) -> Reply {
        let (parts, body) = request.into_parts();
        self.heard.lock().unwrap().push(Told { headers: parts.headers, body });
        Reply::status(StatusCode::from_u16(self.answers.lock().unwrap().pop_front().unwrap_or(204)).unwrap())
    }

    pub fn heard(&self) -> Vec<Told> {
        self.heard.lock().unwrap().clone()
    }

    /// The sequences of what it heard, each with its mark.
    pub fn order(&self) -> Vec<(u64, String)> {
        let told = self.heard();
        told.iter().map(|told| (told.event()["sequence"].as_u64().unwrap(), told.header("holdfast-mark"))).collect()
    }
}

/// Registers an endpoint for what happens to warehouses; its id and its secret.
pub async fn registers(admin: &Actor, url: &str) -> (String, String) {
    let kinds = ["inventory.warehouse-created.v1", "inventory.warehouse-changed.v1"];
    let body = json!({"url": url, "event_types": kinds});
    let created = anew(admin).post("/v1/admin/webhook-endpoints", body).await.expect_status(201);
    (created.at("/id"), created.at("/secret"))
}

pub async fn renames(admin: &Actor, warehouse: &str, name: &str) {
    admin.patch(&format!("/v1/admin/warehouses/{warehouse}"), json!({"name": name})).await.expect_status(200);
}

/// An endpoint's newest delivery.
async fn newest(admin: &Actor, endpoint: &str) -> Value {
    let path = format!("/v1/admin/webhook-endpoints/{endpoint}/deliveries");
    admin.get(&path).await.expect_status(200).json()["items"][0].clone()
}

pub async fn staff_register_where_events_go(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let (path, keyed) = ("/v1/admin/webhook-endpoints", admin.clone().keyed("erp"));
    let body = json!({"url": "https://erp.example.com/hooks", "event_types": ["orders.order-paid.v1"], "description": "Our ERP"});
    let created = keyed.post(path, body.clone()).await.expect_status(201);
    assert!(created.at("/secret").starts_with("whsec_"));
    assert_eq!(
        [created.at("/status"), created.at("/version"), created.at("/owner")],
        ["ENABLED".to_owned(), "1".to_owned(), admin.user_id()]
    );
    // Whoever did not hear the answer asks again, and hears the same.
    assert_eq!(keyed.post(path, body.clone()).await.expect_status(201).text(), created.text());
    let another = json!({"url": "https://erp.example.com/other", "event_types": ["orders.order-paid.v1"]});
    keyed.post(path, another).await.expect_problem(422, "idempotency_key_reused");
    admin.post(path, body.clone()).await.expect_problem(400, "idempotency_key_required");

    let listed = admin.get(path).await.expect_status(200);
    assert_eq!(listed.json()["items"].as_array().unwrap().len(), 1);
    assert!(!listed.text().contains("whsec_") && !listed.text().contains(&created.at("/secret")), "never again");

    let own = format!("{path}/{}", created.at("/id"));
    let moved = json!({"url": "https://erp.example.com/v2", "event_types": ["orders.order-paid.v1", "orders.order-shipped.v1"], "description": "v2"});
    let stale = admin.clone().with_header("if-match", "\"7\"");
    stale.patch(&own, moved.clone()).await.expect_problem(412, "precondition_failed");
    let changed = admin.clone().with_header("if-match", "\"1\"").patch(&own, moved).await.expect_status(200);
    assert_eq!([changed.at("/url"), changed.at("/version")], ["https://erp.example.com/v2", "2"]);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    // The first request under the key made what it made.
    assert_eq!(keyed.post(path, body).await.expect_status(201).text(), created.text());
    let off = admin.patch(&own, json!({"status": "DISABLED"})).await.expect_status(200);
    assert_eq!(off.at("/status"), "DISABLED");
    admin.patch(&own, json!({"status": "DELETED"})).await.expect_problem(422, "invalid_input");

    admin.delete(&own).await.expect_status(204);
    admin.delete(&own).await.expect_problem(404, "not_found");
    admin.patch(&own, json!({"status": "ENABLED"})).await.expect_problem(404, "not_found");
    admin.get(&format!("{own}/deliveries")).await.expect_problem(404, "not_found");
    admin.post(&format!("{own}/rotate-secret"), json!({})).await.expect_problem(404, "not_found");
    let nobodys = "/v1/admin/webhook-deliveries/whd_00000000000000000000000000/resend";
    admin.post(nobodys, json!({})).await.expect_problem(404, "not_found");
    assert_eq!(admin.get(path).await.expect_status(200).at("/items"), "[]");
    shop.settle().await;
}

pub async fn what_points_inside_is_no_endpoint(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let tries = |url: &str, kinds: Value| {
        let (body, admin) = (json!({"url": url, "event_types": kinds}), anew(&admin));
        async move { admin.post("/v1/admin/webhook-endpoints", body).await }
    };
    let paid = || json!(["orders.order-paid.v1"]);
    for url in [
        "http://erp.example.com/hooks",
        "https://localhost/hooks",
        "https://127.0.0.1/hooks",
        "https://0x7f.1/hooks",
        "https://10.0.0.7/hooks",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/hooks",
        "https://[fe80::1]/hooks",
        "https://[::ffff:192.168.0.1]/hooks",
        "https://db.internal/hooks",
        "https://ada:secret@erp.example.com/hooks",
        "erp.example.com",
        "",
    ] {
        let answer = tries(url, paid()).await.expect_problem(422, "invalid_input");
        assert_eq!(answer.at("/errors/0/pointer"), "/url", "{url}");
    }
    for kinds in [
        json!([]),
        json!(["orders.order-lost.v1"]),
        json!(["orders.order-paid.v1", "orders.order-paid.v1"]),
        json!(["inventory.stock-held.v1"]),
        json!(["*"]),
    ] {
        let answer = tries("https://erp.example.com/hooks", kinds.clone()).await.expect_problem(422, "invalid_input");
        assert_eq!(answer.at("/errors/0/pointer"), "/event_types", "{kinds}");
    }
    let (id, _) = registers(&admin, "https://erp.example.com/hooks").await;
    let own = format!("/v1/admin/webhook-endpoints/{id}");
    for change in [json!({"url": "https://192.168.1.1/"}), json!({"event_types": ["x"]}), json!({"description": ""})] {
        admin.patch(&own, change).await.expect_problem(422, "invalid_input");
    }
    let long = json!({"overlap_seconds": 604_801});
    let answer = admin.post(&format!("{own}/rotate-secret"), long).await.expect_problem(422, "invalid_input");
    assert_eq!(answer.at("/errors/0/pointer"), "/overlap_seconds");
    admin.get(&format!("{own}/deliveries?limit=101")).await.expect_problem(422, "invalid_input");
    admin.get(&format!("{own}/deliveries?cursor=x")).await.expect_problem(422, "invalid_input");
}

pub async fn the_twentieth_endpoint_is_the_last(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let mut last = String::new();
    for nth in 0..20 {
        (last, _) = registers(&admin, &format!("https://erp{nth}.example.com/")).await;
    }
    let one_more = json!({"url": "https://erp20.example.com/", "event_types": ["orders.order-paid.v1"]});
    let path = "/v1/admin/webhook-endpoints";
    anew(&admin).post(path, one_more.clone()).await.expect_problem(409, "too_many_endpoints");
    admin.delete(&format!("{path}/{last}")).await.expect_status(204);
    anew(&admin).post(path, one_more.clone()).await.expect_status(201);
    anew(&admin).post(path, one_more).await.expect_problem(409, "too_many_endpoints");
}

pub async fn an_endpoint_hears_what_it_asked_for(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    // What happened before is not for it.
    opens(&admin, "Before", 1).await;
    shop.settle().await;
    let receiver = Receiver::at(&shop, "erp.example.com");
    let (id, secret) = registers(&admin, "https://erp.example.com/hooks?from=shop").await;
    let basel = opens(&admin, "Basel", 2).await;
    shop.settle().await;
    shop.advance(Duration::from_secs(1));
    renames(&admin, &basel, "Basel 2").await;
    let category = json!({"name": "Kitchen"});
    anew(&admin).post("/v1/admin/categories", category).await.expect_status(201);
    shop.settle().await;

    let heard = receiver.heard();
    assert_eq!(receiver.order(), [(1, String::new()), (2, String::new())]);
    let archived = shop.world().engines().events.archived().unwrap();
    let archived: Vec<_> = archived.iter().map(|one| one.event["detail"].clone()).collect();
    for told in &heard {
        let event = told.event();
        assert!(told.is_signed_by(&secret, &shop), "{:?}", told.headers);
        assert!(!told.is_signed_by("whsec_another", &shop));
        assert!(archived.contains(&event), "it is the event itself: {event}");
        assert_eq!(event["subject"], basel.as_str());
        assert_eq!(
            [told.header("content-type"), told.header("holdfast-event")],
            ["application/json", event["type"].as_str().unwrap()]
        );
    }
    let listed = admin.get(&format!("/v1/admin/webhook-endpoints/{id}/deliveries?limit=1")).await.expect_status(200);
    let newest = &listed.json()["items"][0];
    assert_eq!(
        [&newest["status"], &newest["attempt_count"], &newest["attempts"][0]["status"]],
        [&json!("DELIVERED"), &json!(1), &json!(204)]
    );
    assert_eq!(heard.last().unwrap().header("holdfast-delivery"), newest["id"].as_str().unwrap());
    let rest = format!("/v1/admin/webhook-endpoints/{id}/deliveries?limit=1&cursor={}", listed.at("/next_cursor"));
    assert_eq!(admin.get(&rest).await.expect_status(200).at("/items/0/sequence"), "1");

    // One that is switched off hears nothing, and nothing of it later.
    let own = format!("/v1/admin/webhook-endpoints/{id}");
    admin.patch(&own, json!({"status": "DISABLED"})).await.expect_status(200);
    renames(&admin, &basel, "Basel 3").await;
    shop.settle().await;
    assert_eq!(receiver.heard().len(), 2);
    shop.advance(Duration::from_secs(60));
    admin.patch(&own, json!({"status": "ENABLED"})).await.expect_status(200);
    opens(&admin, "Geneva", 3).await;
    shop.settle().await;
    assert_eq!(receiver.order().len(), 3);
    admin.delete(&own).await.expect_status(204);
    opens(&admin, "Chur", 4).await;
    shop.settle().await;
    assert_eq!(receiver.order().len(), 3);
}

pub async fn a_secret_is_replaced_while_both_sign(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let receiver = Receiver::at(&shop, "erp.example.com");
    let (id, old) = registers(&admin, "https://erp.example.com/hooks").await;
    let rotate = format!("/v1/admin/webhook-endpoints/{id}/rotate-secret");
    // Without a body, as most send it.
    let rotated = admin.ask(http::Method::POST, &rotate, None).await.expect_status(200);
    let new = rotated.at("/secret");
    assert_ne!(new, old);
    let basel = opens(&admin, "Basel", 1).await;
    shop.settle().await;
    let told = receiver.heard().pop().unwrap();
    assert!(told.is_signed_by(&old, &shop) && told.is_signed_by(&new, &shop));
    assert_eq!(told.header("holdfast-signature").matches("v1=").count(), 2);

    // A day later the old one signs no more.
    shop.advance(Duration::from_secs(24 * 60 * 60));
    let admin = shop.log_in(shop.guest(), admin.email(), admin.password()).await;
    renames(&admin, &basel, "Basel 2").await;
    shop.settle().await;
    let told = receiver.heard().pop().unwrap();
    assert!(!told.is_signed_by(&old, &shop) && told.is_signed_by(&new, &shop));

    // One that has leaked signs no more at once.
    let newest = admin.post(&rotate, json!({"overlap_seconds": 0})).await.expect_status(200).at("/secret");
    renames(&admin, &basel, "Basel 3").await;
    shop.settle().await;
    let told = receiver.heard().pop().unwrap();
    assert!(!told.is_signed_by(&new, &shop) && told.is_signed_by(&newest, &shop));
}

pub async fn what_fails_is_tried_again(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let receiver = Receiver::at(&shop, "erp.example.com");
    let (id, secret) = registers(&admin, "https://erp.example.com/hooks").await;
    receiver.answers([500, 302, 410]);
    let basel = opens(&admin, "Basel", 1).await;
    renames(&admin, &basel, "Basel 2").await;
    shop.settle().await;
    // The second waits for the first.
    assert_eq!(receiver.order(), [(1, String::new())]);
    let mut tried = Vec::new();
    for look in 1..=4 {
        shop.advance(Duration::from_secs(70));
        shop.settle().await;
        tried.push((look, receiver.heard().len()));
    }
    // After 30 seconds, a minute and two, and up to a tenth more; and then the second at once.
    assert_eq!(tried, [(1, 2), (2, 3), (3, 3), (4, 5)]);
    assert_eq!(receiver.order().iter().map(|(sequence, _)| *sequence).collect::<Vec<_>>(), [1, 1, 1, 1, 2]);
    let last = receiver.heard().pop().unwrap();
    assert!(last.is_signed_by(&secret, &shop), "each attempt is signed anew");
    let path = format!("/v1/admin/webhook-endpoints/{id}/deliveries");
    let listed = admin.get(&path).await.expect_status(200).json();
    let first = listed["items"].as_array().unwrap().iter().find(|one| one["sequence"] == 1).unwrap().clone();
    let statuses: Vec<_> = first["attempts"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, [500, 302, 410, 204]);
    assert_eq!(first["status"], "DELIVERED");
}

/// Lets a day pass in quarters of an hour, as far as is needed for what waits to be tried.
async fn a_day_passes(shop: &Shop) {
    for _ in 0..97 {
        shop.advance(Duration::from_secs(15 * 60));
        shop.settle().await;
    }
}

pub async fn an_endpoint_that_takes_nothing_for_a_day_is_switched_off(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let receiver = Receiver::at(&shop, "erp.example.com");
    let (id, _) = registers(&admin, "https://erp.example.com/hooks").await;
    receiver.answers([503; 1_000]);
    let basel = opens(&admin, "Basel", 1).await;
    renames(&admin, &basel, "Basel 2").await;
    shop.settle().await;
    a_day_passes(&shop).await;
    let admin = shop.log_in(shop.guest(), admin.email(), admin.password()).await;
    let endpoint = admin.get("/v1/admin/webhook-endpoints").await.expect_status(200);
    assert_eq!(endpoint.at("/items/0/status"), "DISABLED");
    let told = shop.mails_to(admin.email()).into_iter().filter(|mail| mail.subject.contains("endpoint"));
    let told: Vec<_> = told.map(|mail| (mail.subject, mail.text.contains(&id))).collect();
    assert_eq!(told, [("A webhook endpoint was switched off".to_owned(), true)]);
    let path = format!("/v1/admin/webhook-endpoints/{id}/deliveries");
    let listed = admin.get(&path).await.expect_status(200).json();
    let mut statuses: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    statuses.sort_by_key(Value::to_string);
    assert_eq!(statuses, ["FAILED", "HELD"]);
    // About 20 attempts in a day, and none after it.
    let tried = receiver.heard().len();
    assert!((15..=22).contains(&tried), "{tried}");
    a_day_passes(&shop).await;
    assert_eq!(receiver.heard().len(), tried);

    // Somebody has mended it.
    let admin = shop.log_in(shop.guest(), admin.email(), admin.password()).await;
    receiver.answers([]);
    admin.patch(&format!("/v1/admin/webhook-endpoints/{id}"), json!({"status": "ENABLED"})).await.expect_status(200);
    renames(&admin, &basel, "Basel 3").await;
    shop.settle().await;
    // It goes on with what happens from now on: the ones before it are known, and were not for it.
    assert_eq!(receiver.order().split_off(tried), [(3, String::new())]);
}

pub async fn one_that_dislikes_an_event_is_not_switched_off(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let disliked = Arc::new(Mutex::new(String::new()));
    let (receiver, dislikes) = (Receiver::default(), Arc::clone(&disliked));
    let own = receiver.clone();
    shop.world().internet().host("erp.example.com", OUTSIDE, move |request| {
        let event: Value = serde_json::from_slice(request.body()).unwrap();
        let is_it = event["subject"] == dislikes.lock().unwrap().as_str() && event["sequence"] == 1;
        if is_it { Reply::status(StatusCode::BAD_REQUEST) } else { own.takes(request) }
    });
    registers(&admin, "https://erp.example.com/hooks").await;
    let geneva = opens(&admin, "Geneva", 2).await;
    shop.settle().await;
    let basel = opens(&admin, "Basel", 1).await;
    disliked.lock().unwrap().push_str(&basel);
    renames(&admin, &basel, "Basel 2").await;
    shop.settle().await;
    let mut admin = admin;
    for hour in 0..26 {
        shop.advance(Duration::from_secs(60 * 60));
        shop.settle().await;
        admin = shop.log_in(shop.guest(), admin.email(), admin.password()).await;
        renames(&admin, &geneva, &format!("Geneva {hour}")).await;
        shop.settle().await;
    }
    let endpoint = admin.get("/v1/admin/webhook-endpoints").await.expect_status(200);
    assert_eq!(endpoint.at("/items/0/status"), "ENABLED");
    // It was given up after a day, and what came after it says that something is missing.
    let of_basel: Vec<_> =
        receiver.heard().into_iter().filter(|told| told.event()["subject"] == basel.as_str()).collect();
    let marks: Vec<_> = of_basel.iter().map(|told| told.header("holdfast-mark")).collect();
    assert_eq!(marks, ["gap"]);
}

pub async fn a_delivery_is_made_again(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let receiver = Receiver::at(&shop, "erp.example.com");
    let (id, secret) = registers(&admin, "https://erp.example.com/hooks").await;
    opens(&admin, "Basel", 1).await;
    shop.settle().await;
    let delivery = newest(&admin, &id).await;
    let again = format!("/v1/admin/webhook-deliveries/{}/resend", delivery["id"].as_str().unwrap());
    let accepted = admin.post(&again, json!({})).await.expect_status(202);
    assert_eq!(accepted.at("/status"), "DELIVERED");
    shop.settle().await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0].body, heard[1].body);
    assert_eq!(heard[0].header("holdfast-delivery"), heard[1].header("holdfast-delivery"));
    assert!(heard[1].is_signed_by(&secret, &shop));
    assert_eq!(newest(&admin, &id).await["attempt_count"], 2);

    // It fails, and stays what it was; and also what is off can be tried.
    receiver.answers([500]);
    admin.patch(&format!("/v1/admin/webhook-endpoints/{id}"), json!({"status": "DISABLED"})).await.expect_status(200);
    admin.post(&again, json!({})).await.expect_status(202);
    shop.settle().await;
    let after = newest(&admin, &id).await;
    assert_eq!([&after["attempt_count"], &after["status"]], [&json!(3), &json!("DELIVERED")]);
    // Of one that is gone, nothing can.
    admin.delete(&format!("/v1/admin/webhook-endpoints/{id}")).await.expect_status(204);
    admin.post(&again, json!({})).await.expect_problem(404, "not_found");
}

pub async fn no_delivery_is_led_inside(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let inside = Receiver::default();
    let own = inside.clone();
    let metadata: IpAddr = "169.254.169.254".parse().unwrap();
    shop.world().internet().serves(metadata, move |request| own.takes(request));
    let outside = Receiver::default();
    let own = outside.clone();
    shop.world().internet().serves(OUTSIDE, move |request| own.takes(request));
    // A name that was public when it was registered, is so for one delivery, and leads inside ever after.
    shop.world().internet().leads("erp.example.com", &[OUTSIDE, metadata]);
    let (id, _) = registers(&admin, "https://erp.example.com/hooks").await;
    let basel = opens(&admin, "Basel", 1).await;
    shop.settle().await;
    assert_eq!(outside.heard().len(), 1);
    shop.advance(Duration::from_secs(1));
    renames(&admin, &basel, "Basel 2").await;
    shop.settle().await;
    assert_eq!((outside.heard().len(), inside.heard().len()), (1, 0));
    let refused = newest(&admin, &id).await;
    assert_eq!([&refused["status"], &refused["attempts"][0]["error"]], [&json!("PENDING"), &json!("refused")]);

    // A redirect is an answer like any other: nobody goes there.
    let hops = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&hops);
    shop.world().internet().host("hop.example.com", "93.184.215.15".parse().unwrap(), move |_| {
        *counted.lock().unwrap() += 1;
        let answer = http::Response::builder().status(307).header("location", "https://169.254.169.254/");
        Reply::Answers(answer.body(Bytes::new()).unwrap())
    });
    let (id, _) = registers(&admin, "https://hop.example.com/").await;
    renames(&admin, &basel, "Basel 3").await;
    shop.settle().await;
    assert_eq!((*hops.lock().unwrap(), inside.heard().len()), (1, 0));
    assert_eq!(newest(&admin, &id).await["attempts"][0]["status"], 307);
}
