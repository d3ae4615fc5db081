//! When a schedule is due: EventBridge's `rate(…)` and `cron(…)`, in UTC.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A schedule's expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    /// Every so often.
    Rate(SignedDuration),
    /// At these minutes.
    Cron(Box<Cron>),
}

/// Why a text is not a schedule's expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schedule {expression}: {reason}")]
pub struct ExpressionError {
    expression: String,
    reason: &'static str,
}

/// The six fields of a `cron(…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cron {
    minutes: Set,
    hours: Set,
    days: Days,
    months: Set,
    years: Set,
}

/// The numbers that a field admits, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Set(Vec<i16>);

/// Which days; a cron names them by the month or by the week, never by both.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    OfMonth(Set),
    LastOfMonth,
    /// The weekday nearest to a day of the month, in the same month.
    NearestWeekday(i16),
    /// From Sunday, which is 1.
    OfWeek(Set),
    /// The how-manieth of such a weekday in the month.
    Nth(i16, i16),
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Expression {
    /// Reads an expression.
    pub(crate) fn parse(text: &str) -> Result<Self, ExpressionError> {
        let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        let parsed = match (inside("rate"), inside("cron")) {
            (Some(rate), _) => parse_rate(rate),
            (None, Some(cron)) => Cron::parse(cron).map(|cron| Self::Cron(Box::new(cron))),
            (None, None) => Err("is neither rate(…) nor cron(…)"),
        };
        parsed.map_err(|reason| ExpressionError { expression: text.to_owned(), reason })
    }

    /// When it is due next, having run (or begun) at `last`.
    pub(crate) fn after(&self, last: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Rate(every) => last.checked_add(*every).ok(),
            Self::Cron(cron) => cron.after(last),
        }
    }

    /// The latest moment up to `now` at which it was due, having run at `last`: what has been
    /// missed is made up for by one run.
    pub(crate) fn due(&self, last: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let first = self.after(last).filter(|first| *first <= now)?;
        match self {
            Self::Rate(every) => {
                let missed = (now.as_second() - first.as_second()) / every.as_secs().max(1);
                let rest = SignedDuration::from_secs(missed.saturating_mul(every.as_secs()));
                first.checked_add(rest).ok()
            }
            Self::Cron(_) => Some(now),
        }
    }
}

fn parse_rate(text: &str) -> Result<Expression, &'static str> {
    let (count, unit) = text.split_once(' ').ok_or("wants a number and a unit")?;
    let count: i64 = count.parse().map_err(|_| "wants a whole number")?;
    let seconds = match (unit, count) {
        ("minute", 1) | ("minutes", 2..) => 60,
        ("hour", 1) | ("hours", 2..) => 3_600,
        ("day", 1) | ("days", 2..) => 86_400,
        _ => return Err("wants 1 minute, hour or day, or several minutes, hours or days"),
    };
    let seconds = count.checked_mul(seconds).ok_or("is too rare")?;
    Ok(Expression::Rate(SignedDuration::from_secs(seconds)))
}

impl Cron {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, day, month, weekday, year] = fields[..] else {
            return Err("wants six fields: minutes hours day-of-month month day-of-week year");
        };
        let days = match (day, weekday) {
            ("?", "?") => return Err("names no day: one of the two day fields is ?, not both"),
            (_, "?") => Days::of_month(day)?,
            ("?", _) => Days::of_week(weekday)?,
            _ => return Err("names days twice: one of the two day fields must be ?"),
        };
        Ok(Self {
            minutes: Set::parse(minutes, 0, 59, &[])?,
            hours: Set::parse(hours, 0, 23, &[])?,
            days,
            months: Set::parse(month, 1, 12, &MONTHS)?,
            years: Set::parse(year, 1970, 2199, &[])?,
        })
    }

    fn after(&self, last: Timestamp) -> Option<Timestamp> {
        let last = last.to_zoned(TimeZone::UTC).datetime();
        let mut date = last.date();
        // On the first day only what comes after `last` counts.
        let mut past = Some((i16::from(last.hour()), i16::from(last.minute())));
        while date.year() <= *self.years.0.last()? {
            if self.years.has(date.year()) && self.months.has(i16::from(date.month())) && self.days.has(date) {
                let times = self.hours.0.iter().flat_map(|hour| self.minutes.0.iter().map(|minute| (*hour, *minute)));
                let mut times = times.filter(|time| past.is_none_or(|past| *time > past));
                if let Some((hour, minute)) = times.next() {
                    let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
                    return Some(date.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp());
                }
            }
            past = None;
            date = date.tomorrow().ok()?;
        }
        None
    }
}

impl Days {
    fn of_month(text: &str) -> Result<Self, &'static str> {
        if text == "L" {
            return Ok(Self::LastOfMonth);
        }
        if let Some(day) = text.strip_suffix('W') {
            return Ok(Self::NearestWeekday(number(day, 1, 31, &[])?));
        }
        Set::parse(text, 1, 31, &[]).map(Self::OfMonth)
    }

    fn of_week(text: &str) -> Result<Self, &'static str> {
        if text == "L" {
            return Ok(Self::OfWeek(Set(vec![7])));
        }
        match text.split_once('#') {
            Some((weekday, nth)) => Ok(Self::Nth(number(weekday, 1, 7, &WEEKDAYS)?, number(nth, 1, 5, &[])?)),
            None => Set::parse(text, 1, 7, &WEEKDAYS).map(Self::OfWeek),
        }
    }

    fn has(&self, date: Date) -> bool {
        let weekday = |date: Date| i16::from(date.weekday().to_sunday_one_offset());
        let day = i16::from(date.day());
        match self {
            Self::OfMonth(days) => days.has(day),
            Self::LastOfMonth => date == date.last_of_month(),
            Self::NearestWeekday(wanted) => nearest_weekday(date, *wanted) == Some(date),
            Self::OfWeek(days) => days.has(weekday(date)),
            Self::Nth(wanted, nth) => weekday(date) == *wanted && (day - 1) / 7 + 1 == *nth,
        }
    }
}

