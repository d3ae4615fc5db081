//! What people are told, and how.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_testing::{Actor, Shop};
use http::Method;
use serde_json::json;

use super::carts::{adds, sells};
use super::checkout::{guest_order, orders};
use super::orders::{delivered, pays, sets};
use super::payments;
use super::stock::{anew, keeps, opens};

const GUEST: &str = "guest@example.test";

/// The subjects of all mails to an address, oldest first.
pub(super) fn subjects(shop: &Shop, address: &str) -> Vec<String> {
    shop.mails_to(address).into_iter().map(|mail| mail.subject).collect()
}

/// The text and the HTML of the newest mail to an address, spaces that tie words together made plain.
fn newest(shop: &Shop, address: &str) -> (String, String) {
    let mail = shop.mails_to(address).pop().expect("there is a mail");
    (mail.text.replace('\u{a0}', " "), mail.html.expect("it has HTML").replace('\u{a0}', " "))
}

/// Both the text and the HTML of a mail have all of this.
#[track_caller]
fn says((text, html): &(String, String), wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted:?} is not in {text}");
        assert!(html.contains(wanted), "{wanted:?} is not in {html}");
    }
}

/// Some mail to an address says all of this, whichever came last.
#[track_caller]
fn told(shop: &Shop, address: &str, wanted: &[&str]) {
    let mails = shop.mails_to(address).into_iter();
    let mut mails =
        mails.map(|mail| [mail.text, mail.html.unwrap_or_default()].map(|said| said.replace('\u{a0}', " ")));
    let whole = |mail: [String; 2]| mail.iter().all(|said| wanted.iter().all(|wanted| said.contains(wanted)));
    assert!(mails.any(whole), "no mail says {wanted:?}: {:?}", subjects(shop, address));
}

/// Staff send an order, with what it is followed by.
pub(super) async fn ships(staff: &Actor, id: &str) {
    sets(staff, id, "PROCESSING").await.expect_status(200);
    let body =
        json!({"status": "SHIPPED", "reason": "handed over", "tracking": {"carrier": "Post", "number": "99.60"}});
    anew(staff).post(&format!("/v1/admin/orders/{id}/status"), body).await.expect_status(200);
}

pub async fn a_guest_hears_of_every_step_of_an_order(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let support = shop.staff(Role::Support).await;
    let (guest, placed) = guest_order(&shop, "MUG", 2).await;
    let (id, number) = (placed.at("/id"), placed.at("/number"));
    shop.settle().await;
    let mail = newest(&shop, GUEST);
    let page = format!("http://127.0.0.1:8080/dev/orders/{id}?key={}", placed.at("/order_token"));
    says(
        &mail,
        &[&number, "January 1, 2026 at 12:15 AM UTC", "The MUG", "$39.98", "$7.00", "$46.98", "Pay now", &page],
    );
    // The name that came with the order may be a stranger's words: nobody is greeted by it.
    assert!(mail.0.starts_with("Hello,\n") && !mail.0.contains("Lovelace"), "{}", mail.0);

    pays(&shop, &placed).await;
    shop.settle().await;
    says(&newest(&shop, GUEST), &[&number, "$46.98", "Reykjavik", "101"]);
    ships(&support, &id).await;
    shop.settle().await;
    says(&newest(&shop, GUEST), &[&number, "Post", "99.60", "Reykjavik"]);
    sets(&support, &id, "DELIVERED").await.expect_status(200);
    shop.settle().await;
    let told = ["", " is paid", " is on its way", " has arrived"].map(|end| format!("Your order {number}{end}"));
    assert_eq!(subjects(&shop, GUEST), told);
    assert!(shop.mails_to(GUEST).iter().all(|mail| mail.tags["event_id"].starts_with("evt_")));
    guest.get(&format!("/v1/orders/{id}")).await.expect_status(200);
}

