//! A shop that can be asked, wherever it is.
//!
//! Names of tables, queues and parameters come from template.yaml, as its stage has them. A deployed stack is asked over AWS,
//! a running shop over the AWS of its own that it shows under `/dev/aws`, a stopped one by being opened here: always by
//! the shop's own code over the SDK.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use holdfast_core::{Ambient, Envelope};
use holdfast_local::template::Stack;
use holdfast_local::{Blueprint, Bytes, DataFolder, Options, World, template};
use holdfast_runtime::{Aws, Env, Init, Telemetry, Web};
use http::Request;
use serde_json::Value;

use crate::Error;
use crate::arguments::Where;

/// The longest that an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A shop that can be asked.
#[derive(Clone, Debug)]
pub enum Site {
    /// One that was opened here.
    Here(World),
    /// One that is asked over HTTP.
    There(There),
}

/// A shop elsewhere.
#[derive(Clone, Debug)]
pub struct There {
    stack: Arc<Stack>,
    /// AWS's variables.
    env: Env,
    /// Where its API answers.
    api: String,
    /// Whether it runs on this machine, and has pages under `/dev`.
    pub(crate) local: bool,
}

/// template.yaml as a stage has it.
pub(crate) fn stack(of: &Where, env: &Env) -> Result<Arc<Stack>, Error> {
    let stage = match of {
        Where::Stage(stage) => stage.as_str(),
        Where::At(_) | Where::Data(_) => "local",
    };
    let (template, overrides) = settings(stage, env)?;
    Ok(Arc::clone(Blueprint::rehearse(&template, &overrides)?.stack()))
}

fn settings(stage: &str, env: &Env) -> Result<(PathBuf, std::collections::BTreeMap<String, String>), Error> {
    let stages = PathBuf::from(env.get("HOLDFAST_STAGES").unwrap_or("infra/samconfig.toml"));
    let template = PathBuf::from(env.get("HOLDFAST_TEMPLATE").unwrap_or("template.yaml"));
    Ok((template, template::stage_overrides(&stages, stage)?))
}

impl Site {
    /// Opens it, or finds the way to it.
    pub async fn open(of: &Where, env: &Env) -> Result<Self, Error> {
        match of {
            Where::Data(folder) => {
                if !folder.is_dir() {
                    return Err(format!("there is no shop in {}: make run opens one", folder.display()).into());
                }
                let data = DataFolder::open(folder)?;
                let (template, overrides) = settings("local", env)?;
                let blueprint = Blueprint::kept(&template, &overrides, &data, &Ambient::system())?;
                let world = World::start(Options::kept(blueprint, data))?;
                // What has happened is told first.
                world.settle().await;
                Ok(Self::Here(world))
            }
            Where::At(url) => {
                let aws = [
                    ("AWS_ENDPOINT_URL", format!("{url}/dev/aws")),
                    // A bucket's name is put behind it as it is.
                    ("AWS_ENDPOINT_URL_S3", format!("{url}/dev/aws/")),
                    ("AWS_REGION", "us-east-1".to_owned()),
                    ("AWS_ACCESS_KEY_ID", "operator".to_owned()),
                    ("AWS_SECRET_ACCESS_KEY", "operator".to_owned()),
                ];
                let env_of_aws = aws.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                Ok(Self::There(There { stack: stack(of, env)?, env: env_of_aws, api: url.clone(), local: true }))
            }
            Where::Stage(_) => {
                let stack = stack(of, env)?;
                let api = stack.parameters.get("AuthIssuer").cloned().unwrap_or_default();
                Ok(Self::There(There { stack, env: env.clone(), api, local: false }))
            }
        }
    }

    /// What it consists of.
    pub fn stack(&self) -> &Stack {
        match self {
            Self::Here(world) => world.stack(),
            Self::There(there) => &there.stack,
        }
    }

    /// Where its API answers; nowhere when it is stopped.
    pub(crate) fn api(&self) -> Option<&str> {
        match self {
            Self::Here(_) => None,
            Self::There(there) => Some(&there.api),
        }
    }

    /// A start in a function's environment, with the rights of whoever asks.
    pub(crate) fn init(&self, function: &str) -> Result<Init, Error> {
        let unknown = || format!("the template has no function {function}");
        match self {
            Self::Here(world) => Ok(world.operator(function).ok_or_else(unknown)?),
            Self::There(There { stack, env, .. }) => {
                let spec = stack.functions.iter().find(|spec| spec.bin == function).ok_or_else(unknown)?;
                let mine = AWS.into_iter().filter_map(|name| Some((name.to_owned(), env.get(name)?.to_owned())));
                let env: Env = spec.environment.clone().into_iter().chain(mine).collect();
                let ambient = Ambient::system();
                let telemetry = Telemetry::silent(&env, ambient.clone());
                Ok(Init { aws: Aws::lambda(&env)?, env, ambient, internet: None, telemetry })
            }
        }
    }

    /// Its AWS.
    pub(crate) fn aws(&self) -> Result<Aws, Error> {
        Ok(self.init("health")?.aws)
    }
}

/// What of the environment says which AWS, and by whose leave.
const AWS: [&str; 6] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

/// Whether the pages under `/dev` are there to be asked.
pub(crate) fn has_pages(site: &Site) -> bool {
    match site {
        Site::Here(_) => true,
        Site::There(there) => there.local,
    }
}

/// What the API, or a page under `/dev`, answers as JSON.
pub(crate) async fn get(site: &Site, path: &str) -> Result<Value, Error> {
    let (status, body) = match site {
        Site::Here(world) => {
            let answer = world.visit(Request::get(path).body(Bytes::new())?, Ipv4Addr::LOCALHOST.into()).await;
            (answer.status(), answer.into_body())
        }
        Site::There(there) => {
            let request = Request::get(format!("{}{path}", there.api)).body(Bytes::new())?;
            let answer = Web::open(&site.init("health")?)?.send(request, PATIENCE).await?;
            (answer.status(), answer.into_body())
        }
    };
    if !status.is_success() {
        return Err(format!("{path} was answered with {status}").into());
    }
    Ok(serde_json::from_slice(&body)?)
}

/// All events of a subject, in their order.
pub(crate) async fn events(site: &Site, subject: &str) -> Result<Vec<Envelope>, Error> {
    if !has_pages(site) {
        return Err("a deployed archive cannot be read, only replayed: the audit trail shows an order's events".into());
    }
    let kept = get(site, &format!("/dev/events.json?subject={subject}")).await?;
    let kept = kept["items"].as_array().cloned().unwrap_or_default();
    crate::replay::envelopes(kept, subject)
}
