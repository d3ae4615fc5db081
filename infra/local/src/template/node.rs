//! A YAML document as a tree that remembers its lines, CloudFormation's tags read as calls.

use std::collections::HashSet;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Number, Value};

/// What is wrong with the template, and where.
#[derive(Debug)]
pub(super) struct Fault {
    /// The line, from 1.
    pub(super) line: usize,
    /// What is wrong there.
    pub(super) message: String,
}

/// Shorthand of everything that reads the template.
pub(super) type Read<T> = Result<T, Fault>;

/// A fault at a line.
pub(super) fn fault<T>(line: usize, message: impl Into<String>) -> Read<T> {
    Err(Fault { line, message: message.into() })
}

/// A node of the document.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The line that it begins on, from 1.
    pub(super) line: usize,
    /// What it is.
    pub(super) kind: Kind,
}

/// A name in a mapping.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// The line that it stands on.
    pub(super) line: usize,
    /// The name.
    pub(super) text: String,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A text; plain when written without quotes, so that it may also be a number or a truth.
    Scalar { text: String, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in its order, without duplicates.
    Map(Vec<(Key, Node)>),
    /// A call of an intrinsic function, in its short or its long form.
    Call(Intrinsic, Box<Node>),
}

/// The intrinsic functions that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intrinsic {
    And,
    Condition,
    Equals,
    FindInMap,
    GetAtt,
    If,
    Join,
    Not,
    Or,
    Ref,
    Select,
    Split,
    Sub,
}

impl Intrinsic {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "And" => Self::And,
            "Condition" => Self::Condition,
            "Equals" => Self::Equals,
            "FindInMap" => Self::FindInMap,
            "GetAtt" => Self::GetAtt,
            "If" => Self::If,
            "Join" => Self::Join,
            "Not" => Self::Not,
            "Or" => Self::Or,
            "Ref" => Self::Ref,
            "Select" => Self::Select,
            "Split" => Self::Split,
            "Sub" => Self::Sub,
            _ => return None,
        })
    }
}

impl Node {
    /// A text that a call resolved to.
    pub(super) fn quoted(line: usize, text: impl Into<String>) -> Self {
        Self { line, kind: Kind::Scalar { text: text.into(), plain: false } }
    }

    /// Its text.
    pub(super) fn text(&self) -> Read<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Ok(text),
            Kind::List(_) | Kind::Map(_) | Kind::Call(..) => fault(self.line, "a text is expected here"),
        }
    }

    /// Its number.
    pub(super) fn number<T: std::str::FromStr>(&self) -> Read<T> {
        let text = self.text()?;
        text.parse().or_else(|_| fault(self.line, format!("a number is expected here, not `{text}`")))
    }

    /// Its truth.
    pub(super) fn truth(&self) -> Read<bool> {
        match self.text()? {
            "true" => Ok(true),
            "false" => Ok(false),
            other => fault(self.line, format!("true or false is expected here, not `{other}`")),
        }
    }

    /// Its elements.
    pub(super) fn list(&self) -> Read<&[Self]> {
        match &self.kind {
            Kind::List(elements) => Ok(elements),
            Kind::Scalar { .. } | Kind::Map(_) | Kind::Call(..) => fault(self.line, "a list is expected here"),
        }
    }

    /// Its elements, or itself as the only one: how policies write one action or several.
    pub(super) fn one_or_many(&self) -> &[Self] {
        match &self.kind {
            Kind::List(elements) => elements,
            Kind::Scalar { .. } | Kind::Map(_) | Kind::Call(..) => std::slice::from_ref(self),
        }
    }

    /// Its texts.
    pub(super) fn texts(&self) -> Read<Vec<String>> {
        self.one_or_many().iter().map(|element| Ok(element.text()?.to_owned())).collect()
    }

    /// Its entries.
    pub(super) fn map(&self) -> Read<&[(Key, Self)]> {
        match &self.kind {
            Kind::Map(entries) => Ok(entries),
            Kind::Scalar { .. } | Kind::List(_) | Kind::Call(..) => fault(self.line, "a mapping is expected here"),
        }
    }

    /// The entry of that name, when this is a mapping that has it.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| value),
            Kind::Scalar { .. } | Kind::List(_) | Kind::Call(..) => None,
        }
    }

    /// The same in JSON, as CloudFormation would hand it on. Every call must be resolved.
    pub(super) fn json(&self) -> Read<Value> {
        match &self.kind {
            Kind::Scalar { text, plain: false } => Ok(Value::String(text.clone())),
            Kind::Scalar { text, plain: true } => plain_json(self.line, text),
            Kind::List(elements) => elements.iter().map(Self::json).collect::<Read<_>>().map(Value::Array),
            Kind::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| Ok((key.text.clone(), value.json()?)));
                entries.collect::<Read<_>>().map(Value::Object)
            }
            Kind::Call(name, _) => fault(self.line, format!("!{name:?} cannot stand here")),
        }
    }
}

