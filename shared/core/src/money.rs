//! Money: whole minor units of one currency, checked arithmetic, and no cent lost.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::currency::Currency;

/// What cannot be done with money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies do not add up.
    #[error("mixes {0} and {1}")]
    Mixed(Currency, Currency),
    /// More than an amount can hold.
    #[error("is more than an amount can hold")]
    Overflow,
    /// A division by nothing, or an allocation to nobody.
    #[error("is divided by nothing")]
    NothingToDivideBy,
}

/// Which way half a minor unit goes, and everything else that a division leaves over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest; a half away from zero.
    HalfUp,
    /// To the nearest; a half to the even neighbour.
    HalfEven,
    /// Towards zero.
    Down,
}

/// An amount of money, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: cents, where the currency has them.
    pub amount: i64,
    /// Of what.
    pub currency: Currency,
}

/// With its currency, `19.99 USD`, as it stands in mails and on plain pages.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

impl Money {
    /// So many minor units.
    pub fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// As people write it, with all the decimals of its currency and without its name: `19.99`, `-0.05`, `1999` in yen.
    pub fn decimal(&self) -> String {
        let decimals = self.currency.minor_units();
        let sign = if self.amount < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.amount.unsigned_abs(), width = decimals + 1);
        let (whole, part) = digits.split_at(digits.len() - decimals);
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }

    fn with(self, other: Self, f: impl Fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        let amount = f(self.amount, other.amount).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_add)
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_sub)
    }

    /// So many times this.
    pub fn times(self, factor: u32) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(i64::from(factor)).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// This × numerator ÷ denominator, rounded as told: a tax at 19 % is `scaled(19, 100, …)`.
    pub fn scaled(self, numerator: i64, denominator: i64, rounding: Rounding) -> Result<Self, MoneyError> {
        if denominator == 0 {
            return Err(MoneyError::NothingToDivideBy);
        }
        let product = i128::from(self.amount) * i128::from(numerator);
        let by = i128::from(denominator);
        let (whole, left) = (product / by, product % by);
        let away = if (product < 0) == (by < 0) { 1 } else { -1 };
        let twice = left.abs() * 2;
        let up = match rounding {
            Rounding::Down => false,
            Rounding::HalfUp => twice >= by.abs(),
            Rounding::HalfEven => twice > by.abs() || (twice == by.abs() && whole % 2 != 0),
        };
        let amount = i64::try_from(if up { whole + away } else { whole }).map_err(|_| MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// Splits this by weights, to the last minor unit: what a division leaves over goes, a unit each,
    /// to the shares that it cut most, the earlier first.
    pub fn allocate(self, weights: &[u32]) -> Result<Vec<Self>, MoneyError> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            return Err(MoneyError::NothingToDivideBy);
        }
        let amount = i128::from(self.amount);
        let cuts = weights.iter().map(|weight| {
            let product = amount * i128::from(*weight);
            (product.div_euclid(total), product.rem_euclid(total))
        });
        let mut shares: Vec<(i128, i128)> = cuts.collect();
        let given: i128 = shares.iter().map(|(share, _)| share).sum();
        let mut by_loss: Vec<usize> = (0..shares.len()).collect();
        by_loss.sort_by_key(|place| shares.get(*place).map(|(_, lost)| -lost));
        let left = usize::try_from(amount - given).unwrap_or(0);
        for place in by_loss.into_iter().take(left) {
            if let Some((share, _)) = shares.get_mut(place) {
                *share += 1;
            }
        }
        let money = |(share, _)| Ok(Self { amount: i64::try_from(share).map_err(|_| MoneyError::Overflow)?, ..self });
        shares.into_iter().map(money).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn usd(amount: i64) -> Money {
        Money::new(amount, "USD".parse().unwrap())
    }

    #[test]
    fn currencies_do_not_mix_and_sums_do_not_wrap() {
        let eur = Money::new(1, "EUR".parse().unwrap());
        assert_eq!(usd(1).plus(eur), Err(MoneyError::Mixed(usd(1).currency, eur.currency)));
        assert_eq!(usd(i64::MAX).plus(usd(1)), Err(MoneyError::Overflow));
        assert_eq!(usd(i64::MAX).times(2), Err(MoneyError::Overflow));
    }

    #[test]
    fn an_amount_is_written_with_the_decimals_of_its_currency() {
        let plain = |amount, currency: &str| Money::new(amount, currency.parse().unwrap()).to_string();
        assert_eq!([plain(1999, "USD"), plain(-5, "USD"), plain(0, "USD")], ["19.99 USD", "-0.05 USD", "0.00 USD"]);
        assert_eq!([plain(1999, "JPY"), plain(1999, "KWD"), plain(1, "CLF")], ["1999 JPY", "1.999 KWD", "0.0001 CLF"]);
        assert_eq!(plain(i64::MIN, "USD"), "-92233720368547758.08 USD");
    }

    #[test]
    fn a_half_goes_where_it_was_told() {
        let half = |amount, rounding| usd(amount).scaled(1, 2, rounding).unwrap().amount;
        assert_eq!([half(5, Rounding::HalfUp), half(5, Rounding::HalfEven), half(5, Rounding::Down)], [3, 2, 2]);
        assert_eq!([half(-5, Rounding::HalfUp), half(-5, Rounding::HalfEven), half(-5, Rounding::Down)], [-3, -2, -2]);
        assert_eq!(half(7, Rounding::HalfEven), 4);
    }

    proptest! {
        #[test]
        fn an_allocation_loses_no_cent(amount in -1_000_000_000_i64..1_000_000_000, weights in proptest::collection::vec(0_u32..1000, 1..50)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let shares = usd(amount).allocate(&weights).unwrap();
            prop_assert_eq!(shares.iter().map(|share| share.amount).sum::<i64>(), amount);
            let total: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let exact = amount as f64 * f64::from(*weight) / total;
                prop_assert!((share.amount as f64 - exact).abs() < 1.0 + 1e-6);
            }
        }
    }
}
