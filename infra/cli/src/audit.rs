//! `holdfast audit`: whether stock, orders and money agree. In the cloud the function `stock-audit` does the first part every day.
//! `holdfast audit --chain`: whether the audit trail is what was appended to it.

use std::io::Write;

use holdfast_core::CursorKey;
use holdfast_inventory::holds::Holds;
use holdfast_inventory::store::Inventory;
use holdfast_orders::Orders;
use holdfast_orders::domain::Order;
use holdfast_orders::store::Sought;
use holdfast_payments::store::Payments;
use holdfast_runtime::FromInit;
use holdfast_trail::{Examiner, Report};

use crate::Error;
use crate::books::{Wrong, wrong};
use crate::site::Site;

/// Orders that are read at once.
const PAGE: u8 = 100;
/// Seals cursors that nobody else sees.
const SEAL: [u8; 32] = [0; 32];

/// Holds every stock against its movements, and every order against itself and its hold: a line for each that differs.
pub(crate) async fn audit(site: &Site, out: &mut dyn Write) -> Result<bool, Error> {
    let (stocks, found) = Inventory::from_init(&site.init("stock-audit")?).await?.audit().await?;
    for difference in &found {
        writeln!(out, "{difference}")?;
    }
    let init = site.init("orders-cancel")?;
    let payments = Payments::from_init(&site.init("payments-list")?).await?;
    let books = Books { orders: Orders::from_init(&init).await?, holds: Holds::from_init(&init).await?, payments };
    let (mut looked_at, mut differences) = (0_usize, found.len());
    let (key, mut cursor) = (CursorKey::new(SEAL), None);
    loop {
        let page = books.orders.list(Sought::default(), PAGE, &key, cursor.as_deref()).await??;
        for order in &page.items {
            looked_at += 1;
            let wrong = books.examine(order).await?;
            differences += wrong.len();
            for each in wrong {
                writeln!(out, "{each}")?;
            }
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    writeln!(out, "audit: {stocks} stocks, {looked_at} orders, {differences} differences")?;
    Ok(differences == 0)
}

/// Verifies the audit trail: for each chain that is not what was appended to it, the first record that was changed, removed or added.
pub(crate) async fn chain(site: &Site, out: &mut dyn Write) -> Result<bool, Error> {
    let report = Examiner::from_init(&site.init("audit-anchor")?).await?.examine().await?;
    for (subject, finding) in &report.findings {
        writeln!(out, "{subject}: {finding}")?;
    }
    let Report { chains, records, anchors, findings } = report;
    let wrong = findings.len();
    writeln!(out, "audit: {chains} chains of {records} records, {anchors} anchored heads, {wrong} chains differ")?;
    Ok(findings.is_empty())
}

/// Where the books lie.
struct Books {
    orders: Orders,
    holds: Holds,
    payments: Payments,
}

impl Books {
    /// What is wrong with an order. It may have moved on since it was listed, so that one that looks wrong is read again.
    async fn examine(&self, order: &Order) -> Result<Vec<Wrong>, Error> {
        let first = self.wrong(order).await?;
        if first.is_empty() {
            return Ok(first);
        }
        match self.orders.order(order.id).await? {
            Some(again) => self.wrong(&again).await,
            None => Ok(first),
        }
    }

    async fn wrong(&self, order: &Order) -> Result<Vec<Wrong>, Error> {
        let hold = self.holds.reservation(order.reservation_id).await?;
        Ok(wrong(order, hold.as_ref(), &self.payments.payments_of(order.id).await?))
    }
}
