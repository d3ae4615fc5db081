//! A question to one partition.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::item::Key;

/// A question to one partition, of the table or of its index.
#[derive(Clone, Debug)]
pub struct Query {
    pub(crate) index: Option<&'static str>,
    pub(crate) pk: String,
    pub(crate) prefix: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) after: Option<Place>,
    pub(crate) limit: Option<i32>,
    pub(crate) newest_first: bool,
    pub(crate) consistent: bool,
}

/// Where a page ended: the item's key, and its key in the index.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Place {
    key: Key,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi1: Option<Key>,
}

impl Query {
    /// All of a partition of the table, strongly consistent.
    pub fn partition(pk: impl Into<String>) -> Self {
        Self {
            index: None,
            pk: pk.into(),
            prefix: None,
            since: None,
            until: None,
            after: None,
            limit: None,
            newest_first: false,
            consistent: true,
        }
    }

    /// All of a partition of the index `gsi1`; an index lags a little behind its table.
    pub fn gsi1(pk: impl Into<String>) -> Self {
        Self::of_index("gsi1", pk)
    }

    /// All of a partition of the index `gsi2`.
    pub fn gsi2(pk: impl Into<String>) -> Self {
        Self::of_index("gsi2", pk)
    }

    /// All of a partition of the index `gsi3`.
    pub fn gsi3(pk: impl Into<String>) -> Self {
        Self::of_index("gsi3", pk)
    }

    fn of_index(index: &'static str, pk: impl Into<String>) -> Self {
        Self { index: Some(index), consistent: false, ..Self::partition(pk) }
    }

    /// Only what lies under this prefix.
    pub fn under(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Only what lies up to this place, itself included; not together with a prefix.
    pub fn until(mut self, place: impl Into<String>) -> Self {
        self.until = Some(place.into());
        self
    }

    /// Only what lies between these places, themselves included; not together with a prefix.
    pub fn between(mut self, since: impl Into<String>, until: impl Into<String>) -> Self {
        self.since = Some(since.into());
        self.until(until)
    }

    /// As it was a moment ago, at half the price.
    pub fn lately(mut self) -> Self {
        self.consistent = false;
        self
    }

    /// From the end.
    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// At most so many, for one page.
    pub fn limit(mut self, limit: u8) -> Self {
        self.limit = Some(i32::from(limit));
        self
    }

    /// The names of the keys that are asked for.
    pub(crate) fn keys(&self) -> (String, String) {
        let prefix = self.index.unwrap_or_default();
        (format!("{prefix}pk"), format!("{prefix}sk"))
    }

    pub(crate) fn expression(&self) -> String {
        let (pk, sk) = self.keys();
        match (&self.prefix, &self.since, &self.until) {
            (Some(_), _, _) => format!("{pk} = :pk AND begins_with({sk}, :prefix)"),
            (None, Some(_), Some(_)) => format!("{pk} = :pk AND {sk} BETWEEN :since AND :until"),
            (None, None, Some(_)) => format!("{pk} = :pk AND {sk} <= :until"),
            (None, _, None) => format!("{pk} = :pk"),
        }
    }

    pub(crate) fn values(&self) -> HashMap<String, AttributeValue> {
        let text = |name: &str, value: &String| (name.to_owned(), AttributeValue::S(value.clone()));
        let own = [text(":pk", &self.pk)].into_iter();
        match (&self.prefix, &self.since, &self.until) {
            (Some(prefix), _, _) => own.chain([text(":prefix", prefix)]).collect(),
            (None, Some(since), Some(until)) => own.chain([text(":since", since), text(":until", until)]).collect(),
            (None, None, Some(until)) => own.chain([text(":until", until)]).collect(),
            (None, _, None) => own.collect(),
        }
    }

    pub(crate) fn start(&self) -> Option<HashMap<String, AttributeValue>> {
        let place = self.after.as_ref()?;
        let mut start = place.key.attributes();
        if let Some(Key { pk, sk }) = &place.gsi1 {
            start.insert("gsi1pk".to_owned(), AttributeValue::S(pk.clone()));
            start.insert("gsi1sk".to_owned(), AttributeValue::S(sk.clone()));
        }
        Some(start)
    }
}

impl Place {
    pub(crate) fn of(last: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name: &str| last.get(name)?.as_s().ok().cloned();
        let gsi1 = text("gsi1pk").zip(text("gsi1sk")).map(|(pk, sk)| Key { pk, sk });
        Some(Self { key: Key { pk: text("pk")?, sk: text("sk")? }, gsi1 })
    }
}
