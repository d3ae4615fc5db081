//! Items and their keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use holdfast_core::{StoredEvent, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;

/// An item as DynamoDB holds it.
pub type Attributes = HashMap<String, AttributeValue>;

/// Where an item lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
pub struct Key {
    /// The partition.
    pub pk: String,
    /// The place in it.
    pub sk: String,
}

impl Key {
    /// This partition, this place.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(crate) fn attributes(&self) -> Attributes {
        let text = |text: &String| AttributeValue::S(text.clone());
        HashMap::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }
}

/// What a table holds: a struct apart from the domain's, mapped with serde.
pub trait Item: Serialize + DeserializeOwned {
    /// Its kind, as it stands in the attribute `entity`.
    const ENTITY: &'static str;
    /// The schema version that is written today, as it stands in `v`.
    const VERSION: u32 = 1;

    /// Where it lies.
    fn key(&self) -> Key;

    /// Where the index `gsi1` shows it, if it does.
    fn gsi1(&self) -> Option<Key> {
        None
    }

    /// Where the index `gsi2` shows it, if it does.
    fn gsi2(&self) -> Option<Key> {
        None
    }

    /// Where the index `gsi3` shows it, if it does.
    fn gsi3(&self) -> Option<Key> {
        None
    }

    /// From when on it may be purged. An item past this is still read until DynamoDB gets to it: compare it
    /// with the clock.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }

    /// Reads an item of any version ever written: one that has had another shape says here how it becomes
    /// today's.
    fn read(version: u32, attributes: Attributes) -> Result<Self, StoreError> {
        let unreadable = |reason: String| StoreError::Unreadable { entity: Self::ENTITY, version, reason };
        if version > Self::VERSION {
            return Err(unreadable("it was written by a later release".to_owned()));
        }
        serde_dynamo::from_item(attributes).map_err(|error: serde_dynamo::Error| unreadable(error.to_string()))
    }
}

/// Attributes as what they stand for: for an item that has had another shape.
pub fn from_attributes<T: DeserializeOwned>(attributes: Attributes) -> Result<T, String> {
    serde_dynamo::from_item(attributes).map_err(|error: serde_dynamo::Error| error.to_string())
}

/// What something is as attributes: for tests of shapes that are written no more.
pub fn to_attributes(value: &impl Serialize) -> Result<Attributes, String> {
    serde_dynamo::to_item(value).map_err(|error: serde_dynamo::Error| error.to_string())
}

pub(crate) fn write<T: Item>(item: &T, event: Option<&StoredEvent>) -> Result<Attributes, StoreError> {
    let unwritable = |error: serde_dynamo::Error| StoreError::Unreadable {
        entity: T::ENTITY,
        version: T::VERSION,
        reason: error.to_string(),
    };
    let mut attributes: Attributes = serde_dynamo::to_item(item).map_err(unwritable)?;
    attributes.extend(item.key().attributes());
    for (index, place) in [("gsi1", item.gsi1()), ("gsi2", item.gsi2()), ("gsi3", item.gsi3())] {
        if let Some(Key { pk, sk }) = place {
            attributes.insert(format!("{index}pk"), AttributeValue::S(pk));
            attributes.insert(format!("{index}sk"), AttributeValue::S(sk));
        }
    }
    if let Some(at) = item.expires_at() {
        attributes.insert("ttl".to_owned(), AttributeValue::N(at.as_second().to_string()));
    }
    if let Some(event) = event {
        if !attributes.contains_key("version") {
            let reason = "it bears events, and has no `version` to count them".to_owned();
            return Err(StoreError::Unreadable { entity: T::ENTITY, version: T::VERSION, reason });
        }
        let event = serde_dynamo::to_attribute_value(event).map_err(unwritable)?;
        attributes.insert("event".to_owned(), event);
    }
    attributes.insert("entity".to_owned(), AttributeValue::S(T::ENTITY.to_owned()));
    attributes.insert("v".to_owned(), AttributeValue::N(T::VERSION.to_string()));
    Ok(attributes)
}

pub(crate) fn read<T: Item>(attributes: Attributes) -> Result<T, StoreError> {
    let version = match attributes.get("v") {
        Some(AttributeValue::N(version)) => version.parse().unwrap_or(0),
        Some(_) | None => 0,
    };
    T::read(version, attributes)
}

/// Whether an item is of this kind: a query over a partition meets several.
pub(crate) fn is<T: Item>(attributes: &Attributes) -> bool {
    matches!(attributes.get("entity"), Some(AttributeValue::S(entity)) if entity == T::ENTITY)
}
