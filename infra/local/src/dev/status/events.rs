//! The latest events, as the archive keeps them: ids, and no word that a person wrote.

use axum::body::Bytes;
use http::Response;
use serde_json::{Value, json};

use super::{live_link, live_page, moment};
use crate::World;
use crate::dev::html::Escaped;
use crate::dev::page as page_of;
use crate::engines::{Archived, EngineError};

/// So many are on their own page.
const MOST: usize = 200;

/// The events' own page.
pub(super) fn page(world: &World, live: bool) -> Result<Response<Bytes>, EngineError> {
    let events = world.engines().events.latest(MOST)?;
    let body = format!(
        "<nav><a href=\"/dev\">status</a> · the latest {MOST}, the newest first · {}</nav>{}",
        live_link("/dev/events", live),
        table(&events)
    );
    Ok(page_of(&live_page("Events", &body, live)))
}

/// All of a subject (`subject=ord_…`), the oldest first; or the latest.
pub(super) fn json(world: &World, query: &str) -> Result<Value, EngineError> {
    let events = &world.engines().events;
    let subject = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "subject");
    let found = match subject {
        Some((_, subject)) => events.of_subject(&subject)?,
        None => events.latest(MOST)?,
    };
    let items: Vec<Value> = found.into_iter().map(|kept| kept.event).collect();
    Ok(json!({"items": items}))
}

/// Events as a table.
pub(super) fn table(events: &[Archived]) -> String {
    if events.is_empty() {
        return "<p class=\"empty\">Nothing has happened yet.</p>".to_owned();
    }
    let rows: String = events.iter().map(row).collect();
    format!(
        "<table><tr><th>When</th><th>Event</th><th>Subject</th><th class=\"n\">Sequence</th><th>Data</th><th>Trace</th></tr>{rows}</table>"
    )
}

fn row(archived: &Archived) -> String {
    let detail = &archived.event["detail"];
    let text = |name: &str| detail[name].as_str().unwrap_or_default();
    // What led to it, if it is still known: 32 digits between two dashes.
    let trace = text("traceparent").split('-').nth(1).unwrap_or_default();
    let trace =
        if trace.is_empty() { String::new() } else { format!("<a href=\"/dev/traces/{}\">trace</a>", Escaped(trace)) };
    format!(
        "<tr><td>{}</td><td>{}</td><td><code>{}</code></td><td class=\"n\">{}</td><td><code>{}</code></td><td>{trace}</td></tr>",
        moment(archived.at),
        Escaped(text("type")),
        Escaped(text("subject")),
        Escaped(&detail["sequence"].to_string()),
        Escaped(&data(&detail["data"])),
    )
}

/// The facts of an event, or their beginning.
fn data(data: &Value) -> String {
    const MOST: usize = 90;
    let text = data.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_cannot_leave_its_row() {
        let detail = json!({"type": "<b>", "subject": "\"><script>", "sequence": 1, "data": {"a": "<i>"},
            "traceparent": "00-\"><img-0-01"});
        let archived = Archived {
            archive: "a".to_owned(),
            at: "2026-01-01T00:00:00Z".parse().unwrap(),
            event: json!({"detail": detail}),
        };
        let html = table(&[archived]);
        for tag in ["<b>", "<script>", "<i>", "<img"] {
            assert!(!html.contains(tag), "{html}");
        }
        assert!(html.contains("&lt;script&gt;"), "{html}");
        assert!(table(&[]).contains("Nothing has happened"));
    }

    #[test]
    fn long_data_is_shown_as_far_as_it_fits() {
        assert_eq!(data(&json!("é".repeat(100))).chars().count(), 91);
        assert_eq!(data(&json!({"a": 1})), "{\"a\":1}");
    }
}
