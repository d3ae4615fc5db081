//! What people want to hear of, and where; and addresses that nothing is sent to.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_local::{Bytes, Channel, Mail};
use holdfast_testing::{Actor, Answer, Shop};
use http::Method;
use serde_json::{Value, json};

use super::carts::{adds, sells};
use super::checkout::{guest_order, orders};
use super::notices::{ships, subjects};
use super::orders::{pays, sets};
use super::stock::anew;

const ADA: &str = "ada@example.test";
const GUEST: &str = "guest@example.test";
const SETTINGS: &str = "/v1/me/notification-preferences";

/// What went to a telephone or an app, oldest first.
fn told(shop: &Shop, channel: Channel) -> Vec<Mail> {
    shop.mails().into_iter().filter(|mail| mail.channel == channel).collect()
}

async fn buys(ada: &Actor, sku: &str) -> Answer {
    adds(ada, sku, 1).await.expect_status(201);
    orders(ada).await
}

/// Somebody's preferences, with some of them changed.
async fn prefers(ada: &Actor, channel: &str, kind: &str, wanted: bool) -> Answer {
    let mut preferences = ada.get(SETTINGS).await.expect_status(200).json()["preferences"].clone();
    preferences[channel][kind] = Value::from(wanted);
    ada.put(SETTINGS, preferences).await
}