fn nearest_weekday(month: Date, day: i16) -> Option<Date> {
    let last = month.last_of_month();
    let wanted = Date::new(month.year(), month.month(), i8::try_from(day).ok()?).ok()?;
    match wanted.weekday() {
        Weekday::Saturday if day == 1 => wanted.tomorrow().ok()?.tomorrow().ok(),
        Weekday::Saturday => wanted.yesterday().ok(),
        Weekday::Sunday if wanted == last => wanted.yesterday().ok()?.yesterday().ok(),
        Weekday::Sunday => wanted.tomorrow().ok(),
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => Some(wanted),
    }
}

impl Set {
    /// Lists of `5`, `1-5`, `*`, `0/15`, `1-10/3` and names.
    fn parse(text: &str, least: i16, most: i16, names: &[&str]) -> Result<Self, &'static str> {
        let mut numbers = Vec::new();
        for part in text.split(',') {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let step = step.map_or(Ok(1), |step| number(step, 1, most, &[]))?;
            let (from, to) = match range.split_once('-') {
                _ if range == "*" => (least, most),
                Some((from, to)) => (number(from, least, most, names)?, number(to, least, most, names)?),
                None => {
                    let from = number(range, least, most, names)?;
                    (from, if part.contains('/') { most } else { from })
                }
            };
            if from > to {
                return Err("has a range that ends before it begins");
            }
            numbers.extend((from..=to).step_by(usize::try_from(step).unwrap_or(1)));
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(Self(numbers))
    }

    fn has(&self, number: i16) -> bool {
        self.0.binary_search(&number).is_ok()
    }
}

fn number(text: &str, least: i16, most: i16, names: &[&str]) -> Result<i16, &'static str> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text)).and_then(|at| i16::try_from(at + 1).ok());
    let number = named.or_else(|| text.parse().ok()).ok_or("has a field that is no number")?;
    if (least..=most).contains(&number) { Ok(number) } else { Err("has a number out of its field's range") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn next(expression: &str, last: &str) -> String {
        Expression::parse(expression).unwrap().after(at(last)).map_or("never".to_owned(), |at| at.to_string())
    }

    #[test]
    fn a_rate_counts_from_the_last_run() {
        assert_eq!(next("rate(5 minutes)", "2026-01-01T00:00:07Z"), "2026-01-01T00:05:07Z");
        assert_eq!(next("rate(1 day)", "2026-01-01T00:00:00Z"), "2026-01-02T00:00:00Z");
    }

    #[test]
    fn a_cron_runs_at_its_minutes_and_not_twice_in_one() {
        assert_eq!(next("cron(0 3 * * ? *)", "2026-01-01T02:59:59Z"), "2026-01-01T03:00:00Z");
        assert_eq!(next("cron(0 3 * * ? *)", "2026-01-01T03:00:00Z"), "2026-01-02T03:00:00Z");
        assert_eq!(next("cron(0/15 * * * ? *)", "2026-01-01T03:44:10Z"), "2026-01-01T03:45:00Z");
        assert_eq!(next("cron(10,40 8-9 * * ? *)", "2026-01-01T08:40:00Z"), "2026-01-01T09:10:00Z");
    }

    #[test]
    fn a_cron_names_days_by_month_or_by_week() {
        assert_eq!(next("cron(0 0 L * ? *)", "2028-02-01T00:00:00Z"), "2028-02-29T00:00:00Z");
        assert_eq!(next("cron(15 10 ? * 6#3 *)", "2026-11-01T00:00:00Z"), "2026-11-20T10:15:00Z");
        assert_eq!(next("cron(0 18 ? * MON-FRI *)", "2026-11-20T18:00:00Z"), "2026-11-23T18:00:00Z");
        assert_eq!(next("cron(0 0 1W * ? *)", "2026-08-01T00:00:00Z"), "2026-08-03T00:00:00Z");
        assert_eq!(next("cron(0 0 1 JAN ? 2027/2)", "2027-01-01T00:00:00Z"), "2029-01-01T00:00:00Z");
        assert_eq!(next("cron(0 0 31 FEB ? *)", "2190-01-01T00:00:00Z"), "never");
    }

    #[test]
    fn what_was_missed_is_one_run_and_the_rhythm_stays() {
        let rate = Expression::parse("rate(1 minute)").unwrap();
        let last = at("2026-01-01T00:00:00Z");
        assert_eq!(rate.due(last, at("2026-01-01T00:00:59Z")), None);
        assert_eq!(rate.due(last, at("2026-01-01T05:07:30Z")), Some(at("2026-01-01T05:07:00Z")));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "every minute",
            "rate(1 minutes)",
            "rate(0 minutes)",
            "rate(x hours)",
            "cron(0 3 * * *)",
            "cron(0 3 * * * *)",
            "cron(0 3 ? * ? *)",
            "cron(60 3 * * ? *)",
            "cron(5-1 3 * * ? *)",
            "cron(0 3 ? * 6#6 *)",
            "cron(a 3 * * ? *)",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }
}
