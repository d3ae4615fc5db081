//! The status page: how functions fare, what waits in which queue, the latest events and requests, and the clock.
//!
//! It shows ids, routes and numbers. Whom a mail went to and what an answer said is not on it: a test searches it for what is
//! personal (`tests/tests/privacy.rs`).

mod events;
mod functions;
mod queues;
mod traces;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Bytes;
use holdfast_core::{Clock, Timestamp};
use http::header::LOCATION;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::html::{Escaped, shown, wide};
use super::storefront::FORMS;
use super::{answer_json, page, refuse};
use crate::World;
use crate::engines::EngineError;

/// So many requests and events are on the page itself.
const MOST: usize = 12;
/// A page that is live asks again after so many seconds.
const LIVE_S: u32 = 2;

/// By how much the buttons move the clock.
const STEPS: [(u64, &str); 5] =
    [(60, "1 minute"), (900, "15 minutes"), (3_600, "1 hour"), (86_400, "1 day"), (604_800, "1 week")];

/// Answers what is under one of these pages; nothing for another path.
pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let path = request.uri().path();
    let live = request.uri().query() == Some("live");
    let under = |place: &str| path.strip_prefix(place).filter(|name| !name.is_empty() && !name.contains('/'));
    let shown = match path {
        "/dev" | "/dev/" => index(world, live),
        "/dev/status.json" => status(world).map(|status| answer_json(&status)),
        "/dev/events" => events::page(world, live),
        "/dev/events.json" => {
            events::json(world, request.uri().query().unwrap_or_default()).map(|all| answer_json(&all))
        }
        _ => match (under("/dev/traces/"), under("/dev/queues/")) {
            (Some(id), _) => Ok(traces::page(world, id)),
            (None, Some(name)) => queues::page(world, name),
            (None, None) => return None,
        },
    };
    if request.method() != Method::GET {
        return Some(refuse(StatusCode::METHOD_NOT_ALLOWED, "it can be looked at: GET"));
    }
    Some(shown.unwrap_or_else(|error| refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())))
}

/// Back to the page from which a button was pressed.
pub(super) fn back() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static("/dev"));
    response
}

/// All of the page as JSON: what the command `holdfast` reads.
fn status(world: &World) -> Result<Value, EngineError> {
    Ok(json!({
        "now": world.clock().now().to_string(),
        "functions": functions::json(world),
        "queues": queues::json(world)?,
        "mails": world.mailbox()?.len(),
        "met": met(world),
    }))
}

/// What went wrong on purpose, and how many handlers began while another was at work: a race that met nothing raced nothing.
fn met(world: &World) -> Value {
    let mut met: BTreeMap<_, _> = world.faults().counts();
    met.insert("overlapping_handlers", world.overlapping());
    json!(met)
}

fn index(world: &World, live: bool) -> Result<Response<Bytes>, EngineError> {
    let queues = queues::Queues::of(world)?;
    let body = format!(
        "{nav}{tiles}{clock}\
         <section><h2>Latest requests</h2>{requests}</section>\
         <section><h2>Latest events</h2>{events}</section>\
         <section><h2>Queues</h2>{queues}</section>\
         <section><h2>Mail</h2>{mails}</section>\
         <section><h2>Functions</h2>{functions}</section>",
        nav = nav(live),
        tiles = tiles(world, &queues)?,
        clock = clock(world.clock().now()),
        requests = traces::latest(world, MOST),
        events = events::table(&world.engines().events.latest(MOST)?),
        queues = queues.table(),
        mails = mails(world)?,
        functions = functions::table(world),
    );
    Ok(page(&live_page("on this machine", &body, live)))
}

/// A page that, when it is live, asks for itself again: no script runs on it.
fn live_page(title: &str, body: &str, live: bool) -> String {
    let html = wide(title, body);
    if !live {
        return html;
    }
    html.replacen("<title>", &format!("<meta http-equiv=\"refresh\" content=\"{LIVE_S}\"><title>"), 1)
}

fn nav(live: bool) -> String {
    let forms: String =
        FORMS.iter().map(|form| format!(" · <a href=\"{}\">{}</a>", form.path, Escaped(form.title))).collect();
    format!(
        "<nav><a href=\"/docs\">API documentation</a> · <a href=\"/dev/mail\">Mailbox</a> (<a href=\"/dev/mail.json\">JSON</a>) · \
         <a href=\"/dev/gateway\">Payments</a> · <a href=\"/dev/events\">Events</a>{forms} · {}</nav>",
        live_link("/dev", live)
    )
}

