//! Attacks on what is limited: so many unpaid orders, so much that support gives back, so long that something is held.

use std::collections::BTreeSet;

use futures::future::{join, try_join_all};
use serde_json::json;

use super::goods::{distinct, strange, total};
use super::report::items;
use super::{Found, at_once};
use crate::books::Known;
use crate::dice::Dice;
use crate::ground::{Ground, Heard, Order};
use crate::person::{Person, Trouble, expect, number, text, unexpected};

/// Orders of one customer that may wait for their payment.
const MOST_UNPAID: usize = 3;
/// Tabs of one customer.
const TABS: usize = 5;
/// How often each tab tries.
const TRIES: usize = 3;
/// What a tab may hear that another one has ordered before.
const OVERTAKEN: [&str; 5] = ["cart_empty", "price_changed", "cart_changed", "too_many_requests", "out_of_stock"];

/// A customer orders in five tabs, again and again, and pays for nothing.
pub(super) async fn unpaid_orders(ground: &Ground, _: Dice) -> Found {
    let stocked = 40;
    let sku = ground.goods(stocked).await?;
    calls_all_off(ground).await?;
    let heard = at_once((0..TABS).map(|_| tab(ground, &sku))).await?.concat();
    let mut wrong = strange(&heard, &OVERTAKEN);
    let orders = distinct(heard);
    let unpaid = pending(ground).await?;
    if unpaid.len() > MOST_UNPAID {
        wrong.push(format!("{} orders wait for their payment, and {MOST_UNPAID} may", unpaid.len()));
    }
    // Whoever calls one off may order one more, not two.
    if let Some(first) = unpaid.first() {
        let path = format!("/v1/orders/{first}/cancel");
        ground.anew(&ground.customer).posts(&path, &json!({}), 200).await?;
    }
    let more = at_once((0..TABS).map(|_| tab(ground, &sku))).await?.concat();
    wrong.extend(strange(&more, &OVERTAKEN));
    let unpaid = pending(ground).await?.len();
    if unpaid > MOST_UNPAID {
        wrong.push(format!("{unpaid} orders wait for their payment, and {MOST_UNPAID} may"));
    }
    let orders = [orders, distinct(more)].concat();
    wrong.extend(ground.audited(&Known::orders(&sku, stocked, &orders)).await?);
    calls_all_off(ground).await?;
    Ok(wrong)
}

/// One tab: fills the cart and orders it, so often.
async fn tab(ground: &Ground, sku: &str) -> Result<Vec<Heard>, Trouble> {
    let (customer, mut heard) = (&ground.customer, Vec::new());
    for _ in 0..TRIES {
        ground.adds(customer, sku, 1).await?;
        let quote = ground.quote(customer).await?;
        if quote.status == 409 {
            continue;
        }
        let quote = expect(200, "POST", "/v1/checkout/quote", &quote)?;
        heard.push(ground.checks_out(customer, &ground.fresh(), number(&quote, "/total/amount")?).await?);
    }
    Ok(heard)
}

/// The customer's orders that wait for their payment.
async fn pending(ground: &Ground) -> Result<Vec<String>, Trouble> {
    let list = ground.customer.sees("/v1/orders?limit=100").await?;
    let pending = items(&list).filter(|order| order["status"] == "PENDING");
    pending.map(|order| text(order, "id")).collect()
}

async fn calls_all_off(ground: &Ground) -> Result<(), Trouble> {
    for id in pending(ground).await? {
        let path = format!("/v1/orders/{id}/cancel");
        let answer = ground.anew(&ground.customer).post(&path, &json!({})).await?;
        // Its time may be up at the same moment.
        if answer.status != 200 && answer.status != 409 {
            return Err(unexpected("POST", &path, &answer));
        }
    }
    expect(200, "DELETE", "/v1/cart", &ground.customer.delete("/v1/cart").await?)?;
    Ok(())
}

