//! Currencies: those of ISO 4217, and how many decimals each has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A currency of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    minor_units: u8,
}

/// A text that is no currency of ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an ISO 4217 currency code")]
pub struct CurrencyError;

impl Currency {
    /// The code, three capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// How many decimals it is written with: an amount's minor units are the last of them.
    pub fn minor_units(&self) -> usize {
        self.minor_units.into()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| CurrencyError)?;
        let lists: [(u8, &[[u8; 3]]); 4] = [(2, &CENTS), (0, &WHOLE), (3, &THOUSANDTHS), (4, &TEN_THOUSANDTHS)];
        let has = |(_, codes): &(u8, &[[u8; 3]])| codes.binary_search(&code).is_ok();
        let (minor_units, _) = lists.into_iter().find(has).ok_or(CurrencyError)?;
        Ok(Self { code, minor_units })
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

// The standard's list one up to amendment 180, funds among them, without metals, test codes and units of account that it
// gives no decimals. In order, because they are searched. A code that the standard withdraws stays here: whatever was sold
// in it must still be read.

/// Two decimals.
const CENTS: [[u8; 3]; 139] = [
    *b"AED", *b"AFN", *b"ALL", *b"AMD", *b"AOA", *b"ARS", *b"AUD", *b"AWG", *b"AZN", *b"BAM", *b"BBD", *b"BDT",
    *b"BMD", *b"BND", *b"BOB", *b"BOV", *b"BRL", *b"BSD", *b"BTN", *b"BWP", *b"BYN", *b"BZD", *b"CAD", *b"CDF",
    *b"CHE", *b"CHF", *b"CHW", *b"CNY", *b"COP", *b"COU", *b"CRC", *b"CUP", *b"CVE", *b"CZK", *b"DKK", *b"DOP",
    *b"DZD", *b"EGP", *b"ERN", *b"ETB", *b"EUR", *b"FJD", *b"FKP", *b"GBP", *b"GEL", *b"GHS", *b"GIP", *b"GMD",
    *b"GTQ", *b"GYD", *b"HKD", *b"HNL", *b"HTG", *b"HUF", *b"IDR", *b"ILS", *b"INR", *b"IRR", *b"JMD", *b"KES",
    *b"KGS", *b"KHR", *b"KPW", *b"KYD", *b"KZT", *b"LAK", *b"LBP", *b"LKR", *b"LRD", *b"LSL", *b"MAD", *b"MDL",
    *b"MGA", *b"MKD", *b"MMK", *b"MNT", *b"MOP", *b"MRU", *b"MUR", *b"MVR", *b"MWK", *b"MXN", *b"MXV", *b"MYR",
    *b"MZN", *b"NAD", *b"NGN", *b"NIO", *b"NOK", *b"NPR", *b"NZD", *b"PAB", *b"PEN", *b"PGK", *b"PHP", *b"PKR",
    *b"PLN", *b"QAR", *b"RON", *b"RSD", *b"RUB", *b"SAR", *b"SBD", *b"SCR", *b"SDG", *b"SEK", *b"SGD", *b"SHP",
    *b"SLE", *b"SOS", *b"SRD", *b"SSP", *b"STN", *b"SVC", *b"SYP", *b"SZL", *b"THB", *b"TJS", *b"TMT", *b"TOP",
    *b"TRY", *b"TTD", *b"TWD", *b"TZS", *b"UAH", *b"USD", *b"USN", *b"UYU", *b"UZS", *b"VED", *b"VES", *b"WST",
    *b"XAD", *b"XCD", *b"XCG", *b"YER", *b"ZAR", *b"ZMW", *b"ZWG",
];

/// No decimals.
const WHOLE: [[u8; 3]; 17] = [
    *b"BIF", *b"CLP", *b"DJF", *b"GNF", *b"ISK", *b"JPY", *b"KMF", *b"KRW", *b"PYG", *b"RWF", *b"UGX", *b"UYI",
    *b"VND", *b"VUV", *b"XAF", *b"XOF", *b"XPF",
];

/// Three decimals.
const THOUSANDTHS: [[u8; 3]; 7] = [*b"BHD", *b"IQD", *b"JOD", *b"KWD", *b"LYD", *b"OMR", *b"TND"];

/// Four decimals.
const TEN_THOUSANDTHS: [[u8; 3]; 2] = [*b"CLF", *b"UYW"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    fn decimals(code: &str) -> Option<usize> {
        code.parse().ok().map(|currency: Currency| currency.minor_units())
    }

    #[test]
    fn a_currency_says_how_many_decimals() {
        let is = ["JPY", "UGX", "USD", "EUR", "XCG", "ZWG", "KWD", "TND", "CLF", "UYW"].map(decimals);
        let wanted = [0, 0, 2, 2, 2, 2, 3, 3, 4, 4].map(Some);
        assert_eq!(is, wanted);
    }

    #[test]
    fn what_the_standard_does_not_list_is_none() {
        // Never one; withdrawn; without decimals; written otherwise.
        for wrong in ["ABC", "QQQ", "HRK", "BGN", "ZWL", "XAU", "XTS", "XXX", "usd", "US", "USDX", "", "\u{20ac}"] {
            assert_eq!(wrong.parse::<Currency>(), Err(CurrencyError), "{wrong}");
        }
    }

    #[test]
    fn each_list_is_in_order_and_no_currency_is_in_two() {
        let lists: [&[[u8; 3]]; 4] = [&CENTS, &WHOLE, &THOUSANDTHS, &TEN_THOUSANDTHS];
        assert!(lists.iter().all(|list| list.is_sorted()));
        assert_eq!(lists.concat().iter().collect::<BTreeSet<_>>().len(), 165);
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_as_it_was(nth in 0_usize..165) {
            let lists: [&[[u8; 3]]; 4] = [&CENTS, &WHOLE, &THOUSANDTHS, &TEN_THOUSANDTHS];
            let code = String::from_utf8(lists.concat()[nth].to_vec()).unwrap();
            let currency: Currency = code.parse().unwrap();
            prop_assert_eq!(currency.code(), &code);
            prop_assert_eq!(serde_json::from_value::<Currency>(serde_json::json!(code)).unwrap(), currency);
        }
    }
}
