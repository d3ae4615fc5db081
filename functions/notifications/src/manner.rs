//! How a reader is written to: in which language, and how money and dates are written where they live.
//!
//! The ways are those of Unicode's CLDR for the locales that the shop speaks; a locale that it does not speak is
//! written to in English.

#![deny(clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing)]

use holdfast_accounts::domain::Locale;
use holdfast_core::{Money, Timestamp};
use jiff::Zoned;
use jiff::tz::TimeZone;

/// Between a number and what belongs to it: a line does not break there.
const TIED: &str = "\u{a0}";

/// A language that mails are written in. Every text of a mail is an arm for each: one that is missing does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

/// Where a reader lives, as far as numbers and dates are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Custom {
    American,
    British,
    German,
    Austrian,
    Swiss,
}

/// How a reader is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    language: Language,
    custom: Custom,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// As HTML names it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

impl Manner {
    /// The one that a locale asks for.
    pub fn of(locale: &Locale) -> Self {
        let tag = locale.as_str();
        let (language, country) =
            tag.split_once('-').map_or((tag, None), |(language, country)| (language, Some(country)));
        let (language, custom) = match (language, country) {
            ("de", Some("CH" | "LI")) => (Language::German, Custom::Swiss),
            ("de", Some("AT")) => (Language::German, Custom::Austrian),
            ("de", _) => (Language::German, Custom::German),
            ("en", None | Some("US")) => (Language::English, Custom::American),
            // Who reads neither reads a date more safely with its day first, and its hours up to 24.
            (_, _) => (Language::English, Custom::British),
        };
        Self { language, custom }
    }

    /// In which language.
    pub fn language(self) -> Language {
        self.language
    }

    /// An amount, with its currency.
    pub fn money(self, money: Money) -> String {
        let plain = Money::new(money.amount, money.currency).decimal();
        let (minus, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
        let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
        let (group, point) = match self.custom {
            Custom::American | Custom::British => (",", "."),
            Custom::German => (".", ","),
            Custom::Austrian => (TIED, ","),
            Custom::Swiss => ("\u{2019}", "."),
        };
        let number = match part {
            Some(part) => format!("{}{point}{part}", grouped(whole, group)),
            None => grouped(whole, group),
        };
        let symbol = self.symbol(money.currency.code());
        match self.custom {
            // A code, unlike a sign, stands apart from its number.
            Custom::American | Custom::British if symbol.len() == 3 && symbol.is_ascii() && !symbol.ends_with('$') => {
                format!("{minus}{symbol}{TIED}{number}")
            }
            Custom::American | Custom::British => format!("{minus}{symbol}{number}"),
            Custom::German => format!("{minus}{number}{TIED}{symbol}"),
            Custom::Austrian => format!("{minus}{symbol}{TIED}{number}"),
            Custom::Swiss if minus.is_empty() => format!("{symbol}{TIED}{number}"),
            Custom::Swiss => format!("{symbol}{minus}{number}"),
        }
    }

    /// The sign of a currency where it means one alone; else its code.
    fn symbol(self, code: &str) -> &str {
        match (code, self.custom) {
            ("EUR", _) => "\u{20ac}",
            ("GBP", _) => "\u{a3}",
            ("JPY", Custom::American | Custom::German | Custom::Austrian) => "\u{a5}",
            ("JPY", Custom::British) => "JP\u{a5}",
            ("USD", Custom::American | Custom::German | Custom::Austrian | Custom::Swiss) => "$",
            ("USD", Custom::British) => "US$",
            ("CAD", Custom::American | Custom::British) => "CA$",
            ("AUD", Custom::American | Custom::British) => "A$",
            (code, _) => code,
        }
    }

    /// A moment, to the minute. Where its reader is nobody knows: the time zone is named.
    pub fn moment(self, at: Timestamp) -> String {
        let at = at.to_zoned(TimeZone::UTC);
        let day = self.day_of(&at);
        match self.custom {
            Custom::American => format!("{day} at {} UTC", at.strftime(&format!("%-I:%M{TIED}%p"))),
            Custom::British => format!("{day} at {} UTC", at.strftime("%H:%M")),
            Custom::German | Custom::Austrian | Custom::Swiss => {
                format!("{day} um {}{TIED}Uhr (UTC)", at.strftime("%H:%M"))
            }
        }
    }

    /// A day.
    pub fn day(self, at: Timestamp) -> String {
        self.day_of(&at.to_zoned(TimeZone::UTC))
    }

    fn day_of(self, at: &Zoned) -> String {
        match self.custom {
            Custom::American => at.strftime("%B %-d, %Y").to_string(),
            Custom::British => at.strftime("%-d %B %Y").to_string(),
            Custom::German | Custom::Austrian | Custom::Swiss => {
                format!("{}.{TIED}{} {}", at.day(), self.german_month(at.month()), at.year())
            }
        }
    }

    fn german_month(self, month: i8) -> &'static str {
        match month {
            1 if self.custom == Custom::Austrian => "J\u{e4}nner",
            1 => "Januar",
            2 => "Februar",
            3 => "M\u{e4}rz",
            4 => "April",
            5 => "Mai",
            6 => "Juni",
            7 => "Juli",
            8 => "August",
            9 => "September",
            10 => "Oktober",
            11 => "November",
            _ => "Dezember",
        }
    }
}

