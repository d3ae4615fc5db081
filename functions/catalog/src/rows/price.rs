//! Prices as people write them, read to the last minor unit and without a float.

use holdfast_core::{Currency, Money};

/// Why a text is not a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// Signs, separators of thousands, exponents and the like.
    #[error("must be digits, with a point before the decimals")]
    NotADecimal,
    /// More decimals than the currency has.
    #[error("must have at most {most} decimals in {currency}")]
    TooFine {
        /// Of which.
        currency: Currency,
        /// How many it has.
        most: usize,
    },
    /// More than an amount can hold.
    #[error("is more than an amount can hold")]
    TooMuch,
}

/// The amount that a text says: `12.34`, `12.3` and `12` in dollars, `12` in yen.
pub fn from_decimal(text: &str, currency: Currency) -> Result<Money, PriceError> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || (text.contains('.') && !digits(part)) {
        return Err(PriceError::NotADecimal);
    }
    let most = currency.minor_units();
    if part.len() > most {
        return Err(PriceError::TooFine { currency, most });
    }
    let minor = format!("{whole}{part:0<most$}");
    Ok(Money::new(minor.parse().map_err(|_| PriceError::TooMuch)?, currency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str, currency: &str) -> Result<i64, PriceError> {
        from_decimal(text, currency.parse().unwrap()).map(|money| money.amount)
    }

    #[test]
    fn a_currency_says_how_many_decimals() {
        assert_eq!(amount("12.34", "USD"), Ok(1234));
        assert_eq!(
            [amount("12", "USD"), amount("12.3", "USD"), amount("012.30", "USD")],
            [Ok(1200), Ok(1230), Ok(1230)]
        );
        assert_eq!([amount("12", "JPY"), amount("12.345", "KWD"), amount("0.0001", "CLF")], [Ok(12), Ok(12345), Ok(1)]);
        for (text, currency, most) in [("12.345", "USD", 2), ("12.340", "USD", 2), ("12.0", "JPY", 0)] {
            assert_eq!(amount(text, currency), Err(PriceError::TooFine { currency: currency.parse().unwrap(), most }));
        }
    }

    #[test]
    fn a_price_is_digits_and_a_point() {
        for wrong in ["", ".", "1.", ".5", "-1", "+1", "1,5", "1e3", "1.2.3", " 1", "NaN", "\u{0661}", "0x1"] {
            assert_eq!(amount(wrong, "USD"), Err(PriceError::NotADecimal), "{wrong:?}");
        }
        assert_eq!(amount("92233720368547758.07", "USD"), Ok(i64::MAX));
        assert_eq!(amount("92233720368547758.08", "USD"), Err(PriceError::TooMuch));
        assert_eq!(amount(&"9".repeat(400), "USD"), Err(PriceError::TooMuch));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(minor in 0..=i64::MAX, currency in "USD|JPY|KWD|CLF") {
            let money = Money::new(minor, currency.parse().unwrap());
            prop_assert_eq!(from_decimal(&money.decimal(), money.currency), Ok(money));
        }
    }
}
