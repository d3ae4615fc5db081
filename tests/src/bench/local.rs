//! The local host: from its exec to its first answer, and what it then holds.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use super::process::Running;
use super::{Figure, binary, median, now};

const ROUNDS: usize = 10;
const PATIENCE: Duration = Duration::from_secs(10);

/// With a new data folder each time, as at somebody's first `make run`, and with one that is there.
pub fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    let host = binary("holdfast-local")?;
    let folder = std::env::temp_dir().join(format!("holdfast-bench-{}", std::process::id()));
    let (mut first, mut again, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        drop(fs::remove_dir_all(&folder));
        first.push(start(&host, &folder)?.0);
        let (ms, running) = start(&host, &folder)?;
        again.push(ms);
        thread::sleep(Duration::from_secs(1));
        idle.push(running.rss_mb()? * 1e6 / f64::from(1 << 20));
    }
    fs::remove_dir_all(&folder)?;
    Ok(vec![
        Figure {
            name: "local_host_start_ms",
            value: median(again),
            unit: "ms",
            at_most: Some(50.0),
            at_least: None,
            of: "exec to the first answer, median of 10",
        },
        Figure {
            name: "local_host_first_start_ms",
            value: median(first),
            unit: "ms",
            at_most: None,
            at_least: None,
            of: "the same in an empty folder: keys and tables are made",
        },
        Figure {
            name: "local_host_idle_mib",
            value: median(idle),
            unit: "MiB",
            at_most: Some(35.0),
            at_least: None,
            of: "a second after the first answer",
        },
    ])
}

/// Starts the local host; how many milliseconds until it answers.
fn start(host: &Path, data: &Path) -> Result<(f64, Running), Box<dyn Error>> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut command = Command::new(host);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command.env("HOLDFAST_PORT", port.to_string()).env("HOLDFAST_DATA", data).env("HOLDFAST_SEED", "empty");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let began = now();
    let running = Running(command.spawn()?);
    while began.elapsed() < PATIENCE {
        if answers(port) {
            return Ok((began.elapsed().as_secs_f64() * 1000.0, running));
        }
        thread::sleep(Duration::from_micros(200));
    }
    Err(format!("{} did not answer within {PATIENCE:?}", host.display()).into())
}

fn answers(port: u16) -> bool {
    let Ok(mut connection) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let request = format!("GET /health HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    let mut answer = String::new();
    let read = connection.write_all(request.as_bytes()).and_then(|()| connection.read_to_string(&mut answer));
    read.is_ok() && answer.starts_with("HTTP/1.1 200 ")
}
