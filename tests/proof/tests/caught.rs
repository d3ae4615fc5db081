//! Each thing that must hold is seen not to, where somebody has meddled: a check that cannot fail proves nothing.

use holdfast_proof::books::Books;
use holdfast_proof::witness::Witness;
use serde_json::{Value, json};

const HOLD: [&str; 2] = ["rsv_1", "rsv_2"];

fn lines() -> Value {
    json!([{"sku": "MUG", "warehouse_id": "whs_1", "quantity": 1}])
}

fn stock(version: u64, available: i64, reserved: i64, what: &str) -> Value {
    json!({
        "entity": "stock", "sku": "MUG", "warehouse_id": "whs_1", "version": version, "available": available,
        "reserved": reserved,
        "event": {"id": format!("evt_{version}"), "type": format!("inventory.stock-{what}.v1"), "subject": "MUG/whs_1"},
    })
}

fn order(id: &str, status: &str, money: &str, hold: &str) -> Value {
    json!({
        "entity": "order", "id": id, "status": status, "payment_status": money, "reservation_id": hold, "refunded": 0,
        "charges": {"total": 2699}, "lines": [{"sku": "MUG", "quantity": 1}], "owner": {"customer": "usr_1"},
    })
}

fn hold(id: &str, status: &str) -> Value {
    json!({"entity": "reservation", "id": id, "status": status, "lines": lines(), "expires_at": "2026-01-01T00:15:00Z"})
}

/// Three mugs came; one of them was sold, one is held, and one is there.
fn agreeing() -> (Books, Witness) {
    let mut witness = Witness::default();
    let moves = [(3, 0, "created"), (2, 1, "held"), (2, 0, "committed"), (1, 1, "held")];
    let mut before = Value::Null;
    for (version, (available, reserved, what)) in (1..).zip(moves) {
        let after = stock(version, available, reserved, what);
        witness.see(&before, &after);
        before = after;
    }
    let paid = json!({"order_id": "ord_1", "on_order": true, "captured": 2699});
    let books = Books {
        stocks: vec![before],
        reservations: vec![hold(HOLD[0], "COMMITTED"), hold(HOLD[1], "ACTIVE")],
        orders: vec![order("ord_1", "PAID", "PAID", HOLD[0]), order("ord_2", "PENDING", "NONE", HOLD[1])],
        payments: vec![paid],
        ..Books::default()
    };
    (books, witness)
}

/// What is found once somebody has meddled.
fn found(meddle: impl FnOnce(&mut Books, &mut Witness)) -> String {
    let (mut books, mut witness) = agreeing();
    meddle(&mut books, &mut witness);
    books.examine(&witness).into_iter().chain(witness.wrong).collect::<Vec<_>>().join("\n")
}

#[test]
fn books_that_agree_pass() {
    assert_eq!(found(|_, _| ()), "");
}

#[test]
fn stock_that_does_not_add_up_is_caught() {
    let less = found(|books, _| books.stocks[0]["available"] = json!(0));
    assert!(less.contains("1 lie there, 1 were sold, 0 came back, and 3 were stocked"), "{less}");
    let below = found(|books, _| books.stocks[0]["available"] = json!(-1));
    assert!(below.contains("has -1 available"), "{below}");
    let unheld = found(|books, _| books.stocks[0]["reserved"] = json!(0));
    assert!(unheld.contains("0 reserved, and holds hold 1"), "{unheld}");
    let nowhere = found(|books, _| books.stocks.clear());
    assert!(nowhere.contains("and there is no such stock"), "{nowhere}");
    let oversold = found(|books, _| books.reservations[1]["status"] = json!("COMMITTED"));
    assert!(oversold.contains("1 were sold, and orders have bought 2"), "{oversold}");
    let back = found(|_, witness| witness.see(&stock(4, 1, 1, "held"), &stock(5, 2, 1, "returned")));
    assert!(back.contains("1 came back, 0 of orders that were called off, 0 of returns"), "{back}");
}

