//! The payment gateway in its world: what it calls, when, and the pages under /dev.

use std::net::IpAddr;

use axum::body::Bytes;
use http::{Request, Response};

use super::*;
use crate::engines::gateway::{EventRequest, IntentStatus};

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// A form that is sent to a path under /dev/gateway.
async fn send(world: &World, path: &str, form: &str) -> Response<Bytes> {
    let request = Request::post(format!("/dev/gateway{path}"))
        .header("host", "127.0.0.1:8080")
        .header("authorization", "Bearer sk_test_sandbox")
        .header("content-type", "application/x-www-form-urlencoded");
    world.visit(request.body(Bytes::from(form.to_owned())).unwrap(), HERE).await
}

async fn page(world: &World, path: &str) -> String {
    let request = Request::get(format!("/dev/gateway{path}")).header("host", "127.0.0.1:8080");
    let answer = world.visit(request.body(Bytes::new()).unwrap(), HERE).await;
    String::from_utf8(answer.body().to_vec()).unwrap()
}

#[tokio::test]
async fn a_webhook_goes_to_a_functions_route_when_the_world_settles() {
    let (world, script) = toys();
    // No toy has the route of the shop's webhooks: this one is as good.
    world.gateway().calls(Some("/echo"));
    let paid = send(
        &world,
        "/v1/payment_intents",
        "amount=500&currency=eur&confirm=true&payment_method=pm_sandbox_succeedsLate",
    );
    assert_eq!(paid.await.status(), 200);
    assert_eq!(script.starts("web"), 0);
    world.settle().await;
    assert_eq!(script.starts("web"), 1);
    let told = |kind: &str| {
        let events = world.gateway().events().unwrap();
        events.iter().filter(|event| event.kind == kind && event.pending_webhooks == 0).count()
    };
    assert_eq!((told("payment_intent.processing"), told("payment_intent.succeeded")), (1, 0));
    world.advance(Duration::from_secs(60));
    world.settle().await;
    assert_eq!(told("payment_intent.succeeded"), 1);
}

#[tokio::test]
async fn a_function_that_fails_is_called_again_later() {
    let (world, _) = toys();
    world.gateway().calls(Some("/nowhere"));
    send(&world, "/v1/payment_intents", "amount=500&currency=eur&confirm=true&payment_method=pm_card_visa").await;
    world.settle().await;
    let pending = || world.gateway().events().unwrap()[0].pending_webhooks;
    assert_eq!(pending(), 1);
    world.gateway().calls(Some("/echo"));
    world.advance(Duration::from_secs(9));
    world.settle().await;
    assert_eq!(pending(), 1);
    world.advance(Duration::from_secs(1));
    world.settle().await;
    assert_eq!(pending(), 0);
}

#[tokio::test]
async fn nothing_is_sent_where_the_api_has_no_route_for_it() {
    let (world, script) = toys();
    send(&world, "/v1/payment_intents", "amount=500&currency=eur&confirm=true&payment_method=pm_card_visa").await;
    world.settle().await;
    assert_eq!(world.gateway().events().unwrap()[0].pending_webhooks, 0);
    assert_eq!(script.starts("web"), 0);
    let template = TEMPLATE.replace("\"/echo\"", "\"/v1/webhooks/payments\"");
    let (world, _) = toys_of(&template);
    send(&world, "/v1/payment_intents", "amount=500&currency=eur&confirm=true&payment_method=pm_card_visa").await;
    assert_eq!(world.gateway().events().unwrap()[0].pending_webhooks, 1);
}

#[tokio::test]
async fn a_person_pays_in_a_browser() {
    let (world, _) = toys();
    let made = send(&world, "/v1/payment_intents", "amount=1999&currency=eur&metadata[order_id]=ord_7").await;
    let made: Value = serde_json::from_slice(made.body()).unwrap();
    let path = format!("/pay/{}", made["id"].as_str().unwrap());
    let listed = page(&world, "").await;
    assert!(listed.contains(&path) && listed.contains("ord_7"), "{listed}");
    let status = || world.gateway().intents().unwrap()[0].status;
    let said = send(&world, &path, "payment_method=pm_card_chargeDeclined").await;
    assert!(std::str::from_utf8(said.body()).unwrap().contains("The card was declined."));
    send(&world, &path, "payment_method=pm_card_authenticationRequired").await;
    assert_eq!(status(), IntentStatus::RequiresAction);
    assert!(page(&world, &path).await.contains("The bank asks"));
    // A button that the page does not have does nothing.
    for wrong in ["authenticated=maybe", "", "card[number]=4242424242424242", "authenticated=yes&payment_method=a"] {
        send(&world, &path, wrong).await;
        assert_eq!(status(), IntentStatus::RequiresAction, "{wrong}");
    }
    let said = send(&world, &path, "authenticated=yes").await;
    assert!(std::str::from_utf8(said.body()).unwrap().contains("The payment is succeeded now."));
    assert_eq!(status(), IntentStatus::Succeeded);
    // What happened on a page is nobody's request.
    assert_eq!(world.gateway().events().unwrap()[0].request, EventRequest::default());
}

#[tokio::test]
async fn pages_elsewhere_and_paths_that_are_none_are_refused() {
    let (world, _) = toys();
    let request = Request::post("/dev/gateway/v1/payment_intents")
        .header("host", "127.0.0.1")
        .header("origin", "https://evil.example");
    let answer = world.visit(request.body(Bytes::new()).unwrap(), HERE).await;
    assert_eq!(answer.status(), 403);
    assert_eq!(send(&world, "/nothing", "").await.status(), 404);
    assert_eq!(send(&world, "", "").await.status(), 405);
    assert_eq!(send(&world, "/v1/customers", "").await.status(), 404);
    assert!(page(&world, "/pay/pi_none").await.contains("there is no such payment"));
}
