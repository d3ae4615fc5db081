//! The audit trail: it does not fork, it says each thing once, it comes out of the archive as it was, and whatever is done to it is found.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_dynamo::{Query, Store, Table, of_kind};
use holdfast_local::{Fault, Faults, Kind, Matcher, Options};
use holdfast_runtime::FromInit;
use holdfast_testing::Shop;
use holdfast_tests::stories::audit::records;
use holdfast_tests::stories::stock::opens;
use holdfast_trail::store::{EntryItem, HeadItem};
use holdfast_trail::{Examiner, Finding, Report};
use serde_json::{Value, json};

async fn examined(shop: &Shop) -> Report {
    let init = shop.world().operator("audit-anchor").unwrap();
    Examiner::from_init(&init).await.unwrap().examine().await.unwrap()
}

fn table(shop: &Shop) -> Table {
    let init = shop.world().operator("audit-anchor").unwrap();
    Store::new(&init).table(&init, "AUDIT_TABLE").unwrap()
}

fn queue(shop: &Shop) -> String {
    let queues = &shop.world().stack().queues;
    queues.iter().find(|queue| queue.logical_id == "AuditQueue").unwrap().arn.clone()
}

/// The heads of all chains, as their subjects' positions and hashes.
async fn heads(shop: &Shop) -> BTreeMap<String, (u64, String)> {
    let mut heads = BTreeMap::new();
    for shard in 0..4 {
        let places = table(shop).places(&Query::gsi1(format!("HEADS#{shard}"))).await.unwrap();
        let keys: Vec<_> = places.into_iter().map(|(key, _)| key).collect();
        for item in of_kind::<HeadItem>(&table(shop).get_all(&keys).await.unwrap()).unwrap() {
            heads.insert(item.head.subject, (item.head.position, item.head.hash));
        }
    }
    heads
}

/// A warehouse that was opened and renamed so often, by staff.
async fn renamed(shop: &Shop, times: u32) -> String {
    let admin = shop.staff(Role::Admin).await;
    let basel = opens(&admin, "Basel", 1).await;
    for nth in 0..times {
        let body = json!({"name": format!("Basel {nth}")});
        admin.patch(&format!("/v1/admin/warehouses/{basel}"), body).await.expect_status(200);
        shop.settle().await;
    }
    basel
}

/// A subject's records, in their chain's order, as they are stored.
async fn chain(shop: &Shop, subject: &str) -> Vec<EntryItem> {
    let places = table(shop).places(&Query::gsi1(format!("SUBJECT#{subject}"))).await.unwrap();
    let keys: Vec<_> = places.into_iter().map(|(key, _)| key).collect();
    let mut items = of_kind::<EntryItem>(&table(shop).get_all(&keys).await.unwrap()).unwrap();
    items.sort_by_key(|item| item.entry.record.position);
    items
}

#[tokio::test]
async fn whatever_is_done_to_the_trail_is_found_and_named() {
    let fresh = || async {
        let shop = Shop::open();
        let subject = renamed(&shop, 4).await;
        (shop, subject)
    };
    let (shop, subject) = fresh().await;
    let sound = examined(&shop).await;
    assert_eq!((sound.findings.as_slice(), sound.anchors), ([].as_slice(), 0));
    assert!(sound.chains >= 2 && sound.records >= 5, "{sound:?}");
    let third = chain(&shop, &subject).await[2].clone();
    let event_id = third.entry.record.event_id;

    // Changed, with its hash left as it was, and with its hash made anew.
    for anew in [false, true] {
        let (shop, subject) = fresh().await;
        let mut item = chain(&shop, &subject).await[2].clone();
        item.entry.record.actor = "usr_00000000000000000000000000".to_owned();
        if anew {
            item.entry.hash = item.entry.record.hash();
        }
        table(&shop).commit(table(&shop).put(&item)).await.unwrap();
        let changed = Finding::Changed { position: 3, event_id: item.entry.record.event_id };
        assert_eq!(examined(&shop).await.findings, [(subject, changed)]);
    }
    // Removed.
    table(&shop).commit(table(&shop).delete(key(&third))).await.unwrap();
    assert_eq!(examined(&shop).await.findings, [(subject.clone(), Finding::Removed { position: 3 })]);
    // Added: a copy under another event's name.
    let (shop, subject) = fresh().await;
    let mut forged = chain(&shop, &subject).await[2].clone();
    forged.entry.record.event_id = "evt_00000000000000000000000001".parse().unwrap();
    forged.entry.hash = forged.entry.record.hash();
    table(&shop).commit(table(&shop).put(&forged)).await.unwrap();
    let added = Finding::Added { position: 3, event_id: forged.entry.record.event_id };
    assert_eq!(examined(&shop).await.findings, [(subject, added)]);
    // Added where there is no chain.
    let (shop, _) = fresh().await;
    forged.entry.record.subject = "nobody".to_owned();
    table(&shop).commit(table(&shop).put(&forged)).await.unwrap();
    let found = examined(&shop).await.findings;
    assert!(matches!(found.as_slice(), [(subject, _)] if subject == "nobody"), "{found:?}");
    // The whole chain made anew, with its head: by itself it is sound, and what was written elsewhere knows better.
    let (shop, subject) = fresh().await;
    shop.advance(Duration::from_secs(24 * 60 * 60));
    shop.settle().await;
    assert!(examined(&shop).await.anchors > 0);
    let mut items = chain(&shop, &subject).await;
    items[1].entry.record.actor = "usr_00000000000000000000000000".to_owned();
    let mut previous = String::new();
    for item in &mut items {
        item.entry.record.previous = previous;
        item.entry.hash = item.entry.record.hash();
        previous = item.entry.hash.clone();
        table(&shop).commit(table(&shop).put(item)).await.unwrap();
    }
    let head = HeadItem { head: items.last().unwrap().entry.head(), moved_at: shop.now() };
    table(&shop).commit(table(&shop).put(&head)).await.unwrap();
    let anew = Finding::MadeAnew { after: 0, by: 5 };
    assert_eq!(examined(&shop).await.findings, [(subject.clone(), anew)]);
    // The whole chain gone, with its head.
    for item in &items {
        table(&shop).commit(table(&shop).delete(key(item))).await.unwrap();
    }
    table(&shop)
        .commit(table(&shop).delete(holdfast_dynamo::Key::new(format!("HEAD#{subject}"), "HEAD")))
        .await
        .unwrap();
    assert_eq!(examined(&shop).await.findings, [(subject, Finding::Removed { position: 1 })]);
    assert_eq!(event_id, third.entry.record.event_id);
}