/// Digits in groups of three, from the right.
fn grouped(digits: &str, with: &str) -> String {
    let count = digits.chars().count();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (count - place).is_multiple_of(3) {
            grouped.push_str(with);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manner(locale: &str) -> Manner {
        Manner::of(&locale.to_owned().try_into().unwrap())
    }

    fn money(locale: &str, amount: i64, currency: &str) -> String {
        manner(locale).money(Money::new(amount, currency.parse().unwrap())).replace('\u{a0}', "~")
    }

    #[test]
    fn money_is_written_as_it_is_where_the_reader_lives() {
        let written = ["en", "en-GB", "de", "de-AT", "de-CH"].map(|locale| money(locale, 123_456_789, "EUR"));
        assert_eq!(written, ["€1,234,567.89", "€1,234,567.89", "1.234.567,89~€", "€~1~234~567,89", "€~1’234’567.89"]);
        let written = ["en", "en-GB", "de", "de-AT", "de-CH"].map(|locale| money(locale, 1999, "USD"));
        assert_eq!(written, ["$19.99", "US$19.99", "19,99~$", "$~19,99", "$~19.99"]);
        let written = ["en", "en-GB", "de", "de-CH"].map(|locale| money(locale, 100_000, "CHF"));
        assert_eq!(written, ["CHF~1,000.00", "CHF~1,000.00", "1.000,00~CHF", "CHF~1’000.00"]);
        assert_eq!(
            [money("en", 99, "CAD"), money("en", 99, "GBP"), money("en-GB", 99, "JPY")],
            ["CA$0.99", "£0.99", "JP¥99"]
        );
    }

    #[test]
    fn a_currency_keeps_its_own_decimals_and_a_sign_its_place() {
        assert_eq!([money("en", 1999, "JPY"), money("de", 1999, "JPY")], ["¥1,999", "1.999~¥"]);
        assert_eq!(money("de", 1_234_567, "KWD"), "1.234,567~KWD");
        let written = ["en", "de", "de-AT", "de-CH"].map(|locale| money(locale, -500, "EUR"));
        assert_eq!(written, ["-€5.00", "-5,00~€", "-€~5,00", "€-5.00"]);
        assert_eq!(money("en", i64::MIN, "USD"), "-$92,233,720,368,547,758.08");
    }

    #[test]
    fn a_moment_is_written_as_it_is_where_the_reader_lives() {
        let at: Timestamp = "2026-01-05T15:04:59Z".parse().unwrap();
        let written =
            ["en", "en-GB", "de", "de-AT", "de-CH"].map(|locale| manner(locale).moment(at).replace('\u{a0}', "~"));
        assert_eq!(
            written,
            [
                "January 5, 2026 at 3:04~PM UTC",
                "5 January 2026 at 15:04 UTC",
                "5.~Januar 2026 um 15:04~Uhr (UTC)",
                "5.~Jänner 2026 um 15:04~Uhr (UTC)",
                "5.~Januar 2026 um 15:04~Uhr (UTC)"
            ]
        );
        assert_eq!(manner("en").day(at), "January 5, 2026");
    }

    #[test]
    fn who_reads_neither_is_written_to_in_english() {
        for (locale, language) in
            [("de-DE", Language::German), ("en-AU", Language::English), ("fr-CH", Language::English)]
        {
            assert_eq!(manner(locale).language(), language, "{locale}");
        }
        let months: std::collections::BTreeSet<_> = (1..=12).map(|month| manner("de").german_month(month)).collect();
        assert_eq!(months.len(), 12);
    }
}
