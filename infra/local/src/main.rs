//! `make run`: the shop on a port of this machine.

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use holdfast_core::Ambient;
use holdfast_local::demo;
use holdfast_local::seed::{self, SeedError};
use holdfast_local::{Background, Blueprint, DataFolder, Faults, Options, PORT, World, template};
use holdfast_runtime::Env;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// What is in a shop that is opened for the first time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BeginsWith {
    Nothing,
    /// Somebody of each kind to log in as.
    Accounts,
    /// And goods.
    Demo,
}

/// What the environment chooses.
struct Settings {
    port: u16,
    data: PathBuf,
    begins_with: BeginsWith,
    faults: Faults,
    template: PathBuf,
    stages: PathBuf,
    /// Where spans go beside the status page.
    collector: Option<String>,
}

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).compact().init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever is in it.
            let error = error.to_string().replace('\n', " ");
            drop(writeln!(io::stderr(), "holdfast-local: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let settings = Settings::read(&Env::process())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(open(settings))
}

async fn open(settings: Settings) -> Result<(), Box<dyn Error>> {
    let data = DataFolder::open(&settings.data)?;
    // Early: links and origins name the port. Whoever comes before the shop is open waits.
    let listener = listen(settings.port).await?;
    let port = listener.local_addr()?.port();
    let mut overrides = template::stage_overrides(&settings.stages, "local")?;
    // What the stage says of its own address (links in mails, origins) is said of the port that was chosen.
    let (usual, chosen) = (format!("127.0.0.1:{PORT}"), format!("127.0.0.1:{port}"));
    overrides.values_mut().for_each(|value| *value = value.replace(&usual, &chosen));
    if let Some(collector) = settings.collector {
        overrides.insert("OtlpEndpoint".to_owned(), collector);
    }
    let blueprint = Blueprint::kept(&settings.template, &overrides, &data, &Ambient::system())?;
    let world = World::start(Options { faults: settings.faults, port, ..Options::kept(blueprint, data) })?;
    let background = Background::start(&world);
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let table = table(port, &settings.data, settings.begins_with);
    let mut welcome = tokio::spawn(welcome(world.clone(), table, settings.begins_with));
    let stop = async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    };
    tokio::select! {
        served = holdfast_local::serve(world, listener, stop) => served?,
        Ok(Err(error)) = &mut welcome => return Err(format!("the demo accounts cannot be made: {error}").into()),
    }
    welcome.abort();
    background.stop().await;
    Ok(())
}

async fn listen(port: u16) -> Result<TcpListener, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        if error.kind() == ErrorKind::AddrInUse {
            format!("port {port} is in use; HOLDFAST_PORT names another")
        } else {
            format!("port {port} cannot be opened: {error}")
        }
    })
}

/// Says where everything is, as soon as all of it is there.
async fn welcome(world: World, table: String, begins_with: BeginsWith) -> Result<(), SeedError> {
    if begins_with != BeginsWith::Nothing {
        seed::demo(&world).await?;
    }
    drop(io::stdout().write_all(table.as_bytes()));
    // Nobody waits for what the shop sells; what is missing comes at the next start.
    if begins_with == BeginsWith::Demo
        && let Err(error) = demo::shop(&world).await
    {
        tracing::warn!(%error, "the demo catalog is not complete");
    }
    Ok(())
}

impl Settings {
    fn read(env: &Env) -> Result<Self, Box<dyn Error>> {
        let number = |name: &str, default: u64, most: u64| match env.get(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| *number <= most)
                .ok_or_else(|| format!("{name} is {text:?}, not a number from 0 to {most}")),
        };
        let chaos_seed = number("HOLDFAST_CHAOS_SEED", 0, u64::MAX)?;
        let chaos = env.get("HOLDFAST_CHAOS").unwrap_or_default();
        let faults = Faults::parse(chaos, chaos_seed).map_err(|error| format!("HOLDFAST_CHAOS: {error}"))?;
        let begins_with = match env.get("HOLDFAST_SEED").unwrap_or("demo") {
            "demo" => BeginsWith::Demo,
            "accounts" => BeginsWith::Accounts,
            "empty" => BeginsWith::Nothing,
            other => return Err(format!("HOLDFAST_SEED is {other:?}, not demo, accounts or empty").into()),
        };
        Ok(Self {
            port: u16::try_from(number("HOLDFAST_PORT", u64::from(PORT), u64::from(u16::MAX))?)?,
            data: env.get("HOLDFAST_DATA").unwrap_or(".holdfast").into(),
            begins_with,
            faults,
            template: env.get("HOLDFAST_TEMPLATE").unwrap_or("template.yaml").into(),
            stages: env.get("HOLDFAST_STAGES").unwrap_or("infra/samconfig.toml").into(),
            collector: env.get("OTEL_EXPORTER_OTLP_ENDPOINT").map(str::to_owned),
        })
    }
}

fn table(port: u16, data: &Path, begins_with: BeginsWith) -> String {
    let base = format!("http://127.0.0.1:{port}");
    let mut table = format!(
        "\n  Holdfast is open\n\n  API      {base}\n  Docs     {base}/docs\n  Status   {base}/dev\n  Mailbox  {base}/dev/mail\n  Payments {base}/dev/gateway\n  Data     {}\n\n",
        data.display()
    );
    if begins_with != BeginsWith::Nothing {
        table.push_str(&format!("  Accounts, password {}\n\n", seed::PASSWORD));
        for account in seed::ACCOUNTS {
            table.push_str(&format!("  {:<22}{}\n", account.email, account.title()));
        }
        table.push('\n');
    }
    table.push_str("  Ctrl-C stops it.\n\n");
    table
}
