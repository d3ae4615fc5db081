use super::*;

#[tokio::test]
async fn an_intent_is_made_read_and_listed() {
    let bench = Bench::new();
    let form =
        "amount=1999&currency=EUR&metadata[order_id]=ord_1&automatic_payment_methods[enabled]=true&description=one";
    let made = bench.ask("POST", "/v1/payment_intents", form).await;
    assert_eq!((made.status, made.body["object"].as_str()), (200, Some("payment_intent")));
    let id = made.id().to_owned();
    assert!(
        id.starts_with("pi_") && made.body["client_secret"].as_str().unwrap().starts_with(&format!("{id}_secret_"))
    );
    let fields = ["amount", "amount_received", "currency", "status", "latest_charge", "livemode", "created"];
    let values = fields.map(|field| made.body[field].clone());
    let wanted = [json!(1999), json!(0), json!("eur"), json!("requires_payment_method"), Value::Null, json!(false)];
    assert_eq!(values[..6], wanted);
    assert_eq!(values[6], json!(bench.clock.now().as_second()));
    assert_eq!(made.body["metadata"], json!({"order_id": "ord_1"}));
    assert_eq!(bench.ask("GET", &format!("/v1/payment_intents/{id}"), "").await.body, made.body);
    let second = bench.ask("POST", "/v1/payment_intents", "amount=50&currency=usd&payment_method_types[]=card").await;
    let page = bench.ask("GET", "/v1/payment_intents?limit=1", "").await.body;
    assert_eq!((&page["data"][0]["id"], &page["has_more"]), (&second.body["id"], &json!(true)));
    let next = format!("/v1/payment_intents?limit=1&starting_after={}", second.id());
    let page = bench.ask("GET", &next, "").await.body;
    assert_eq!(
        (page["data"][0]["id"].as_str(), &page["has_more"], &page["object"]),
        (Some(&*id), &json!(false), &json!("list"))
    );
    // What has not been paid has not happened.
    assert!(bench.happened().is_empty());
}

#[tokio::test]
async fn a_good_card_pays_at_once() {
    let bench = Bench::new();
    let paid = bench.paid_with("pm_card_visa").await;
    let fields = ["status", "amount_received", "payment_method"].map(|field| &paid.body[field]);
    assert_eq!(fields, [&json!("succeeded"), &json!(1999), &json!("pm_card_visa")]);
    let charge = bench.ask("GET", &format!("/v1/charges/{}", paid.body["latest_charge"].as_str().unwrap()), "").await;
    let fields = ["object", "status", "amount_captured", "amount_refunded", "paid", "refunded"];
    let wanted = [json!("charge"), json!("succeeded"), json!(1999), json!(0), json!(true), json!(false)];
    assert_eq!(fields.map(|field| charge.body[field].clone()), wanted);
    assert_eq!(charge.body["payment_intent"], paid.body["id"]);
    assert_eq!(bench.happened(), ["payment_intent.succeeded"]);
}

#[tokio::test]
async fn a_declined_card_leaves_the_intent_open_for_another() {
    let bench = Bench::new();
    let declined = bench.paid_with("pm_card_chargeDeclined").await;
    assert_eq!(declined.error(), (402, "card_error", Some("card_declined"), None));
    let error = &declined.body["error"];
    assert_eq!(error["decline_code"], "generic_decline");
    let intent = &error["payment_intent"];
    let fields = [&intent["status"], &intent["last_payment_error"]["code"], &intent["last_payment_error"]["charge"]];
    assert_eq!(fields, [&json!("requires_payment_method"), &json!("card_declined"), &intent["latest_charge"]]);
    assert_eq!(intent["payment_method"], Value::Null);
    let path = format!("/v1/payment_intents/{}/confirm", intent["id"].as_str().unwrap());
    // There is nothing to pay with any more.
    assert_eq!(bench.ask("POST", &path, "").await.error().2, Some("payment_intent_unexpected_state"));
    let paid = bench.ask("POST", &path, "payment_method=pm_card_mastercard").await;
    assert_eq!((&paid.body["status"], &paid.body["last_payment_error"]), (&json!("succeeded"), &Value::Null));
    assert_eq!(bench.happened(), ["payment_intent.payment_failed", "payment_intent.succeeded"]);
    let expired = bench.paid_with("pm_card_chargeDeclinedExpiredCard").await;
    assert_eq!(expired.error(), (402, "card_error", Some("expired_card"), None));
}

#[tokio::test]
async fn a_bank_that_asks_is_answered_on_its_page() {
    let bench = Bench::new();
    for (well, status) in [(true, IntentStatus::Succeeded), (false, IntentStatus::RequiresPaymentMethod)] {
        let asked = bench.paid_with("pm_card_authenticationRequired").await;
        let id = asked.id().to_owned();
        assert_eq!((asked.status, &asked.body["status"]), (200, &json!("requires_action")));
        let url = format!("http://127.0.0.1:8080/dev/gateway/pay/{id}");
        assert_eq!(asked.body["next_action"]["redirect_to_url"]["url"], url.as_str());
        let intent = bench.gateway.authenticate(&id, well).unwrap();
        assert_eq!((intent.status, &intent.next_action), (status, &None));
        assert!(bench.gateway.authenticate(&id, well).is_err());
        let code = intent.last_payment_error.map(|error| error["code"].clone());
        assert_eq!(code, (!well).then(|| json!("payment_intent_authentication_failure")));
    }
    let (asks, last) = ("payment_intent.requires_action", "payment_intent.payment_failed");
    assert_eq!(bench.happened(), [asks, "payment_intent.succeeded", asks, last]);
}

