//! Policy statements, evaluated as IAM does: an explicit deny wins, then any allow, and silence is a no.

use std::collections::BTreeMap;

use crate::template::model::Statement;

/// What a set of statements says of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it.
    Allowed {
        /// The statement's line in template.yaml.
        line: usize,
    },
    /// A statement denies it, whatever others allow.
    Denied {
        /// The statement's line in template.yaml.
        line: usize,
    },
    /// No statement speaks of it.
    NotGranted,
}

/// Decides. `principal` is the service that calls (`events.amazonaws.com`) where the statements are a resource's,
/// and none where they are the caller's own role's. `context` holds the condition keys of the call
/// (`aws:SourceArn`).
pub fn decide(
    statements: &[Statement],
    principal: Option<&str>,
    action: &str,
    resource: &str,
    context: &BTreeMap<String, String>,
) -> Decision {
    let mut decision = Decision::NotGranted;
    for statement in statements.iter().filter(|statement| applies(statement, principal, action, resource, context)) {
        if !statement.allow {
            return Decision::Denied { line: statement.line };
        }
        if decision == Decision::NotGranted {
            decision = Decision::Allowed { line: statement.line };
        }
    }
    decision
}

fn applies(
    statement: &Statement,
    principal: Option<&str>,
    action: &str,
    resource: &str,
    context: &BTreeMap<String, String>,
) -> bool {
    let named = match principal {
        Some(caller) => statement.principals.iter().any(|principal| principal == "*" || principal == caller),
        None => statement.principals.is_empty(),
    };
    let action = action.to_ascii_lowercase();
    named
        && statement.actions.iter().any(|pattern| glob(&pattern.to_ascii_lowercase(), &action))
        && statement.resources.iter().any(|pattern| glob(pattern, resource))
        && statement.conditions.iter().all(|(operator, keys)| {
            keys.iter()
                .all(|(key, wanted)| Operator::named(operator).is_some_and(|test| test.holds(key, wanted, context)))
        })
}

/// Whether a condition operator is understood. The template is refused when it uses another.
pub fn knows_operator(name: &str) -> bool {
    Operator::named(name).is_some()
}

#[derive(Clone, Copy)]
enum Operator {
    ArnLike,
    Bool,
    StringEquals,
    StringLike,
}

impl Operator {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            // AWS: the two behave identically.
            "ArnEquals" | "ArnLike" => Self::ArnLike,
            "Bool" => Self::Bool,
            "StringEquals" => Self::StringEquals,
            "StringLike" => Self::StringLike,
            _ => return None,
        })
    }

    /// A key that the call does not have fails every one of these operators.
    fn holds(self, key: &str, wanted: &[String], context: &BTreeMap<String, String>) -> bool {
        let Some((_, found)) = context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) else { return false };
        wanted.iter().any(|wanted| match self {
            Self::ArnLike => arn_like(wanted, found),
            Self::Bool => wanted.eq_ignore_ascii_case(found),
            Self::StringEquals => wanted == found,
            Self::StringLike => glob(wanted, found),
        })
    }
}

/// ARN conditions compare the six parts of an ARN one by one: a `*` does not reach over a colon.
fn arn_like(pattern: &str, arn: &str) -> bool {
    let (mut pattern, mut arn) = (pattern.splitn(6, ':'), arn.splitn(6, ':'));
    loop {
        match (pattern.next(), arn.next()) {
            (Some(pattern), Some(part)) if glob(pattern, part) => {}
            (None, None) => return true,
            (Some(_) | None, Some(_) | None) => return false,
        }
    }
}