fn plain_json(line: usize, text: &str) -> Read<Value> {
    Ok(match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" | "~" | "" => Value::Null,
        // YAML 1.1, which CloudFormation reads, takes these for truths, and YAML 1.2 for texts.
        "yes" | "no" | "on" | "off" | "Yes" | "No" | "On" | "Off" | "YES" | "NO" | "ON" | "OFF" => {
            return fault(line, format!("`{text}` is read in two ways: quote it, or write true or false"));
        }
        _ => match text.parse::<i64>() {
            Ok(whole) => Value::Number(whole.into()),
            Err(_) => match text.parse::<f64>().ok().and_then(Number::from_f64) {
                Some(number) if text.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
                    Value::Number(number)
                }
                Some(_) | None => Value::String(text.to_owned()),
            },
        },
    })
}

/// Reads a document.
pub(super) fn parse(text: &str) -> Read<Node> {
    let mut reader = Reader { parser: Parser::new_from_str(text), depth: 0 };
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd | Event::DocumentEnd => return fault(1, "the document is empty"),
            Event::Alias(_)
            | Event::Scalar(..)
            | Event::SequenceStart(..)
            | Event::SequenceEnd
            | Event::MappingStart(..)
            | Event::MappingEnd => {
                let root = reader.node(event, span)?;
                reader.next()?;
                return match reader.next()? {
                    (Event::StreamEnd, _) => Ok(root),
                    (_, span) => fault(span.start.line(), "more than one document"),
                };
            }
        }
    }
}

/// Nobody writes a template that deep; a broken one could otherwise exhaust the stack.
const DEEPEST: usize = 64;

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Read<(Event<'a>, Span)> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => fault(error.marker().line(), format!("not YAML: {}", error.info())),
            None => fault(1, "not YAML: it ends too early"),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Read<Node> {
        let line = span.start.line();
        self.depth += 1;
        if self.depth > DEEPEST {
            return fault(line, format!("nested deeper than {DEEPEST}"));
        }
        let (tag, kind) = match event {
            Event::Scalar(text, style, _, tag) => {
                (tag, Kind::Scalar { text: text.into_owned(), plain: matches!(style, ScalarStyle::Plain) })
            }
            Event::SequenceStart(_, tag) => (tag, Kind::List(self.elements()?)),
            Event::MappingStart(_, tag) => (tag, self.entries()?),
            // CloudFormation's own reader takes no aliases.
            Event::Alias(_) => return fault(line, "aliases (*name) are not supported by CloudFormation"),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => return fault(line, "a value is expected here"),
        };
        self.depth -= 1;
        tagged(Node { line, kind }, tag.as_deref())
    }

    fn elements(&mut self) -> Read<Vec<Node>> {
        let mut elements = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(elements),
                (event, span) => elements.push(self.node(event, span)?),
            }
        }
    }

    fn entries(&mut self) -> Read<Kind> {
        let mut entries = Vec::new();
        let mut names = HashSet::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(text, _, _, None), span) => Key { line: span.start.line(), text: text.into_owned() },
                (_, span) => return fault(span.start.line(), "a name is expected here"),
            };
            if !names.insert(key.text.clone()) {
                return fault(key.line, format!("`{}` is there twice", key.text));
            }
            let (event, span) = self.next()?;
            entries.push((key, self.node(event, span)?));
        }
        long_form(entries)
    }
}

