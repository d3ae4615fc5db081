//! Percentages, exactly.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A percentage from 0 to 100, with up to four digits behind the point: `8.875`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Percent(u32);

/// Why a text is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a number from 0 to 100 with at most four digits behind the point, in a text: \"8.875\"")]
pub struct PercentError;

impl Percent {
    const DIGITS: usize = 4;
    /// What all of something is in the parts that [`Percent::parts`] counts.
    pub const WHOLE: i64 = 1_000_000;

    /// In millionths.
    pub fn parts(self) -> i64 {
        i64::from(self.0)
    }
}

impl TryFrom<String> for Percent {
    type Error = PercentError;
    fn try_from(text: String) -> Result<Self, PercentError> {
        let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(whole, 3) || !digits(part, Self::DIGITS) {
            return Err(PercentError);
        }
        let parts = format!("{whole}{part:0<4}").parse::<u32>().map_err(|_| PercentError)?;
        if i64::from(parts) <= Self::WHOLE { Ok(Self(parts)) } else { Err(PercentError) }
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> Self {
        percent.to_string()
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 10_000, format!("{:04}", self.0 % 10_000));
        let part = part.trim_end_matches('0');
        if part.is_empty() { write!(f, "{whole}") } else { write!(f, "{whole}.{part}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn percent(text: &str) -> Result<Percent, PercentError> {
        text.to_owned().try_into()
    }

    #[test]
    fn a_percentage_is_what_it_says() {
        let parts = |text| percent(text).unwrap().parts();
        assert_eq!([parts("0"), parts("8.1"), parts("8.875"), parts("100")], [0, 81_000, 88_750, 1_000_000]);
        for wrong in ["", ".", "8.", ".5", "-1", "+1", "1e1", "100.0001", "101", "8.12345", "8,1", " 8", "NaN"] {
            assert_eq!(percent(wrong), Err(PercentError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_percentage_reads_back(parts in 0_u32..=1_000_000) {
            prop_assert_eq!(percent(&Percent(parts).to_string()), Ok(Percent(parts)));
        }
    }
}
