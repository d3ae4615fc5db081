//! events/ holds an event for each function. Each is handed to its function as Lambda would, in a world that has what
//! it speaks of, and must get the answer that stands here.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::BTreeMap;
use std::path::Path;

use holdfast_auth::Role;
use holdfast_http::Signatures;
use holdfast_local::Channel;
use holdfast_local::engines::gateway::WEBHOOK_SECRET;
use holdfast_testing::Shop;
use holdfast_tests::stories::webhooks::{self, Receiver};
use holdfast_tests::stories::{orders, payments};
use serde_json::{Value, json};

/// What a function answers its sample.
#[derive(Clone, Copy)]
enum Answers {
    /// An endpoint: with this status.
    Http(u16),
    /// A consumer: no record failed.
    Batch,
    /// What a schedule calls: nothing.
    Nothing,
    /// What is called by hand: that it is at its end.
    Done,
}
use Answers::{Batch, Done, Http, Nothing};

/// What each sample is answered.
const ANSWERS: [(&str, Answers); 120] = [
    ("addresses-create", Http(201)),
    ("addresses-delete", Http(204)),
    ("addresses-list", Http(200)),
    ("addresses-update", Http(200)),
    ("admin-orders-get", Http(200)),
    ("admin-orders-list", Http(200)),
    ("admin-orders-set-status", Http(200)),
    ("admin-returns-decide", Http(200)),
    ("admin-returns-list", Http(200)),
    ("audit-anchor", Nothing),
    ("audit-append", Batch),
    ("audit-list", Http(200)),
    ("auth-forgot-password", Http(202)),
    ("auth-jwks", Http(200)),
    ("auth-login", Http(200)),
    ("auth-logout", Http(204)),
    ("auth-refresh", Http(200)),
    ("auth-register", Http(202)),
    ("auth-resend-verification", Http(202)),
    ("auth-reset-password", Http(204)),
    ("auth-verify-email", Http(204)),
    ("availability-get", Http(200)),
    ("buyers-erase", Batch),
    ("cart-add-item", Http(201)),
    ("cart-clear", Http(200)),
    ("cart-get", Http(200)),
    ("cart-merge", Http(200)),
    ("cart-remove-item", Http(200)),
    ("cart-set-item", Http(200)),
    ("catalog-availability", Batch),
    ("categories-create", Http(201)),
    ("categories-delete", Http(204)),
    ("categories-list", Http(200)),
    ("categories-update", Http(200)),
    ("checkout-place", Http(201)),
    ("checkout-quote", Http(200)),
    ("devices-register", Http(201)),
    ("devices-remove", Http(204)),
    ("devices-verify", Http(200)),
    ("docs-openapi", Http(200)),
    ("docs-page", Http(200)),
    ("event-relay", Batch),
    ("health", Http(200)),
    ("images-create-upload", Http(201)),
    ("images-delete", Http(204)),
    ("images-process", Batch),
    ("imports-get", Http(200)),
    ("imports-run", Batch),
    ("inventory-projector", Batch),
    ("low-stock-alert", Batch),
    ("mail-feedback", Batch),
    ("me-change-password", Http(204)),
    ("me-delete", Http(204)),
    ("me-get", Http(200)),
    ("me-sessions-list", Http(200)),
    ("me-sessions-revoke", Http(204)),
    ("me-update", Http(200)),
    ("migrations-run", Done),
    ("not-found", Http(404)),
    ("notifications-send", Batch),
    ("orders-cancel", Http(200)),
    ("orders-get", Http(200)),
    ("orders-list", Http(200)),
    ("orders-receipt", Http(200)),
    ("orders-request-return", Http(201)),
    ("payments-create-intent", Http(200)),
    ("payments-follow-orders", Batch),
    ("payments-list", Http(200)),
    ("payments-reconcile", Nothing),
    ("payments-refund", Http(201)),
    ("payments-refund-execute", Batch),
    ("payments-webhook", Http(200)),
    ("preferences-get", Http(200)),
    ("preferences-set", Http(200)),
    ("products-create", Http(201)),
    ("products-delete", Http(204)),
    ("products-export", Http(200)),
    ("products-get", Http(200)),
    ("products-import", Http(202)),
    ("products-list", Http(200)),
    ("products-update", Http(200)),
    ("reservations-expire", Batch),
    ("reservations-sweep", Nothing),
    ("settings-get", Http(200)),
    ("settings-update", Http(200)),
    ("shipping-methods-list", Http(200)),
    ("shipping-webhook", Http(204)),
    ("stock-adjust", Http(201)),
    ("stock-audit", Nothing),
    ("stock-create", Http(201)),
    ("stock-get", Http(200)),
    ("stock-history", Http(200)),
    ("stock-list", Http(200)),
    ("stock-low", Http(200)),
    ("stock-release", Http(200)),
    ("stock-reserve", Http(201)),
    ("stock-set-threshold", Http(200)),
    ("stock-sync", Http(200)),
    ("stock-transfer", Http(201)),
    ("unsubscribe", Http(204)),
    ("users-disable", Http(200)),
    ("users-exists", Http(200)),
    ("users-get", Http(200)),
    ("users-list", Http(200)),
    ("users-set-roles", Http(200)),
    ("variants-create", Http(201)),
    ("variants-delete", Http(204)),
    ("variants-update", Http(200)),
    ("warehouses-create", Http(201)),
    ("warehouses-list", Http(200)),
    ("warehouses-update", Http(200)),
    ("webhook-deliver", Batch),
    ("webhook-deliveries-list", Http(200)),
    ("webhook-deliveries-resend", Http(202)),
    ("webhook-endpoints-create", Http(201)),
    ("webhook-endpoints-delete", Http(204)),
    ("webhook-endpoints-list", Http(200)),
    ("webhook-endpoints-rotate-secret", Http(200)),
    ("webhook-endpoints-update", Http(200)),
    ("webhooks-parked-retry", Nothing),
];