#[tokio::test]
async fn a_late_payment_is_under_way_until_its_time_has_come() {
    let bench = Bench::new();
    bench.gateway.takes(Duration::from_secs(900));
    for (card, status, last) in [
        ("pm_sandbox_succeedsLate", "succeeded", "payment_intent.succeeded"),
        ("pm_sandbox_failsLate", "requires_payment_method", "payment_intent.payment_failed"),
    ] {
        let late = bench.paid_with(card).await;
        assert_eq!((&late.body["status"], &late.body["amount_received"]), (&json!("processing"), &json!(0)));
        let path = format!("/v1/payment_intents/{}", late.id());
        // What is under way is neither called off nor paid twice.
        for what in ["cancel", "confirm"] {
            let refused = bench.ask("POST", &format!("{path}/{what}"), "").await;
            assert_eq!(refused.error().2, Some("payment_intent_unexpected_state"));
        }
        bench.pass(899).await;
        assert_eq!(bench.ask("GET", &path, "").await.body["status"], "processing");
        assert_eq!(bench.heard(), ["payment_intent.processing"]);
        bench.pass(1).await;
        assert_eq!(bench.ask("GET", &path, "").await.body["status"], status);
        assert_eq!(bench.heard(), [last]);
    }
}

#[tokio::test]
async fn a_charge_without_an_answer_is_a_charge() {
    let bench = Bench::new();
    let form = "amount=1999&currency=eur&confirm=true&payment_method=pm_sandbox_timesOutAfterCharging";
    let lost = bench.ask_again("key_1", "/v1/payment_intents", form).await;
    assert_eq!(lost.error(), (504, "api_error", None, None));
    assert_eq!(bench.happened(), ["payment_intent.succeeded"]);
    // Asked again with the same key, it says what it did.
    let found = bench.ask_again("key_1", "/v1/payment_intents", form).await;
    assert_eq!((found.status, &found.body["status"]), (200, &json!("succeeded")));
    assert_eq!(bench.gateway.intents().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_called_off_stays_so_and_what_is_paid_cannot_be() {
    let bench = Bench::new();
    let made = bench.ask("POST", "/v1/payment_intents", "amount=500&currency=eur").await;
    let path = format!("/v1/payment_intents/{}", made.id());
    let canceled = bench.ask("POST", &format!("{path}/cancel"), "cancellation_reason=abandoned").await;
    let fields = ["status", "cancellation_reason", "canceled_at"].map(|field| &canceled.body[field]);
    assert_eq!(fields, [&json!("canceled"), &json!("abandoned"), &json!(bench.clock.now().as_second())]);
    for what in ["cancel", "confirm"] {
        let form = if what == "confirm" { "payment_method=pm_card_visa" } else { "" };
        let refused = bench.ask("POST", &format!("{path}/{what}"), form).await;
        assert_eq!(refused.error(), (400, "invalid_request_error", Some("payment_intent_unexpected_state"), None));
    }
    let paid = bench.paid_with("pm_card_visa").await;
    let refused = bench.ask("POST", &format!("/v1/payment_intents/{}/cancel", paid.id()), "").await;
    assert_eq!(refused.error().2, Some("payment_intent_unexpected_state"));
    assert_eq!(refused.body["error"]["payment_intent"], paid.body);
    assert_eq!(bench.happened(), ["payment_intent.canceled", "payment_intent.succeeded"]);
}

#[tokio::test]
async fn what_an_intent_may_not_be_is_refused_by_name() {
    let bench = Bench::new();
    for (form, code, param) in [
        ("currency=eur", Some("parameter_missing"), "amount"),
        ("amount=100", Some("parameter_missing"), "currency"),
        ("amount=49&currency=eur", Some("amount_too_small"), "amount"),
        ("amount=100000000&currency=eur", Some("amount_too_large"), "amount"),
        ("amount=100&currency=xyz", None, "currency"),
        ("amount=100&currency=eur&payment_method=pm_card_nobody", Some("resource_missing"), "payment_method"),
        ("amount=100&currency=eur&payment_method_types[]=sofort", None, "payment_method_types"),
        ("amount=100&currency=eur&capture_method=manual", None, "capture_method"),
        ("amount=100&currency=eur&return_url=http://a.test", None, "return_url"),
        (
            "amount=100&currency=eur&automatic_payment_methods[x]=1",
            Some("parameter_missing"),
            "automatic_payment_methods[enabled]",
        ),
        ("amount=100&currency=eur&off_session=true", Some("parameter_unknown"), "off_session"),
    ] {
        let refused = bench.ask("POST", "/v1/payment_intents", form).await;
        assert_eq!(refused.error(), (400, "invalid_request_error", code, Some(param)), "{form}");
    }
    assert!(bench.gateway.intents().unwrap().is_empty());
    for form in ["amount=50&currency=eur", "amount=99999999&currency=eur"] {
        assert_eq!(bench.ask("POST", "/v1/payment_intents", form).await.status, 200, "{form}");
    }
}

#[tokio::test]
async fn a_person_pays_on_the_page() {
    let bench = Bench::new();
    let made = bench.ask("POST", "/v1/payment_intents", "amount=500&currency=eur").await;
    assert!(bench.gateway.pay(made.id(), "pm_card_nobody").unwrap_err().contains("No such PaymentMethod"));
    assert!(bench.gateway.pay("pi_none", "pm_card_visa").unwrap_err().contains("No such payment_intent"));
    let failed = bench.gateway.pay(made.id(), "pm_card_chargeDeclined").unwrap();
    assert_eq!(failed.status, IntentStatus::RequiresPaymentMethod);
    let paid = bench.gateway.pay(made.id(), "pm_card_visa").unwrap();
    assert_eq!((paid.status, paid.amount_received), (IntentStatus::Succeeded, 500));
    assert!(bench.gateway.pay(made.id(), "pm_card_visa").unwrap_err().contains("succeeded"));
}
