//! Attacks on money: an order is paid once or not at all, and what goes back is what came and no more.

use futures::future::{join, join3, join4};
use serde_json::json;

use super::goods::{distinct, strange, total};
use super::limits::gives;
use super::{Found, at_once};
use crate::books::Known;
use crate::dice::Dice;
use crate::ground::{Ground, Order};
use crate::person::{Trouble, unexpected};

/// A customer asks for the intent in several tabs, pays in two of them, looks, and perhaps calls it all off, while the gateway tells
/// the shop.
pub(super) async fn webhook_against_client(ground: &Ground, mut dice: Dice) -> Found {
    let (stocked, calls_off) = (4, dice.coin());
    let sku = ground.goods(stocked).await?;
    let order = ground.order(&sku, dice.from(1, 2)).await?;
    let asked = at_once((0..4).map(|_| ground.intent(&order))).await?;
    let intent = asked.first().cloned().flatten().ok_or_else(|| Trouble("there is nothing to pay".to_owned()))?;
    let mut wrong = Vec::new();
    if asked.iter().any(|other| other.as_ref() != Some(&intent)) {
        wrong.push(format!("one order, several intents: {asked:?}"));
    }
    let path = format!("/v1/orders/{}", order.id);
    let looks = async {
        for _ in 0..3 {
            order.owner.sees(&path).await?;
        }
        ground.intent(&order).await
    };
    let cancels = async {
        match calls_off {
            true => Ok(ground.anew(&order.owner).post(&format!("{path}/cancel"), &json!({})).await?.status),
            false => Ok(0),
        }
    };
    let (one, other, looked, cancelled) = join4(ground.pays(&intent), ground.pays(&intent), looks, cancels).await;
    let (paid, cancelled): (bool, u16) = (one? | other?, cancelled?);
    looked?;
    if calls_off && cancelled != 200 {
        wrong.push(format!("{} was called off before it was sent, and that was answered {cancelled}", order.id));
    }
    if !calls_off && !paid {
        wrong.push(format!("{intent} cannot be paid"));
    }
    let wanted = if calls_off { "CANCELLED" } else { "PAID" };
    let ended = async || {
        let status = ground.status(&order).await?;
        Ok(if status == wanted { vec![] } else { vec![format!("{} is {status}, not {wanted}", order.id)] })
    };
    wrong.extend(ground.at_rest(ended).await?);
    wrong.extend(agrees_with_the_gateway(ground, &order, &intent, paid).await?);
    wrong.extend(ground.audited(&Known::orders(&sku, stocked, &[order])).await?);
    Ok(wrong)
}

/// What the gateway gave back is what the shop says has gone back.
async fn agrees_with_the_gateway(ground: &Ground, order: &Order, intent: &str, paid: bool) -> Found {
    let look = async || {
        let payments = ground.admin.sees(&format!("/v1/admin/payments?order_id={}", order.id)).await?;
        let refunds = payments.pointer("/items/0/refunds").and_then(|refunds| refunds.as_array()).cloned();
        let good = refunds.unwrap_or_default().into_iter().filter(|refund| refund["status"] == "SUCCEEDED");
        let told: i64 = good.filter_map(|refund| refund.pointer("/amount/amount")?.as_i64()).sum();
        let asked = payments.pointer("/items/0/refundable/amount").and_then(|left| left.as_i64()).unwrap_or_default();
        let given = ground.given_back(intent).await?;
        let came = if paid { order.total } else { 0 };
        Ok(if told == given && came - given == asked {
            vec![]
        } else {
            vec![format!(
                "{intent}: of {came} the gateway gave {given} back, the shop knows of {told}, and {asked} are left"
            )]
        })
    };
    ground.at_rest(look).await
}

/// Refunds in parts, each asked for twice, of more than there is; and perhaps the order is called off meanwhile.
pub(super) async fn refund_against_refund(ground: &Ground, mut dice: Dice) -> Found {
    let (stocked, calls_off) = (4, dice.coin());
    let sku = ground.goods(stocked).await?;
    let order = ground.paid(&sku, 2).await?;
    let parts: Vec<u64> = (0..6).map(|_| dice.from(2_000, 9_000)).collect();
    let refusals = ["too_much", "nothing_to_refund"];
    let cancels = async {
        match calls_off {
            true => {
                Ok(Some(ground.anew(&order.owner).post(&format!("/v1/orders/{}/cancel", order.id), &json!({})).await?))
            }
            false => Ok(None),
        }
    };
    let (given, cancelled) = join(gives(ground, &ground.admin, &order, &parts, &refusals), cancels).await;
    let (given, cancelled) = (given?, cancelled?);
    let mut wrong = Vec::new();
    if let Some(answer) = cancelled.filter(|answer| answer.status != 200) {
        return Err(unexpected("POST", "cancel", &answer));
    }
    if given > order.total || given == 0 {
        wrong.push(format!("{given} went back of {} that came", order.total));
    }
    let intent = ground.intent(&order).await?;
    let intent = match intent {
        Some(intent) => intent,
        None => {
            let payments = ground.admin.sees(&format!("/v1/admin/payments?order_id={}", order.id)).await?;
            payments.pointer("/items/0/payment_intent_id").and_then(|id| id.as_str()).unwrap_or_default().to_owned()
        }
    };
    let wanted = if calls_off { order.total } else { given };
    let all = async || {
        let back = ground.given_back(&intent).await?;
        Ok(if back == wanted { vec![] } else { vec![format!("{back} went back, not {wanted}")] })
    };
    wrong.extend(ground.at_rest(all).await?);
    wrong.extend(agrees_with_the_gateway(ground, &order, &intent, true).await?);
    wrong.extend(ground.audited(&Known::orders(&sku, stocked, &[order])).await?);
    Ok(wrong)
}

