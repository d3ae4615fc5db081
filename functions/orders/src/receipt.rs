//! Receipts: what was paid for an order, on a page for a screen and on one for a printer.

mod html;
mod pdf;

use holdfast_accounts::domain::PostalAddress;

use crate::domain::{Buyer, Order, PaymentStatus};

/// A receipt: texts, in the order in which they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whose shop it is.
    pub shop: String,
    /// The order's number.
    pub number: String,
    /// The day of the order, as ISO 8601 writes it.
    pub date: String,
    /// To whom it is made out, a line each; nobody once the buyer was erased.
    pub address: Vec<String>,
    /// What was bought.
    pub lines: Vec<Item>,
    /// What it adds up to: a name and an amount each.
    pub sums: Vec<(String, String)>,
}

/// A line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What.
    pub title: String,
    /// How many, at what price.
    pub count: String,
    /// How much.
    pub total: String,
}

impl Receipt {
    /// Of an order that was paid; nothing of one that was not.
    pub fn of(order: &Order, buyer: Option<&Buyer>, shop: &str) -> Option<Self> {
        if order.payment_status == PaymentStatus::None {
            return None;
        }
        let money = |amount| order.money(amount).to_string();
        let lines = order.lines.iter().map(|line| {
            let options: Vec<_> = line.options.values().map(String::as_str).collect();
            let title = std::iter::once(line.title.as_str()).chain(options).collect::<Vec<_>>().join(", ");
            let count = format!("{} x {}", line.quantity.get(), money(line.unit_price));
            Item { title: format!("{title} ({})", line.sku), count, total: money(line.total) }
        });
        let charges = &order.charges;
        let tax = if charges.tax_included { "Tax, included" } else { "Tax" };
        let mut sums = vec![
            ("Subtotal".to_owned(), money(charges.subtotal)),
            (format!("Shipping ({})", charges.shipping.label), money(charges.shipping.amount)),
            (tax.to_owned(), money(charges.tax)),
            ("Total".to_owned(), money(charges.total)),
        ];
        if order.refunded > 0 {
            sums.push(("Refunded".to_owned(), money(order.refunded)));
        }
        let address = buyer.map(|buyer| buyer.billing_address.as_ref().unwrap_or(&buyer.shipping_address));
        Some(Self {
            shop: shop.to_owned(),
            number: order.number().to_string(),
            date: order.created_at.to_string().chars().take(10).collect(),
            address: address.map(printed).unwrap_or_default(),
            lines: lines.collect(),
            sums,
        })
    }
}

fn printed(address: &PostalAddress) -> Vec<String> {
    let city = format!("{} {}", address.postal_code, address.city);
    let lines =
        [Some(&address.name), Some(&address.line1), address.line2.as_ref(), Some(&city), address.region.as_ref()];
    lines.into_iter().flatten().chain([&address.country]).cloned().collect()
}
