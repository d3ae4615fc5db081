//! The latest requests, and all that one of them set off: a panel for each piece of work, with a bar for each call in it.

use axum::body::Bytes;
use holdfast_core::Timestamp;
use holdfast_runtime::{Attribute, SpanKind};
use http::{Response, StatusCode};

use super::{moment, ms, took_us};
use crate::World;
use crate::dev::html::{Escaped, wide};
use crate::dev::{page as page_of, refuse};
use crate::watch::{Seen, Trace};

/// The latest requests, as a table.
pub(super) fn latest(world: &World, most: usize) -> String {
    let requests = world.watch().requests(most);
    if requests.is_empty() {
        return "<p class=\"empty\">Nobody has asked for anything yet.</p>".to_owned();
    }
    let rows: String = requests
        .iter()
        .map(|Seen { span, .. }| {
            format!(
                "<tr{ill}><td>{at}</td><td>{name}</td><td>{status}</td><td class=\"n\">{took}</td>\
                 <td><a href=\"/dev/traces/{trace}\"><code>{trace}</code></a></td></tr>",
                ill = if span.failed { " class=\"ill\"" } else { "" },
                at = moment(span.began),
                name = Escaped(&span.name),
                status = Escaped(&text(&span.attributes, "http.response.status_code")),
                took = ms(took_us(span.began, span.ended)),
                trace = span.context.trace,
            )
        })
        .collect();
    format!(
        "<table><tr><th>When</th><th>Request</th><th>Answer</th><th class=\"n\">Took</th><th>Trace</th></tr>{rows}</table>"
    )
}

/// One trace.
pub(super) fn page(world: &World, id: &str) -> Response<Bytes> {
    let Ok(id) = id.parse() else { return refuse(StatusCode::NOT_FOUND, "that is no trace's id") };
    match world.watch().trace(id) {
        Some(trace) => page_of(&wide("Trace", &drawn(&trace))),
        None => refuse(StatusCode::NOT_FOUND, "the trace is not known, or not any more"),
    }
}

fn drawn(trace: &Trace) -> String {
    let began = trace.steps.iter().map(|seen| seen.span.began).min().unwrap_or_default();
    let calls = trace.steps.iter().filter(|seen| seen.span.kind == SpanKind::Client).count();
    let pieces: Vec<&Seen> = trace.steps.iter().filter(|seen| seen.span.kind != SpanKind::Client).collect();
    let panels: String = pieces.iter().map(|piece| panel(piece, trace, began)).collect();
    let cut = if trace.cut { " · there was more than is kept" } else { "" };
    format!(
        "<nav><a href=\"/dev\">status</a> · <code>{}</code> · began {} · {} pieces of work, {calls} calls{cut}</nav>{panels}",
        trace.id,
        moment(began),
        pieces.len(),
    )
}

/// A piece of work: its calls, on a scale of its own, because what a trace sets off may lie minutes apart.
fn panel(piece: &Seen, trace: &Trace, began: Timestamp) -> String {
    let Seen { function, span } = piece;
    let whole_us = took_us(span.began, span.ended).max(1);
    let within = trace
        .steps
        .iter()
        .filter(|seen| seen.span.kind == SpanKind::Client && seen.span.parent == Some(span.context.span));
    let share = |us: u64| us.min(whole_us) * 1000 / whole_us;
    let tenths = |share: u64| format!("{}.{}%", share / 10, share % 10);
    let rows: String = within
        .map(|Seen { span: call, .. }| {
            let again = text(&call.attributes, "http.request.resend_count");
            format!(
                "<tr{ill}><td>{name}{again}</td><td>{status}</td><td class=\"n\">{took}</td>\
                 <td class=\"bar\"><i style=\"margin-left:{left};width:{width}\"></i></td></tr>",
                ill = if call.failed { " class=\"ill\"" } else { "" },
                name = Escaped(&call.name),
                again = if again.is_empty() { String::new() } else { format!(", again: {}", Escaped(&again)) },
                status = Escaped(&text(&call.attributes, "http.response.status_code")),
                took = ms(took_us(call.began, call.ended)),
                left = tenths(share(took_us(span.began, call.began))),
                width = tenths(share(took_us(call.began, call.ended))),
            )
        })
        .collect();
    let calls = if rows.is_empty() {
        "<p class=\"empty\">It called nobody.</p>".to_owned()
    } else {
        format!("<table>{rows}</table>")
    };
    format!(
        "<article{ill}><header><b>{name}</b><span>{kind} · {function}</span><span>{status}</span><span>+{after}</span><span>{took}</span>\
         </header>{calls}</article>",
        ill = if span.failed { " class=\"ill\"" } else { "" },
        name = Escaped(&span.name),
        kind = kind(span.kind),
        function = Escaped(function),
        status = Escaped(&text(&span.attributes, "http.response.status_code")),
        after = ms(took_us(began, span.began)),
        took = ms(whole_us),
    )
}

fn kind(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Server => "answers",
        SpanKind::Client => "calls",
        SpanKind::Producer => "publishes",
        SpanKind::Consumer => "handles",
        SpanKind::Internal => "runs",
    }
}

fn text(attributes: &[(&'static str, Attribute)], name: &str) -> String {
    let found = attributes.iter().find(|(each, _)| *each == name);
    found.map_or_else(String::new, |(_, attribute)| match attribute {
        Attribute::Text(text) => text.clone(),
        Attribute::Number(number) => number.to_string(),
    })
}