/// The token by which a mail is declined.
fn token(mail: &Mail) -> String {
    let link = mail.headers["List-Unsubscribe"].trim_matches(['<', '>']).to_owned();
    let (route, token) = link.split_once("?token=").expect("it brings a token");
    assert_eq!(route, "http://127.0.0.1:8080/v1/unsubscribe");
    assert_eq!(mail.headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    token.to_owned()
}

/// A mail client declines, as RFC 8058 has it.
async fn clicks(client: &Actor, token: &str) -> Answer {
    let request = http::Request::post(format!("/v1/unsubscribe?token={token}"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    client.send(request.body(Bytes::from("List-Unsubscribe=One-Click")).unwrap()).await
}

pub async fn people_choose_what_they_hear_of(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (ada, support) = (shop.customer(ADA).await, shop.staff(Role::Support).await);
    let usual = ada.get(SETTINGS).await.expect_status(200);
    assert_eq!([usual.at("/preferences/email/shipping"), usual.at("/preferences/sms/orders")], ["true", "false"]);
    assert_eq!((usual.at("/devices"), usual.header("etag")), ("[]".to_owned(), Some("\"0\"")));
    let refused = prefers(&ada, "email", "security", false).await.expect_problem(422, "invalid_input");
    assert_eq!(refused.at("/errors/0/pointer"), "/email/security");
    ada.put(SETTINGS, json!({"email": {}})).await.expect_problem(422, "invalid_input");
    let changed = prefers(&ada, "email", "shipping", false).await.expect_status(200);
    assert_eq!(
        (changed.at("/preferences/email/shipping"), changed.header("etag")),
        ("false".to_owned(), Some("\"1\""))
    );
    assert_eq!(prefers(&ada, "email", "shipping", false).await.header("etag"), Some("\"1\""), "nothing has changed");
    let stale = ada.clone().with_header("if-match", "\"0\"");
    prefers(&stale, "email", "orders", false).await.expect_problem(412, "precondition_failed");

    let placed = buys(&ada, "MUG").await;
    shop.settle().await;
    pays(&shop, &placed).await;
    ships(&support, &placed.at("/id")).await;
    let change = json!({"current_password": ada.password(), "new_password": "another battery"});
    ada.post("/v1/me/password", change).await.expect_status(204);
    shop.settle().await;
    let number = placed.at("/number");
    let heard = [
        "Confirm your e-mail address".to_owned(),
        format!("Your order {number}"),
        format!("Your order {number} is paid"),
    ];
    let mut mails = subjects(&shop, ADA);
    assert!(mails.contains(&"Your password was changed".to_owned()), "that cannot be declined: {mails:?}");
    mails.retain(|subject| subject != "Your password was changed");
    mails.sort();
    let mut heard = heard.to_vec();
    heard.sort();
    assert_eq!(mails, heard, "all but its being shipped");
}

pub async fn one_click_declines_mails_of_a_kind(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    shop.settle().await;
    let mail = shop.mails_to(GUEST).remove(0);
    let declines = token(&mail);
    assert!(
        mail.text.contains(&format!(
            "No more mails like this one: http://127.0.0.1:8080/dev/unsubscribe?token={declines}\n"
        ))
    );
    assert!(!declines.contains('@') && !declines.contains("guest"), "{declines}");
    let client = shop.guest();
    for _ in 0..2 {
        clicks(&client, &declines).await.expect_status(204);
    }
    for wrong in [format!("{declines}A"), declines.replacen("orders", "payments", 1), "x".to_owned(), String::new()] {
        clicks(&client, &wrong).await.expect_problem(422, "invalid_token");
    }
    pays(&shop, &placed).await;
    shop.settle().await;
    anew(&guest).post(&format!("/v1/orders/{}/cancel", placed.at("/id")), json!({})).await.expect_status(200);
    shop.settle().await;
    let number = placed.at("/number");
    let told = [format!("Your order {number}"), format!("Your order {number} is paid")];
    assert_eq!(subjects(&shop, GUEST), told, "of payments, and not of its being cancelled");
    guest_order(&shop, "MUG", 1).await;
    shop.settle().await;
    assert_eq!(subjects(&shop, GUEST), told, "nor of the next one's being placed");

    // A customer does it on the page that the mail leads to.
    let ada = shop.customer(ADA).await;
    let confirm = shop.mails_to(ADA).remove(0);
    assert!(confirm.headers.is_empty(), "a code cannot be declined");
    buys(&ada, "MUG").await;
    shop.settle().await;
    let declines = token(&shop.mails_to(ADA).pop().unwrap());
    client.post("/v1/unsubscribe", json!({"token": declines})).await.expect_status(204);
    client.post("/v1/unsubscribe", json!({"token": declines})).await.expect_status(204);
    client.post("/v1/unsubscribe", json!({"token": 1})).await.expect_problem(422, "invalid_input");
    let now = ada.get(SETTINGS).await.expect_status(200);
    assert_eq!([now.at("/preferences/email/orders"), now.at("/preferences/email/payments")], ["false", "true"]);
}

/// The digits in the newest text.
fn digits(shop: &Shop) -> String {
    let text = told(shop, Channel::Sms).pop().expect("there is a text").text;
    text.split(": ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

async fn phone(ada: &Actor, number: &str) -> Answer {
    ada.post("/v1/me/devices", json!({"kind": "phone", "number": number})).await
}

async fn shows(ada: &Actor, device: &str, code: &str) -> Answer {
    ada.post(&format!("/v1/me/devices/{device}/verify"), json!({"code": code})).await
}

/// Other digits than these.
fn wrong(digits: &str) -> String {
    digits.chars().map(|digit| if digit == '9' { '0' } else { char::from(u8::try_from(digit).unwrap() + 1) }).collect()
}

pub async fn a_telephone_is_told_nothing_before_it_is_shown_to_be_theirs(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (ada, support) = (shop.customer(ADA).await, shop.staff(Role::Support).await);
    for (body, pointer) in [
        (json!({"kind": "phone"}), "/number"),
        (json!({"kind": "phone", "number": "0791234567"}), "/number"),
        (json!({"kind": "phone", "number": "+41791234567", "token": "abcdefgh"}), "/token"),
        (json!({"kind": "push", "number": "+41791234567", "token": "abcdefgh"}), "/number"),
        (json!({"kind": "push"}), "/token"),
    ] {
        let refused = ada.post("/v1/me/devices", body).await.expect_problem(422, "invalid_input");
        assert_eq!(refused.at("/errors/0/pointer"), pointer);
    }
    let device = phone(&ada, "+41791234567").await.expect_status(201);
    assert_eq!([device.at("/hint"), device.at("/usable")], ["…67", "false"]);
    shop.settle().await;
    let first = digits(&shop);
    assert_eq!(told(&shop, Channel::Sms)[0].to, ["+41791234567"]);
    let placed = buys(&ada, "MUG").await;
    pays(&shop, &placed).await;
    ships(&support, &placed.at("/id")).await;
    shop.settle().await;
    assert_eq!(told(&shop, Channel::Sms).len(), 1, "the code, and nothing else");

    // Asked for again, the code before is worth nothing.
    let again = phone(&ada, "+41791234567").await.expect_status(201);
    assert_eq!(again.at("/id"), device.at("/id"));
    shop.settle().await;
    let (id, second) = (device.at("/id"), digits(&shop));
    shows(&ada, &id, &wrong(&second)).await.expect_problem(422, "invalid_token");
    if first != second {
        shows(&ada, &id, &first).await.expect_problem(422, "invalid_token");
    }
    let eve = shop.customer("eve@example.test").await;
    shows(&eve, &id, &second).await.expect_problem(404, "not_found");
    eve.delete(&format!("/v1/me/devices/{id}")).await.expect_problem(404, "not_found");
    assert_eq!(shows(&ada, &id, &second).await.expect_status(200).at("/usable"), "true");
    shows(&ada, &id, &second).await.expect_problem(422, "invalid_token");
    assert_eq!(phone(&ada, "+41791234567").await.expect_status(201).at("/usable"), "true", "it stays so");

    let placed = buys(&ada, "MUG").await;
    pays(&shop, &placed).await;
    ships(&support, &placed.at("/id")).await;
    shop.settle().await;
    let texts = told(&shop, Channel::Sms);
    let page = format!("http://127.0.0.1:8080/dev/orders/{}", placed.at("/id"));
    assert_eq!(texts.len(), 3, "of its being shipped, as is usual, and of nothing else");
    assert_eq!(texts[2].text, format!("Holdfast: Your order {} is on its way. {page}", placed.at("/number")));
    ada.delete(&format!("/v1/me/devices/{id}")).await.expect_status(204);
    sets(&support, &placed.at("/id"), "DELIVERED").await.expect_status(200);
    shop.settle().await;
    assert_eq!(told(&shop, Channel::Sms).len(), 3);
}

pub async fn a_code_is_guessed_at_five_times_and_for_ten_minutes(shop: Shop) {
    let ada = shop.customer(ADA).await;
    let id = phone(&ada, "+41791234567").await.expect_status(201).at("/id");
    shop.settle().await;
    let right = digits(&shop);
    for _ in 0..5 {
        shows(&ada, &id, &wrong(&right)).await.expect_problem(422, "invalid_token");
    }
    shows(&ada, &id, &right).await.expect_problem(422, "invalid_token");
    phone(&ada, "+41791234567").await.expect_status(201);
    shop.settle().await;
    let right = digits(&shop);
    shop.advance(Duration::from_secs(600));
    shows(&ada, &id, &right).await.expect_problem(422, "invalid_token");
    // A telephone whose message is late gets no code that was replaced meanwhile.
    phone(&ada, "+41791234567").await.expect_status(201);
    phone(&ada, "+41791234567").await.expect_status(201);
    let before = told(&shop, Channel::Sms).len();
    shop.settle().await;
    assert_eq!(told(&shop, Channel::Sms).len(), before + 1);
    shows(&ada, &id, &digits(&shop)).await.expect_status(200);
    shows(&ada, "dev_00000000000000000000000000", "000000").await.expect_problem(404, "not_found");
}

pub async fn an_app_gets_notes_until_it_is_gone(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let ada = shop.customer(ADA).await;
    let app = json!({"kind": "push", "token": "an-apps-token"});
    let device = ada.post("/v1/me/devices", app.clone()).await.expect_status(201);
    assert_eq!([device.at("/kind"), device.at("/usable")], ["push", "true"]);
    assert_eq!(ada.post("/v1/me/devices", app).await.expect_status(201).at("/id"), device.at("/id"));
    let placed = buys(&ada, "MUG").await;
    shop.settle().await;
    let notes = told(&shop, Channel::Push);
    assert!(notes.len() == 1 && notes[0].text.contains(&placed.at("/number")), "{notes:?}");
    prefers(&ada, "push", "payments", false).await.expect_status(200);
    pays(&shop, &placed).await;
    shop.settle().await;
    assert_eq!(told(&shop, Channel::Push).len(), 1);
    // The push service says that the app was removed: nobody asks it again.
    shop.world().engines().mail.disable_endpoint(&notes[0].to[0]).unwrap();
    buys(&ada, "MUG").await;
    shop.settle().await;
    assert_eq!(told(&shop, Channel::Push).len(), 1);
    assert_eq!(ada.get(SETTINGS).await.at("/devices"), "[]");
    let other = json!({"kind": "push", "token": "another-apps-token"});
    let other = ada.post("/v1/me/devices", other).await.expect_status(201).at("/id");
    ada.delete(&format!("/v1/me/devices/{other}")).await.expect_status(204);
    ada.delete(&format!("/v1/me/devices/{other}")).await.expect_problem(404, "not_found");
}

pub async fn the_tenth_device_is_the_last(shop: Shop) {
    let ada = shop.customer(ADA).await;
    for nth in 0..11 {
        let app = json!({"kind": "push", "token": format!("token-{nth:04}")});
        let answer = ada.post("/v1/me/devices", app).await;
        if nth < 10 {
            answer.expect_status(201);
        } else {
            answer.expect_problem(409, "too_many_devices");
        }
    }
}

pub async fn an_address_that_bounces_or_complains_is_left_alone(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    shop.world().engines().mail.bounce(GUEST);
    guest_order(&shop, "MUG", 1).await;
    shop.settle().await;
    assert_eq!(shop.mails_to(GUEST).len(), 1, "it was sent, and came back");
    guest_order(&shop, "MUG", 1).await;
    shop.settle().await;
    assert_eq!(shop.mails_to(GUEST).len(), 1, "nothing is sent there any more");

    let ada = shop.customer(ADA).await;
    let placed = buys(&ada, "MUG").await;
    shop.settle().await;
    for _ in 0..2 {
        assert!(shop.world().engines().complain(ADA).unwrap());
    }
    shop.settle().await;
    let before = shop.mails_to(ADA).len();
    pays(&shop, &placed).await;
    shop.settle().await;
    assert_eq!(shop.mails_to(ADA).len(), before, "whoever complains hears of no more orders");
    ada.post("/v1/auth/forgot-password", json!({"email": ADA})).await.expect_status(202);
    let change = json!({"current_password": ada.password(), "new_password": "another battery"});
    ada.post("/v1/me/password", change).await.expect_status(204);
    shop.settle().await;
    assert_eq!(shop.mails_to(ADA).len(), before + 2, "but of what concerns the account itself");
    // Neither queue ever held the address.
    for queue in &shop.world().stack().queues {
        let lying = format!("{:?}", shop.world().engines().sqs.peek(&queue.arn).unwrap());
        assert!(!lying.contains("example.test"), "{}: {lying}", queue.name);
    }
}

pub async fn whoever_is_erased_leaves_no_device_behind(shop: Shop) {
    let ada = shop.customer(ADA).await;
    phone(&ada, "+41791234567").await.expect_status(201);
    ada.post("/v1/me/devices", json!({"kind": "push", "token": "an-apps-token"})).await.expect_status(201);
    shop.settle().await;
    let user = ada.user_id();
    let goodbye = json!({"password": ada.password()});
    ada.ask(Method::DELETE, "/v1/me", Some(goodbye)).await.expect_status(204);
    shop.settle().await;
    let operator = shop.world().operator("preferences-get").unwrap();
    let table = operator.env.text("NOTIFICATIONS_TABLE").unwrap();
    let user = aws_sdk_dynamodb::types::AttributeValue::S(format!("USER#{user}"));
    let query = operator.aws.dynamodb().query().table_name(table).key_condition_expression("pk = :pk");
    let left = query.expression_attribute_values(":pk", user).send().await.unwrap();
    let left = format!("{:?}", left.items());
    assert!(!left.contains("+41791234567") && !left.contains("an-apps-token") && left.contains("RECIPIENT"), "{left}");
}
