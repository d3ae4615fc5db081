//! A cart with its price: what a quote shows, and what checkout charges.

use holdfast_accounts::domain::PostalAddress;
use holdfast_carts::Cart;
use holdfast_core::{Money, Sku};
use holdfast_http::{MoneySchema, Problem};
use holdfast_inventory::domain::Line as Wanted;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Bought, Quote, QuoteError, ShippingMethod, quote};
use crate::store::{Found, Goods};

/// What checkout would charge now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuoteView {
    /// What can be bought of the cart.
    lines: Vec<QuoteLine>,
    /// All lines.
    #[schema(value_type = MoneySchema)]
    subtotal: Money,
    /// Sending it.
    #[schema(value_type = MoneySchema)]
    shipping: Money,
    /// All tax.
    #[schema(value_type = MoneySchema)]
    tax: Money,
    /// Whether the prices include it: then it is not added to the total.
    tax_included: bool,
    /// What is to be paid: checkout's `expected_total`.
    #[schema(value_type = MoneySchema)]
    total: Money,
    /// Which cart this is of: checkout's `cart_version`.
    cart_version: u64,
    /// What whoever shops should know.
    warnings: Vec<QuoteWarning>,
}

/// A line of a quote.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuoteLine {
    /// Of which article.
    #[schema(value_type = String, example = "MUG-BLUE-L")]
    sku: Sku,
    /// The product's title.
    title: String,
    /// How many.
    quantity: u32,
    /// What each costs.
    #[schema(value_type = MoneySchema)]
    unit_price: Money,
    /// What all of them cost.
    #[schema(value_type = MoneySchema)]
    total: Money,
    /// The tax on that: in it, or on top of it.
    #[schema(value_type = MoneySchema)]
    tax: Money,
}

/// What whoever shops should know.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuoteWarning {
    /// Of which article.
    #[schema(value_type = String)]
    sku: Sku,
    /// price_changed, not_sold or short.
    code: &'static str,
    /// In words.
    detail: String,
}

/// A cart with its price.
#[derive(Clone, Debug)]
pub(crate) struct Priced {
    pub(crate) quote: Quote,
    pub(crate) wanted: Vec<Wanted>,
    /// What is in the cart, and not sold any more.
    pub(crate) not_sold: Vec<Sku>,
    cart_version: u64,
    warnings: Vec<QuoteWarning>,
}

/// The method that a request names.
pub(crate) fn method<'a>(found: &'a Found, address: &PostalAddress, id: &str) -> Result<&'a ShippingMethod, Problem> {
    let named = found.methods.methods.iter().find(|method| method.id == id);
    let named = named.ok_or_else(|| Problem::invalid("/shipping_method", "names no shipping method"))?;
    if !named.goes_to(&address.country) {
        return Err(Problem::invalid("/shipping_method", "does not go to this country"));
    }
    Ok(named)
}

/// A cart's price, as it is now: what its lines remember of prices is not asked.
pub(crate) fn price(
    cart: &Cart,
    goods: &Goods,
    found: &Found,
    (address, method): (&PostalAddress, &ShippingMethod),
) -> Result<Priced, Problem> {
    let (mut bought, mut wanted, mut not_sold, mut warnings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for line in &cart.lines {
        let mut warn = |code, detail| warnings.push(QuoteWarning { sku: line.sku.clone(), code, detail });
        let sold = goods.wares.get(&line.sku).filter(|ware| ware.sold).zip(line.quantity.quantity());
        let Some((ware, quantity)) = sold else {
            warn("not_sold", format!("{} is not sold any more.", line.sku));
            not_sold.push(line.sku.clone());
            continue;
        };
        if ware.price != line.unit_price {
            warn("price_changed", format!("{} was {}, and is {} now.", line.sku, line.unit_price, ware.price));
        }
        let available = goods.available(&line.sku);
        if available < quantity.get() {
            warn("short", format!("{available} of {} can be had.", line.sku));
        }
        bought.push(Bought { ware, quantity });
        wanted.push(Wanted { sku: line.sku.clone(), quantity });
    }
    let quote = quote(&bought, method, found.rates.at(address)).map_err(|error| match error {
        QuoteError::Money(_) => Problem::conflict("total_too_large", "It has no price", format!("{error}.")),
        QuoteError::NotCarried => Problem::invalid("/shipping_method", error.to_string()),
        QuoteError::Nothing if not_sold.is_empty() => nothing_to_buy(),
        QuoteError::Nothing => self::not_sold(&not_sold),
    })?;
    Ok(Priced { quote, wanted, not_sold, cart_version: cart.version, warnings })
}

/// 409: there is no cart, or nothing in it that is sold.
pub(crate) fn nothing_to_buy() -> Problem {
    Problem::conflict("cart_empty", "There is nothing to buy", "The cart is empty, or nothing in it is sold any more.")
}

/// 409: these are not sold any more.
pub(crate) fn not_sold(skus: &[Sku]) -> Problem {
    let detail = "Some of the cart is not sold any more: take it out, and look at the new quote.";
    Problem::conflict("not_sold", "Not all of it is sold any more", detail).with("skus", skus)
}

impl Priced {
    /// What is to be paid.
    pub(crate) fn total(&self) -> Money {
        Money::new(self.quote.charges.total, self.quote.charges.currency)
    }

    pub(crate) fn view(&self) -> QuoteView {
        let Quote { lines, charges } = &self.quote;
        let money = |amount| Money::new(amount, charges.currency);
        let line = |line: &holdfast_orders::domain::Line| QuoteLine {
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity.get(),
            unit_price: money(line.unit_price),
            total: money(line.total),
            tax: money(line.tax),
        };
        QuoteView {
            lines: lines.iter().map(line).collect(),
            subtotal: money(charges.subtotal),
            shipping: money(charges.shipping.amount),
            tax: money(charges.tax),
            tax_included: charges.tax_included,
            total: self.total(),
            cart_version: self.cart_version,
            warnings: self.warnings.clone(),
        }
    }
}
