//! Digests of JSON, for telling whether two are the same.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A digest of JSON, as it is read. The same for the same content, also of texts that are JSON themselves: what is sent to a queue or a
/// bus. Lists are sets where their order says nothing: what a batch asks for, and what it is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest {
    pub(crate) sets: bool,
}

impl Digest {
    /// Of what is asked by such a call, and of what is answered.
    pub(crate) fn of(operation: &str) -> Self {
        Self { sets: operation == "BatchGetItem" }
    }

    /// Of what is written there; of the letters where it is no JSON.
    pub(crate) fn of_text(self, text: &str) -> u64 {
        let mut reader = serde_json::Deserializer::from_str(text);
        let whole = self.deserialize(&mut reader).and_then(|digest| reader.end().map(|()| digest));
        whole.unwrap_or_else(|_| digest(text))
    }
}

/// Of anything else.
pub(crate) fn digest(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl<'de> DeserializeSeed<'de> for Digest {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<u64, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Digest {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<u64, E> {
        Ok(digest(()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<u64, E> {
        Ok(digest(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<u64, E> {
        Ok(digest(("-", value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<u64, E> {
        Ok(digest(("+", value)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<u64, E> {
        Ok(digest((".", value.to_bits())))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
        Ok(if text.starts_with('{') { self.of_text(text) } else { digest(text) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<u64, A::Error> {
        let (mut count, mut sum) = (0_u64, 0_u64);
        while let Some(item) = items.next_element_seed(self)? {
            let place = if self.sets { 0 } else { count };
            sum = sum.wrapping_add(digest((place, item)));
            count += 1;
        }
        Ok(digest(("[", count, sum)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<u64, A::Error> {
        let (mut count, mut sum) = (0_u64, 0_u64);
        while let Some(field) = fields.next_entry_seed(self, self)? {
            sum = sum.wrapping_add(digest(field));
            count += 1;
        }
        Ok(digest(("{", count, sum)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_says_the_same_is_the_same() {
        let of = |value: &Value, sets: bool| {
            let digest = Digest { sets };
            assert_eq!(digest.of_text(&value.to_string()), digest.deserialize(value).unwrap(), "written or held");
            digest.of_text(&value.to_string())
        };
        let [one, other] =
            [json!({"a": [1, 2], "b": "{\"c\":1,\"d\":2}"}), json!({"b": "{\"d\":2,\"c\":1}", "a": [1, 2]})];
        assert_eq!(of(&one, false), of(&other, false));
        let [one, other] = [json!([1, 2]), json!([2, 1])];
        assert_ne!(of(&one, false), of(&other, false));
        assert_eq!(of(&one, true), of(&other, true));
        assert_ne!(of(&one, true), of(&json!([1, 1]), true));
    }

    #[test]
    fn what_says_something_else_is_another() {
        let all = [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(-1),
            json!(0.5),
            json!(""),
            json!("{"),
            json!("[]"),
            json!([]),
            json!([[]]),
            json!([0]),
            json!({}),
            json!({"a": "b"}),
            json!({"b": "a"}),
            json!({"a": {"b": 0}}),
            json!([{"a": 0}, {"b": 0}]),
            json!([{"a": 0, "b": 0}]),
        ];
        let digests: std::collections::BTreeSet<u64> =
            all.iter().map(|value| Digest { sets: true }.deserialize(value).unwrap()).collect();
        assert_eq!(digests.len(), all.len());
    }
}
