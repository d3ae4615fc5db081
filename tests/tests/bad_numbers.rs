//! Counts, prices and times that are none: each gets its documented 4xx, which names what was wrong, and nothing changes.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use holdfast_auth::Role;
use holdfast_testing::{Actor, Answer, Shop};
use http::{Method, Request};
use serde_json::json;

/// All that is stored: equal before and after.
fn stored(shop: &Shop) -> u64 {
    shop.world().stack().tables.iter().map(|table| shop.world().engines().dynamo.writes(&table.name)).sum()
}

/// Sends a body as it is written: some of these numbers are no JSON that a library would write.
async fn sends(actor: &Actor, method: &Method, path: &str, body: String) -> Answer {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    actor
        .clone()
        .keyed(&format!("{path} {body}").replace([' ', '"'], "_"))
        .send(request.body(body.into()).unwrap())
        .await
}

/// What no number field takes, with the pointer's place where it is a field's fault and not the document's.
const NEVER: [(&str, u16); 8] = [
    ("1.5", 422),
    ("9223372036854775808", 422),
    ("-9223372036854775809", 422),
    ("1e309", 400),
    ("1e3", 422),
    ("\"3\"", 422),
    ("true", 422),
    ("NaN", 400),
];

/// Who asks for what, the body around the number, the pointer to it, and numbers that this field alone refuses.
type Field<'a> = (&'a Actor, &'a Method, &'a str, String, &'a str, &'a [&'a str]);

#[tokio::test]
async fn a_number_is_refused_by_what_is_wrong_with_it() {
    let shop = Shop::open();
    let (keeper, clerk) = (shop.staff(Role::Warehouse).await, shop.staff(Role::Catalog).await);
    let opened =
        keeper.clone().keyed("basel").post("/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await;
    let basel = opened.expect_status(201).at("/id");
    let opened =
        keeper.clone().keyed("bern").post("/v1/admin/warehouses", json!({"name": "Bern", "priority": 2})).await;
    let bern = opened.expect_status(201).at("/id");
    let stock = json!({"sku": "MUG", "warehouse_id": basel, "on_hand": 10});
    keeper.clone().keyed("first").post("/v1/admin/inventory", stock).await.expect_status(201);
    let hold = json!({"quantity": 4, "ttl_seconds": 60, "reference": "a call"});
    keeper.clone().keyed("held").post("/v1/admin/inventory/MUG/reserve", hold).await.expect_status(201);
    let mug = json!({"title": "Mug", "variants": [{"sku": "MUG", "price": {"amount": 999, "currency": "USD"}}]});
    clerk.clone().keyed("mug").post("/v1/admin/products", mug).await.expect_status(201);
    shop.settle().await;

    let (post, patch) = (Method::POST, Method::PATCH);
    let inventory = "/v1/admin/inventory";
    let (adjust, transfer) = (format!("{inventory}/MUG/adjust"), format!("{inventory}/MUG/transfer"));
    let (reserve, threshold) = (format!("{inventory}/MUG/reserve"), format!("{inventory}/MUG"));
    let sync = format!("{inventory}/sync");
    let warehouse = format!("/v1/admin/warehouses/{basel}");
    let fields: [Field; 12] = [
        (
            &keeper,
            &post,
            inventory,
            format!(r#"{{"sku": "NEW", "warehouse_id": "{basel}", "on_hand": #}}"#),
            "/on_hand",
            &["-1", "100000001"],
        ),
        (
            &keeper,
            &post,
            &adjust,
            format!(r#"{{"warehouse_id": "{basel}", "delta": #, "reason": "x"}}"#),
            "/delta",
            &["0", "100000001", "-100000001"],
        ),
        (
            &keeper,
            &post,
            &transfer,
            format!(r#"{{"from": "{basel}", "to": "{bern}", "quantity": #}}"#),
            "/quantity",
            &["0", "-1", "100000001"],
        ),
        (
            &keeper,
            &post,
            &reserve,
            r#"{"quantity": #, "ttl_seconds": 60, "reference": "x"}"#.to_owned(),
            "/quantity",
            &["0", "-1", "100000001"],
        ),
        (
            &keeper,
            &post,
            &reserve,
            r#"{"quantity": 1, "ttl_seconds": #, "reference": "x"}"#.to_owned(),
            "/ttl_seconds",
            &["0", "-60", "59", "3601"],
        ),
        (
            &keeper,
            &post,
            &sync,
            format!(r#"{{"warehouse_id": "{basel}", "counts": [{{"sku": "MUG", "on_hand": #}}]}}"#),
            "/counts/0/on_hand",
            &["-1", "100000001"],
        ),
        (&keeper, &patch, &threshold, r#"{"low_stock_threshold": #}"#.to_owned(), "/low_stock_threshold", &["-1"]),
        (&keeper, &patch, &warehouse, r#"{"priority": #}"#.to_owned(), "/priority", &["-1", "1001"]),
        (
            &clerk,
            &post,
            "/v1/admin/products",
            r#"{"title": "Cup", "variants": [{"sku": "CUP", "price": {"amount": #, "currency": "USD"}}]}"#.to_owned(),
            "/variants/0/price/amount",
            &["0", "-1", "10000000001"],
        ),
        (
            &clerk,
            &patch,
            "/v1/admin/variants/MUG",
            r#"{"price": {"amount": #, "currency": "USD"}}"#.to_owned(),
            "/price/amount",
            &["0", "-1", "10000000001"],
        ),
        (
            &clerk,
            &patch,
            "/v1/admin/variants/MUG",
            r#"{"compare_at_price": {"amount": #, "currency": "USD"}}"#.to_owned(),
            "/compare_at_price/amount",
            &["0", "-1", "999"],
        ),
        (&clerk, &patch, "/v1/admin/variants/MUG", r#"{"weight_grams": #}"#.to_owned(), "/weight_grams", &["0", "-1"]),
    ];
    let before = stored(&shop);
    for (who, method, path, body, pointer, refused) in fields {
        let never = NEVER.iter().copied().chain(refused.iter().map(|number| (*number, 422)));
        for (number, status) in never {
            let answer = sends(who, method, path, body.replace('#', number)).await;
            assert_eq!(answer.status.as_u16(), status, "{path} {pointer} {number}: {answer:?}");
            let code = if status == 400 { "malformed_request" } else { "invalid_input" };
            assert_eq!(answer.problem_code(), code);
            if status == 422 {
                assert_eq!(answer.at("/errors/0/pointer"), pointer, "{path} {number}: {answer:?}");
            }
        }
    }
    // A number that is one, and more than what is not held.
    let more = format!(r#"{{"warehouse_id": "{basel}", "delta": -7, "reason": "x"}}"#);
    sends(&keeper, &post, &adjust, more).await.expect_problem(409, "below_reserved");
    for path in [format!("{inventory}/NONE/adjust"), format!("{inventory}/NONE/reserve")] {
        let body = if path.ends_with("adjust") {
            format!(r#"{{"warehouse_id": "{basel}", "delta": 1, "reason": "x"}}"#)
        } else {
            r#"{"quantity": 1, "ttl_seconds": 60, "reference": "x"}"#.to_owned()
        };
        sends(&keeper, &post, &path, body).await.expect_problem(404, "not_found");
    }
    sends(&keeper, &post, &format!("{inventory}/not%20a%20sku/reserve"), "{}".to_owned())
        .await
        .expect_problem(404, "not_found");
    assert_eq!(stored(&shop), before, "nothing was written");
}