/// What is packed is called off by its owner and by support, and handed over by the warehouse, at once.
pub(super) async fn cancel_against_ship(ground: &Ground, _: Dice) -> Found {
    let stocked = 4;
    let sku = ground.goods(stocked).await?;
    let order = ground.paid(&sku, 1).await?;
    let (path, cancel) = (format!("/v1/admin/orders/{}/status", order.id), format!("/v1/orders/{}/cancel", order.id));
    let set = |status: &str| json!({"status": status, "reason": "race"});
    ground.anew(&ground.admin).posts(&path, &set("PROCESSING"), 200).await?;
    let (owner, support, keeper) =
        (ground.anew(&order.owner), ground.anew(&ground.support), ground.anew(&ground.admin));
    let (shipped, cancelled) = (set("SHIPPED"), set("CANCELLED"));
    let none = json!({});
    let (own, theirs, ships) =
        join3(owner.post(&cancel, &none), support.post(&path, &cancelled), keeper.post(&path, &shipped)).await;
    let statuses = [own?.status, theirs?.status, ships?.status];
    let done = statuses.iter().filter(|status| **status == 200).count();
    let mut wrong = Vec::new();
    let status = ground.status(&order).await?;
    let wanted = if statuses[2] == 200 { "SHIPPED" } else { "CANCELLED" };
    if done != 1 || status != wanted || statuses.iter().any(|status| *status != 200 && *status != 409) {
        wrong.push(format!("called off twice and handed over at once: {statuses:?}, and the order is {status}"));
    }
    wrong.extend(ground.audited(&Known::orders(&sku, stocked, &[order])).await?);
    Ok(wrong)
}

/// The last unit is paid for at the moment at which its hold ends, while others want it.
pub(super) async fn expiry_against_payment(ground: &Ground, mut dice: Dice) -> Found {
    let stocked = 1;
    let sku = ground.goods(stocked).await?;
    let order = ground.order(&sku, 1).await?;
    let intent = ground.intent(&order).await?.ok_or_else(|| Trouble("there is nothing to pay".to_owned()))?;
    let until = order.view["reservation_expires_at"].as_str().and_then(|until| until.parse().ok());
    let until: holdfast_core::Timestamp = until.ok_or_else(|| Trouble(format!("{} has no end", order.id)))?;
    let left_s = until.duration_since(ground.now().await?).as_secs().saturating_sub(2);
    ground.moves_clock(u64::try_from(left_s).unwrap_or_default()).await?;
    let others = ground.carts(&sku, 1, 3).await?;
    let price = total(ground, others.first()).await?;
    let (pays_first, calls_off) = (dice.coin(), dice.from(0, 3) == 0);
    let late = async {
        if pays_first {
            return ground.pays(&intent).await;
        }
        ground.moves_clock(1).await?;
        ground.pays(&intent).await
    };
    let ends = async {
        ground.moves_clock(3).await?;
        ground.settles().await
    };
    let buys = at_once(others.iter().map(|guest| async {
        let first = ground.checks_out(guest, "buy", price).await?;
        let again = ground.checks_out(guest, "buy", price).await?;
        Ok([first, again])
    }));
    let cancels = async {
        match calls_off {
            true => {
                ground.anew(&order.owner).post(&format!("/v1/orders/{}/cancel", order.id), &json!({})).await.map(drop)
            }
            false => Ok(()),
        }
    };
    let (paid, ended, bought, cancelled) = join4(late, ends, buys, cancels).await;
    let (paid, bought) = (paid?, bought?.concat());
    ended?;
    cancelled?;
    let mut wrong = strange(&bought, &["out_of_stock"]);
    let others = distinct(bought);
    if others.len() > 1 {
        wrong.push(format!("{} of others have ordered the one unit", others.len()));
    }
    let orders: Vec<Order> = std::iter::once(order.clone()).chain(others).collect();
    wrong.extend(ground.audited(&Known::orders(&sku, stocked, &orders)).await?);
    wrong.extend(agrees_with_the_gateway(ground, &order, &intent, paid).await?);
    Ok(wrong)
}
