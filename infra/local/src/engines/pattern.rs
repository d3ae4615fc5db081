//! Content patterns: EventBridge's rules and the filters of Lambda's event source mappings.

use serde_json::{Map, Value};

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the content pattern is not valid at {at}: {reason}")]
pub struct PatternError {
    at: String,
    reason: String,
}

/// A content pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern(Node);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// Every field matches, and one of each `$or`.
    Fields { all: Vec<(String, Node)>, any: Vec<Vec<Node>> },
    /// One of these matches the value.
    Values(Vec<Matcher>),
}

#[derive(Clone, Debug, PartialEq)]
enum Matcher {
    Equals(Value),
    EqualsIgnoreCase(String),
    Prefix(String),
    PrefixIgnoreCase(String),
    Suffix(String),
    SuffixIgnoreCase(String),
    Wildcard(Vec<String>),
    AnythingBut(Vec<Matcher>),
    Numeric(Vec<(Comparison, f64)>),
    Exists(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Pattern {
    /// Reads a pattern.
    pub fn parse(pattern: &Value) -> Result<Self, PatternError> {
        node(pattern, "$").map(Self)
    }

    /// Whether an event matches.
    pub fn matches(&self, event: &Value) -> bool {
        matches(&self.0, Some(event))
    }
}

fn wrong<T>(at: &str, reason: &str) -> Result<T, PatternError> {
    Err(PatternError { at: at.to_owned(), reason: reason.to_owned() })
}

fn node(pattern: &Value, at: &str) -> Result<Node, PatternError> {
    match pattern {
        Value::Object(fields) => {
            let (mut all, mut any) = (Vec::new(), Vec::new());
            for (name, inner) in fields {
                let at = format!("{at}.{name}");
                match (name.as_str(), inner) {
                    ("$or", Value::Array(choices)) if choices.len() > 1 => {
                        any.push(choices.iter().map(|choice| node(choice, &at)).collect::<Result<_, _>>()?);
                    }
                    ("$or", _) => return wrong(&at, "$or wants a list of two patterns or more"),
                    _ => all.push((name.clone(), node(inner, &at)?)),
                }
            }
            if all.is_empty() && any.is_empty() { wrong(at, "is empty") } else { Ok(Node::Fields { all, any }) }
        }
        Value::Array(values) if values.is_empty() => wrong(at, "an empty list matches nothing"),
        Value::Array(values) => {
            values.iter().map(|value| matcher(value, at)).collect::<Result<_, _>>().map(Node::Values)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            wrong(at, "wants an object or a list of values")
        }
    }
}

fn matcher(value: &Value, at: &str) -> Result<Matcher, PatternError> {
    match value {
        Value::Object(content) => content_matcher(content, at),
        Value::Array(_) => wrong(at, "a list in a list"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(Matcher::Equals(value.clone())),
    }
}

fn content_matcher(content: &Map<String, Value>, at: &str) -> Result<Matcher, PatternError> {
    let mut entries = content.iter();
    let (Some((kind, argument)), None) = (entries.next(), entries.next()) else {
        return wrong(at, "a content filter has one key");
    };
    let ignoring_case = || {
        let inner = argument.as_object().filter(|inner| inner.len() == 1)?;
        inner.get("equals-ignore-case").and_then(Value::as_str)
    };
    match (kind.as_str(), argument) {
        ("exists", Value::Bool(exists)) => Ok(Matcher::Exists(*exists)),
        ("prefix", Value::String(text)) => Ok(Matcher::Prefix(text.clone())),
        ("suffix", Value::String(text)) => Ok(Matcher::Suffix(text.clone())),
        ("equals-ignore-case", Value::String(text)) => Ok(Matcher::EqualsIgnoreCase(text.to_lowercase())),
        ("wildcard", Value::String(text)) if text.contains("**") => wrong(at, "two stars in a row"),
        ("wildcard", Value::String(text)) => Ok(Matcher::Wildcard(text.split('*').map(str::to_owned).collect())),
        ("numeric", Value::Array(parts)) => numeric(parts, at),
        ("anything-but", _) => anything_but(argument, at),
        ("prefix", _) if ignoring_case().is_some() => {
            Ok(Matcher::PrefixIgnoreCase(ignoring_case().unwrap_or_default().to_lowercase()))
        }
        ("suffix", _) if ignoring_case().is_some() => {
            Ok(Matcher::SuffixIgnoreCase(ignoring_case().unwrap_or_default().to_lowercase()))
        }
        _ => wrong(at, &format!("the local host does not know the filter {kind:?} with {argument}")),
    }
}

/// Its argument is a value, a list of them, or one filter whose argument may be a list.
fn anything_but(argument: &Value, at: &str) -> Result<Matcher, PatternError> {
    let listed = |values: &Value| values.as_array().cloned().unwrap_or_else(|| vec![values.clone()]);
    let mut refused = Vec::new();
    if let Some(inner) = argument.as_object() {
        for (kind, values) in inner {
            for value in listed(values) {
                refused.push(content_matcher(&Map::from_iter([(kind.clone(), value)]), at)?);
            }
        }
    } else {
        for value in listed(argument) {
            refused.push(matcher(&value, at)?);
        }
    }
    if refused.is_empty() { wrong(at, "anything-but what?") } else { Ok(Matcher::AnythingBut(refused)) }
}

fn numeric(parts: &[Value], at: &str) -> Result<Matcher, PatternError> {
    let mut bounds = Vec::new();
    for pair in parts.chunks(2) {
        let [Value::String(comparison), Value::Number(bound)] = pair else {
            return wrong(at, "numeric wants comparisons and numbers in turn");
        };
        let comparison = match comparison.as_str() {
            "=" => Comparison::Equal,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return wrong(at, "numeric knows =, <, <=, > and >="),
        };
        bounds.push((comparison, bound.as_f64().unwrap_or(f64::NAN)));
    }
    if bounds.is_empty() { wrong(at, "numeric wants a bound") } else { Ok(Matcher::Numeric(bounds)) }
}

fn matches(node: &Node, value: Option<&Value>) -> bool {
    match node {
        Node::Fields { all, any } => {
            // A list of objects matches when one of them does.
            if let Some(Value::Array(items)) = value {
                return items.iter().any(|item| matches(node, Some(item)));
            }
            all.iter().all(|(name, inner)| matches(inner, value.and_then(|value| value.get(name))))
                && any.iter().all(|choices| choices.iter().any(|choice| matches(choice, value)))
        }
        Node::Values(matchers) => matchers.iter().any(|matcher| match value {
            Some(Value::Array(items)) if !matches!(matcher, Matcher::Exists(_)) => {
                items.iter().any(|item| fits(matcher, item))
            }
            Some(value) => fits(matcher, value),
            None => *matcher == Matcher::Exists(false),
        }),
    }
}

fn fits(matcher: &Matcher, value: &Value) -> bool {
    let text = value.as_str();
    match matcher {
        Matcher::Equals(Value::Number(wanted)) => value.as_f64().is_some_and(|is| Some(is) == wanted.as_f64()),
        Matcher::Equals(wanted) => wanted == value,
        Matcher::EqualsIgnoreCase(wanted) => text.is_some_and(|text| text.to_lowercase() == *wanted),
        Matcher::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix.as_str())),
        Matcher::PrefixIgnoreCase(prefix) => text.is_some_and(|text| text.to_lowercase().starts_with(prefix.as_str())),
        Matcher::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix.as_str())),
        Matcher::SuffixIgnoreCase(suffix) => text.is_some_and(|text| text.to_lowercase().ends_with(suffix.as_str())),
        Matcher::Wildcard(pieces) => text.is_some_and(|text| wildcard(pieces, text)),
        Matcher::AnythingBut(refused) => !refused.iter().any(|refused| fits(refused, value)),
        Matcher::Numeric(bounds) => value.as_f64().is_some_and(|is| {
            bounds.iter().all(|(comparison, bound)| match comparison {
                Comparison::Equal => is == *bound,
                Comparison::Less => is < *bound,
                Comparison::LessOrEqual => is <= *bound,
                Comparison::Greater => is > *bound,
                Comparison::GreaterOrEqual => is >= *bound,
            })
        }),
        Matcher::Exists(exists) => *exists && !value.is_object(),
    }
}

