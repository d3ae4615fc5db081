//! Forms as Stripe's API takes them: `metadata[order_id]=…`, `payment_method_types[]=…`. What is asked for is taken out,
//! and what is left over at the end was not understood.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::refused::Refused;
use crate::engines::sigv4::hex;

/// The most pairs that an object's metadata may have.
const MOST_METADATA: usize = 50;
/// The longest name of such a pair, in characters.
const LONGEST_NAME: usize = 40;
/// The longest value of such a pair, in characters.
const LONGEST_VALUE: usize = 500;
/// The most objects of a page.
const MOST_LISTED: u32 = 100;
/// So many when nobody says how many.
const USUALLY_LISTED: u32 = 10;
/// In these groups of fields, Stripe's clients send cards.
const CARD_FIELDS: [&str; 4] = ["number", "cvc", "exp_month", "exp_year"];

/// A form, with each name cut at its brackets.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(Vec<String>, String)>);

impl Form {
    /// Reads a body or a query.
    pub(super) fn read(encoded: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(encoded);
        Self(pairs.map(|(name, value)| (parts_of(&name), value.into_owned())).collect())
    }

    /// A digest of what it says, in whichever order it says it.
    pub(super) fn digest(&self) -> String {
        let mut lines: Vec<String> = self.0.iter().map(|(name, value)| format!("{name:?}={value:?}")).collect();
        lines.sort_unstable();
        hex(&Sha256::digest(lines.join("\n")))
    }

    /// Whether it carries a card rather than the id of a payment method.
    pub(super) fn has_card(&self) -> bool {
        let fields = self.0.iter().filter_map(|(name, _)| name.split_last().filter(|(_, groups)| !groups.is_empty()));
        fields.into_iter().any(|(last, groups)| {
            CARD_FIELDS.contains(&last.as_str()) && groups.iter().any(|group| group != "metadata")
        })
    }

    /// A text, if it is there.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refused> {
        let mut found = None;
        for (parts, value) in self.take(|parts| parts.first().is_some_and(|first| first == name)) {
            match parts.len() {
                1 if value.is_empty() => return Err(Refused::empty(name)),
                1 => found = Some(value),
                _ => return Err(Refused::parameter(name, None, "must be a plain value, not a group of fields.")),
            }
        }
        Ok(found)
    }

    /// A text that has to be there.
    pub(super) fn wanted(&mut self, name: &str) -> Result<String, Refused> {
        self.text(name)?.ok_or_else(|| Refused::missing(name))
    }

    /// One of a few texts, if it is there.
    pub(super) fn one_of(&mut self, name: &str, allowed: &[&str]) -> Result<Option<String>, Refused> {
        let text = self.text(name)?;
        if text.as_deref().is_some_and(|text| !allowed.contains(&text)) {
            let reason = format!("must be one of {}.", allowed.join(", "));
            return Err(Refused::parameter(name, None, &reason));
        }
        Ok(text)
    }

    /// Yes or no, if it is there.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refused> {
        Ok(self.one_of(name, &["true", "false"])?.map(|text| text == "true"))
    }

    /// A whole number, if it is there.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<u64>, Refused> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse().ok().filter(|_| digits) {
            Some(number) => Ok(Some(number)),
            None => Err(Refused::parameter(name, Some("parameter_invalid_integer"), "must be a whole number.")),
        }
    }

    /// The pairs of a group, if there is one.
    pub(super) fn group(&mut self, name: &str) -> Result<BTreeMap<String, String>, Refused> {
        let mut group = BTreeMap::new();
        for (parts, value) in self.take(|parts| parts.first().is_some_and(|first| first == name)) {
            match <[String; 2]>::try_from(parts) {
                Ok([_, field]) if !field.is_empty() => drop(group.insert(field, value)),
                _ => return Err(Refused::parameter(name, None, "must be a group of plain fields.")),
            }
        }
        Ok(group)
    }

    /// The items of a list, if there is one.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<String>, Refused> {
        let mut list = Vec::new();
        for (parts, value) in self.take(|parts| parts.first().is_some_and(|first| first == name)) {
            match <[String; 2]>::try_from(parts) {
                Ok([_, place]) if place.bytes().all(|byte| byte.is_ascii_digit()) => list.push(value),
                _ => return Err(Refused::parameter(name, None, "must be a list.")),
            }
        }
        Ok(list)
    }

    /// An object's metadata, within Stripe's limits.
    pub(super) fn metadata(&mut self) -> Result<BTreeMap<String, String>, Refused> {
        let mut metadata = self.group("metadata")?;
        metadata.retain(|_, value| !value.is_empty());
        let too_long = |(name, value): (&String, &String)| {
            name.chars().count() > LONGEST_NAME || value.chars().count() > LONGEST_VALUE
        };
        if metadata.len() > MOST_METADATA || metadata.iter().any(too_long) {
            let reason = format!(
                "may have {MOST_METADATA} pairs, with names of {LONGEST_NAME} and values of {LONGEST_VALUE} characters."
            );
            return Err(Refused::parameter("metadata", None, &reason));
        }
        Ok(metadata)
    }

    /// How many objects a page is to have, and after which one it begins.
    pub(super) fn page(&mut self) -> Result<(u32, Option<String>), Refused> {
        let limit = match self.number("limit")? {
            None => USUALLY_LISTED,
            Some(limit) => {
                let fits = u32::try_from(limit).ok().filter(|limit| (1..=MOST_LISTED).contains(limit));
                let code = Some("parameter_invalid_integer");
                fits.ok_or_else(|| Refused::parameter("limit", code, "must be between 1 and 100."))?
            }
        };
        Ok((limit, self.text("starting_after")?))
    }

    /// Refuses what nobody has asked for.
    pub(super) fn nothing_else(&self) -> Result<(), Refused> {
        match self.0.first().and_then(|(parts, _)| parts.first()) {
            None => Ok(()),
            Some(name) => Err(Refused::unknown_parameter(name)),
        }
    }

    fn take(&mut self, wanted: impl Fn(&[String]) -> bool) -> Vec<(Vec<String>, String)> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|(parts, _)| wanted(parts));
        self.0 = left;
        taken
    }
}