pub async fn a_customer_is_written_to_at_their_own_address_in_their_own_manner(shop: Shop) {
    sells(&shop, &[("MUG", 123_456, 10)]).await;
    let ada = shop.customer("ada@example.test").await;
    ada.patch("/v1/me", json!({"locale": "de-CH"})).await.expect_status(200);
    adds(&ada, "MUG", 1).await.expect_status(201);
    let placed = orders(&ada).await;
    shop.settle().await;
    let mail = newest(&shop, "ada@example.test");
    let page = format!("http://127.0.0.1:8080/dev/orders/{}", placed.at("/id"));
    says(&mail, &["Guten Tag Ada Lovelace,", "1. Januar 2026 um 00:15 Uhr (UTC)", "$ 1’234.56", "Gesamtbetrag", &page]);
    assert!(!mail.0.contains("?key="), "who logs in needs no key");
    assert!(shop.mails_to(GUEST).is_empty(), "another address that was named is not theirs for certain");
    ada.patch("/v1/me", json!({"locale": "de"})).await.expect_status(200);
    pays(&shop, &placed).await;
    shop.settle().await;
    says(&newest(&shop, "ada@example.test"), &["1.234,56 $", "Ihre Zahlung", "Lieferadresse"]);

    // Whoever has gone is told nothing more.
    let before = shop.mails().len();
    let support = shop.staff(Role::Support).await;
    let goodbye = json!({"password": ada.password()});
    ada.ask(Method::DELETE, "/v1/me", Some(goodbye)).await.expect_status(204);
    shop.settle().await;
    let staffs = shop.mails().len() - before;
    ships(&support, &placed.at("/id")).await;
    shop.settle().await;
    assert_eq!(shop.mails().len(), before + staffs);
}

pub async fn an_order_that_ends_says_what_becomes_of_the_money(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    guest_order(&shop, "MUG", 1).await;
    shop.advance(Duration::from_secs(900));
    shop.settle().await;
    told(&shop, GUEST, &["No payment for the order", "all of your money back"]);
    let cancels = |guest: Actor, id: String| async move {
        anew(&guest).post(&format!("/v1/orders/{id}/cancel"), json!({})).await.expect_status(200);
    };
    let (guest, unpaid) = guest_order(&shop, "MUG", 1).await;
    cancels(guest, unpaid.at("/id")).await;
    shop.settle().await;
    told(&shop, GUEST, &["was called off", "Nothing was charged for it."]);
    let (guest, paid) = guest_order(&shop, "MUG", 1).await;
    pays(&shop, &paid).await;
    shop.settle().await;
    cancels(guest, paid.at("/id")).await;
    shop.settle().await;
    told(&shop, GUEST, &["was called off", "$26.99 goes back to you"]);
}

pub async fn money_that_does_not_come_or_goes_back_is_told_of(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    let number = placed.at("/number");
    payments::pays(&shop, &guest, &placed, "pm_card_chargeDeclined").await;
    let until = "January 1, 2026 at 12:15 AM UTC";
    told(&shop, GUEST, &[&number, "failed: nothing was charged", until, "Try again", "$26.99"]);
    payments::pays(&shop, &guest, &placed, "pm_card_visa").await;
    anew(&guest).post(&format!("/v1/orders/{}/cancel", placed.at("/id")), json!({})).await.expect_status(200);
    shop.settle().await;
    let back = format!("We have refunded $26.99 of your order {number}");
    assert!(shop.mails_to(GUEST).iter().any(|mail| mail.text.replace('\u{a0}', " ").contains(&back)));
    let mut told = subjects(&shop, GUEST);
    let mut wanted = vec![
        format!("Your order {number}"),
        format!("Your payment for the order {number} did not go through"),
        format!("Your order {number} is paid"),
        format!("Your order {number} was cancelled"),
        format!("$26.99 of your order {number} was refunded"),
    ];
    told.sort();
    wanted.sort();
    assert_eq!(told, wanted, "each of it once");
}

pub async fn a_return_is_told_of_as_it_is_decided(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, support, placed) = delivered(&shop, 4).await;
    let path = format!("/v1/orders/{}/returns", placed.at("/id"));
    let decides = |back: String, body: serde_json::Value| {
        let (support, path) = (anew(&support), format!("/v1/admin/orders/{}/returns/{back}", placed.at("/id")));
        async move { support.post(&path, body).await.expect_status(200) }
    };
    let three = json!({"lines": [{"sku": "MUG", "quantity": 3}], "reason": "chipped"});
    let back = anew(&guest).post(&path, three.clone()).await.expect_status(201);
    decides(back.at("/id"), json!({"decision": "reject"})).await;
    shop.settle().await;
    told(&shop, GUEST, &["We cannot take back", "The MUG"]);
    let back = anew(&guest).post(&path, three).await.expect_status(201);
    decides(back.at("/id"), json!({"decision": "approve"})).await;
    shop.settle().await;
    told(&shop, GUEST, &["You may send back", "The MUG", "$59.97 goes back to you"]);
    assert!(shop.mails_to(GUEST).iter().any(|mail| mail.text.contains("3 x The MUG (MUG)")));
    decides(back.at("/id"), json!({"decision": "receive", "restock": true})).await;
    shop.settle().await;
    told(&shop, GUEST, &["Back with us", "$59.97 goes back to you"]);
}

