//! Attacks on what there is: each unit is somebody's once, and an order is what its owner agreed to.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{join, join3, join4};
use serde_json::json;

use super::{Found, at_once};
use crate::books::{Known, units};
use crate::dice::Dice;
use crate::ground::{Ground, Heard, Order, PRICE, wish};
use crate::person::{Person, Trouble, expect, number, text, unexpected};

/// Who want the last units.
const BUYERS: usize = 8;

/// More guests than units check out at once; the first two click twice.
pub(super) async fn last_unit(ground: &Ground, mut dice: Dice) -> Found {
    let stocked = dice.from(1, 3);
    let sku = ground.goods(stocked).await?;
    let guests = ground.carts(&sku, 1, BUYERS).await?;
    let total = total(ground, guests.first()).await?;
    let clicks = guests.iter().enumerate().flat_map(|(nth, guest)| vec![guest; if nth < 2 { 2 } else { 1 }]);
    let heard = at_once(clicks.map(|guest| ground.checks_out(guest, "buy", total))).await?;
    let mut wrong = strange(&heard, &["out_of_stock"]);
    let orders = distinct(heard);
    if orders.len() as u64 != stocked {
        wrong.push(format!("of {stocked} units {} were ordered by {BUYERS} who wanted one", orders.len()));
    }
    // Each is called off by its owner and by staff at once, and gives back one unit.
    let cancelled = at_once(orders.iter().map(|order| async {
        let path = format!("/v1/orders/{}/cancel", order.id);
        let staff = format!("/v1/admin/orders/{}/status", order.id);
        let (owner, admin) = (ground.anew(&order.owner), ground.anew(&ground.admin));
        let (once, again, theirs) = join3(
            owner.post(&path, &json!({})),
            owner.post(&path, &json!({})),
            admin.post(&staff, &json!({"status": "CANCELLED", "reason": "race"})),
        )
        .await;
        Ok([once?.status, again?.status, theirs?.status])
    }))
    .await?;
    for [once, again, staff] in cancelled {
        if once != again || u8::from(once == 200) + u8::from(staff == 200) != 1 {
            wrong.push(format!("called off by two at once, they heard {once} and {again}, and {staff}"));
        }
    }
    wrong.extend(ground.audited(&Known::orders(&sku, stocked, &orders)).await?);
    Ok(wrong)
}

/// One article is put into a cart twice at once, in one spelling and in another, and there is not enough of it.
pub(super) async fn two_lines(ground: &Ground, mut dice: Dice) -> Found {
    let stocked = dice.from(1, 2);
    let sku = ground.goods(stocked).await?;
    let guest = ground.cart(&sku, stocked).await?;
    let other = sku.to_lowercase();
    let add = async |sku: &str| {
        let body = json!({"sku": sku, "quantity": 1});
        ground.anew(&guest).post("/v1/cart/items", &body).await
    };
    let (one, two) = join(add(&sku), add(&other)).await;
    let (one, two) = (one?, two?);
    expect(201, "POST", "/v1/cart/items", &one)?;
    if two.status != 201 && two.status != 422 {
        return Err(unexpected("POST", "/v1/cart/items", &two));
    }
    let total = total(ground, Some(&guest)).await?;
    let heard = ground.checks_out(&guest, "buy", total).await?;
    let mut wrong = strange(std::slice::from_ref(&heard), &["out_of_stock"]);
    let orders: Vec<Order> = heard.order().into_iter().collect();
    if let Some(order) = orders.first() {
        let sold = units(&order.view, &sku) + units(&order.view, &other);
        wrong.push(format!("{sold} units were ordered of {stocked}"));
    }
    wrong.extend(ground.audited(&Known::orders(&sku, stocked, &orders)).await?);
    Ok(wrong)
}

