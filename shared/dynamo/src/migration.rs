//! From one schema version to the next, and back: all items of a kind, a page at a time.
//!
//! **This is the one home of Scan.** Nothing that serves somebody finds anything by reading a whole table; a migration has to,
//! because it is for every item there is, and it may take its time. A page is worked on with conditions on what was read:
//! whoever changes an item meanwhile wins, and the item is met again in another pass.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use futures::stream::{self, StreamExt};

use crate::action::Action;
use crate::error::StoreError;
use crate::item::{Attributes, Key};
use crate::meter::{Direction, count};
use crate::table::Table;

/// Items that are looked at between two notes of how far it is: at most so much is looked at again after a kill.
const PAGE: i32 = 200;
/// Items that are written at once.
const AT_ONCE: usize = 8;

/// What becomes of an item's attributes. It is pure; its keys, `entity` and `v` are not its own to change.
pub type Change = fn(Attributes) -> Result<Attributes, String>;

/// All items of a kind, from a version to the next.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// What operators call it: the context, the items and the version that it leads to.
    pub name: &'static str,
    /// The environment's variable with the table's name.
    pub table: &'static str,
    /// The kind, as items say it.
    pub entity: &'static str,
    /// The version that it leads to, from the one before.
    pub to: u32,
    /// How an item gets there.
    pub forward: Change,
    /// And back.
    pub back: Change,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// To the next version.
    Forward,
    /// To the one before.
    Back,
}

/// What a page came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    /// Items that were changed.
    pub changed: u64,
    /// Items that somebody else changed first: they are met again.
    pub missed: u64,
    /// Where to go on; nothing at the end.
    pub next: Option<Key>,
}

impl Migration {
    fn versions(&self, way: Way) -> (u32, u32) {
        let before = self.to.saturating_sub(1);
        match way {
            Way::Forward => (before, self.to),
            Way::Back => (self.to, before),
        }
    }

    /// The write that changes an item as it was read: on condition that what it changes is as it was.
    fn action(&self, table: &str, way: Way, read: Attributes) -> Result<Action, String> {
        let (from, to) = self.versions(way);
        let change = match way {
            Way::Forward => self.forward,
            Way::Back => self.back,
        };
        let text = |name: &str| read.get(name).and_then(|value| value.as_s().ok()).cloned();
        let key = text("pk").zip(text("sk")).map(|(pk, sk)| Key { pk, sk }).ok_or("it has no key")?;
        let mut wanted = change(read.clone())?;
        wanted.insert("v".to_owned(), AttributeValue::N(to.to_string()));
        let ours = |name: &str| ["pk", "sk", "entity"].contains(&name);
        if read.iter().any(|(name, value)| ours(name) && wanted.get(name) != Some(value)) {
            return Err("a migration leaves keys and kinds alone".to_owned());
        }
        let mut names: Vec<&String> = read.keys().chain(wanted.keys()).collect();
        names.sort();
        names.dedup();
        let (mut sets, mut removes, mut conditions) = (Vec::new(), Vec::new(), vec!["#v = :from".to_owned()]);
        let mut values = Attributes::from([(":from".to_owned(), AttributeValue::N(from.to_string()))]);
        for (nth, name) in names.into_iter().enumerate() {
            let (old, new) = (read.get(name), wanted.get(name));
            if old == new {
                continue;
            }
            match new {
                Some(new) => {
                    sets.push(format!("#{name} = :new{nth}"));
                    values.insert(format!(":new{nth}"), new.clone());
                }
                None => removes.push(format!("#{name}")),
            }
            if name == "v" {
                continue;
            }
            match old {
                Some(old) => {
                    conditions.push(format!("#{name} = :old{nth}"));
                    values.insert(format!(":old{nth}"), old.clone());
                }
                None => conditions.push(format!("attribute_not_exists(#{name})")),
            }
        }
        let mut expression = format!("SET {}", sets.join(", "));
        if !removes.is_empty() {
            expression.push_str(&format!(" REMOVE {}", removes.join(", ")));
        }
        let mut action = Action::update(table, key, &expression).when(&conditions.join(" AND "));
        action.values = values;
        Ok(action)
    }
}

