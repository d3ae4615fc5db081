//! The whole way: in at the door, past the shelves, through the till, and the money back.

use holdfast_auth::Role;
use holdfast_testing::Shop;
use serde_json::json;

use super::carts::{adds, sells};
use super::checkout::orders;
use super::payments::{past, pays, stands};
use super::stock::{anew, balance, movements};

pub async fn somebody_registers_buys_pays_and_gets_the_money_back(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 10)]).await;
    shop.settle().await;
    let ada = shop.customer("ada@example.test").await;
    let shelf = shop.guest().get("/v1/products").await.expect_status(200);
    let page = shop.guest().get(&format!("/v1/products/{}", shelf.at("/items/0/id"))).await.expect_status(200);
    adds(&ada, &page.at("/variants/0/sku"), 2).await.expect_status(201);
    let placed = orders(&ada).await;
    assert_eq!((placed.at("/total/amount"), balance(&keeper, "MUG").await), ("4698".to_owned(), [8, 2]));

    // Paid on the gateway's page; its webhook tells the shop, and the shop's events whoever waits for them.
    pays(&shop, &ada, &placed, "pm_card_visa").await;
    assert_eq!(
        (stands(&ada, &placed).await, balance(&keeper, "MUG").await),
        (["PAID", "PAID"].map(str::to_owned), [8, 0])
    );
    let number = placed.at("/number");
    let mails = || shop.mails_to("ada@example.test").iter().filter(|mail| mail.text.contains(&number)).count();
    let told = mails();
    assert!(told >= 1, "{:?}", shop.mails());
    assert!(movements(&keeper, "MUG").await.iter().any(|(kind, by, _)| kind == "COMMITTED" && *by == -2));

    // Another order that nobody pays gives its stock back, when its time is over.
    adds(&ada, "MUG", 1).await.expect_status(201);
    let unpaid = orders(&ada).await;
    shop.settle().await;
    assert_eq!(balance(&keeper, "MUG").await, [7, 1]);
    shop.advance(past(&shop));
    shop.settle().await;
    let ada = shop.log_in(shop.guest(), ada.email(), ada.password()).await;
    let keeper = shop.log_in(shop.guest(), keeper.email(), keeper.password()).await;
    assert_eq!(
        (stands(&ada, &unpaid).await, balance(&keeper, "MUG").await),
        (["EXPIRED", "NONE"].map(str::to_owned), [8, 0])
    );

    // The first comes back as money, and that is told by mail too.
    let path = format!("/v1/admin/orders/{}/refunds", placed.at("/id"));
    let admin = shop.staff(Role::Admin).await;
    anew(&admin).post(&path, json!({"reason": "it came chipped"})).await.expect_status(201);
    shop.settle().await;
    assert_eq!(stands(&ada, &placed).await, ["PAID", "REFUNDED"]);
    let refunds = shop.gateway().refunds().unwrap();
    assert_eq!(refunds.iter().map(|refund| refund.amount).collect::<Vec<_>>(), [4698]);
    assert_eq!(mails(), told + 1);
}
