//! events/schemas: what each event looks like on the bus, one JSON Schema a type.
//!
//! A published version never changes, so its schema is closed: neither the envelope nor the data holds a field that it
//! does not name. A new shape is a new version, with a file of its own.

mod check;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{fs, io};

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// Where they lie, from the root.
pub const FOLDER: &str = "events/schemas";

/// The schema of every event that any context publishes, by its type.
pub fn schemas() -> &'static BTreeMap<String, Value> {
    static SCHEMAS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
        published::<holdfast_accounts::events::Happened>("holdfast.accounts")
            .chain(published::<holdfast_catalog::events::Happened>("holdfast.catalog"))
            .chain(published::<holdfast_inventory::events::Happened>("holdfast.inventory"))
            .chain(published::<holdfast_orders::events::Happened>("holdfast.orders"))
            .chain(published::<holdfast_checkout::events::Happened>("holdfast.orders"))
            .chain(published::<holdfast_payments::events::Happened>("holdfast.payments"))
            .chain(published::<holdfast_webhooks::events::Happened>("holdfast.webhooks"))
            .chain(published::<holdfast_notifications::events::Happened>("holdfast.notifications"))
            .collect()
    });
    &SCHEMAS
}

/// The list of those that can be delivered to the outside, from the root.
pub const DELIVERED_PATH: &str = "functions/webhooks/data/event-types.txt";

/// What of its name keeps an event inside: the bookkeeping of stock. template.yaml's WebhooksRule says the same.
pub const KEPT_INSIDE: [&str; 2] = ["inventory.reservation-", "inventory.stock-"];

/// The list of the types that can be delivered to the outside, as its file holds it.
pub fn delivered() -> String {
    let kinds = schemas().keys().filter(|kind| !KEPT_INSIDE.iter().any(|inside| kind.starts_with(inside)));
    kinds.map(|kind| format!("{kind}\n")).collect()
}

/// Whether an event, as the bus carries it, is what its type's schema says; if not, what is wrong with it.
pub fn validate(event: &Value) -> Result<(), String> {
    let kind = event.get("type").and_then(Value::as_str).ok_or("the event has no type")?;
    let schema = schemas().get(kind).ok_or_else(|| format!("no context publishes {kind}"))?;
    check::fits(event, schema).map_err(|wrong| format!("{kind}: {wrong}"))
}

/// A schema as its file holds it.
pub fn rendered(schema: &Value) -> String {
    format!("{schema:#}\n")
}

/// The file of a type's schema, below `root`.
pub fn file(root: &Path, kind: &str) -> PathBuf {
    root.join(FOLDER).join(format!("{kind}.json"))
}

/// The types that have a file in `folder`.
pub fn kinds_in(folder: &Path) -> io::Result<BTreeSet<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names = names.collect::<io::Result<Vec<_>>>()?;
    Ok(names.iter().filter_map(|name| name.strip_suffix(".json")).map(str::to_owned).collect())
}

/// The schemas of an enum of events, tagged by `type` with its content in `data`.
fn published<T: ToSchema>(source: &str) -> impl Iterator<Item = (String, Value)> {
    let mut others = Vec::new();
    T::schemas(&mut others);
    let others: BTreeMap<String, Value> = others.into_iter().map(|(name, schema)| (name, plain(&schema))).collect();
    let alternatives = plain(&T::schema()).get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    alternatives.into_iter().filter_map(move |mut alternative| {
        inline(&mut alternative, &others);
        let kind = alternative.pointer("/properties/type/enum/0")?.as_str()?.to_owned();
        let description = alternative.get("description").cloned().unwrap_or_default();
        let data = alternative.pointer("/properties/data").cloned().unwrap_or(json!({"type": "object"}));
        let schema = envelope(source, &kind, &description, closed(data));
        Some((kind, schema))
    })
}