/// The pieces between the stars, in order: the first at the start, the last at the end.
fn wildcard(pieces: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.first().is_some_and(|whole| whole == text);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        let Some(found) = rest.find(piece.as_str()) else { return false };
        rest = rest.get(found + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last.as_str())
}

/// The filters of an event source mapping: what none of them takes is dropped.
#[derive(Clone, Debug, Default)]
pub struct Filters(Vec<Pattern>);

impl Filters {
    /// Reads the filters of a mapping; none takes everything.
    pub fn parse(filters: &[Value]) -> Result<Self, PatternError> {
        filters.iter().map(Pattern::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a stream's record is taken.
    pub fn take(&self, record: &Value) -> bool {
        self.0.is_empty() || self.0.iter().any(|filter| filter.matches(record))
    }

    /// Whether a queue's message is taken: its `body` is looked into where it is JSON.
    pub fn take_message(&self, record: &Value) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let body = record.get("body").and_then(Value::as_str);
        let Some(decoded) = body.and_then(|body| serde_json::from_str::<Value>(body).ok()) else {
            return self.take(record);
        };
        let mut record = record.clone();
        record["body"] = decoded;
        self.take(&record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn takes(pattern: Value, event: Value) -> bool {
        Pattern::parse(&pattern).unwrap().matches(&event)
    }

    #[test]
    fn values_match_exactly_and_lists_by_one_element() {
        assert!(takes(json!({"a": ["x", "y"]}), json!({"a": "y", "b": 1})));
        assert!(!takes(json!({"a": ["x"]}), json!({"a": "xx"})));
        assert!(!takes(json!({"a": ["1"]}), json!({"a": 1})));
        assert!(takes(json!({"a": [1]}), json!({"a": 1.0})));
        assert!(takes(json!({"a": [null]}), json!({"a": null})));
        assert!(!takes(json!({"a": [null]}), json!({})));
        assert!(takes(json!({"a": ["x"]}), json!({"a": ["w", "x"]})));
        assert!(takes(json!({"a": {"b": [true]}}), json!({"a": [{"b": false}, {"b": true}]})));
        assert!(!takes(json!({"a": {"b": ["x"]}, "c": ["z"]}), json!({"a": {"b": "x"}})));
    }

    #[test]
    fn content_filters_match() {
        for (filter, yes, no) in [
            (json!({"prefix": "orders."}), json!("orders.paid"), json!("my.orders.")),
            (json!({"suffix": ".v1"}), json!("paid.v1"), json!("paid.v10")),
            (json!({"prefix": {"equals-ignore-case": "AB"}}), json!("abc"), json!("bab")),
            (json!({"equals-ignore-case": "Paid"}), json!("pAID"), json!("paids")),
            (json!({"wildcard": "a*c*e"}), json!("abcde"), json!("abcd")),
            (json!({"wildcard": "*@x.test"}), json!("me@x.test"), json!("me@x.test.org")),
            (json!({"anything-but": "x"}), json!("y"), json!("x")),
            (json!({"anything-but": ["x", 3]}), json!(4), json!(3)),
            (json!({"anything-but": {"prefix": "x"}}), json!("yx"), json!("xy")),
            (json!({"anything-but": {"suffix": ["a", "b"]}}), json!("c"), json!("cb")),
            (json!({"numeric": [">", 0, "<=", 5]}), json!(5), json!(0)),
            (json!({"numeric": ["=", 3]}), json!(3), json!("3")),
        ] {
            let pattern = json!({"a": [filter]});
            assert!(takes(pattern.clone(), json!({"a": yes})), "{pattern} takes {yes}");
            assert!(!takes(pattern.clone(), json!({"a": no})), "{pattern} does not take {no}");
            assert!(!takes(pattern.clone(), json!({})), "{pattern} wants a value");
        }
    }

    #[test]
    fn a_wildcard_does_not_use_a_letter_twice() {
        assert!(!takes(json!({"a": [{"wildcard": "ab*ba"}]}), json!({"a": "aba"})));
        assert!(takes(json!({"a": [{"wildcard": "ab*ba"}]}), json!({"a": "abba"})));
    }

    #[test]
    fn existence_and_choice() {
        let new_event = json!({"$or": [{"old": {"event": [{"exists": false}]}}, {"kind": ["x"]}]});
        assert!(takes(new_event.clone(), json!({"kind": "y"})));
        assert!(takes(new_event.clone(), json!({"old": {"event": "e"}, "kind": "x"})));
        assert!(!takes(new_event, json!({"old": {"event": "e"}, "kind": "y"})));
        assert!(takes(json!({"a": [{"exists": true}]}), json!({"a": null})));
        assert!(!takes(json!({"a": [{"exists": true}]}), json!({"a": {"b": 1}})));
    }

    #[test]
    fn a_pattern_that_is_wrong_is_named() {
        for pattern in [
            json!({}),
            json!({"a": "x"}),
            json!({"a": []}),
            json!({"a": [["x"]]}),
            json!({"a": [{"prefiks": "x"}]}),
            json!({"a": [{"numeric": [">"]}]}),
            json!({"$or": []}),
        ] {
            assert!(Pattern::parse(&pattern).is_err(), "{pattern}");
        }
        assert!(Pattern::parse(&json!({"a": {"b": "x"}})).unwrap_err().to_string().contains("$.a.b"));
    }

    #[test]
    fn a_message_is_looked_into() {
        let filters = Filters::parse(&[json!({"body": {"detail-type": [{"prefix": "accounts."}]}})]).unwrap();
        assert!(filters.take_message(&json!({"body": r#"{"detail-type":"accounts.user-registered.v1"}"#})));
        assert!(!filters.take_message(&json!({"body": r#"{"detail-type":"orders.order-paid.v1"}"#})));
        assert!(!filters.take_message(&json!({"body": "no JSON"})));
        assert!(Filters::default().take_message(&json!({"body": "no JSON"})));
    }
}