/// `!Ref x` as a call; `!!str` and the like, which YAML itself knows, are refused.
fn tagged(node: Node, tag: Option<&Tag>) -> Read<Node> {
    let Some(tag) = tag else { return Ok(node) };
    match (tag.handle.as_str(), Intrinsic::named(&tag.suffix)) {
        ("!", Some(intrinsic)) => Ok(Node { line: node.line, kind: Kind::Call(intrinsic, Box::new(node)) }),
        _ => fault(node.line, format!("{}{} is not supported", tag.handle, tag.suffix)),
    }
}

/// `{Ref: x}` and `{"Fn::Sub": x}` as calls. `Condition` alone stays a mapping: a resource may have one.
fn long_form(mut entries: Vec<(Key, Node)>) -> Read<Kind> {
    let Some(at) = entries.iter().position(|(key, _)| key.text == "Ref" || key.text.starts_with("Fn::")) else {
        return Ok(Kind::Map(entries));
    };
    let (key, argument) = entries.swap_remove(at);
    if !entries.is_empty() {
        return fault(key.line, format!("{} must be the only name in its mapping", key.text));
    }
    match Intrinsic::named(key.text.trim_start_matches("Fn::")) {
        Some(intrinsic) => Ok(Kind::Call(intrinsic, Box::new(argument))),
        None => fault(key.line, format!("{} is not supported", key.text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        let fault = parse(text).unwrap_err();
        format!("{}: {}", fault.line, fault.message)
    }

    #[test]
    fn reads_scalars_lists_mappings_and_lines() {
        let root = parse("# a comment\na: 1\nb: [x, \"2\", true]\nc:\n  d: ~\n").unwrap();
        assert_eq!(root.json().unwrap(), serde_json::json!({"a": 1, "b": ["x", "2", true], "c": {"d": null}}));
        assert_eq!(root.get("b").unwrap().line, 3);
        assert_eq!(root.get("c").unwrap().get("d").unwrap().line, 5);
    }

    #[test]
    fn short_and_long_forms_are_the_same_call() {
        for text in ["a: !Ref b", "a: {Ref: b}", "a:\n  Ref: b"] {
            let root = parse(text).unwrap();
            assert!(
                matches!(&root.get("a").unwrap().kind, Kind::Call(Intrinsic::Ref, of) if of.text().unwrap() == "b")
            );
        }
        let root = parse("a: {\"Fn::Join\": [\"\", [x]]}").unwrap();
        assert!(matches!(root.get("a").unwrap().kind, Kind::Call(Intrinsic::Join, _)));
    }

    #[test]
    fn what_is_not_understood_names_its_line() {
        assert_eq!(message("a: 1\nb: !Cidr x"), "2: !Cidr is not supported");
        assert_eq!(message("a: 1\nb:\n  Fn::ImportValue: x"), "3: Fn::ImportValue is not supported");
        assert_eq!(message("a: 1\nb: {Ref: x, y: 1}"), "2: Ref must be the only name in its mapping");
        assert_eq!(message("a: &x 1\nb: *x"), "2: aliases (*name) are not supported by CloudFormation");
        assert_eq!(message("a: !!str 1"), "1: tag:yaml.org,2002:str is not supported");
        assert_eq!(message("a: 1\na: 2"), "2: `a` is there twice");
        assert_eq!(message("a: 1\n---\nb: 1"), "2: more than one document");
        assert_eq!(message(""), "1: the document is empty");
        assert_eq!(message(&"[".repeat(80)), "1: nested deeper than 64");
    }

    #[test]
    fn broken_yaml_is_one_line() {
        let message = message("a: 1\nb: [1, 2\nc: }\n");
        assert!(message.contains("not YAML: "), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }

    #[test]
    fn what_two_yamls_read_differently_is_refused() {
        let root = parse("a: 1\nb: yes").unwrap();
        assert_eq!(root.json().unwrap_err().line, 2);
        assert_eq!(parse("a: \"yes\"").unwrap().json().unwrap(), serde_json::json!({"a": "yes"}));
    }
}