fn live_link(path: &str, live: bool) -> String {
    if live {
        format!("<a href=\"{path}\">● live: stop</a>")
    } else {
        format!("<a href=\"{path}?live\">watch live</a>")
    }
}

fn tiles(world: &World, queues: &queues::Queues) -> Result<String, EngineError> {
    let figures = world.watch().figures();
    let calls: u64 = figures.values().map(|figures| figures.calls).sum();
    let errors: u64 = figures.values().map(|figures| figures.errors).sum();
    let tile = |number: u64, what: &str, ill: bool| {
        format!("<div{}><b>{number}</b>{what}</div>", if ill { " class=\"ill\"" } else { "" })
    };
    let mails = u64::try_from(world.mailbox()?.len()).unwrap_or(u64::MAX);
    let undelivered = u64::try_from(world.engines().events.undelivered()?.len()).unwrap_or(u64::MAX);
    Ok(format!(
        "<div class=\"tiles\">{}{}{}{}{}{}</div>",
        tile(calls, "calls of functions", false),
        tile(errors, "of them failed", errors > 0),
        tile(queues.waiting(), "messages under way", false),
        tile(queues.dead(), "dead letters", queues.dead() > 0),
        tile(undelivered, "events delivered nowhere", undelivered > 0),
        tile(mails, "mails sent", false),
    ))
}

fn clock(now: Timestamp) -> String {
    let buttons: String = STEPS
        .iter()
        .map(|(seconds, what)| format!("<button name=\"advance_seconds\" value=\"{seconds}\">+ {what}</button> "))
        .collect();
    format!(
        "<section class=\"clock\"><h2>Clock</h2><p><b>{}</b></p>\
         <form method=\"post\" action=\"/dev/clock\">{buttons}</form>\
         <form method=\"post\" action=\"/dev/settle\"><button class=\"quiet\">Let all that is due happen</button></form></section>",
        Escaped(&shown(now))
    )
}

/// When mails were sent and what about; to whom, the mailbox says.
fn mails(world: &World) -> Result<String, EngineError> {
    let mails = world.mailbox()?;
    if mails.is_empty() {
        return Ok("<p class=\"empty\">Nothing has been sent yet.</p>".to_owned());
    }
    let rows: String = mails
        .iter()
        .rev()
        .take(MOST / 2)
        .map(|mail| format!("<tr><td>{}</td><td>{}</td></tr>", Escaped(&shown(mail.at)), Escaped(&mail.subject)))
        .collect();
    Ok(format!("<table><tr><th>When</th><th>Subject</th></tr>{rows}</table><p><a href=\"/dev/mail\">all mails</a></p>"))
}

/// Microseconds as milliseconds, as people read them.
fn ms(us: u64) -> String {
    format!("{}.{} ms", us / 1000, us % 1000 / 100)
}

/// How long something took, in microseconds.
fn took_us(began: Timestamp, ended: Timestamp) -> u64 {
    u64::try_from(ended.duration_since(began).as_micros()).unwrap_or(0)
}

/// A time of today: to the millisecond.
fn moment(at: Timestamp) -> String {
    at.strftime("%H:%M:%S.%3f").to_string()
}

/// What a form or a JSON body says of the clock.
pub(super) fn seconds_of(body: &Bytes) -> Option<Duration> {
    let fields: Vec<_> = form_urlencoded::parse(body).collect();
    match fields.as_slice() {
        [(name, seconds)] if name == "advance_seconds" => seconds.parse().ok().map(Duration::from_secs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_by_people() {
        assert_eq!([ms(0), ms(1_234), ms(999), ms(12_050_000)], ["0.0 ms", "1.2 ms", "0.9 ms", "12050.0 ms"]);
        assert_eq!(moment("2026-01-02T03:04:05.678901Z".parse().unwrap()), "03:04:05.678");
    }

    #[test]
    fn a_button_says_how_far_the_clock_goes() {
        assert_eq!(seconds_of(&Bytes::from_static(b"advance_seconds=900")), Some(Duration::from_secs(900)));
        for body in [&b"advance_seconds=soon"[..], b"advance_seconds=1&advance_seconds=2", b"", b"other=1"] {
            assert_eq!(seconds_of(&Bytes::from_static(body)), None);
        }
    }
}