/// `*` is any text, `?` any one character. Linear but for the last `*`'s retries.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || Some(byte) == text.get(t) => {
                p += 1;
                t += 1;
            }
            Some(_) | None => match &mut star {
                Some((after, from)) => {
                    *from += 1;
                    (p, t) = (*after, *from);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/local-accounts";

    fn statement(allow: bool, actions: &[&str], resources: &[&str], line: usize) -> Statement {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Statement { allow, actions: owned(actions), resources: owned(resources), line, ..Statement::default() }
    }

    fn role(statements: &[Statement], action: &str, resource: &str) -> Decision {
        decide(statements, None, action, resource, &BTreeMap::new())
    }

    #[test]
    fn silence_is_a_no() {
        let statements = [statement(true, &["dynamodb:GetItem"], &[TABLE], 7)];
        assert_eq!(role(&[], "dynamodb:GetItem", TABLE), Decision::NotGranted);
        assert_eq!(role(&statements, "dynamodb:PutItem", TABLE), Decision::NotGranted);
        assert_eq!(role(&statements, "dynamodb:GetItem", &format!("{TABLE}/index/gsi1")), Decision::NotGranted);
        assert_eq!(role(&statements, "DynamoDB:getitem", TABLE), Decision::Allowed { line: 7 });
    }

    #[test]
    fn a_deny_wins_wherever_it_stands() {
        let (allow, deny) = (statement(true, &["dynamodb:*"], &["*"], 1), statement(false, &["*"], &[TABLE], 2));
        for statements in [[allow.clone(), deny.clone()], [deny, allow]] {
            assert_eq!(role(&statements, "dynamodb:GetItem", TABLE), Decision::Denied { line: 2 });
            assert_eq!(role(&statements, "dynamodb:GetItem", "arn:other"), Decision::Allowed { line: 1 });
        }
    }

    #[test]
    fn wildcards() {
        for (pattern, text, matches) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*/index/*", "table/t/index/gsi1", true),
            ("a*b*c", "a-b-b-x-c", true),
            ("a*b*c", "a-c", false),
            ("a**", "a", true),
            ("table/x*", "table/y", false),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_long_pattern_ends() {
        assert!(!glob(&"*a".repeat(60), &"a".repeat(59)));
        assert!(glob(&"*a".repeat(60), &"a".repeat(600)));
    }

    #[test]
    fn a_resource_names_its_callers() {
        let mut allow = statement(true, &["sqs:SendMessage"], &["*"], 3);
        allow.principals = vec!["events.amazonaws.com".to_owned()];
        let by =
            |principal| decide(std::slice::from_ref(&allow), principal, "sqs:SendMessage", "arn:q", &BTreeMap::new());
        assert_eq!(by(Some("events.amazonaws.com")), Decision::Allowed { line: 3 });
        assert_eq!(by(Some("s3.amazonaws.com")), Decision::NotGranted);
        assert_eq!(by(None), Decision::NotGranted);
    }

    #[test]
    fn conditions_must_all_hold() {
        let rule = "arn:aws:events:us-east-1:000000000000:rule/bus/mails";
        for (operator, wanted, found, holds) in [
            ("ArnEquals", rule, rule, true),
            ("ArnLike", "arn:aws:events:*:*:rule/bus/*", rule, true),
            ("ArnLike", "arn:aws:*:rule/bus/mails", rule, false),
            ("StringEquals", "a*", "ab", false),
            ("StringEquals", "ab", "ab", true),
            ("StringLike", "a*", "ab", true),
            ("Bool", "false", "False", true),
            ("Bool", "false", "true", false),
            ("NumericLessThan", "1", "0", false),
        ] {
            let mut allow = statement(true, &["*"], &["*"], 1);
            let keys = BTreeMap::from([("aws:SourceArn".to_owned(), vec!["none".to_owned(), wanted.to_owned()])]);
            allow.conditions.insert(operator.to_owned(), keys);
            let granted =
                |context| decide(std::slice::from_ref(&allow), None, "a:B", "r", &context) != Decision::NotGranted;
            assert_eq!(granted(BTreeMap::from([("aws:sourcearn".into(), found.into())])), holds, "{operator} {wanted}");
            assert!(!granted(BTreeMap::new()), "{operator} without the key");
        }
    }
}
