//! One write, on its condition.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use holdfast_core::{EventId, StoredEvent};
use serde::Serialize;

use crate::item::{self, Attributes, Item, Key};

/// A write to one item, with the condition on which it happens.
///
/// Expressions are DynamoDB's own. A name after `#` is taken as it stands (`#status` is the attribute
/// `status`), so that reserved words need no table of aliases; a value after `:` is given by [`Action::value`].
#[derive(Clone, Debug)]
pub struct Action {
    pub(crate) table: String,
    pub(crate) verb: Verb,
    pub(crate) condition: Option<String>,
    pub(crate) values: HashMap<String, AttributeValue>,
    pub(crate) event: Option<EventId>,
    pub(crate) broken: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Verb {
    Put(Attributes),
    Update(Key, String),
    Delete(Key),
    Check(Key),
}

impl Action {
    fn new(table: &str, verb: Verb) -> Self {
        Self { table: table.to_owned(), verb, condition: None, values: HashMap::new(), event: None, broken: None }
    }

    pub(crate) fn put<T: Item>(table: &str, item: &T, event: Option<&StoredEvent>) -> Self {
        let (attributes, broken) = match item::write(item, event) {
            Ok(attributes) => (attributes, None),
            Err(error) => (Attributes::new(), Some(error.reason().to_owned())),
        };
        let event = event.map(|event| event.id);
        Self { event, broken, ..Self::new(table, Verb::Put(attributes)) }
    }

    pub(crate) fn update(table: &str, key: Key, expression: &str) -> Self {
        Self::new(table, Verb::Update(key, expression.to_owned()))
    }

    pub(crate) fn delete(table: &str, key: Key) -> Self {
        Self::new(table, Verb::Delete(key))
    }

    pub(crate) fn check(table: &str, key: Key) -> Self {
        Self::new(table, Verb::Check(key))
    }

    /// On this condition.
    pub fn when(mut self, condition: &str) -> Self {
        self.condition = Some(condition.to_owned());
        self
    }

    /// If no item lies there.
    pub fn if_absent(self) -> Self {
        self.when("attribute_not_exists(pk)")
    }

    /// If an item lies there, and nobody has changed it since its `version` was read.
    pub fn if_version(self, seen: u64) -> Self {
        self.when("#version = :seen").value(":seen", seen)
    }

    /// Gives the expressions' `:name` its value.
    pub fn value(mut self, name: &str, value: impl Serialize) -> Self {
        match serde_dynamo::to_attribute_value(value) {
            Ok(value) => drop(self.values.insert(name.to_owned(), value)),
            Err(error) => {
                let error: serde_dynamo::Error = error;
                self.broken = Some(error.to_string());
            }
        }
        self
    }

    /// An update stores this event and counts it: the item's `version` grows by one, without having been read, so that
    /// two writers of one item need not wait for one another.
    ///
    /// The expression ends with what it sets. Alone, such an update would count twice when its answer is lost: it needs a
    /// condition beside it that cannot hold twice.
    pub fn event(mut self, event: &StoredEvent) -> Self {
        match &mut self.verb {
            Verb::Update(_, expression) => expression.push_str(", #version = #version + :one, #event = :event"),
            Verb::Put(_) | Verb::Delete(_) | Verb::Check(_) => {
                self.broken = Some("only an update counts its event".to_owned());
            }
        }
        self.event = Some(event.id);
        self.value(":event", event).value(":one", 1)
    }

    /// The names that the expressions use.
    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        let update = match &self.verb {
            Verb::Update(_, expression) => expression.as_str(),
            Verb::Put(_) | Verb::Delete(_) | Verb::Check(_) => "",
        };
        let names = names_in(update).chain(names_in(self.condition.as_deref().unwrap_or_default()));
        let names: HashMap<_, _> = names.collect();
        (!names.is_empty()).then_some(names)
    }

    pub(crate) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    /// Whether a failed condition met this very write: it happened, and only its answer was lost.
    pub(crate) fn is_in(&self, found: Option<&Attributes>) -> bool {
        let stored = found.and_then(|item| item.get("event")).and_then(|event| event.as_m().ok());
        let stored = stored.and_then(|event| event.get("id")).and_then(|id| id.as_s().ok());
        self.event.is_some_and(|own| stored.is_some_and(|stored| *stored == own.to_string()))
    }

    pub(crate) fn in_transaction(&self) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let (names, values, condition) = (self.names(), self.values(), self.condition.clone());
        let item = TransactWriteItem::builder();
        let item = match &self.verb {
            Verb::Put(attributes) => item.put(
                Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(attributes.clone()))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
            Verb::Update(key, expression) => item.update(
                Update::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.attributes()))
                    .update_expression(expression)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
            Verb::Delete(key) => item.delete(
                Delete::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
            Verb::Check(key) => item.condition_check(
                ConditionCheck::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
        };
        Ok(item.build())
    }
}

pub(crate) fn names_in(expression: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let word = |text: &str| -> String {
        text.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect()
    };
    expression.split('#').skip(1).map(word).map(|name| (format!("#{name}"), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_after_a_hash_is_taken_as_it_stands() {
        let action = Action::update("t", Key::new("A", "B"), "SET #status = :s, #count = #count + :n")
            .when("attribute_exists(pk) AND #status <> :s");
        let names = action.names().unwrap();
        assert_eq!(names.len(), 2);
        assert_eq!(names.get("#status").map(String::as_str), Some("status"));
        assert_eq!(Action::check("t", Key::new("A", "B")).if_absent().names(), None);
    }

    #[test]
    fn a_counted_event_takes_its_number_from_the_item() {
        let event = StoredEvent {
            id: "evt_00000000000000000000000001".parse().unwrap(),
            kind: "a.b.v1".to_owned(),
            time: holdfast_core::Timestamp::UNIX_EPOCH,
            subject: "s".to_owned(),
            causation: holdfast_core::Causation { actor: Some("usr".to_owned()), ..Default::default() },
            data: serde_json::json!({"quantity": 1}),
        };
        let action = Action::update("t", Key::new("A", "B"), "SET #n = :n").value(":n", 1).event(&event);
        let Verb::Update(_, expression) = &action.verb else { panic!("it is an update") };
        let wanted = "SET #n = :n, #version = #version + :one, #event = :event";
        assert_eq!(expression, wanted);
        assert_eq!(action.values.len(), 3);
        assert!(Action::check("t", Key::new("A", "B")).event(&event).broken.is_some());
    }
}
