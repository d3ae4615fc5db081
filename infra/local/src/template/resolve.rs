//! Intrinsic functions, resolved as CloudFormation does.

use std::collections::HashMap;

use super::model::{ACCOUNT, REGION};
use super::node::{Intrinsic, Kind, Node, Read, fault};
use super::parameters::Parameter;

/// What the stack is called locally.
pub(super) const STACK_NAME: &str = "holdfast";

/// What Ref and GetAtt yield of a resource.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    /// Ref's.
    pub(super) reference: String,
    /// GetAtt's, by name.
    pub(super) attributes: Vec<(&'static str, String)>,
}

impl Identity {
    /// What GetAtt yields; empty when the type has no such attribute.
    pub(super) fn attribute(&self, wanted: &str) -> &str {
        self.attributes.iter().find(|(name, _)| *name == wanted).map_or("", |(_, value)| value)
    }

    /// Its ARN.
    pub(super) fn arn(&self) -> &str {
        self.attribute("Arn")
    }
}

/// What names stand for.
#[derive(Default)]
pub(super) struct Resolver {
    /// What the stack is called.
    pub(super) stack_name: String,
    /// What the document around this one has: known by its ARNs alone.
    pub(super) outer: Vec<Identity>,
    /// Parameters.
    pub(super) parameters: HashMap<String, Parameter>,
    /// Conditions.
    pub(super) conditions: HashMap<String, bool>,
    /// The resources that exist: those whose condition holds.
    pub(super) resources: HashMap<String, Identity>,
    /// The section `Mappings`.
    pub(super) mappings: Option<Node>,
}

