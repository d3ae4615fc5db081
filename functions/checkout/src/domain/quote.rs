//! What it all adds up to.

use holdfast_catalog::wares::Ware;
use holdfast_core::{Money, MoneyError, Quantity, Rounding};
use holdfast_orders::domain::{Charges, Line, ShippingCharge};

use super::percent::Percent;
use super::shipping::ShippingMethod;
use super::tax::TaxRate;

/// An article that is to be bought.
#[derive(Clone, Copy, Debug)]
pub struct Bought<'a> {
    /// What, as it is now.
    pub ware: &'a Ware,
    /// How many.
    pub quantity: Quantity,
}

/// What something costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Each article.
    pub lines: Vec<Line>,
    /// All of it.
    pub charges: Charges,
}

/// Why there is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// More than an amount can hold, or of several currencies.
    #[error("the total {0}")]
    Money(#[from] MoneyError),
    /// The method does not carry it.
    #[error("does not carry a parcel of this weight, or is not paid in this currency")]
    NotCarried,
    /// There is nothing to buy.
    #[error("there is nothing to buy")]
    Nothing,
}

/// What these cost, sent so, at this rate: tax is rounded line by line, so that all of it is the sum of its parts.
pub fn quote(bought: &[Bought<'_>], method: &ShippingMethod, rate: Option<&TaxRate>) -> Result<Quote, QuoteError> {
    let first = bought.first().ok_or(QuoteError::Nothing)?;
    let none = Money::new(0, first.ware.price.currency);
    let (mut lines, mut subtotal, mut tax, mut grams) = (Vec::with_capacity(bought.len()), none, none, 0_u64);
    for Bought { ware, quantity } in bought {
        let total = ware.price.times(quantity.get())?;
        let own = taxed(total, rate)?;
        subtotal = subtotal.plus(total)?;
        tax = tax.plus(own)?;
        let weight = u64::from(ware.weight_grams.unwrap_or(0)).saturating_mul(u64::from(quantity.get()));
        grams = grams.saturating_add(weight);
        lines.push(Line {
            sku: ware.sku.clone(),
            place: ware.place,
            title: ware.title.clone(),
            options: ware.options.clone().into_iter().collect(),
            image: ware.image.clone(),
            quantity: *quantity,
            unit_price: ware.price.amount,
            total: total.amount,
            tax: own.amount,
        });
    }
    let shipping = method.price(subtotal, grams).ok_or(QuoteError::NotCarried)?;
    let on_shipping = taxed(shipping, rate.filter(|rate| rate.on_shipping))?;
    let tax = tax.plus(on_shipping)?;
    let tax_included = rate.is_some_and(|rate| rate.included);
    let before_tax = subtotal.plus(shipping)?;
    let total = if tax_included { before_tax } else { before_tax.plus(tax)? };
    let shipping = ShippingCharge {
        method: method.id.clone(),
        label: method.label.clone(),
        amount: shipping.amount,
        tax: on_shipping.amount,
    };
    let (currency, subtotal, tax, total) = (total.currency, subtotal.amount, tax.amount, total.amount);
    Ok(Quote { lines, charges: Charges { currency, subtotal, shipping, tax, tax_included, total } })
}

/// The tax in an amount, or on top of it.
fn taxed(amount: Money, rate: Option<&TaxRate>) -> Result<Money, MoneyError> {
    let Some(TaxRate { percent, included, .. }) = rate else { return Ok(Money::new(0, amount.currency)) };
    let parts = percent.parts();
    let whole = if *included { Percent::WHOLE.saturating_add(parts) } else { Percent::WHOLE };
    amount.scaled(parts, whole, Rounding::HalfUp)
}

#[cfg(test)]
mod tests;