fn key(item: &EntryItem) -> holdfast_dynamo::Key {
    holdfast_dynamo::Item::key(item)
}

#[tokio::test]
async fn records_that_come_together_make_one_chain() {
    for seed in 1..=5 {
        let mut options = Options::simulated(Shop::blueprint(), seed);
        options.faults = Faults::seeded(&[Kind::Conflicts, Kind::Lost, Kind::Duplicates, Kind::Reorder], seed);
        let shop = Shop::of(options);
        let admin = shop.staff(Role::Admin).await;
        shop.world().enable_sources("AuditAppendFunction", false);
        let basel = opens(&admin, "Basel", 1).await;
        for nth in 0..25 {
            let body = json!({"name": format!("Basel {nth}")});
            admin.patch(&format!("/v1/admin/warehouses/{basel}"), body).await.expect_status(200);
        }
        shop.settle().await;
        // All at once, in three batches side by side, as three environments would.
        let bodies = shop.world().engines().sqs.peek(&queue(&shop)).unwrap();
        let batches = bodies.chunks(9).map(|batch| {
            let records: Vec<_> =
                (0_u8..).zip(batch).map(|(nth, body)| json!({"messageId": format!("m-{nth}"), "body": body})).collect();
            shop.world().invoke("audit-append", json!({"Records": records}))
        });
        let answers: Vec<_> = futures_of(batches).await;
        shop.world().enable_sources("AuditAppendFunction", true);
        for _ in 0..5 {
            shop.settle().await;
            shop.advance(Duration::from_secs(180));
        }
        assert!(answers.iter().any(Result::is_ok), "{answers:?}");
        shop.world().faults().pause(true);
        shop.settle().await;
        let items = chain(&shop, &basel).await;
        assert_eq!(items.len(), 26, "seed {seed}");
        let positions: Vec<_> = items.iter().map(|item| item.entry.record.position).collect();
        assert_eq!(positions, (1..=26).collect::<Vec<_>>(), "seed {seed}");
        assert_eq!(examined(&shop).await.findings, [], "seed {seed}");
    }
}

/// Runs them side by side.
async fn futures_of<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        all.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(output) => {
                done.push(output);
                false
            }
            std::task::Poll::Pending => true,
        });
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

#[tokio::test]
async fn what_comes_again_is_not_recorded_again() {
    let shop = Shop::open();
    renamed(&shop, 2).await;
    let before = (heads(&shop).await, examined(&shop).await);
    for archived in shop.world().engines().events.archived().unwrap() {
        shop.world().engines().sqs.send(&queue(&shop), &archived.event.to_string(), None).unwrap();
    }
    shop.settle().await;
    assert_eq!((heads(&shop).await, examined(&shop).await), before);
}

#[tokio::test]
async fn a_record_is_appended_once_whatever_becomes_of_its_write() {
    for fault in
        [Fault::Conflict, Fault::Throttle, Fault::LostAnswer, Fault::Outage, Fault::CrashBefore, Fault::CrashAfter]
    {
        let shop = Shop::open();
        let admin = shop.staff(Role::Admin).await;
        shop.settle().await;
        let write = Matcher {
            function: Some("AuditAppendFunction".to_owned()),
            operation: Some("TransactWriteItems".to_owned()),
            after: 0,
        };
        shop.world().faults().once(write, fault.clone());
        let basel = opens(&admin, "Basel", 1).await;
        for _ in 0..3 {
            shop.settle().await;
            shop.advance(Duration::from_secs(180));
        }
        assert_eq!(shop.world().faults().waiting(), 0, "{fault:?}");
        let admin = shop.log_in(shop.guest(), admin.email(), admin.password()).await;
        assert_eq!(records(&admin, &format!("subject={basel}")).await.len(), 1, "{fault:?}");
        assert_eq!(examined(&shop).await.findings, [], "{fault:?}");
    }
}

#[tokio::test]
async fn a_fresh_trail_fed_from_the_archive_has_the_same_heads() {
    let shop = Shop::open();
    renamed(&shop, 5).await;
    let ada = shop.customer("ada@example.test").await;
    ada.patch("/v1/me", json!({"name": "Ada King"})).await.expect_status(200);
    shop.settle().await;
    let heads_then = heads(&shop).await;
    assert!(heads_then.len() >= 3, "{heads_then:?}");
    let fresh = Shop::open();
    for archived in shop.world().engines().events.archived().unwrap() {
        let event: &Value = &archived.event;
        // As the rule would.
        if !event["detail"]["actor"].is_null() {
            fresh.world().engines().sqs.send(&queue(&fresh), &event.to_string(), None).unwrap();
        }
    }
    fresh.settle().await;
    assert_eq!(heads(&fresh).await, heads_then);
}