impl Resolver {
    /// The node without calls; none for AWS::NoValue.
    pub(super) fn resolve(&self, node: &Node) -> Read<Option<Node>> {
        let kind = match &node.kind {
            Kind::Scalar { .. } => return Ok(Some(node.clone())),
            Kind::List(elements) => Kind::List(self.elements(elements)?),
            Kind::Map(entries) => {
                let mut resolved = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    if let Some(value) = self.resolve(value)? {
                        resolved.push((key.clone(), value));
                    }
                }
                Kind::Map(resolved)
            }
            Kind::Call(intrinsic, argument) => return self.call(*intrinsic, argument),
        };
        Ok(Some(Node { line: node.line, kind }))
    }

    /// The node's text, its calls resolved.
    pub(super) fn text(&self, node: &Node) -> Read<String> {
        match self.resolve(node)? {
            Some(resolved) => Ok(resolved.text()?.to_owned()),
            None => fault(node.line, "a value is needed here"),
        }
    }

    /// Every resource, of this document and of that around it.
    pub(super) fn known(&self) -> impl Iterator<Item = &Identity> {
        self.resources.values().chain(&self.outer)
    }

    /// The ARN that a resolved node holds, which must be that of a resource of this template.
    pub(super) fn own_arn(&self, service: &str, node: &Node) -> Read<String> {
        let arn = node.text()?;
        let own = arn.split(':').nth(2) == Some(service) && self.known().any(|known| known.arn() == arn);
        if own { Ok(arn.to_owned()) } else { fault(node.line, format!("`{arn}` is no {service} ARN of this template")) }
    }

    fn elements(&self, elements: &[Node]) -> Read<Vec<Node>> {
        let mut resolved = Vec::with_capacity(elements.len());
        for element in elements {
            resolved.extend(self.resolve(element)?);
        }
        Ok(resolved)
    }

    /// A list, written out or called for.
    fn list(&self, node: &Node) -> Read<Vec<Node>> {
        match self.resolve(node)? {
            Some(Node { kind: Kind::List(elements), .. }) => Ok(elements),
            Some(_) | None => fault(node.line, "a list is expected here"),
        }
    }

    fn call(&self, intrinsic: Intrinsic, argument: &Node) -> Read<Option<Node>> {
        let line = argument.line;
        match intrinsic {
            Intrinsic::Ref => self.reference(argument.text()?, line),
            Intrinsic::GetAtt => {
                let (resource, attribute) = match &argument.kind {
                    Kind::Scalar { text, .. } => match text.split_once('.') {
                        Some(parts) => parts,
                        None => return fault(line, "!GetAtt takes Resource.Attribute"),
                    },
                    Kind::List(parts) => match parts.as_slice() {
                        [resource, attribute] => (resource.text()?, attribute.text()?),
                        _ => return fault(line, "!GetAtt takes a resource and an attribute"),
                    },
                    Kind::Map(_) | Kind::Call(..) => return fault(line, "!GetAtt takes Resource.Attribute"),
                };
                Ok(Some(Node::quoted(line, self.attribute(resource, attribute, line)?)))
            }
            Intrinsic::Sub => self.substitute(argument).map(Some),
            Intrinsic::Join => match argument.list()? {
                [delimiter, parts] => {
                    let parts = self
                        .list(parts)?
                        .iter()
                        .map(|part| part.text().map(str::to_owned))
                        .collect::<Read<Vec<_>>>()?;
                    Ok(Some(Node::quoted(line, parts.join(&self.text(delimiter)?))))
                }
                _ => fault(line, "!Join takes a delimiter and a list"),
            },
            Intrinsic::Select => match argument.list()? {
                [index, list] => {
                    let index: usize = Node::quoted(index.line, self.text(index)?).number()?;
                    match self.list(list)?.get(index) {
                        Some(element) => Ok(Some(element.clone())),
                        None => fault(line, format!("!Select: there is no element {index}")),
                    }
                }
                _ => fault(line, "!Select takes an index and a list"),
            },
            Intrinsic::Split => match argument.list()? {
                [delimiter, text] => {
                    let parts = self.text(text)?;
                    let parts = parts.split(&self.text(delimiter)?).map(|part| Node::quoted(line, part)).collect();
                    Ok(Some(Node { line, kind: Kind::List(parts) }))
                }
                _ => fault(line, "!Split takes a delimiter and a text"),
            },
            Intrinsic::If => match argument.list()? {
                [condition, then, otherwise] => {
                    let name = condition.text()?;
                    match self.conditions.get(name) {
                        Some(holds) => self.resolve(if *holds { then } else { otherwise }),
                        None => fault(line, format!("there is no condition `{name}`")),
                    }
                }
                _ => fault(line, "!If takes a condition and two values"),
            },
            Intrinsic::FindInMap => match argument.list()? {
                [map, first, second] => {
                    let names = [self.text(map)?, self.text(first)?, self.text(second)?];
                    let mut found = self.mappings.as_ref();
                    for name in &names {
                        found = found.and_then(|node| node.get(name));
                    }
                    match found {
                        Some(node) => Ok(Some(node.clone())),
                        None => fault(line, format!("there is no mapping {}", names.join("."))),
                    }
                }
                _ => fault(line, "!FindInMap takes a map and two keys"),
            },
            Intrinsic::And | Intrinsic::Condition | Intrinsic::Equals | Intrinsic::Not | Intrinsic::Or => {
                fault(line, format!("!{intrinsic:?} may stand only in Conditions"))
            }
        }
    }

    fn reference(&self, name: &str, line: usize) -> Read<Option<Node>> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(Parameter::List(elements)) = self.parameters.get(name) {
            let elements = elements.iter().map(|element| Node::quoted(line, element)).collect();
            return Ok(Some(Node { line, kind: Kind::List(elements) }));
        }
        Ok(Some(Node::quoted(line, self.named(name, line)?)))
    }

    /// What a name stands for where a text is expected.
    fn named(&self, name: &str, line: usize) -> Read<String> {
        Ok(match name {
            "AWS::AccountId" => ACCOUNT.to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::Region" => REGION.to_owned(),
            "AWS::StackName" => self.stack_name.clone(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            _ => match (self.parameters.get(name), self.resources.get(name)) {
                (Some(Parameter::Text(text)), _) => text.clone(),
                (Some(Parameter::List(_)), _) => return fault(line, format!("`{name}` is a list")),
                (None, Some(identity)) => identity.reference.clone(),
                (None, None) => return fault(line, format!("there is no `{name}`")),
            },
        })
    }

    fn attribute(&self, resource: &str, attribute: &str, line: usize) -> Read<String> {
        let Some(identity) = self.resources.get(resource) else {
            return fault(line, format!("there is no `{resource}`"));
        };
        match identity.attribute(attribute) {
            known if !known.is_empty() => Ok(known.to_owned()),
            _ => fault(line, format!("`{resource}` has no attribute `{attribute}` that the local host knows")),
        }
    }

    /// `!Sub text` and `!Sub [text, {names}]`.
    fn substitute(&self, argument: &Node) -> Read<Node> {
        let line = argument.line;
        let (text, own) = match &argument.kind {
            Kind::Scalar { text, .. } => (text.as_str(), &[][..]),
            Kind::List(parts) => match parts.as_slice() {
                [text, own] => (text.text()?, own.map()?),
                _ => return fault(line, "!Sub takes a text, or a text and names"),
            },
            Kind::Map(_) | Kind::Call(..) => return fault(line, "!Sub takes a text, or a text and names"),
        };
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                return fault(line, "!Sub: a `${` is not closed");
            };
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str(&format!("${{{literal}}}"));
            } else if let Some((_, value)) = own.iter().find(|(key, _)| key.text == name) {
                result.push_str(&self.text(value)?);
            } else if let Some((resource, attribute)) = name.split_once('.') {
                result.push_str(&self.attribute(resource, attribute, line)?);
            } else {
                result.push_str(&self.named(name, line)?);
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(Node::quoted(line, result))
    }
}