/// A cart is ordered while its owner changes it in other tabs, to something that costs the same too.
pub(super) async fn edited_cart(ground: &Ground, mut dice: Dice) -> Found {
    let (stocked, versioned) = (9, dice.coin());
    let (kept, left, swapped) =
        (ground.goods(stocked).await?, ground.goods(stocked).await?, ground.goods(stocked).await?);
    let guest = ground.cart(&kept, 2).await?;
    ground.adds(&guest, &left, 1).await?;
    let quoted = expect(200, "POST", "/v1/checkout/quote", &ground.quote(&guest).await?)?;
    let total = number(&quoted, "/total/amount")?;
    let mut body = wish(total);
    if versioned {
        body["cart_version"] = quoted["cart_version"].clone();
    }
    let buy = guest.keyed("buy");
    let (more, less) = (format!("/v1/cart/items/{kept}"), format!("/v1/cart/items/{left}"));
    let quantity = json!({"quantity": dice.from(1, 5)});
    // The swap leaves the total as it was: only a cart's version tells.
    let (placed, again, edited, swap) = join4(
        buy.post("/v1/checkout", &body),
        buy.post("/v1/checkout", &body),
        guest.patch(&more, &quantity),
        join(guest.delete(&less), ground.adds(&guest, &swapped, 1)),
    )
    .await;
    let edited = edited?;
    if ![200, 401, 404].contains(&edited.status) {
        return Err(unexpected("PATCH", &more, &edited));
    }
    drop((swap.0?, swap.1?));
    let heard = vec![ground.heard(&guest, placed?)?, ground.heard(&guest, again?)?];
    let mut wrong = strange(&heard, &["price_changed", "cart_changed"]);
    let orders = distinct(heard);
    if orders.len() > 1 {
        wrong.push(format!("one key, {} orders", orders.len()));
    }
    for order in &orders {
        let bought = |sku: &str| units(&order.view, sku);
        let lines: i64 = [&kept, &left, &swapped].into_iter().map(|sku| bought(sku)).sum();
        if order.total != total || number(&order.view, "/subtotal/amount")? != lines * PRICE {
            wrong.push(format!("agreed on {total}, and ordered {}", order.view));
        }
        if versioned && [bought(&kept), bought(&left), bought(&swapped)] != [2, 1, 0] {
            wrong.push(format!("another cart than was quoted was ordered: {}", order.view));
        }
    }
    for sku in [&kept, &left, &swapped] {
        wrong.extend(ground.audited(&Known::orders(sku, stocked, &orders)).await?);
    }
    Ok(wrong)
}

/// One key, six tabs, two bodies.
pub(super) async fn same_key(ground: &Ground, mut dice: Dice) -> Found {
    let stocked = 9;
    let sku = ground.goods(stocked).await?;
    let guest = ground.cart(&sku, 2).await?;
    let total = total(ground, Some(&guest)).await?;
    let strangers = dice.from(0, 5);
    let bodies = (0..6).map(|tab| {
        let mut body = wish(total);
        if tab == strangers {
            body["device_id"] = json!("another");
        }
        body
    });
    let buy = guest.keyed("buy");
    let answers = at_once(bodies.map(|body| {
        let buy = buy.clone();
        async move { buy.post("/v1/checkout", &body).await }
    }))
    .await?;
    let views: BTreeSet<String> =
        answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.text.clone()).collect();
    let refused = answers.iter().filter(|answer| answer.code() == "idempotency_key_reused").count();
    let heard = answers.into_iter().map(|answer| ground.heard(&guest, answer)).collect::<Result<Vec<_>, _>>()?;
    let mut wrong = strange(&heard, &["idempotency_key_reused"]);
    let orders = distinct(heard);
    if orders.len() != 1 || views.len() != 1 {
        wrong.push(format!("one key made {} orders, with {} answers", orders.len(), views.len()));
    }
    if refused != 1 && refused != 5 {
        wrong.push(format!("one of two bodies was ordered, and {refused} of 6 were refused"));
    }
    wrong.extend(ground.audited(&Known::orders(&sku, stocked, &orders)).await?);
    Ok(wrong)
}

