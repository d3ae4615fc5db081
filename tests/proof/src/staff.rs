//! Those who work here: they pack and send, decide returns, give money back, count and move stock, and hold some of it by hand.

use serde_json::{Value, json};

use crate::client::Answer;
use crate::people::{Person, Placed};
use crate::stage::WARES;

const STAFF: (Option<usize>, bool) = (None, true);

impl Person {
    /// Does a few things that staff do.
    pub(crate) async fn works(&self) {
        let mut held = Vec::new();
        for _ in 0..=5 + self.dice.below(8) {
            self.thinks().await;
            match self.dice.below(14) {
                0 | 1 => drop(self.adjusts().await),
                2 => drop(self.transfers().await),
                3 => held.extend(self.holds().await),
                4 => {
                    if let Some((sku, id)) = held.pop() {
                        let body = json!({"reservation_id": id});
                        self.asks_as_staff(&format!("/v1/admin/inventory/{sku}/release"), &body).await;
                    }
                }
                5 => drop(self.gives_back().await),
                6 | 7 => self.decides().await,
                _ => self.moves_on().await,
            }
        }
    }

    /// Takes some of each ware away, before anybody comes: there may be too few of all.
    pub(crate) async fn clears(&self) {
        for (sku, _) in WARES {
            let gone = self.dice.below(3);
            let Some(warehouse) = self.stage.warehouses.first().filter(|_| gone > 0) else { continue };
            let body = json!({"warehouse_id": warehouse, "delta": -i64::try_from(gone).unwrap_or(0), "reason": "gone"});
            self.asks_as_staff(&format!("/v1/admin/inventory/{sku}/adjust"), &body).await;
        }
    }

    async fn asks_as_staff(&self, path: &str, body: &Value) -> Answer {
        self.asks(&self.stage.admin(), path, body, STAFF).await
    }

    fn ware(&self) -> &'static str {
        self.dice.pick(&WARES).map_or("MUG", |(sku, _)| sku)
    }

    async fn adjusts(&self) -> Option<Answer> {
        let warehouse = self.dice.pick(&self.stage.warehouses)?;
        let delta = if self.dice.chance(500) { 1 } else { -1 };
        let body = json!({"warehouse_id": warehouse, "delta": delta, "reason": "counted"});
        Some(self.asks_as_staff(&format!("/v1/admin/inventory/{}/adjust", self.ware()), &body).await)
    }

    async fn transfers(&self) -> Option<Answer> {
        let from = self.dice.pick(&self.stage.warehouses)?;
        let to = self.stage.warehouses.iter().find(|other| *other != from)?;
        let body = json!({"from": from, "to": to, "quantity": 1});
        Some(self.asks_as_staff(&format!("/v1/admin/inventory/{}/transfer", self.ware()), &body).await)
    }

    async fn holds(&self) -> Option<(&'static str, String)> {
        let sku = self.ware();
        let body = json!({"quantity": 1, "ttl_seconds": 60 + self.dice.below(900), "reference": "a call"});
        let held = self.asks_as_staff(&format!("/v1/admin/inventory/{sku}/reserve"), &body).await;
        let id = held.text("/id");
        (!id.is_empty()).then_some((sku, id))
    }

    fn an_order(&self) -> Option<Placed> {
        let orders = self.board.orders();
        self.dice.pick(&orders).cloned()
    }

    async fn gives_back(&self) -> Option<Answer> {
        let placed = self.an_order()?;
        let mut body = json!({"reason": "a gesture"});
        if self.dice.chance(700) {
            body["amount"] = json!({"amount": 100 + self.dice.below(1_500), "currency": "USD"});
        }
        Some(self.asks_as_staff(&format!("/v1/admin/orders/{}/refunds", placed.id), &body).await)
    }

    /// Moves an order on, as soon as there is one that is theirs to move.
    async fn moves_on(&self) {
        let theirs = |_: &Placed, status: &str| ["PAID", "PROCESSING", "SHIPPED"].contains(&status);
        let Some(placed) = self.waits_for(theirs).await.or_else(|| self.an_order()) else { return };
        let path = format!("/v1/admin/orders/{}", placed.id);
        let order = self.stage.admin().get(&path).await;
        let next = match order.text("/status").as_str() {
            "PAID" => "PROCESSING",
            "PROCESSING" => "SHIPPED",
            "SHIPPED" => "DELIVERED",
            "PENDING" if self.dice.chance(200) => "CANCELLED",
            _ => return,
        };
        let next = if self.dice.chance(100) { "CANCELLED" } else { next };
        let body = json!({"status": next, "reason": "as it should be"});
        self.asks_as_staff(&format!("{path}/status"), &body).await;
    }

    /// Decides the returns of an order.
    async fn decides(&self) {
        let Some(placed) = self.waits_for(|_, status| status == "RETURN_REQUESTED").await else { return };
        let path = format!("/v1/admin/orders/{}", placed.id);
        let order = self.stage.admin().get(&path).await;
        for back in order.body["returns"].as_array().into_iter().flatten() {
            let decisions: &[&str] = match back["status"].as_str() {
                Some("REQUESTED") if self.dice.chance(200) => &["reject"],
                Some("REQUESTED") if self.dice.chance(700) => &["approve", "receive"],
                Some("REQUESTED") => &["approve"],
                Some("APPROVED") => &["receive"],
                _ => continue,
            };
            let id = back["id"].as_str().unwrap_or_default();
            for decision in decisions {
                self.asks_as_staff(&format!("{path}/returns/{id}"), &json!({"decision": decision})).await;
            }
        }
    }
}
