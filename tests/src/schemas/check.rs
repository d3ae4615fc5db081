//! Whether a value is what a schema says: as much of JSON Schema as events/schemas uses, and an error for the rest.

use holdfast_core::Timestamp;
use regex_lite::Regex;
use serde_json::Value;

/// Says, by its JSON pointer, what does not fit.
pub(super) fn fits(value: &Value, schema: &Value) -> Result<(), String> {
    at("", value, schema)
}

/// What says nothing of a value.
const NOTES: [&str; 6] = ["$schema", "$id", "title", "description", "example", "examples"];

fn at(pointer: &str, value: &Value, schema: &Value) -> Result<(), String> {
    let rules = schema.as_object().into_iter().flatten().filter(|(name, _)| !NOTES.contains(&name.as_str()));
    for (name, rule) in rules {
        held(pointer, value, schema, name, rule)?;
    }
    Ok(())
}

fn held(pointer: &str, value: &Value, schema: &Value, name: &str, rule: &Value) -> Result<(), String> {
    let unless = |holds: bool, wrong: String| if holds { Ok(()) } else { Err(format!("{pointer} {wrong}")) };
    match name {
        "type" => {
            let mut types = one_or_more(rule);
            unless(types.any(|kind| is(value, kind)), format!("is not of type {}", words(rule)))
        }
        "const" => unless(value == rule, format!("is not {rule}")),
        "enum" => unless(one_or_more(rule).any(|one| one == value), format!("is none of {rule}")),
        "minimum" => unless(value.as_f64() >= rule.as_f64(), format!("is below {rule}")),
        "format" if rule == "date-time" => {
            let text = value.as_str().unwrap_or_default();
            unless(text.parse::<Timestamp>().is_ok(), "is no time".to_owned())
        }
        "format" if rule == "int32" || rule == "int64" => {
            let most = if rule == "int32" { i64::from(i32::MAX) } else { i64::MAX };
            unless(value.as_i64().is_some_and(|number| number <= most), format!("is no {}", words(rule)))
        }
        "minLength" | "maxLength" => {
            let characters = value.as_str().map_or(0, |text| text.chars().count());
            let bound = rule.as_u64().and_then(|bound| usize::try_from(bound).ok()).unwrap_or_default();
            let fits = if name == "minLength" { characters >= bound } else { characters <= bound };
            unless(fits, format!("is {characters} characters long, against {name} {bound}"))
        }
        "pattern" => {
            let pattern = Regex::new(&words(rule)).map_err(|error| format!("{pointer}: {error}"))?;
            unless(pattern.is_match(value.as_str().unwrap_or_default()), format!("does not match {rule}"))
        }
        "required" => {
            let missing = one_or_more(rule).map(words).find(|name| value.get(name).is_none());
            missing.map_or(Ok(()), |name| Err(format!("{pointer}/{name} is missing")))
        }
        "properties" => {
            let properties = rule.as_object().into_iter().flatten();
            let mut present = properties.filter_map(|(name, schema)| Some((name, value.get(name)?, schema)));
            present.try_for_each(|(name, value, schema)| at(&format!("{pointer}/{name}"), value, schema))
        }
        "additionalProperties" if rule == false => {
            let known = |name: &str| schema.pointer("/properties").is_some_and(|known| known.get(name).is_some());
            let extra = value.as_object().into_iter().flatten().map(|(name, _)| name).find(|name| !known(name));
            extra.map_or(Ok(()), |name| Err(format!("{pointer}/{name} has no place in it")))
        }
        "items" => {
            let mut items = value.as_array().into_iter().flatten().enumerate();
            items.try_for_each(|(nth, item)| at(&format!("{pointer}/{nth}"), item, rule))
        }
        "allOf" => one_or_more(rule).try_for_each(|each| at(pointer, value, each)),
        other => Err(format!("{pointer}: this check does not know the rule {other}")),
    }
}

fn is(value: &Value, kind: &Value) -> bool {
    match value {
        Value::Null => kind == "null",
        Value::Bool(_) => kind == "boolean",
        Value::Number(number) => kind == "number" || kind == "integer" && !number.is_f64(),
        Value::String(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Object(_) => kind == "object",
    }
}

fn one_or_more(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

fn words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rule_that_is_not_known_is_an_error() {
        let wrong = fits(&json!({"a": 1}), &json!({"properties": {"a": {"maximum": 2}}}));
        assert_eq!(wrong, Err("/a: this check does not know the rule maximum".to_owned()));
    }

    #[test]
    fn each_of_all_rules_holds() {
        let both = json!({"allOf": [{"type": "string"}, {"enum": ["a", 1]}]});
        assert_eq!(fits(&json!("a"), &both), Ok(()));
        assert!(fits(&json!("b"), &both).is_err() && fits(&json!(1), &both).is_err());
    }

    #[test]
    fn a_text_has_its_length() {
        let three = json!({"minLength": 3, "maxLength": 3});
        assert_eq!(fits(&json!("äöü"), &three), Ok(()));
        assert!(fits(&json!("ab"), &three).is_err() && fits(&json!("abcd"), &three).is_err());
    }

    #[test]
    fn a_number_fits_its_width() {
        let (narrow, wide) = (json!({"format": "int32"}), json!({"format": "int64"}));
        assert_eq!(fits(&json!(2_147_483_647), &narrow), Ok(()));
        assert!(fits(&json!(2_147_483_648_i64), &narrow).is_err());
        assert_eq!(fits(&json!(i64::MAX), &wide), Ok(()));
        assert!(fits(&json!(u64::MAX), &wide).is_err() && fits(&json!(1.5), &wide).is_err());
    }

    #[test]
    fn whole_numbers_are_numbers_and_fractions_are_no_integers() {
        assert_eq!(fits(&json!(1), &json!({"type": ["number", "null"]})), Ok(()));
        assert!(fits(&json!(1.5), &json!({"type": "integer"})).is_err());
    }
}
