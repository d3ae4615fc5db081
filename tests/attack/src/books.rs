//! Whether what a shop says of an article, its orders and their money adds up.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ground::{Ground, Order};
use crate::person::{Trouble, number, text};

/// What is known of an article from outside.
#[derive(Clone, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) sku: &'a str,
    /// What there was, and what staff have added since.
    pub(crate) stocked: i64,
    /// What staff hold.
    pub(crate) held: i64,
    /// Every order of it.
    pub(crate) orders: &'a [Order],
}

impl<'a> Known<'a> {
    pub(crate) fn orders(sku: &'a str, stocked: u64, orders: &'a [Order]) -> Self {
        Self { sku, stocked: i64::try_from(stocked).unwrap_or(i64::MAX), held: 0, orders }
    }
}

impl Ground {
    /// What does not add up of an article, once all has come to rest.
    pub(crate) async fn audited(&self, known: &Known<'_>) -> Result<Vec<String>, Trouble> {
        self.at_rest(async || self.wrong(known).await).await
    }

    async fn wrong(&self, known: &Known<'_>) -> Result<Vec<String>, Trouble> {
        let Known { sku, stocked, held, orders } = *known;
        let (mut wrong, mut waiting, mut sold) = (Vec::new(), held, 0);
        for order in orders {
            let view = self.admin.sees(&format!("/v1/admin/orders/{}", order.id)).await?;
            let status = text(&view, "status")?;
            let units = units(&view, sku);
            match status.as_str() {
                "PENDING" | "REVIEW" => waiting += units,
                "EXPIRED" | "CANCELLED" | "RETURNED" => {}
                _ => sold += units,
            }
            let payments = self.admin.sees(&format!("/v1/admin/payments?order_id={}", order.id)).await?;
            wrong.extend(money(order, &status, &text(&view, "payment_status")?, &payments)?);
        }
        let [available, reserved] = self.stock(sku).await?;
        if available < 0 || reserved < 0 || available + reserved + sold != stocked || reserved != waiting {
            wrong.push(format!(
                "{sku}: {available} can be had, {reserved} are held and {sold} sold, of {stocked}; {waiting} should be held"
            ));
        }
        let movements = self.movements(sku).await?;
        wrong.extend(replayed(&movements, [available, reserved]).err().map(|error| format!("{sku}: {error}")));
        Ok(wrong)
    }

    /// Every movement of an article.
    pub(crate) async fn movements(&self, sku: &str) -> Result<Vec<Value>, Trouble> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.admin.sees(&format!("/v1/admin/inventory/{sku}/history?limit=100{cursor}")).await?;
            all.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(all),
            }
        }
    }
}

/// How many of an article are in an order, over all its lines.
pub(crate) fn units(order: &Value, sku: &str) -> i64 {
    let lines = order["lines"].as_array().into_iter().flatten();
    lines.filter(|line| line["sku"] == sku).filter_map(|line| line["quantity"].as_i64()).sum()
}

/// What of an order's money is not what its status says.
fn money(order: &Order, status: &str, payment_status: &str, payments: &Value) -> Result<Vec<String>, Trouble> {
    let (mut captured, mut back, mut charges) = (0, 0, 0);
    for payment in payments["items"].as_array().into_iter().flatten() {
        let (came, left) = (number(payment, "/captured/amount")?, number(payment, "/refundable/amount")?);
        let refunds = payment["refunds"].as_array().into_iter().flatten().filter(|refund| refund["status"] != "FAILED");
        let gone: i64 = refunds.filter_map(|refund| refund.pointer("/amount/amount")?.as_i64()).sum();
        if came - gone != left {
            return Ok(vec![format!("{}: of {came} that came {gone} went back, and {left} can still go", order.id)]);
        }
        charges += i64::from(payment["status"] == "PAID");
        captured += came;
        back += gone;
    }
    let kept = captured - back;
    let fine = match status {
        "PENDING" | "REVIEW" => captured == 0,
        "EXPIRED" | "CANCELLED" => kept == 0,
        _ => charges == 1 && (0..=order.total).contains(&kept),
    };
    let expected = match (captured, kept) {
        (0, _) => "NONE",
        (_, 0) => "REFUNDED",
        (_, kept) if kept == order.total => "PAID",
        _ => "PARTIALLY_REFUNDED",
    };
    if fine && payment_status == expected {
        return Ok(Vec::new());
    }
    let id = &order.id;
    Ok(vec![format!(
        "{id} is {status} and {payment_status}: {captured} came by {charges} charges, {back} went back, of {}",
        order.total
    )])
}

