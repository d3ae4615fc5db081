//! Parameters and conditions: what a stage chooses.

use std::collections::{BTreeMap, HashMap};

use super::known::Fields;
use super::node::{Intrinsic, Kind, Node, Read, fault};
use super::resolve::Resolver;

/// A parameter's value.
#[derive(Clone, Debug)]
pub(super) enum Parameter {
    /// One text.
    Text(String),
    /// A CommaDelimitedList's.
    List(Vec<String>),
}

/// The values of all parameters.
pub(super) fn parameters(
    root: &Node,
    overrides: &BTreeMap<String, String>,
    ssm: &dyn Fn(&str) -> Option<String>,
) -> Read<HashMap<String, Parameter>> {
    let section = root.get("Parameters");
    let entries = section.map_or(Ok(&[][..]), Node::map)?;
    if let Some(unknown) = overrides.keys().find(|name| !entries.iter().any(|(key, _)| key.text == **name)) {
        return fault(section.map_or(root.line, |node| node.line), format!("there is no parameter `{unknown}`"));
    }
    entries
        .iter()
        .map(|(key, node)| Ok((key.text.clone(), parameter(&key.text, node, overrides.get(&key.text), ssm)?)))
        .collect()
}

fn parameter(
    name: &str,
    node: &Node,
    chosen: Option<&String>,
    ssm: &dyn Fn(&str) -> Option<String>,
) -> Read<Parameter> {
    let fields = Fields::of(
        "a parameter",
        node,
        &["Type", "Default", "AllowedValues", "AllowedPattern", "MinValue", "MaxValue", "MinLength", "MaxLength"],
        &["Description", "ConstraintDescription", "NoEcho"],
    )?;
    let text = match (chosen, fields.text("Default")?) {
        (Some(chosen), _) => chosen.as_str(),
        (None, Some(default)) => default,
        (None, None) => return fault(node.line, format!("the parameter `{name}` has no value and no default")),
    };
    let kind = fields.must("Type")?;
    match kind.text()? {
        "String" => {
            check(name, text, &fields)?;
            Ok(Parameter::Text(text.to_owned()))
        }
        "Number" => {
            check(name, text, &fields)?;
            match text.parse::<f64>() {
                Ok(number) => check_range(name, number, &fields)?,
                Err(_) => return fault(node.line, format!("the parameter `{name}` is not a number: `{text}`")),
            }
            Ok(Parameter::Text(text.to_owned()))
        }
        "CommaDelimitedList" => {
            let elements = text.split(',').map(|element| element.trim().to_owned()).collect::<Vec<_>>();
            elements.iter().try_for_each(|element| check(name, element, &fields))?;
            Ok(Parameter::List(elements))
        }
        "AWS::SSM::Parameter::Value<String>" => {
            check(name, text, &fields)?;
            match ssm(text) {
                Some(value) => Ok(Parameter::Text(value)),
                None => fault(node.line, format!("the parameter `{name}` names `{text}`, which SSM does not hold")),
            }
        }
        other => fault(kind.line, format!("parameters of the type {other} are not supported")),
    }
}

fn check(name: &str, text: &str, fields: &Fields<'_>) -> Read<()> {
    let allowed = fields.texts("AllowedValues")?;
    if !allowed.is_empty() && !allowed.iter().any(|value| value == text) {
        return fault(fields.line(), format!("the parameter `{name}` is `{text}`, not one of {}", allowed.join(", ")));
    }
    if let Some(pattern) = fields.get("AllowedPattern") {
        // CloudFormation matches the whole value.
        let whole = format!("^(?:{})$", pattern.text()?);
        match regex_lite::Regex::new(&whole) {
            Ok(whole) if whole.is_match(text) => {}
            Ok(_) => {
                let pattern = pattern.text()?;
                return fault(fields.line(), format!("the parameter `{name}` is `{text}`, which is not {pattern}"));
            }
            Err(error) => return fault(pattern.line, format!("not a pattern: {error}")),
        }
    }
    let length = text.chars().count();
    if fields.number("MinLength")?.is_some_and(|least: usize| length < least)
        || fields.number("MaxLength")?.is_some_and(|most: usize| length > most)
    {
        return fault(fields.line(), format!("the parameter `{name}` is too short or too long"));
    }
    Ok(())
}

fn check_range(name: &str, number: f64, fields: &Fields<'_>) -> Read<()> {
    if fields.number("MinValue")?.is_some_and(|least: f64| number < least)
        || fields.number("MaxValue")?.is_some_and(|most: f64| number > most)
    {
        return fault(fields.line(), format!("the parameter `{name}` is {number}, out of its range"));
    }
    Ok(())
}

/// Whether each condition holds.
pub(super) fn conditions(root: &Node, resolver: &Resolver) -> Read<HashMap<String, bool>> {
    let section = root.get("Conditions").map_or(Ok(&[][..]), Node::map)?;
    let mut conditions = Conditions {
        expressions: section.iter().map(|(key, node)| (key.text.as_str(), node)).collect(),
        known: HashMap::new(),
        under_way: Vec::new(),
        resolver,
    };
    for (key, node) in section {
        conditions.holds(&key.text, node.line)?;
    }
    Ok(conditions.known)
}

struct Conditions<'a> {
    expressions: HashMap<&'a str, &'a Node>,
    known: HashMap<String, bool>,
    under_way: Vec<String>,
    resolver: &'a Resolver,
}

impl Conditions<'_> {
    fn holds(&mut self, name: &str, line: usize) -> Read<bool> {
        if let Some(known) = self.known.get(name) {
            return Ok(*known);
        }
        let Some(expression) = self.expressions.get(name).copied() else {
            return fault(line, format!("there is no condition `{name}`"));
        };
        if self.under_way.iter().any(|outer| outer == name) {
            return fault(line, format!("the condition `{name}` depends on itself"));
        }
        self.under_way.push(name.to_owned());
        let holds = self.expression(expression)?;
        self.under_way.pop();
        self.known.insert(name.to_owned(), holds);
        Ok(holds)
    }

    fn expression(&mut self, node: &Node) -> Read<bool> {
        let (intrinsic, argument) = match &node.kind {
            Kind::Call(intrinsic, argument) => (*intrinsic, argument.as_ref()),
            Kind::Map(entries) => match entries.as_slice() {
                [(key, name)] if key.text == "Condition" => (Intrinsic::Condition, name),
                _ => return fault(node.line, "a condition is expected here"),
            },
            Kind::Scalar { .. } | Kind::List(_) => return fault(node.line, "a condition is expected here"),
        };
        match intrinsic {
            Intrinsic::Condition => self.holds(argument.text()?, argument.line),
            Intrinsic::Equals => match argument.list()? {
                [left, right] => Ok(self.resolver.text(left)? == self.resolver.text(right)?),
                _ => fault(argument.line, "!Equals takes two values"),
            },
            Intrinsic::Not => match argument.list()? {
                [inner] => Ok(!self.expression(inner)?),
                _ => fault(argument.line, "!Not takes one condition"),
            },
            Intrinsic::And => argument.list()?.iter().try_fold(true, |all, inner| Ok(self.expression(inner)? && all)),
            Intrinsic::Or => argument.list()?.iter().try_fold(false, |any, inner| Ok(self.expression(inner)? || any)),
            Intrinsic::FindInMap
            | Intrinsic::GetAtt
            | Intrinsic::If
            | Intrinsic::Join
            | Intrinsic::Ref
            | Intrinsic::Select
            | Intrinsic::Split
            | Intrinsic::Sub => fault(node.line, format!("!{intrinsic:?} is not a condition")),
        }
    }
}