/// A world that has what the samples speak of, and the values of their `${…}`.
async fn seeded() -> (Shop, BTreeMap<&'static str, String>) {
    let shop = Shop::with_parameters([("LowStockAlertAddress", "stock@demo.test")]);
    holdfast_local::seed::account(shop.world(), "customer@demo.test", "holdfast-demo", "Ada Lovelace", &[])
        .await
        .unwrap();
    let customer = shop.log_in(shop.guest(), "customer@demo.test", "holdfast-demo").await;
    let admin = shop.hire("admin@demo.test", &[Role::Admin]).await;
    let address = json!({"name": "Ada", "line1": "1 Street", "city": "London", "postal_code": "1", "country": "GB"});
    let address = customer.post("/v1/me/addresses", address).await.expect_status(201);
    let newcomer = json!({"email": "new@example.com", "password": "correct horse battery", "name": "New"});
    shop.guest().post("/v1/auth/register", newcomer).await.expect_status(202);
    shop.guest().post("/v1/auth/forgot-password", json!({"email": "customer@demo.test"})).await.expect_status(202);
    let clerk = shop.hire("catalog@demo.test", &[Role::Catalog]).await;
    let kitchen = clerk.clone().keyed("kitchen").post("/v1/admin/categories", json!({"name": "Kitchen"})).await;
    let mug = json!({
        "title": "Stoneware mug",
        "options": [{"name": "Colour", "values": ["blue", "white", "green"]}],
        "variants": [
            {"sku": "MUG-BLUE", "price": {"amount": 1999, "currency": "USD"}, "options": {"Colour": "blue"}},
            {"sku": "MUG-WHITE", "price": {"amount": 1999, "currency": "USD"}, "options": {"Colour": "white"}},
        ],
    });
    let mug = clerk.clone().keyed("mug").post("/v1/admin/products", mug).await.expect_status(201);
    Receiver::at(&shop, "hooks.example.com");
    let (webhook_endpoint, _) = webhooks::registers(&admin, "https://hooks.example.com/").await;
    let keeper = shop.hire("warehouse@demo.test", &[Role::Warehouse]).await;
    let opens = |name: &'static str| {
        let keeper = keeper.clone().keyed(name);
        async move { keeper.post("/v1/admin/warehouses", json!({"name": name, "priority": 1})).await.expect_status(201) }
    };
    let (warehouse, other) = (opens("Basel").await, opens("Geneva").await);
    let stock = json!({"sku": "TEE-M", "warehouse_id": warehouse.at("/id"), "on_hand": 40});
    keeper.clone().keyed("first").post("/v1/admin/inventory", stock).await.expect_status(201);
    let mugs = json!({"sku": "MUG-BLUE", "warehouse_id": warehouse.at("/id"), "on_hand": 40});
    keeper.clone().keyed("mugs").post("/v1/admin/inventory", mugs).await.expect_status(201);
    let hold = json!({"quantity": 1, "ttl_seconds": 900, "reference": "a call"});
    let held = keeper.clone().keyed("held").post("/v1/admin/inventory/TEE-M/reserve", hold).await.expect_status(201);
    let picture = json!({"content_type": "image/png", "bytes": 482113, "alt": "A blue mug on a table"});
    let images = format!("/v1/admin/products/{}/images", mug.at("/id"));
    let picture = clerk.post(&images, picture).await.expect_status(201).at("/image/id");
    let cart = json!({"sku": "MUG-BLUE", "quantity": 1});
    let cart = shop.guest().post("/v1/cart/items", cart).await.expect_status(201).at("/cart_token");
    let order = orders::guest_order(&shop, "MUG-BLUE", 1).await.1;
    let paid = orders::reaches(&shop, &admin, "MUG-BLUE", &[]).await;
    let shipped = orders::reaches(&shop, &admin, "MUG-BLUE", &["PROCESSING", "SHIPPED"]).await;
    let delivered = orders::reaches(&shop, &admin, "MUG-BLUE", &["PROCESSING", "SHIPPED", "DELIVERED"]).await;
    let returned = orders::reaches(&shop, &admin, "MUG-BLUE", &["PROCESSING", "SHIPPED", "DELIVERED"]).await;
    let back = json!({"lines": [{"sku": "MUG-BLUE", "quantity": 1}], "reason": "chipped"});
    let buyer = shop.guest().with_header("x-order-token", &returned.at("/order_token")).keyed("back");
    let back = buyer.post(&format!("/v1/orders/{}/returns", returned.at("/id")), back).await.expect_status(201);
    let (payer, settled) = orders::guest_order(&shop, "MUG-BLUE", 1).await;
    payments::pays(&shop, &payer, &settled, "pm_card_visa").await;
    // Not brought to the gateway yet.
    shop.world().enable_sources("PaymentsRefundExecuteFunction", false);
    let path = format!("/v1/admin/orders/{}/refunds", settled.at("/id"));
    let part = json!({"amount": {"amount": 500, "currency": "USD"}, "reason": "a gesture"});
    let refund = admin.clone().keyed("refund").post(&path, part).await.expect_status(201);
    let paying: Value = serde_json::from_str(&sample("payments-webhook")).unwrap();
    let paying = paying["body"].as_str().unwrap().replace("${order_id}", &order.at("/id"));
    let secret = shop.world().engines().ssm.get("/holdfast/local/carrier-secret").unwrap().unwrap();
    let told =
        format!(r#"{{"id":"evt-20261121-0001","type":"shipment.delivered","order_id":"{}"}}"#, shipped.at("/id"));
    let phone = json!({"kind": "phone", "number": "+41791234567"});
    let device = customer.post("/v1/me/devices", phone).await.expect_status(201);
    shop.settle().await;
    let deliveries = format!("/v1/admin/webhook-endpoints/{webhook_endpoint}/deliveries");
    let webhook_delivery = admin.get(&deliveries).await.at("/items/0/id");
    let text = shop.mails().into_iter().rev().find(|mail| mail.channel == Channel::Sms).unwrap().text;
    let phone_code = text.split(' ').nth(1).unwrap().to_owned();
    let mail = shop.mails().into_iter().find(|mail| mail.headers.contains_key("List-Unsubscribe")).unwrap();
    let declines = mail.headers["List-Unsubscribe"].trim_matches(['<', '>']).split_once("token=").unwrap().1.to_owned();
    // Not worked on yet.
    let key = format!("uploads/{}/{picture}", mug.at("/id"));
    shop.world().engines().s3.put("local-holdfast-media-us-east-1-000000000000", &key, b"no picture").unwrap();
    let file = "slug,title,sku,price,currency\nlinen-towel,Linen tea towel,TOWEL,12.50,USD\n";
    let import = json!({"content_type": "text/csv", "bytes": file.len()});
    let import = clerk.clone().keyed("import").post("/v1/admin/products/import", import).await.expect_status(202);
    let (import, bucket) = (import.at("/import/id"), "local-holdfast-media-us-east-1-000000000000");
    shop.world().engines().s3.put(bucket, &format!("imports/{import}"), file.as_bytes()).unwrap();
    let values = BTreeMap::from([
        ("device_id", device.at("/id")),
        ("phone_code", phone_code),
        ("unsubscribe_token", declines),
        ("address_mark", mail.tags["address"].clone()),
        ("cart_token", cart),
        ("order_id", order.at("/id")),
        ("order_token", order.at("/order_token")),
        ("settled_order_id", settled.at("/id")),
        ("refund_id", refund.at("/id")),
        ("gateway_signature", Signatures::of(WEBHOOK_SECRET).header(paying.as_bytes(), shop.now())),
        ("paid_order_id", paid.at("/id")),
        ("paid_order_token", paid.at("/order_token")),
        ("shipped_order_id", shipped.at("/id")),
        ("delivered_order_id", delivered.at("/id")),
        ("delivered_order_token", delivered.at("/order_token")),
        ("returned_order_id", returned.at("/id")),
        ("return_id", back.at("/id")),
        ("carrier_signature", Signatures::of(&secret).header(told.as_bytes(), shop.now())),
        ("import_id", import),
        ("image_id", picture),
        ("webhook_endpoint_id", webhook_endpoint),
        ("webhook_delivery_id", webhook_delivery),
        ("catalog_token", clerk.access_token()),
        ("category_id", kitchen.expect_status(201).at("/id")),
        ("product_id", mug.at("/id")),
        ("warehouse_token", keeper.access_token()),
        ("warehouse_id", warehouse.at("/id")),
        ("other_warehouse_id", other.at("/id")),
        ("reservation_id", held.at("/id")),
        ("customer_token", customer.access_token()),
        ("admin_token", admin.access_token()),
        ("refresh_token", customer.refresh_token()),
        ("customer_id", customer.user_id()),
        ("session_id", customer.get("/v1/me/sessions").await.at("/items/0/id")),
        ("address_id", address.at("/id")),
        ("verification_code", shop.code_from_mail("new@example.com")),
        ("reset_code", shop.code_from_mail("customer@demo.test")),
    ]);
    (shop, values)
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(format!("{name}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_is_handled() {
    let (first, _) = seeded().await;
    let bins: Vec<&str> = first.world().stack().functions.iter().map(|function| function.bin.as_str()).collect();
    for bin in bins {
        assert!(ANSWERS.iter().any(|(name, _)| *name == bin), "{bin} has no sample: write events/{bin}.json");
    }
    // Each in a world of its own, two at a time.
    let halves = [0, 1].map(|first| {
        tokio::spawn(async move {
            for (name, answers) in ANSWERS.into_iter().skip(first).step_by(2) {
                is_handled(name, answers).await;
            }
        })
    });
    for half in halves {
        half.await.unwrap();
    }
}

async fn is_handled(name: &str, answers: Answers) {
    let (shop, values) = seeded().await;
    let text = values.iter().fold(sample(name), |text, (value, real)| text.replace(&format!("${{{value}}}"), real));
    assert!(!text.contains("${"), "{name}: a value is unknown: {text}");
    let event: Value = serde_json::from_str(&text).unwrap();
    let mails = shop.mails().len();
    let known = shop.world().engines().events.archived().unwrap().len();
    let answer = shop.world().invoke(name, event).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    match answers {
        Http(status) => assert_eq!(answer["statusCode"], status, "{name}: {answer}"),
        Batch => assert_eq!(answer, json!({"batchItemFailures": []}), "{name}"),
        Nothing => assert_eq!(answer, Value::Null, "{name}"),
        Done => assert_eq!(answer["status"], "DONE", "{name}: {answer}"),
    }
    let published = shop.world().engines().events.archived().unwrap().len();
    if name == "event-relay" {
        assert_eq!(published, known + 1, "the event is published");
    }
    shop.settle().await;
    if ["notifications-send", "low-stock-alert"].contains(&name) {
        assert_eq!(shop.mails().len(), mails + 1, "the mail is sent");
    }
}
