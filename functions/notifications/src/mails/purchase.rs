//! What mails show of an order.

use holdfast_accounts::domain::PostalAddress;
use holdfast_core::Timestamp;
use holdfast_orders::domain::{Buyer, Order, Return, Status};

use crate::letter::{Good, Sum};
use crate::manner::{Language, Manner};

/// An order, in the words of its reader.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// The number that people know it by.
    pub number: String,
    /// What was bought.
    pub goods: Vec<Good>,
    /// What it adds up to.
    pub sums: Vec<Sum>,
    /// Where the parcel goes; nowhere once its buyer was erased.
    pub ships_to: Vec<String>,
    /// Until when it can be paid for, when it still waits for that.
    pub pay_by: Option<Timestamp>,
    /// Where its buyer sees it.
    pub page: String,
}

impl Purchase {
    /// An order as it is now.
    pub fn of(order: &Order, buyer: Option<&Buyer>, manner: Manner, page: String) -> Self {
        let money = |amount: i64| manner.money(order.money(amount));
        let goods = order.lines.iter().map(|line| Good {
            count: line.quantity.get(),
            title: line.title.clone(),
            detail: detail(line.options.values().map(String::as_str), line.sku.as_str()),
            amount: Some(money(line.total)),
        });
        let charges = &order.charges;
        let words = Words::of(manner.language());
        let tax = if charges.tax_included { words.tax_included } else { words.tax };
        let sum = |label: &str, amount: i64| Sum { label: label.to_owned(), amount: money(amount), is_total: false };
        let sums = vec![
            sum(words.subtotal, charges.subtotal),
            sum(&format!("{} ({})", words.shipping, charges.shipping.label), charges.shipping.amount),
            sum(tax, charges.tax),
            Sum { is_total: true, ..sum(words.total, charges.total) },
        ];
        Self {
            number: order.number().to_string(),
            goods: goods.collect(),
            sums,
            ships_to: buyer.map(|buyer| printed(&buyer.shipping_address)).unwrap_or_default(),
            pay_by: (order.status == Status::Pending).then_some(order.reservation_expires_at),
            page,
        }
    }
}

/// What of an order comes back, with a return.
pub fn returned(order: &Order, back: &Return) -> Vec<Good> {
    let goods = back.lines.iter().filter_map(|returned| {
        let line = order.line(&returned.sku)?;
        let detail = detail(line.options.values().map(String::as_str), line.sku.as_str());
        Some(Good { count: returned.quantity.get(), title: line.title.clone(), detail, amount: None })
    });
    goods.collect()
}

fn detail<'a>(options: impl Iterator<Item = &'a str>, sku: &'a str) -> String {
    options.chain([sku]).collect::<Vec<_>>().join(", ")
}

struct Words {
    subtotal: &'static str,
    shipping: &'static str,
    tax: &'static str,
    tax_included: &'static str,
    total: &'static str,
}

impl Words {
    fn of(language: Language) -> Self {
        match language {
            Language::English => Self {
                subtotal: "Subtotal",
                shipping: "Shipping",
                tax: "Tax",
                tax_included: "Tax, included",
                total: "Total",
            },
            Language::German => Self {
                subtotal: "Zwischensumme",
                shipping: "Versand",
                tax: "Steuer",
                tax_included: "Darin enthaltene Steuer",
                total: "Gesamtbetrag",
            },
        }
    }
}

fn printed(address: &PostalAddress) -> Vec<String> {
    let city = format!("{} {}", address.postal_code, address.city);
    let lines =
        [Some(&address.name), Some(&address.line1), address.line2.as_ref(), Some(&city), address.region.as_ref()];
    lines.into_iter().flatten().chain([&address.country]).cloned().collect()
}