/// Support gives back of one order, at once and in parts, more than it may.
pub(super) async fn refund_limit(ground: &Ground, mut dice: Dice) -> Found {
    let sku = ground.goods(9).await?;
    let order = ground.paid(&sku, 3).await?;
    let parts: Vec<u64> = (0..8).map(|_| dice.from(1_000, 4_000)).collect();
    let given = gives(ground, &ground.support, &order, &parts, &["forbidden"]).await?;
    let mut wrong = Vec::new();
    if given > ground.support_limit || given == 0 {
        wrong.push(format!("support gave back {given} of {}, and may {}", order.id, ground.support_limit));
    }
    wrong.extend(ground.audited(&Known::orders(&sku, 9, &[order])).await?);
    Ok(wrong)
}

/// So much is given back at once, each part asked for twice under its key: what was granted.
pub(super) async fn gives(
    ground: &Ground,
    staff: &Person,
    order: &Order,
    parts: &[u64],
    refusals: &[&str],
) -> Result<i64, Trouble> {
    let path = format!("/v1/admin/orders/{}/refunds", order.id);
    let asked = at_once(parts.iter().map(|part| {
        let (staff, path) = (ground.anew(staff), &path);
        let body = json!({"amount": {"amount": part, "currency": "USD"}, "reason": "race"});
        async move {
            let (one, again) = join(staff.post(path, &body), staff.post(path, &body)).await;
            Ok([one?, again?])
        }
    }))
    .await?;
    let (mut seen, mut given) = (BTreeSet::new(), 0);
    if let Some([one, other]) = asked.iter().find(|[one, other]| one.status != other.status) {
        return Err(Trouble(format!("one key, two answers: {one:?}, {other:?}")));
    }
    for answer in asked.iter().flatten() {
        match answer.status {
            201 => {
                let refund = answer.json();
                if seen.insert(text(&refund, "id")?) {
                    given += number(&refund, "/amount/amount")?;
                }
            }
            _ if refusals.contains(&answer.code().as_str()) => {}
            _ => return Err(unexpected("POST", &path, answer)),
        }
    }
    Ok(given)
}

/// A customer and guests hold all that there is and pay for nothing: when their time is up somebody else gets it, at once.
pub(super) async fn hoarded_holds(ground: &Ground, mut dice: Dice) -> Found {
    let stocked = dice.from(2, 3);
    let sku = ground.goods(stocked).await?;
    calls_all_off(ground).await?;
    let greedy = ground.carts(&sku, 1, 4).await?;
    let price = total(ground, greedy.first()).await?;
    let theirs = at_once(greedy.iter().map(|guest| ground.checks_out(guest, "buy", price)));
    let (own, theirs) = join(tab(ground, &sku), theirs).await;
    let hoarded = [own?, theirs?].concat();
    let mut wrong = strange(&hoarded, &OVERTAKEN);
    let mut orders = distinct(hoarded);
    if ground.stock(&sku).await?[0] != 0 {
        wrong.push(format!("of {stocked} units some are left, and {} were ordered", orders.len()));
    }
    let ends = orders.iter().filter_map(|order| order.view["reservation_expires_at"].as_str()?.parse().ok());
    let until: Option<holdfast_core::Timestamp> = ends.max();
    let until = until.ok_or_else(|| Trouble("nobody hoards anything".to_owned()))?;
    let left_s = until.duration_since(ground.now().await?).as_secs() + 5;
    let honest = ground.carts(&sku, 1, usize::try_from(stocked).unwrap_or_default()).await?;
    // Nothing in the background need have looked yet: whoever is short of stock takes back what nobody paid for in time.
    ground.moves_clock(u64::try_from(left_s).unwrap_or_default()).await?;
    let got = try_join_all(honest.iter().map(|guest| ground.checks_out(guest, "buy", price))).await?;
    wrong.extend(strange(&got, &[]));
    orders.extend(distinct(got));
    wrong.extend(ground.audited(&Known::orders(&sku, stocked, &orders)).await?);
    calls_all_off(ground).await?;
    Ok(wrong)
}