/// Two guests' carts are taken along by one customer, each twice, all at once.
pub(super) async fn merged_carts(ground: &Ground, mut dice: Dice) -> Found {
    let (one, other) = (ground.goods(9).await?, ground.goods(9).await?);
    let customer = &ground.customer;
    expect(200, "DELETE", "/v1/cart", &customer.delete("/v1/cart").await?)?;
    let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
    if dice.coin() {
        ground.adds(customer, &one, 1).await?;
        *wanted.entry(one.clone()).or_default() += 1;
    }
    let mut tokens = Vec::new();
    for quantity in [dice.from(1, 4), dice.from(1, 4)] {
        let cart = ground.adds(&ground.guest, &one, quantity).await?;
        let token = text(&cart, "cart_token")?;
        let guest = ground.guest.with("x-cart-token", &token);
        ground.adds(&guest, &other, 1).await?;
        *wanted.entry(one.clone()).or_default() += i64::try_from(quantity).unwrap_or(i64::MAX);
        *wanted.entry(other.clone()).or_default() += 1;
        tokens.push(token);
    }
    let merges = tokens.iter().chain(&tokens).map(|token| async move {
        let body = json!({"cart_token": token});
        customer.posts("/v1/cart/merge", &body, 200).await
    });
    at_once(merges).await?;
    let cart = customer.sees("/v1/cart").await?;
    let found: BTreeMap<String, i64> = [&one, &other].into_iter().map(|sku| (sku.clone(), units(&cart, sku))).collect();
    if found == wanted {
        return Ok(Vec::new());
    }
    Ok(vec![format!("two carts were merged, and {found:?} lie in it, not {wanted:?}")])
}

/// Staff hold and let go while others of them count anew.
pub(super) async fn adjusted_stock(ground: &Ground, mut dice: Dice) -> Found {
    let stocked = dice.from(3, 6);
    let sku = ground.goods(stocked).await?;
    let (reserve, release) =
        (format!("/v1/admin/inventory/{sku}/reserve"), format!("/v1/admin/inventory/{sku}/release"));
    let holds: Vec<_> = (0..6).map(|_| (dice.from(1, 2), dice.coin())).collect();
    let deltas: Vec<i64> = (0..5).map(|_| if dice.coin() { 1 } else { -2 }).collect();
    let held = at_once(holds.into_iter().map(|(quantity, lets_go)| {
        let (keeper, reserve, release) = (ground.anew(&ground.admin), &reserve, &release);
        async move {
            let body = json!({"quantity": quantity, "ttl_seconds": 3600, "reference": "race"});
            let (answer, again) = join(keeper.post(reserve, &body), keeper.post(reserve, &body)).await;
            let (answer, again) = (answer?, again?);
            let made = match (answer.status, again.status) {
                (201, 201) if answer == again => text(&answer.json(), "id")?,
                // A refusal is not remembered, and stock comes back meanwhile: the other try may be granted later.
                (201, 409) => text(&answer.json(), "id")?,
                (409, 201) => text(&again.json(), "id")?,
                (409, 409) => return Ok(0),
                _ => return Err(Trouble(format!("one key, two answers: {answer:?}, {again:?}"))),
            };
            if lets_go {
                ground.anew(&ground.admin).posts(release, &json!({"reservation_id": made}), 200).await?;
                return Ok(0);
            }
            Ok(i64::try_from(quantity).unwrap_or(i64::MAX))
        }
    }));
    let adjusted = at_once(deltas.into_iter().map(|delta| {
        let sku = &sku;
        async move { Ok(if ground.adjusts(sku, delta).await? { delta } else { 0 }) }
    }));
    let (held, adjusted) = join(held, adjusted).await;
    let (held, adjusted): (i64, i64) = (held?.iter().sum(), adjusted?.iter().sum());
    let known = Known::orders(&sku, stocked, &[]);
    ground.audited(&Known { stocked: known.stocked + adjusted, held, ..known }).await
}

/// What a cart costs.
pub(super) async fn total(ground: &Ground, guest: Option<&Person>) -> Result<i64, Trouble> {
    let guest = guest.ok_or_else(|| Trouble("nobody is there".to_owned()))?;
    number(&expect(200, "POST", "/v1/checkout/quote", &ground.quote(guest).await?)?, "/total/amount")
}

/// The orders that were placed, each once.
pub(super) fn distinct(heard: Vec<Heard>) -> Vec<Order> {
    let orders: BTreeMap<String, Order> =
        heard.into_iter().filter_map(Heard::order).map(|order| (order.id.clone(), order)).collect();
    orders.into_values().collect()
}

/// Refusals for other reasons than these.
pub(super) fn strange(heard: &[Heard], reasons: &[&str]) -> Vec<String> {
    let strange = heard.iter().filter_map(|heard| match heard {
        Heard::Refused(status, code) if !reasons.contains(&code.as_str()) => Some(format!("refused: {status} {code}")),
        Heard::Refused(..) | Heard::Ordered(_) => None,
    });
    strange.collect()
}