#[test]
fn an_order_without_its_stock_and_stock_without_its_order_are_caught() {
    for (status, stands) in
        [("PAID", "ACTIVE"), ("SHIPPED", "EXPIRED"), ("PENDING", "COMMITTED"), ("CANCELLED", "ACTIVE")]
    {
        let wrong = found(|books, _| {
            books.orders[0]["status"] = json!(status);
            books.reservations[0]["status"] = json!(stands);
        });
        assert!(wrong.contains(&format!("ord_1 is {status}, and its hold is {stands}")), "{wrong}");
    }
    let orphan = found(|books, _| drop(books.orders.remove(0)));
    assert!(orphan.contains("rsv_1 is sold, and no order has it"), "{orphan}");
    let less = found(|books, _| books.orders[0]["lines"][0]["quantity"] = json!(2));
    assert!(less.contains(r#"ord_1 bought {"MUG": 2}, and its hold holds {"MUG": 1}"#), "{less}");
}

#[test]
fn money_that_is_not_where_it_belongs_is_caught() {
    let twice = found(|books, _| books.payments.push(books.payments[0].clone()));
    assert!(twice.contains("[2699, 2699] came for ord_1"), "{twice}");
    let never = found(|books, _| books.payments.clear());
    assert!(never.contains("[] came for ord_1"), "{never}");
    let less = found(|books, _| books.payments[0]["captured"] = json!(2698));
    assert!(less.contains("[2698] came for ord_1"), "{less}");
    let unpaid = found(|books, _| books.orders[0]["payment_status"] = json!("NONE"));
    assert!(unpaid.contains("ord_1 is PAID, and its money is NONE"), "{unpaid}");
    let refunded = found(|books, _| books.orders[0]["refunded"] = json!(5));
    assert!(refunded.contains("5 of 2699 went back of ord_1"), "{refunded}");
}

#[test]
fn who_hoards_is_caught() {
    let hoard = found(|books, _| (0..3).for_each(|_| books.orders.push(books.orders[1].clone())));
    assert!(hoard.contains("usr_1 has 4 unpaid orders"), "{hoard}");
    let beside = |ends: &[&str]| {
        found(|books, _| {
            books.latest = "2026-01-01T00:15:00Z".parse().unwrap();
            for end in ends {
                let mut order = order("ord_2", "PENDING", "NONE", HOLD[1]);
                order["reservation_expires_at"] = json!(end);
                books.orders.push(order);
            }
        })
    };
    let over = ["2026-01-01T00:15:00Z", "2026-01-01T00:14:00Z", "2026-01-01T00:15:01Z", "2026-01-01T00:16:00Z"];
    assert!(!beside(&over).contains("unpaid orders"), "two of five hold nothing any more");
    assert!(beside(&["2026-01-01T00:15:01Z"; 3]).contains("usr_1 has 4 unpaid orders"), "none of four is over");
}

#[test]
fn changes_that_no_shop_may_make_are_caught() {
    let seen = |old: Value, new: Value| {
        let mut witness = Witness::default();
        witness.see(&old, &new);
        witness.wrong.join("\n")
    };
    let moved = |from: &str, to: &str| seen(order("ord_1", from, "PAID", "r"), order("ord_1", to, "PAID", "r"));
    for from in ["CANCELLED", "RETURNED"] {
        for to in ["PENDING", "PAID", "PROCESSING", "SHIPPED", "DELIVERED", "EXPIRED"] {
            assert!(moved(from, to).contains(&format!("went from {from:?} to {to}")));
        }
    }
    assert!(moved("EXPIRED", "CANCELLED").contains("went from"));
    assert_eq!([moved("EXPIRED", "PAID"), moved("PAID", "PAID")], ["", ""]);
    for (from, to) in [("EXPIRED", "ACTIVE"), ("COMMITTED", "RELEASED"), ("RELEASED", "EXPIRED")] {
        assert!(seen(hold("r", from), hold("r", to)).contains("went from"), "{from} {to}");
    }
    let expired = |at: &str| {
        let mut hold_now = hold("r", "EXPIRED");
        hold_now["history"] = json!([{"to": "EXPIRED", "at": at}]);
        seen(hold("r", "ACTIVE"), hold_now)
    };
    assert!(expired("2026-01-01T00:14:59Z").contains("r expired before its end at 2026-01-01T00:15:00Z"));
    assert_eq!(expired("2026-01-01T00:15:00Z"), "");
    let below = seen(stock(1, 0, 1, "held"), stock(2, -1, 2, "held"));
    assert!(below.contains("has -1 available"), "{below}");
    for (what, available, reserved) in
        [("held", 2, 1), ("released", 1, 0), ("committed", 2, 0), ("adjusted", 1, 2), ("sold", 0, 1)]
    {
        let wrong = seen(stock(1, 1, 1, "held"), stock(2, available, reserved, what));
        assert!(wrong.contains(&format!("was {what} by")), "{what}: {wrong}");
    }
    let mut witness = Witness::default();
    for version in [1, 2, 4] {
        witness.see(&Value::Null, &stock(version, 1, 0, "adjusted"));
    }
    assert_eq!(witness.wrong, ["MUG/whs_1: event 4 follows 2"]);
    let again = json!({"id": "evt_1", "type": "x", "subject": "other"});
    witness.see(&Value::Null, &json!({"version": 1, "event": again}));
    assert!(witness.wrong.last().unwrap().contains("evt_1 was stored twice"));
}