/// `a[b][c]` is a, b, c.
fn parts_of(name: &str) -> Vec<String> {
    let (first, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let inner = rest.strip_prefix('[').map(|rest| rest.strip_suffix(']').unwrap_or(rest));
    let mut parts = vec![first.to_owned()];
    parts.extend(inner.into_iter().flat_map(|inner| inner.split("][")).map(str::to_owned));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        Form::read(text.as_bytes())
    }

    #[test]
    fn names_are_cut_at_their_brackets() {
        assert_eq!(parts_of("amount"), ["amount"]);
        assert_eq!(parts_of("metadata[order_id]"), ["metadata", "order_id"]);
        assert_eq!(parts_of("a[b][c]"), ["a", "b", "c"]);
        assert_eq!(parts_of("types[]"), ["types", ""]);
    }

    #[test]
    fn values_are_taken_by_kind_and_the_rest_is_refused() {
        let mut sent = form("amount=1999&metadata%5Border_id%5D=ord_1&types[]=card&types[1]=link&confirm=true&x[y]=1");
        assert_eq!(sent.number("amount").unwrap(), Some(1999));
        assert_eq!(sent.metadata().unwrap(), [("order_id".to_owned(), "ord_1".to_owned())].into());
        assert_eq!(sent.list("types").unwrap(), ["card", "link"]);
        assert_eq!((sent.flag("confirm").unwrap(), sent.flag("other").unwrap()), (Some(true), None));
        let left = sent.nothing_else().unwrap_err();
        assert_eq!((left.code.as_deref(), left.param.as_deref()), (Some("parameter_unknown"), Some("x")));
        assert!(form("").nothing_else().is_ok());
    }

    #[test]
    fn what_has_the_wrong_shape_is_named() {
        for (sent, code) in [
            ("amount=", Some("parameter_invalid_empty")),
            ("amount=1.5", Some("parameter_invalid_integer")),
            ("amount=-1", Some("parameter_invalid_integer")),
            ("amount=%2B1", Some("parameter_invalid_integer")),
            ("amount=99999999999999999999", Some("parameter_invalid_integer")),
            ("amount[a]=1", None),
        ] {
            let refused = form(sent).number("amount").unwrap_err();
            assert_eq!((refused.code.as_deref(), refused.param.as_deref()), (code, Some("amount")), "{sent}");
        }
        assert!(form("metadata=1").metadata().is_err() && form("metadata[a][b]=1").metadata().is_err());
        assert!(form("types=card").list("types").is_err() && form("types[a]=card").list("types").is_err());
        assert_eq!(form("").wanted("amount").unwrap_err().code.as_deref(), Some("parameter_missing"));
    }

    #[test]
    fn metadata_and_pages_have_limits() {
        let pair = |name: usize, value: usize| format!("metadata[{}]={}", "n".repeat(name), "v".repeat(value));
        assert!(form(&pair(40, 500)).metadata().is_ok());
        assert!(form(&pair(41, 1)).metadata().is_err() && form(&pair(1, 501)).metadata().is_err());
        let many = |count: usize| (0..count).map(|nth| format!("metadata[{nth}]=1&")).collect::<String>();
        assert!(form(&many(50)).metadata().is_ok() && form(&many(51)).metadata().is_err());
        assert_eq!(form("").page().unwrap(), (10, None));
        assert_eq!(form("limit=100&starting_after=pi_1").page().unwrap(), (100, Some("pi_1".to_owned())));
        assert!(form("limit=0").page().is_err() && form("limit=101").page().is_err());
    }

    #[test]
    fn cards_are_found_and_what_only_looks_like_them_is_not() {
        for sent in ["card[number]=4", "payment_method_data[card][cvc]=1", "source[exp_year]=2030", "card[exp_month]=1"]
        {
            assert!(form(sent).has_card(), "{sent}");
        }
        for sent in ["metadata[number]=7", "number=1", "payment_method=pm_card_visa"] {
            assert!(!form(sent).has_card(), "{sent}");
        }
    }

    #[test]
    fn a_digest_knows_no_order() {
        assert_eq!(form("a=1&b=2").digest(), form("b=2&a=1").digest());
        assert_ne!(form("a=1&b=2").digest(), form("a=1&b=3").digest());
        assert_ne!(form("a=1&b=2").digest(), form("a=1%26b%3D2").digest());
    }
}
