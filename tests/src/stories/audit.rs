//! Who did what, and what shows that nobody has changed it.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};

use super::stock::opens;

/// A page of the trail.
pub async fn records(staff: &Actor, query: &str) -> Vec<Value> {
    let page = staff.get(&format!("/v1/admin/audit?{query}")).await.expect_status(200).json();
    page["items"].as_array().unwrap().clone()
}

fn kinds(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["event_type"].as_str().unwrap()).collect()
}

pub async fn what_staff_and_customers_do_is_recorded(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let ada = shop.customer("ada@example.test").await;
    ada.patch("/v1/me", json!({"name": "Ada King"})).await.expect_status(200);
    let basel = opens(&admin, "Basel", 1).await;
    shop.advance(Duration::from_secs(1));
    let path = format!("/v1/admin/warehouses/{basel}");
    admin.patch(&path, json!({"name": "Basel 2"})).await.expect_status(200);
    // What is refused is no deed.
    admin.patch(&path, json!({"name": ""})).await.expect_problem(422, "invalid_input");
    shop.settle().await;

    let of_basel = records(&admin, &format!("subject={basel}")).await;
    assert_eq!(kinds(&of_basel), ["inventory.warehouse-changed.v1", "inventory.warehouse-created.v1"]);
    for (record, position) in of_basel.iter().zip([2, 1]) {
        assert_eq!(
            [&record["actor"], &record["position"], &record["sequence"]],
            [&json!(admin.user_id()), &json!(position), &json!(position)]
        );
        assert!(record["correlation_id"].as_str().is_some_and(|id| !id.is_empty()), "{record}");
    }
    assert_eq!(of_basel[0]["previous"], of_basel[1]["hash"]);
    assert_eq!(of_basel[1]["previous"], "");
    // Of a person there is an id, and nothing else; not even what staff wrote of a warehouse.
    let all = records(&admin, "limit=100").await;
    let text = Value::from(all.clone()).to_string();
    for word in ["ada@example.test", "Ada", "Basel"] {
        assert!(!text.contains(word), "{word} is in {text}");
    }
    assert!(all.iter().any(|record| record["actor"] == ada.user_id().as_str()));
    assert_eq!(kinds(&records(&admin, &format!("actor={}&subject={basel}", ada.user_id())).await), [""; 0]);

    // Every event with an actor has its record, and no other has one.
    let archived = shop.world().engines().events.archived().unwrap();
    let mut acted: Vec<_> =
        archived.iter().map(|one| &one.event["detail"]).filter(|event| !event["actor"].is_null()).collect();
    acted.sort_by_key(|event| event["id"].to_string());
    acted.dedup();
    let mut recorded: Vec<_> = all.iter().map(|record| record["event_id"].clone()).collect();
    recorded.sort_by_key(Value::to_string);
    assert_eq!(acted.into_iter().map(|event| event["id"].clone()).collect::<Vec<_>>(), recorded);
}

pub async fn records_are_looked_for(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let keeper = shop.staff(Role::Warehouse).await;
    let mut warehouses = Vec::new();
    for nth in 0..5 {
        let who = if nth % 2 == 0 { &admin } else { &keeper };
        warehouses.push(opens(who, &format!("W{nth}"), nth).await);
        shop.advance(Duration::from_secs(60));
    }
    let middle = shop.now();
    shop.advance(Duration::from_secs(60));
    keeper.patch(&format!("/v1/admin/warehouses/{}", warehouses[0]), json!({"name": "W"})).await.expect_status(200);
    shop.settle().await;

    let (by_keeper, of_first) = (format!("actor={}", keeper.user_id()), format!("subject={}", warehouses[0]));
    let created = |records: &[Value]| -> Vec<String> {
        let warehouses =
            records.iter().filter(|record| record["event_type"].as_str().unwrap().starts_with("inventory."));
        warehouses.map(|record| record["subject"].as_str().unwrap().to_owned()).collect()
    };
    let keepers = [&warehouses[0], &warehouses[3], &warehouses[1]].map(Clone::clone);
    assert_eq!(created(&records(&admin, &format!("{by_keeper}&limit=100")).await), keepers);
    assert_eq!(records(&admin, &of_first).await.len(), 2);
    assert_eq!(records(&admin, &format!("{of_first}&{by_keeper}")).await.len(), 1);
    // From a moment on, before it, and between two.
    assert_eq!(records(&admin, &format!("from={middle}")).await.len(), 1);
    assert_eq!(records(&admin, &format!("{of_first}&to={middle}")).await.len(), 1);
    assert_eq!(records(&admin, &format!("{by_keeper}&from={middle}&to={middle}")).await, Vec::<Value>::new());
    // Page after page, each once, the newest first.
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/v1/admin/audit?limit=2{cursor}")).await.expect_status(200).json();
        paged.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, records(&admin, "limit=100").await);
    let times: Vec<_> = paged.iter().map(|record| record["time"].as_str().unwrap().to_owned()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");

    for (query, pointer) in [
        ("subject=", "?subject"),
        ("actor=", "?actor"),
        ("from=yesterday", "?from"),
        ("to=2026-13-01T00:00:00Z", "?to"),
        ("limit=0", "?limit"),
        ("cursor=x", "?cursor"),
        ("subjct=x", "?subjct"),
    ] {
        let answer = admin.get(&format!("/v1/admin/audit?{query}")).await.expect_problem(422, "invalid_input");
        assert_eq!(answer.at("/errors/0/pointer"), pointer, "{query}");
    }
    // A cursor is good for its own question.
    let page = admin.get("/v1/admin/audit?limit=2").await.at("/next_cursor");
    admin.get(&format!("/v1/admin/audit?limit=2&{of_first}&cursor={page}")).await.expect_problem(422, "invalid_input");
}

/// The heads that were written where nobody can change them, each as `subject position hash`.
pub fn written_heads(shop: &Shop) -> Vec<Value> {
    let buckets = &shop.world().stack().buckets;
    let bucket = buckets.iter().find(|bucket| bucket.logical_id == "AuditBucket").unwrap();
    let objects = shop.world().engines().s3.objects(&bucket.name).unwrap();
    let lines = objects.into_iter().filter(|(key, _)| key.starts_with("heads/"));
    lines
        .flat_map(|(_, bytes)| {
            let text = String::from_utf8(bytes).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
        })
        .collect()
}

pub async fn the_heads_are_written_every_day(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let basel = opens(&admin, "Basel", 1).await;
    shop.settle().await;
    shop.advance(Duration::from_secs(24 * 60 * 60));
    shop.settle().await;
    let heads = written_heads(&shop);
    let of_basel: Vec<_> = heads.iter().filter(|head| head["subject"] == basel.as_str()).collect();
    let admin = shop.log_in(shop.guest(), admin.email(), admin.password()).await;
    let [record] = records(&admin, &format!("subject={basel}")).await.try_into().unwrap();
    assert_eq!(of_basel, [&json!({"subject": basel, "position": 1, "hash": record["hash"]})]);
    // The next day only what has moved is written anew.
    admin.patch(&format!("/v1/admin/warehouses/{basel}"), json!({"name": "Basel 2"})).await.expect_status(200);
    shop.settle().await;
    shop.advance(Duration::from_secs(24 * 60 * 60));
    shop.settle().await;
    let positions: Vec<_> = written_heads(&shop)
        .into_iter()
        .filter(|head| head["subject"] == basel.as_str())
        .map(|head| head["position"].clone())
        .collect();
    assert_eq!(positions, [1, 2]);
}