pub async fn whoever_changes_a_password_or_comes_from_elsewhere_is_told_of(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    assert_eq!(subjects(&shop, "ada@example.test"), ["Confirm your e-mail address"], "a first login is no surprise");
    let change = json!({"current_password": ada.password(), "new_password": "another battery"});
    ada.post("/v1/me/password", change).await.expect_status(204);
    shop.settle().await;
    let forgot = "http://127.0.0.1:8080/dev/forgot-password";
    says(&newest(&shop, "ada@example.test"), &["Hello Ada Lovelace,", "January 1, 2026 at 12:00 AM UTC", forgot]);

    ada.post("/v1/auth/forgot-password", json!({"email": "ada@example.test"})).await.expect_status(202);
    shop.settle().await;
    let reset = json!({"token": shop.code_from_mail("ada@example.test"), "password": "yet another battery"});
    ada.post("/v1/auth/reset-password", reset).await.expect_status(204);
    shop.settle().await;
    let login = json!({"email": "ada@example.test", "password": "yet another battery"});
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let elsewhere = shop.guest().at_address([203, 0, 113, 7]);
    let known = shop.guest().with_header("user-agent", firefox);
    // From where the mail was read; on another device there; elsewhere; and both once more.
    for (from, told) in [(&ada, 0), (&known, 1), (&elsewhere, 1), (&known, 0), (&elsewhere, 0)] {
        let before = shop.mails().len();
        from.post("/v1/auth/login", login.clone()).await.expect_status(200);
        shop.settle().await;
        assert_eq!(shop.mails().len() - before, told);
    }
    let told = shop.mails_to("ada@example.test");
    let devices: Vec<_> = told.iter().filter(|mail| mail.subject.contains("new device")).collect();
    assert!(devices[0].text.contains("Device: Firefox on Linux\nWhen: January 1, 2026 at 12:00"), "{:?}", devices[0]);
    assert!(devices[1].text.contains("Device: Unknown device\n"), "{:?}", devices[1]);
    let changed = told.iter().filter(|mail| mail.subject == "Your password was changed");
    assert_eq!(changed.count(), 2);
    // After a quarter of a year a device is new again.
    shop.advance(Duration::from_secs(91 * 24 * 60 * 60));
    known.post("/v1/auth/login", login).await.expect_status(200);
    shop.settle().await;
    assert!(newest(&shop, "ada@example.test").0.contains("Firefox on Linux"));
}

pub async fn staff_are_alerted_where_the_setting_says(shop: Shop) {
    let (admin, keeper) = (shop.staff(Role::Admin).await, shop.staff(Role::Warehouse).await);
    let basel = opens(&keeper, "Basel", 1).await;
    let takes = |sku: &'static str, delta: i64| {
        let body = json!({"warehouse_id": basel, "delta": delta, "reason": "as it goes"});
        let keeper = anew(&keeper);
        async move { keeper.post(&format!("/v1/admin/inventory/{sku}/adjust"), body).await.expect_status(201) }
    };
    let (usual, named) = ("stock@holdfast.test", ["one@staff.test", "two@staff.test"]);
    let counts = || [usual, named[0], named[1]].map(|address| shop.mails_to(address).len());
    for sku in ["MUG", "TEE", "CUP"] {
        keeps(&keeper, sku, &basel, 10, 5).await;
    }
    takes("MUG", -5).await;
    shop.settle().await;
    assert_eq!(counts(), [1, 0, 0], "until staff say otherwise, whom the stage names");
    let path = "/v1/admin/settings/alert-addresses";
    admin.put(path, json!({"low_stock": named})).await.expect_status(200);
    takes("TEE", -10).await;
    shop.settle().await;
    assert_eq!(counts(), [1, 1, 1]);
    assert_eq!(subjects(&shop, named[1]), ["TEE has run out"]);
    admin.put(path, json!({"low_stock": []})).await.expect_status(200);
    takes("CUP", -10).await;
    shop.settle().await;
    assert_eq!(counts(), [1, 1, 1], "nobody, if that is what staff say");
}
