//! Cold starts: from exec to the first question that a function asks of Lambda's Runtime API.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use holdfast_testing::Shop;

use super::process::Running;
use super::{Figure, binary, median, now};

const ROUNDS: usize = 30;
/// Reads a table, checks a token, has no secret: like most.
const FUNCTION: &str = "me-get";

/// A function's and a bare one's, by turns.
pub fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    let (function, bare) = (binary(FUNCTION)?, binary("bare")?);
    let (own, none) = (environment(), BTreeMap::new());
    let runtime_api = TcpListener::bind("127.0.0.1:0")?;
    let (mut starts, mut bare_starts, mut sizes, mut bare_sizes) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let (ms, mb) = start(&bare, &none, &runtime_api)?;
        bare_starts.push(ms);
        bare_sizes.push(mb);
        let (ms, mb) = start(&function, &own, &runtime_api)?;
        starts.push(ms);
        sizes.push(mb);
    }
    let bare_ms = median(bare_starts);
    let least = "a bare lambda_runtime, in the same run";
    Ok(vec![
        Figure {
            name: "cold_start_ms",
            value: median(starts),
            unit: "ms",
            at_most: Some(bare_ms * 1.5),
            at_least: None,
            of: "me-get, exec to first poll, median of 30",
        },
        Figure { name: "bare_cold_start_ms", value: bare_ms, unit: "ms", at_most: None, at_least: None, of: least },
        Figure {
            name: "rss_mb",
            value: median(sizes),
            unit: "MB",
            at_most: Some(12.0),
            at_least: None,
            of: "me-get, at its first poll",
        },
        Figure { name: "bare_rss_mb", value: median(bare_sizes), unit: "MB", at_most: None, at_least: None, of: least },
        Figure {
            name: "zip_mb",
            value: zipped_mb(&function)?,
            unit: "MB",
            at_most: Some(4.0),
            at_least: None,
            of: "me-get, deflated",
        },
    ])
}

/// What template.yaml gives the function, and what Lambda does.
fn environment() -> BTreeMap<String, String> {
    let blueprint = Shop::blueprint();
    let spec = blueprint.stack().functions.iter().find(|spec| spec.bin == FUNCTION);
    let mut environment = spec.map(|spec| spec.environment.clone()).unwrap_or_default();
    for (name, value) in [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
        // Nobody is there: how long a connection to DynamoDB takes is not the function's to say. bench-cold has one.
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9"),
    ] {
        environment.insert(name.to_owned(), value.to_owned());
    }
    environment
}

/// Starts a function once: how many milliseconds until it asks, and how many MB it has by then.
fn start(path: &Path, environment: &BTreeMap<String, String>, api: &TcpListener) -> Result<(f64, f64), Box<dyn Error>> {
    let mut command = Command::new(path);
    command.env_clear().envs(environment).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("AWS_LAMBDA_RUNTIME_API", api.local_addr()?.to_string());
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ] {
        command.env(name, value);
    }
    let began = now();
    let running = Running(command.spawn()?);
    let (connection, _) = api.accept()?;
    let asked = first_line(&connection)?;
    let elapsed = began.elapsed();
    if !asked.starts_with("GET /2018-06-01/runtime/invocation/next ") {
        return Err(format!("{} asked something else first: {asked}", path.display()).into());
    }
    Ok((elapsed.as_secs_f64() * 1000.0, running.rss_mb()?))
}

fn first_line(connection: &TcpStream) -> io::Result<String> {
    let mut line = String::new();
    BufReader::new(connection).read_line(&mut line)?;
    Ok(line)
}

/// What a binary weighs in a deployment package: deflate at its best, as zip has it.
pub(super) fn zipped_mb(path: &Path) -> Result<f64, Box<dyn Error>> {
    let zipped = Command::new("gzip").arg("-9").arg("--stdout").arg(path).output()?;
    match zipped.status.success() {
        true => Ok(f64::from(u32::try_from(zipped.stdout.len())?) / 1e6),
        false => Err(String::from_utf8_lossy(&zipped.stderr).into()),
    }
}
