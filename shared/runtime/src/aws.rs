//! The AWS SDK's clients, built by hand.
//!
//! No credential chain, no profile files, no native certificate store: what `aws_config` does for every
//! machine costs a cold start milliseconds, and a Lambda needs none of it. A client exists only where a
//! function asks for it, so that a binary carries the SDK of what it calls and nothing else.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use futures::future::{BoxFuture, join_all};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::env::{Env, InitError};
use crate::telemetry::Calls;
use crate::web::{Internet, Machine};
use crate::wire::Wire;

/// What all clients of a function share.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    env: Env,
    /// What is done at the end of INIT; nothing where there is no INIT.
    warming: Option<Arc<Warming>>,
}

/// Connections that are opened before anybody waits for them: a first call is mostly TLS.
#[derive(Default)]
struct Warming(Mutex<Vec<BoxFuture<'static, ()>>>);

impl std::fmt::Debug for Warming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Warming(…)")
    }
}

/// INIT waits no longer than this for a connection: the first request opens its own.
const LONGEST_WARMING: Duration = Duration::from_secs(1);

/// A secret, read once at INIT. It does not print.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Warming {
    fn waiting(&self) -> MutexGuard<'_, Vec<BoxFuture<'static, ()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a client's connection: by asking DynamoDB whether it is well, which needs no right, and costs nothing. The connection is
/// then the client's, because all clients share one pool.
async fn opened(client: aws_sdk_dynamodb::Client) {
    let once = aws_sdk_dynamodb::config::Builder::new().retry_config(RetryConfig::disabled());
    let asks = client.describe_endpoints().customize().config_override(once).mutate_request(|request| {
        drop(request.set_method("GET"));
        *request.body_mut() = SdkBody::empty();
    });
    // What it answers is no list of endpoints; that it answers is all.
    drop(asks.send().await);
}

impl Aws {
    /// As a Lambda has it: region and credentials from the environment, HTTPS to AWS's own roots.
    pub fn lambda(env: &Env) -> Result<Self, InitError> {
        let credentials = Credentials::new(
            env.text("AWS_ACCESS_KEY_ID")?,
            env.text("AWS_SECRET_ACCESS_KEY")?,
            env.get("AWS_SESSION_TOKEN").map(str::to_owned),
            None,
            "lambda",
        );
        let roots = CertificateDer::pem_slice_iter(include_bytes!("../certs/amazon-roots.pem"));
        let roots = roots.collect::<Result<Vec<_>, _>>().map_err(InitError::certificates)?;
        let http = Wire::new(roots, Machine.names()).map_err(InitError::certificates)?;
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(env.text("AWS_REGION")?.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http)
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .build();
        Ok(Self { warming: Some(Arc::default()), ..Self::over(config, env.clone()) })
    }

    /// Over a configuration made elsewhere: the local host's, whose HTTP client is a world in itself.
    pub fn over(config: SdkConfig, env: Env) -> Self {
        Self { config, env, warming: None }
    }

    /// The shared configuration, asking a service where the environment says, when not at AWS:
    /// `AWS_ENDPOINT_URL_SQS`, or `AWS_ENDPOINT_URL` for all.
    fn config(&self, service: &str) -> SdkConfig {
        let own = self.env.get(&format!("AWS_ENDPOINT_URL_{service}"));
        let mut config = self.config.to_builder();
        config.set_endpoint_url(own.or_else(|| self.env.get("AWS_ENDPOINT_URL")).map(str::to_owned));
        config.build()
    }

    /// DynamoDB. The first client of a function has its connection opened during INIT.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config("DYNAMODB")).interceptor(Calls);
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        if let Some(mut warming) = self.warming.as_deref().map(Warming::waiting)
            && warming.is_empty()
        {
            warming.push(Box::pin(opened(client.clone())));
        }
        client
    }

    /// Opens what is worth opening before the first request. Nothing depends on it.
    pub(crate) async fn warm(&self) {
        let waiting = self.warming.as_deref().map(|warming| std::mem::take(&mut *warming.waiting()));
        drop(tokio::time::timeout(LONGEST_WARMING, join_all(waiting.unwrap_or_default())).await);
    }

    /// SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::config::Builder::from(&self.config("SQS")).interceptor(Calls);
        aws_sdk_sqs::Client::from_conf(config.build())
    }

    /// EventBridge.
    pub fn eventbridge(&self) -> aws_sdk_eventbridge::Client {
        let config = aws_sdk_eventbridge::config::Builder::from(&self.config("EVENTBRIDGE")).interceptor(Calls);
        aws_sdk_eventbridge::Client::from_conf(config.build())
    }

    /// S3.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = self.config("S3");
        // Virtual-host names resolve at AWS alone.
        let elsewhere = config.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(elsewhere).interceptor(Calls);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// SES.
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        let config = aws_sdk_sesv2::config::Builder::from(&self.config("SESV2")).interceptor(Calls);
        aws_sdk_sesv2::Client::from_conf(config.build())
    }

    /// SNS.
    pub fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.config("SNS"))
    }

    /// Reads the SSM parameter whose name the environment holds in `variable`: for INIT alone.
    pub async fn secret(&self, variable: &str) -> Result<Secret, InitError> {
        let name = self.env.text(variable)?;
        let client = aws_sdk_ssm::Client::new(&self.config("SSM"));
        let answer = client.get_parameter().name(name).with_decryption(true).send().await;
        let answer = answer.map_err(|error| InitError::Aws {
            what: format!("the parameter {name} cannot be read"),
            source: DisplayErrorContext(&error).to_string().into(),
        })?;
        let value = answer.parameter.and_then(|parameter| parameter.value);
        value.map(Secret).ok_or_else(|| InitError::Missing(name.to_owned()))
    }
}
