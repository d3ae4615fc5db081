//! How each function fares.

use std::cmp::Reverse;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{moment, ms};
use crate::World;
use crate::dev::html::Escaped;
use crate::template::model::{EventSource, FunctionSpec, Route};
use crate::watch::Figures;

/// What calls a function, as the API's documents say it.
fn called_by(spec: &FunctionSpec) -> String {
    let called_by = spec.events.iter().map(|event| match event {
        EventSource::Http(Route::Default) => "every other request".to_owned(),
        EventSource::Http(Route::Path { method, path }) => format!("{method} {path}"),
        EventSource::Queue(_) => "a queue".to_owned(),
        EventSource::Stream(_) => "a stream".to_owned(),
        EventSource::Schedule(_) => "a schedule".to_owned(),
    });
    let called_by: Vec<String> = called_by.collect();
    if called_by.is_empty() { "nobody by itself".to_owned() } else { called_by.join(", ") }
}

/// Those that were called, the busiest first, and the others by name. One code may serve several: relays.
pub(super) fn table(world: &World) -> String {
    let figures = world.watch().figures();
    let mut called: Vec<(&Arc<str>, &Figures)> = figures.iter().filter(|(_, figures)| figures.calls > 0).collect();
    called.sort_by_key(|(_, figures)| Reverse(figures.calls));
    let functions = &world.stack().functions;
    let idle: Vec<&str> =
        functions.iter().map(|spec| spec.bin.as_str()).filter(|bin| !figures.contains_key(*bin)).collect();
    let rows: String = called.iter().map(|(bin, figures)| row(world, bin, figures)).collect();
    let table = if rows.is_empty() {
        String::new()
    } else {
        format!(
            "<table><tr><th>Function</th><th>Called by</th><th class=\"n\">Calls</th><th class=\"n\">Errors</th><th class=\"n\">Median</th>\
             <th class=\"n\">p99</th><th class=\"n\">AWS calls</th><th class=\"n\">Read units</th><th class=\"n\">Write units</th>\
             <th>Last</th></tr>{rows}</table>"
        )
    };
    format!(
        "{table}<details><summary><span>{} of {} have not been called</span></summary><p>{}</p></details>",
        idle.len(),
        functions.len(),
        Escaped(&idle.join(" · "))
    )
}

fn row(world: &World, bin: &str, figures: &Figures) -> String {
    let mut all = world.stack().functions.iter().filter(|spec| spec.bin == bin);
    let by = all.next().map(called_by).unwrap_or_default();
    format!(
        "<tr{ill}><td>{name}</td><td>{by}</td><td class=\"n\">{calls}</td><td class=\"n\">{errors}</td><td class=\"n\">{median}</td>\
         <td class=\"n\">{p99}</td><td class=\"n\">{trips}</td><td class=\"n\">{read}</td><td class=\"n\">{write}</td><td>{last}</td></tr>",
        ill = if figures.errors > 0 { " class=\"ill\"" } else { "" },
        name = Escaped(bin),
        by = Escaped(&by),
        calls = figures.calls,
        errors = figures.errors,
        median = ms(figures.percentile_us(50)),
        p99 = ms(figures.percentile_us(99)),
        trips = figures.round_trips,
        read = figures.read_units,
        write = figures.write_units,
        last = figures.last.map(moment).unwrap_or_default(),
    )
}

/// All that were called, for a program.
pub(super) fn json(world: &World) -> Value {
    let figures = world.watch().figures();
    let of = |(bin, figures): (&Arc<str>, &Figures)| {
        let spec = world.stack().functions.iter().find(|spec| spec.bin == **bin);
        json!({
            "function": **bin,
            "called_by": spec.map(called_by),
            "memory_mb": spec.map(|spec| spec.memory_mb),
            "calls": figures.calls,
            "errors": figures.errors,
            "starts": figures.starts,
            "total_us": figures.total_us,
            "median_us": figures.percentile_us(50),
            "p99_us": figures.percentile_us(99),
            "round_trips": figures.round_trips,
            "read_units": figures.read_units,
            "write_units": figures.write_units,
        })
    };
    figures.iter().map(of).collect()
}