fn plain(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

/// Puts what a reference names where the reference stands: each file stands alone.
fn inline(schema: &mut Value, others: &BTreeMap<String, Value>) {
    let named = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next());
    if let Some(other) = named.and_then(|name| others.get(name)) {
        *schema = other.clone();
    }
    match schema {
        Value::Object(fields) => fields.values_mut().for_each(|field| inline(field, others)),
        Value::Array(items) => items.iter_mut().for_each(|item| inline(item, others)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The data takes no other field, and leaves it to the event to say what happened.
fn closed(mut data: Value) -> Value {
    if let Some(data) = data.as_object_mut() {
        data.shift_remove("description");
        data.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    data
}

/// `holdfast_core::Envelope` around an event's data.
fn envelope(source: &str, kind: &str, description: &Value, data: Value) -> Value {
    let id = |prefix: &str| json!({"type": "string", "pattern": format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$")});
    let mut id_of_event = id("evt");
    let mut caused_by = id("evt");
    describe(&mut id_of_event, "The event's id: a repeat bears the same.");
    describe(&mut caused_by, "The event that led to this one; absent where a request did.");
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:holdfast:event:{kind}"),
        "title": kind,
        "description": description,
        "type": "object",
        "properties": {
            "source": {"const": source, "description": "The context that speaks."},
            "id": id_of_event,
            "type": {"const": kind, "description": "What happened, and the version of its shape."},
            "time": {"type": "string", "format": "date-time", "description": "When, in UTC."},
            "subject": {"type": "string", "description": "Whom or what it happened to: the entity's id."},
            "sequence": {"type": "integer", "minimum": 1, "description": "The entity's how-manieth event, without gaps."},
            "correlation_id": {"type": "string", "description": "Shared by everything that one outside request set off."},
            "causation_id": caused_by,
            "actor": {"type": "string", "description": "Who set it off: a user's id; absent where the shop itself did."},
            "traceparent": {"type": "string", "description": "The W3C trace context."},
            "data": data,
        },
        "required": ["source", "id", "type", "time", "subject", "sequence", "correlation_id", "data"],
        "additionalProperties": false,
    })
}

fn describe(schema: &mut Value, says: &str) {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), says.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::{Causation, CodeId, Envelope, EventId, Id, StoredEvent, Timestamp};

    fn event(kind: &str, data: Value, causation: Causation) -> Value {
        let event = StoredEvent {
            id: EventId::from_bytes([0xff; 16]),
            kind: kind.to_owned(),
            time: Timestamp::UNIX_EPOCH,
            subject: "usr_00000000000000000000000001".to_owned(),
            causation,
            data,
        };
        serde_json::to_value(Envelope { source: "holdfast.accounts".to_owned(), sequence: 1, event }).unwrap()
    }

    fn registered() -> Value {
        let data = json!({"code_id": CodeId::from_bytes([1; 16])});
        event("accounts.user-registered.v1", data, Causation::default())
    }

    #[test]
    fn an_event_with_all_that_it_may_have_is_valid_and_so_is_the_least() {
        let causation = Causation {
            correlation_id: "req_1".to_owned(),
            causation_id: Some(EventId::from_bytes([2; 16])),
            actor: Some("usr_00000000000000000000000001".to_owned()),
            traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        };
        let whole = event("accounts.email-verified.v1", json!({}), causation);
        assert_eq!(validate(&whole), Ok(()));
        assert_eq!(validate(&registered()), Ok(()));
        let properties = schemas()["accounts.email-verified.v1"]["properties"].as_object().unwrap().clone();
        assert!(properties.keys().all(|name| whole.get(name).is_some()), "core's envelope lacks one of {properties:?}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |change: fn(&mut Value)| {
            let mut event = registered();
            change(&mut event);
            validate(&event).unwrap_err()
        };
        let of = "accounts.user-registered.v1";
        assert_eq!(
            wrong(|event| event["email"] = "ada@example.test".into()),
            format!("{of}: /email has no place in it")
        );
        assert_eq!(wrong(|event| event["data"]["code"] = 1.into()), format!("{of}: /data/code has no place in it"));
        assert_eq!(wrong(|event| event["data"] = json!({})), format!("{of}: /data/code_id is missing"));
        assert_eq!(
            wrong(|event| event["data"]["code_id"] = 1.into()),
            format!("{of}: /data/code_id is not of type string")
        );
        assert_eq!(wrong(|event| event["source"] = "x".into()), format!("{of}: /source is not \"holdfast.accounts\""));
        assert_eq!(wrong(|event| event["sequence"] = 0.into()), format!("{of}: /sequence is below 1"));
        assert_eq!(wrong(|event| event["time"] = "today".into()), format!("{of}: /time is no time"));
        assert!(wrong(|event| event["id"] = "evt_1".into()).starts_with(&format!("{of}: /id does not match ")));
        assert_eq!(wrong(|event| event["type"] = "a.b.v1".into()), "no context publishes a.b.v1");
        assert_eq!(wrong(|event| event["type"] = Value::Null), "the event has no type");
    }

    #[test]
    fn a_choice_is_held_to() {
        let disabled = |reason: &str| {
            validate(&event("accounts.user-disabled.v1", json!({"reason": reason}), Causation::default()))
        };
        assert_eq!(disabled("fraud"), Ok(()));
        assert!(disabled("their name").unwrap_err().starts_with("accounts.user-disabled.v1: /data/reason is none of "));
    }

    #[test]
    fn a_list_is_held_to_its_items() {
        let set =
            |roles: Value| validate(&event("accounts.roles-set.v1", json!({"roles": roles}), Causation::default()));
        assert_eq!(set(json!(["admin"])), Ok(()));
        assert_eq!(set(json!([1])), Err("accounts.roles-set.v1: /data/roles/0 is not of type string".to_owned()));
    }
}
