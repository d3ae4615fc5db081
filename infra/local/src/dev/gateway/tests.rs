use super::*;

fn intent(status: IntentStatus) -> Intent {
    let value = serde_json::json!({
        "id": "pi_1", "object": "payment_intent", "amount": 1999, "amount_capturable": 0, "amount_received": 0,
        "capture_method": "automatic_async", "client_secret": "pi_1_secret_1", "confirmation_method": "automatic",
        "created": 1_767_225_600, "currency": "eur", "livemode": false, "metadata": {"order_id": "<b>ord_1</b>"},
        "payment_method_types": ["card"], "status": status,
    });
    serde_json::from_value(value).unwrap()
}

#[test]
fn only_the_gateways_own_paths_are_its_own() {
    for path in ["/dev/gateway", "/dev/gateway/", "/dev/gateway/v1/refunds", "/dev/gateway/pay/pi_1"] {
        assert!(is_gateway(path), "{path}");
    }
    assert!(!is_gateway("/dev/gateways") && !is_gateway("/dev") && !is_gateway("/v1/dev/gateway"));
}

#[test]
fn the_api_sees_its_path_and_query_without_the_host() {
    let request = Request::get("/dev/gateway/v1/refunds?payment_intent=pi_1").body(Bytes::new()).unwrap();
    assert_eq!(within(request).unwrap().uri(), "/v1/refunds?payment_intent=pi_1");
}

#[test]
fn an_open_payment_has_a_button_for_each_card_and_others_have_none() {
    let open = list(&[intent(IntentStatus::RequiresPaymentMethod)]);
    for card in CARDS {
        assert!(open.contains(&format!("name=\"payment_method\" value=\"{}\"", card.id)), "{open}");
    }
    assert!(open.contains("19.99 EUR") && open.contains("&lt;b&gt;ord_1&lt;/b&gt;") && !open.contains("<b>ord_1"));
    let asked = list(&[intent(IntentStatus::RequiresAction)]);
    assert!(asked.contains("name=\"authenticated\" value=\"no\"") && !asked.contains("payment_method"), "{asked}");
    for done in [IntentStatus::Succeeded, IntentStatus::Processing, IntentStatus::Canceled] {
        assert!(!list(&[intent(done)]).contains("<form"));
    }
    assert!(list(&[]).contains("Nobody has been asked to pay yet"));
}

#[test]
fn an_outcome_is_said_and_cannot_leave_its_place() {
    assert!(outcome(Ok(intent(IntentStatus::Processing))).contains("class=\"well\""));
    let failed = Intent {
        last_payment_error: Some(serde_json::json!({"message": "The card was <i>declined</i>."})),
        ..intent(IntentStatus::RequiresPaymentMethod)
    };
    let failed = outcome(Ok(failed));
    assert!(failed.contains("class=\"ill\"") && failed.contains("&lt;i&gt;declined"), "{failed}");
    assert!(outcome(Err("no <such> payment".to_owned())).contains("no &lt;such&gt; payment"));
}