impl Table {
    /// Works on the page of items that follows `after`. What is there already is left alone, so that a page may be worked on
    /// twice.
    pub async fn migrate(&self, migration: &Migration, way: Way, after: Option<&Key>) -> Result<Migrated, StoreError> {
        let (items, next) = self.of_version(migration.entity, migration.versions(way).0, after).await?;
        let actions = items.into_iter().map(|item| migration.action(self.name(), way, item));
        let actions = actions.collect::<Result<Vec<_>, _>>().map_err(|reason| StoreError::Unreadable {
            entity: migration.entity,
            version: migration.versions(way).0,
            reason,
        })?;
        let mut migrated = Migrated { next, ..Migrated::default() };
        let mut writes = stream::iter(actions.into_iter().map(|action| self.commit(action))).buffer_unordered(AT_ONCE);
        while let Some(written) = writes.next().await {
            match written {
                Ok(()) => migrated.changed += 1,
                Err(error) if error.lost() => migrated.missed += 1,
                Err(error) => return Err(error.unexpected(self.name())),
            }
        }
        Ok(migrated)
    }

    /// A page of the whole table: those items of a kind that are of a version, and where the page ended.
    #[expect(clippy::disallowed_methods, reason = "the one home of Scan: a migration is for every item there is")]
    async fn of_version(
        &self,
        entity: &str,
        version: u32,
        after: Option<&Key>,
    ) -> Result<(Vec<Attributes>, Option<Key>), StoreError> {
        let call = self.client().scan().table_name(self.name()).limit(PAGE).consistent_read(true);
        let call = call.set_exclusive_start_key(after.map(Key::attributes));
        let call = call.filter_expression("#entity = :entity AND #v = :version");
        let call = call.expression_attribute_names("#entity", "entity").expression_attribute_names("#v", "v");
        let call = call.expression_attribute_values(":entity", AttributeValue::S(entity.to_owned()));
        let call = call.expression_attribute_values(":version", AttributeValue::N(version.to_string()));
        let call = call.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = call.send().await.map_err(|error| StoreError::of(self.name(), &error))?;
        count(Direction::Read, answer.consumed_capacity.as_slice());
        let text = |last: &Attributes, name: &str| last.get(name)?.as_s().ok().cloned();
        let next = answer.last_evaluated_key.and_then(|last| Some(Key::new(text(&last, "pk")?, text(&last, "sk")?)));
        Ok((answer.items.unwrap_or_default(), next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Verb;

    fn text(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn renamed(mut item: Attributes, from: &str, to: &str) -> Result<Attributes, String> {
        let value = item.remove(from).ok_or("it has no name")?;
        item.insert(to.to_owned(), value);
        Ok(item)
    }

    const MIGRATION: Migration = Migration {
        name: "people-2",
        table: "TABLE",
        entity: "person",
        to: 2,
        forward: |item| renamed(item, "name", "called"),
        back: |item| renamed(item, "called", "name"),
    };

    fn person() -> Attributes {
        let attributes = [("pk", "P#1"), ("sk", "P"), ("entity", "person"), ("name", "Ada"), ("city", "London")];
        let mut item: Attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), text(value))).collect();
        item.insert("v".to_owned(), AttributeValue::N("1".to_owned()));
        item
    }

    #[test]
    fn what_is_not_changed_is_neither_written_nor_a_condition() {
        let action = MIGRATION.action("t", Way::Forward, person()).unwrap();
        let Verb::Update(key, expression) = &action.verb else { panic!("it is an update") };
        assert_eq!(key, &Key::new("P#1", "P"));
        assert_eq!(expression, "SET #called = :new0, #v = :new6 REMOVE #name");
        assert_eq!(action.condition.as_deref(), Some("#v = :from AND attribute_not_exists(#called) AND #name = :old3"));
        assert_eq!(action.values[":from"], AttributeValue::N("1".to_owned()));
        assert_eq!((&action.values[":new0"], &action.values[":old3"]), (&text("Ada"), &text("Ada")));
    }

    #[test]
    fn keys_and_kinds_are_left_alone() {
        let moves = Migration { forward: |item| renamed(item, "pk", "old"), ..MIGRATION };
        assert_eq!(moves.action("t", Way::Forward, person()).unwrap_err(), "a migration leaves keys and kinds alone");
        assert_eq!(MIGRATION.action("t", Way::Back, person()).unwrap_err(), "it has no name");
    }
}