/// Whether movements, one after the other in each warehouse, leave what they say, and at last what there is.
pub(crate) fn replayed(movements: &[Value], now: [i64; 2]) -> Result<(), String> {
    let mut places: BTreeMap<&str, BTreeMap<u64, &Value>> = BTreeMap::new();
    for movement in movements {
        let place = places.entry(movement["warehouse_id"].as_str().unwrap_or_default()).or_default();
        let sequence = movement["sequence"].as_u64().unwrap_or_default();
        if place.insert(sequence, movement).is_some() {
            return Err(format!("movement {sequence} is there twice"));
        }
    }
    let mut sum = [0, 0];
    for (place, movements) in places {
        let mut balance = [0, 0];
        for (nth, (sequence, movement)) in (1..).zip(movements) {
            if sequence != nth {
                return Err(format!("{place} lacks movement {nth}"));
            }
            let after = ["available", "reserved"].map(|name| movement["balance_after"][name].as_i64().unwrap_or(-1));
            let ways = ways(movement);
            let leads = |[available, reserved]: &[i64; 2]| [balance[0] + available, balance[1] + reserved] == after;
            if after.iter().any(|count| *count < 0) || !ways.iter().any(leads) {
                return Err(format!("from {balance:?} no way leads on by {movement}"));
            }
            balance = after;
        }
        sum = [sum[0] + balance[0], sum[1] + balance[1]];
    }
    if sum == now { Ok(()) } else { Err(format!("its movements leave {sum:?}, and there are {now:?}")) }
}

/// What a movement may do to what can be had and to what is held. What is paid late is sold from what can be had.
fn ways(movement: &Value) -> Vec<[i64; 2]> {
    let quantity = movement["quantity"].as_i64().unwrap_or_default();
    match movement["kind"].as_str().unwrap_or_default() {
        "CREATED" | "ADJUSTED" | "COUNTED" | "TRANSFERRED" | "RETURNED" => vec![[quantity, 0]],
        "HELD" => vec![[-quantity, quantity]],
        "RELEASED" | "EXPIRED" => vec![[quantity, -quantity]],
        "COMMITTED" => vec![[0, quantity], [quantity, 0]],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::line::Place;
    use crate::person::Person;

    fn movement(sequence: u64, kind: &str, quantity: i64, after: [i64; 2]) -> Value {
        let after = json!({"available": after[0], "reserved": after[1]});
        json!({"warehouse_id": "w", "sequence": sequence, "kind": kind, "quantity": quantity, "balance_after": after})
    }

    #[test]
    fn movements_lead_to_what_there_is() {
        let all = [
            movement(2, "HELD", 2, [1, 2]),
            movement(1, "CREATED", 3, [3, 0]),
            movement(3, "COMMITTED", -2, [1, 0]),
            movement(4, "COMMITTED", -1, [0, 0]),
        ];
        assert_eq!(replayed(&all, [0, 0]), Ok(()));
        assert!(replayed(&all, [1, 0]).unwrap_err().contains("there are [1, 0]"));
        assert!(replayed(&[&all[..], &all[..1]].concat(), [0, 0]).unwrap_err().contains("twice"));
        assert!(replayed(&all[1..], [0, 0]).unwrap_err().contains("lacks movement 2"));
        for wrong in
            [movement(5, "HELD", 1, [-1, 1]), movement(5, "RELEASED", 1, [1, 0]), movement(5, "LOST", 0, [0, 0])]
        {
            let all = [&all[..], &[wrong]].concat();
            assert!(replayed(&all, [0, 0]).unwrap_err().contains("no way leads on"));
        }
    }

    #[test]
    fn money_is_what_the_status_says() {
        let owner = Person::guest(&Place::here(1));
        let order = Order { id: "ord_1".to_owned(), total: 100, view: Value::Null, owner };
        let payment = |status: &str, captured: i64, refunds: &[i64], refundable: i64| {
            let money = |amount: i64| json!({"amount": amount, "currency": "USD"});
            let refunds: Vec<_> =
                refunds.iter().map(|amount| json!({"status": "SENT", "amount": money(*amount)})).collect();
            json!({"status": status, "captured": money(captured), "refundable": money(refundable), "refunds": refunds})
        };
        let wrong = |status: &str, paid: &str, payments: &[Value]| {
            !money(&order, status, paid, &json!({"items": payments})).unwrap().is_empty()
        };
        let [paid, part] = [payment("PAID", 100, &[], 100), payment("PAID", 100, &[40], 60)];
        let [gone, twice] = [payment("PAID", 100, &[40, 60], 0), payment("SENT_BACK", 100, &[100], 0)];
        assert!(!wrong("PENDING", "NONE", &[]) && !wrong("PAID", "PAID", std::slice::from_ref(&paid)));
        assert!(!wrong("SHIPPED", "PARTIALLY_REFUNDED", &[part.clone(), twice.clone()]));
        assert!(
            !wrong("CANCELLED", "REFUNDED", &[gone]) && !wrong("EXPIRED", "REFUNDED", std::slice::from_ref(&twice))
        );
        // Paid without a charge, charged twice, kept for what was called off, more gone back than came, another word for it.
        assert!(wrong("PAID", "PAID", &[]) && wrong("PAID", "PAID", &[paid.clone(), paid.clone()]));
        assert!(
            wrong("CANCELLED", "PAID", std::slice::from_ref(&paid))
                && wrong("PENDING", "NONE", std::slice::from_ref(&paid))
        );
        assert!(wrong("PAID", "PAID", &[payment("PAID", 100, &[60, 60], 0)]) && wrong("PAID", "PAID", &[part]));
    }
}
