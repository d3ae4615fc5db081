use super::*;

impl Bench {
    async fn refund(&self, form: &str) -> Said {
        self.ask("POST", "/v1/refunds", form).await
    }

    async fn refunded_so_far(&self, intent: &Said) -> (Value, Value) {
        let path = format!("/v1/charges/{}", intent.body["latest_charge"].as_str().unwrap());
        let charge = self.ask("GET", &path, "").await.body;
        (charge["amount_refunded"].clone(), charge["refunded"].clone())
    }
}

#[tokio::test]
async fn refunds_add_up_to_what_was_captured_and_no_further() {
    let bench = Bench::new();
    let paid = bench.paid_with("pm_card_visa").await;
    let of = format!("payment_intent={}", paid.id());
    let form = format!("{of}&amount=500&reason=requested_by_customer&metadata[refund_id]=rfd_1");
    let first = bench.refund(&form).await;
    let fields = ["object", "amount", "status", "currency", "reason"].map(|field| first.body[field].clone());
    assert_eq!(fields, [json!("refund"), json!(500), json!("succeeded"), json!("eur"), json!("requested_by_customer")]);
    assert_eq!(first.body["metadata"], json!({"refund_id": "rfd_1"}));
    assert_eq!(bench.refunded_so_far(&paid).await, (json!(500), json!(false)));
    assert_eq!(
        bench.refund(&format!("{of}&amount=1500")).await.error(),
        (400, "invalid_request_error", None, Some("amount"))
    );
    assert_eq!(bench.refund(&format!("{of}&amount=0")).await.error().2, Some("parameter_invalid_integer"));
    // No amount is all that is left, and the charge is as good a name as its intent.
    let charge = paid.body["latest_charge"].as_str().unwrap();
    let rest = bench.refund(&format!("charge={charge}")).await;
    assert_eq!(rest.body["amount"], 1499);
    assert_eq!(bench.refunded_so_far(&paid).await, (json!(1999), json!(true)));
    assert_eq!(bench.refund(&of).await.error().2, Some("charge_already_refunded"));
    let listed = bench.ask("GET", &format!("/v1/refunds?{of}"), "").await.body;
    assert_eq!((&listed["data"][0], &listed["data"][1]), (&rest.body, &first.body));
    assert_eq!(bench.ask("GET", &format!("/v1/refunds/{}", first.id()), "").await.body, first.body);
    let (created, charge) = ("refund.created", "charge.refunded");
    assert_eq!(bench.happened(), ["payment_intent.succeeded", created, charge, created, charge]);
}

#[tokio::test]
async fn a_list_of_refunds_is_one_intents() {
    let bench = Bench::new();
    let (one, two) = (bench.paid_with("pm_card_visa").await, bench.paid_with("pm_card_visa").await);
    for paid in [&one, &two, &one] {
        bench.refund(&format!("payment_intent={}&amount=1", paid.id())).await;
    }
    let count = async |query: &str| {
        bench.ask("GET", &format!("/v1/refunds?{query}"), "").await.body["data"].as_array().unwrap().len()
    };
    assert_eq!(count(&format!("payment_intent={}", one.id())).await, 2);
    assert_eq!(count(&format!("payment_intent={}", two.id())).await, 1);
    assert_eq!(count("limit=100").await, 3);
    let unknown = bench.ask("GET", "/v1/refunds?payment_intent=pi_none", "").await;
    assert_eq!(unknown.error(), (400, "invalid_request_error", Some("resource_missing"), Some("payment_intent")));
}

#[tokio::test]
async fn only_what_was_captured_is_refunded() {
    let bench = Bench::new();
    let open = bench.ask("POST", "/v1/payment_intents", "amount=500&currency=eur").await;
    let declined = bench.paid_with("pm_card_chargeDeclined").await;
    let declined = declined.body["error"]["payment_intent"]["id"].as_str().unwrap();
    let late = bench.paid_with("pm_sandbox_succeedsLate").await;
    for id in [open.id(), declined, late.id()] {
        let refused = bench.refund(&format!("payment_intent={id}")).await;
        assert_eq!(refused.error(), (400, "invalid_request_error", None, Some("payment_intent")));
    }
    assert_eq!(bench.refund("payment_intent=pi_none").await.error().2, Some("resource_missing"));
    assert_eq!(bench.refund("amount=1").await.error().2, Some("parameter_missing"));
    assert_eq!(bench.refund("payment_intent=a&charge=b").await.error().3, Some("charge"));
    assert_eq!(bench.refund("payment_intent=a&reason=because").await.error().3, Some("reason"));
    assert!(bench.gateway.refunds().unwrap().is_empty());
}

#[tokio::test]
async fn a_refund_that_fails_later_gives_its_amount_back() {
    for card in ["pm_sandbox_refundFails", "pm_card_refundFail"] {
        let bench = Bench::new();
        bench.gateway.takes(Duration::from_secs(3 * 86_400));
        let paid = bench.paid_with(card).await;
        let refund = bench.refund(&format!("payment_intent={}&amount=700", paid.id())).await;
        assert_eq!(refund.body["status"], "succeeded");
        bench.settle().await;
        assert_eq!(bench.heard(), ["payment_intent.succeeded", "refund.created", "charge.refunded"]);
        bench.pass(3 * 86_400 - 1).await;
        assert!(bench.heard().is_empty());
        bench.pass(1).await;
        assert_eq!(bench.heard(), ["refund.updated", "refund.failed"]);
        let failed = bench.ask("GET", &format!("/v1/refunds/{}", refund.id()), "").await.body;
        assert_eq!((&failed["status"], failed["failure_reason"].is_string()), (&json!("failed"), true));
        assert_eq!(bench.refunded_so_far(&paid).await, (json!(0), json!(false)));
        // All of it can be refunded again.
        assert_eq!(bench.refund(&format!("payment_intent={}", paid.id())).await.body["amount"], 1999);
    }
}

#[tokio::test]
async fn a_pending_refund_succeeds_later() {
    let bench = Bench::new();
    let paid = bench.paid_with("pm_card_pendingRefund").await;
    let refund = bench.refund(&format!("payment_intent={}", paid.id())).await;
    assert_eq!(refund.body["status"], "pending");
    assert_eq!(bench.refunded_so_far(&paid).await, (json!(1999), json!(true)));
    bench.pass(60).await;
    assert_eq!(bench.gateway.refunds().unwrap()[0].status, RefundStatus::Succeeded);
    assert_eq!(bench.heard().last().unwrap(), "refund.updated");
}
