//! `holdfast cost`: what each route costs, from what was metered: units of tables, and time of functions.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use holdfast_local::template::Stack;
use serde::Deserialize;

use crate::Error;
use crate::site::{self, Site};

/// US dollars in us-east-1, on demand, arm64.
const READ_UNIT: f64 = 0.125e-6;
const WRITE_UNIT: f64 = 0.625e-6;
const INVOCATION: f64 = 0.20e-6;
const GB_SECOND: f64 = 0.000_013_333_4;
const API_CALL: f64 = 1e-6;

/// What a route, or a function that no route calls, has used.
#[derive(Clone, Debug, Default, PartialEq)]
struct Used {
    calls: f64,
    by_the_api: bool,
    memory_gb: f64,
    seconds: f64,
    read_units: f64,
    write_units: f64,
}

impl Used {
    fn usd(&self) -> f64 {
        let api = if self.by_the_api { API_CALL * self.calls } else { 0.0 };
        let time = GB_SECOND * self.memory_gb * self.seconds;
        api + INVOCATION * self.calls + time + READ_UNIT * self.read_units + WRITE_UNIT * self.write_units
    }
}

/// What a line of the log says of a request or an event; another line says nothing of it.
#[derive(Deserialize)]
struct Line {
    function: Option<String>,
    consumer: Option<String>,
    method: Option<String>,
    route: Option<String>,
    latency_ms: Option<f64>,
    event_latency_ms: Option<f64>,
    read_units: f64,
    write_units: f64,
}

/// Of the running shop, since it was started.
pub(crate) async fn of_figures(site: &Site, out: &mut dyn Write) -> Result<bool, Error> {
    if !site::has_pages(site) {
        return Err(
            "a shop that is stopped has no figures, and a deployed one has them in its log: holdfast cost FILE".into(),
        );
    }
    let status = site::get(site, "/dev/status.json").await?;
    let mut routes = BTreeMap::new();
    for figures in status["functions"].as_array().into_iter().flatten() {
        let number = |name: &str| figures[name].as_f64().unwrap_or(0.0);
        let text = |name: &str| figures[name].as_str().unwrap_or_default().to_owned();
        let by_the_api = text("called_by").contains('/');
        let name = if by_the_api { text("called_by") } else { text("function") };
        let used = Used {
            calls: number("calls"),
            by_the_api,
            memory_gb: number("memory_mb") / 1024.0,
            seconds: number("total_us") / 1e6,
            read_units: number("read_units"),
            write_units: number("write_units"),
        };
        routes.insert(name, used);
    }
    told(&routes, out)
}

/// Of lines of a log, as `aws logs tail` prints them: what stands before the JSON is passed over.
pub(crate) fn of_lines(path: &Path, stack: &Stack, out: &mut dyn Write) -> Result<bool, Error> {
    let text = if path == Path::new("-") {
        io::read_to_string(io::stdin())?
    } else {
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?
    };
    told(&counted(&text, stack), out)
}

fn counted(text: &str, stack: &Stack) -> BTreeMap<String, Used> {
    let memory_gb = |function: &str| {
        let spec = stack.functions.iter().find(|spec| spec.bin == function);
        spec.map_or(0.0, |spec| f64::from(spec.memory_mb) / 1024.0)
    };
    let mut routes: BTreeMap<String, Used> = BTreeMap::new();
    for line in text.lines() {
        let Some((_, json)) = line.split_once('{') else { continue };
        let Ok(line) = serde_json::from_str::<Line>(&format!("{{{json}")) else { continue };
        let (name, function, by_the_api) = match (&line.function, &line.consumer, &line.method, &line.route) {
            (Some(function), None, Some(method), Some(route)) => (format!("{method} {route}"), function, true),
            (None, Some(consumer), ..) => (consumer.clone(), consumer, false),
            _ => continue,
        };
        let used = routes.entry(name).or_default();
        used.calls += 1.0;
        used.by_the_api = by_the_api;
        used.memory_gb = memory_gb(function);
        used.seconds += line.latency_ms.or(line.event_latency_ms).unwrap_or(0.0) / 1e3;
        used.read_units += line.read_units;
        used.write_units += line.write_units;
    }
    routes
}

/// The dearest first: what a call takes, and what a million of them cost.
fn told(routes: &BTreeMap<String, Used>, out: &mut dyn Write) -> Result<bool, Error> {
    let mut sorted: Vec<(&String, &Used)> = routes.iter().filter(|(_, used)| used.calls > 0.0).collect();
    sorted.sort_by(|(_, one), (_, other)| other.usd().total_cmp(&one.usd()));
    writeln!(out, "{:<58} {:>8} {:>9} {:>8} {:>8} {:>12}", "route", "calls", "ms", "reads", "writes", "USD/million")?;
    let mut sum = Used::default();
    let mut usd = 0.0;
    for (name, used) in sorted {
        let each = |amount: f64| amount / used.calls;
        writeln!(
            out,
            "{name:<58} {:>8} {:>9.2} {:>8.2} {:>8.2} {:>12.2}",
            used.calls,
            each(used.seconds) * 1e3,
            each(used.read_units),
            each(used.write_units),
            each(used.usd()) * 1e6
        )?;
        sum.calls += used.calls;
        usd += used.usd();
    }
    writeln!(out, "cost: {} calls, {usd:.6} USD", sum.calls)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_costs_its_units_its_time_and_its_calls() {
        let used = Used {
            calls: 1e6,
            by_the_api: true,
            memory_gb: 0.25,
            seconds: 1e6 * 0.010,
            read_units: 2e6,
            write_units: 6e6,
        };
        // $1 for the API, $0.20 for Lambda, 2,500 GB-seconds, $0.25 and $3.75 for the table.
        let wanted = 1.0 + 0.20 + 2_500.0 * 0.000_013_333_4 + 0.25 + 3.75;
        assert!((used.usd() - wanted).abs() < 1e-9, "{}", used.usd());
    }

    #[test]
    fn lines_are_counted_by_route_and_others_are_passed_over() {
        let text = r#"2026-01-01T00:00:00 {"message":"request","function":"me-get","method":"GET","route":"/v1/me","status":200,"latency_ms":4,"read_units":0.5,"write_units":0.0}
{"message":"request","function":"me-get","method":"GET","route":"/v1/me","status":200,"latency_ms":6,"read_units":1.5,"write_units":1.0}
{"message":"event.handled","consumer":"notifications-send","event_latency_ms":20,"read_units":1.0,"write_units":2.0}
{"message":"stock.audited","stocks":3}
START RequestId: {not json
"#;
        let routes = counted(text, &Stack::default());
        assert_eq!(routes.len(), 2);
        let me = &routes["GET /v1/me"];
        assert_eq!((me.calls, me.seconds, me.read_units, me.write_units), (2.0, 0.010, 2.0, 1.0));
        assert!(me.by_the_api && !routes["notifications-send"].by_the_api);
        let mut out = Vec::new();
        assert!(told(&routes, &mut out).unwrap());
        let said = String::from_utf8(out).unwrap();
        assert!(said.lines().last().unwrap().starts_with("cost: 3 calls, 0.00000"), "{said}");
    }
}
