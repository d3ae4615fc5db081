//! A process of the local host, and what can be done to one.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// The tree's root, where `make run` runs.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
pub(crate) const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
/// Nothing here takes so long on a machine that does anything at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder of a test's own, gone when it ends.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let nth = NEXT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("holdfast-process-{}-{nth}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file; its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// How to start one.
pub(crate) struct Settings(Command);

impl Settings {
    /// On a free port, with its data in a folder.
    pub(crate) fn new(folder: &Folder) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast-local"));
        command.current_dir(ROOT).stdin(Stdio::null());
        for inherited in [
            "HOLDFAST_SEED",
            "HOLDFAST_CHAOS",
            "HOLDFAST_CHAOS_SEED",
            "HOLDFAST_TEMPLATE",
            "HOLDFAST_STAGES",
            "RUST_LOG",
        ] {
            command.env_remove(inherited);
        }
        command.env("HOLDFAST_PORT", "0").env("HOLDFAST_DATA", folder.0.join("data"));
        Self(command)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// Starts one that is expected to end by itself: its exit code, and what it said on both outputs.
    pub(crate) fn fail(mut self) -> (Option<i32>, String, String) {
        let mut running = Running(self.0.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        let code = running.wait(PATIENCE);
        let text = |from: Option<&mut dyn Read>| {
            let mut text = String::new();
            from.unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let stdout = text(running.0.stdout.as_mut().map(|out| out as &mut dyn Read));
        (code, stdout, text(running.0.stderr.as_mut().map(|err| err as &mut dyn Read)))
    }
}

/// Ends its process when it is let go of, by a test that failed too.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Running {
    /// The exit code; nothing when a signal ended it.
    fn wait(&mut self, at_most: Duration) -> Option<i32> {
        const PAUSE: Duration = Duration::from_millis(5);
        for _ in 0..at_most.as_millis() / PAUSE.as_millis() {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code();
            }
            thread::sleep(PAUSE);
        }
        panic!("it did not end within {at_most:?}");
    }
}

/// A local host that is open.
pub(crate) struct Host {
    running: Running,
    table: String,
    port: u16,
}

/// What it answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.body))
    }
}

impl Host {
    /// Starts one, and waits for its table.
    pub(crate) fn start(mut settings: Settings) -> Self {
        let mut running = Running(settings.0.stdout(Stdio::piped()).spawn().unwrap());
        let out = BufReader::new(running.0.stdout.take().unwrap());
        let (lines, said) = mpsc::channel();
        // Reads on until the process ends, however long a test waits for the next line.
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
        let mut table = String::new();
        while !table.contains("Ctrl-C") {
            let line = said.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{error}: no table, only {table:?}"));
            table.push_str(&line);
            table.push('\n');
        }
        let (_, port) = table.split_once("API      http://127.0.0.1:").unwrap();
        let port = port.lines().next().unwrap().parse().unwrap();
        Self { running, table, port }
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Sends a signal, by the one way that every machine with a shell has.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.running.0.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
    }

    /// The exit code; nothing when a signal ended it.
    pub(crate) fn wait(&mut self, at_most: Duration) -> Option<i32> {
        self.running.wait(at_most)
    }

    pub(crate) fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.ask("GET", path, token, "").unwrap()
    }

    pub(crate) fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Answer {
        self.try_post(path, token, body).unwrap()
    }

    pub(crate) fn try_post(&self, path: &str, token: Option<&str>, body: &Value) -> io::Result<Answer> {
        self.ask("POST", path, token, &body.to_string())
    }

    pub(crate) fn try_patch(&self, path: &str, token: Option<&str>, body: &Value) -> io::Result<Answer> {
        self.ask("PATCH", path, token, &body.to_string())
    }

    /// Waits until queues, streams and due schedules are idle.
    pub(crate) fn settle(&self) {
        assert_eq!(self.post("/dev/settle", None, &json!({})).status, 200);
    }

    fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> io::Result<Answer> {
        let token = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n{token}\r\n{body}",
            self.port,
            body.len()
        );
        let mut stream = self.connect()?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        // Cut off in the middle, it says nothing.
        let parsed = answer.split_once("\r\n\r\n").and_then(|(head, body)| {
            let status = head.split(' ').nth(1)?.parse().ok()?;
            let length =
                head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            (length.unwrap_or(0) == body.len()).then(|| Answer { status, body: body.to_owned() })
        });
        parsed.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    }
}
