//! What is measured, on binaries that were built for release. Real time and real processes: nothing here is simulated
//! but AWS, and what a figure includes is said beside it.

pub mod cold;
pub mod goods;
pub mod import;
pub mod local;
pub mod purchases;
pub mod tills;
pub mod webhooks;
pub mod work;

mod process;

use std::fmt;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Its name, the unit last.
    pub name: &'static str,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// The most that it may be.
    pub at_most: Option<f64>,
    /// The least that it has to be.
    pub at_least: Option<f64>,
    /// Whose, or how it was come by.
    pub of: &'static str,
}

impl Figure {
    /// Whether it is more than it may be, or less than it has to be.
    pub fn falls_short(&self) -> bool {
        self.at_most.is_some_and(|most| self.value > most) || self.at_least.is_some_and(|least| self.value < least)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
        let mut line = json!({"name": self.name, "value": rounded(self.value), "unit": self.unit, "of": self.of});
        if let Some(most) = self.at_most {
            line["at_most"] = rounded(most).into();
        }
        if let Some(least) = self.at_least {
            line["at_least"] = rounded(least).into();
        }
        line.fmt(f)
    }
}

/// The real time: a bench is the one place that wants it.
#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
pub fn now() -> Instant {
    Instant::now()
}

/// The one in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A binary that was built beside this one.
pub(crate) fn binary(name: &str) -> std::io::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    match path.exists() {
        true => Ok(path),
        false => Err(std::io::Error::other(format!("{} is not built: make bench builds it", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_line_of_json() {
        let figure =
            Figure { name: "rss_mb", value: 12.00049, unit: "MB", at_most: Some(12.0), at_least: None, of: "me-get" };
        let line = r#"{"name":"rss_mb","value":12.0,"unit":"MB","of":"me-get","at_most":12.0}"#;
        assert_eq!((figure.to_string().as_str(), figure.falls_short()), (line, true));
        assert!(!Figure { value: 12.0, ..figure }.falls_short());
        assert!(!Figure { at_most: None, ..figure }.falls_short());
        let figure = Figure { at_most: None, at_least: Some(12.0), ..figure };
        assert!(!figure.falls_short() && Figure { value: 11.9, ..figure }.falls_short());
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
    }
}
