//! Lambda's side: a bin's main, and what the HTTP API says of a request.

use std::net::{IpAddr, Ipv4Addr};

use holdfast_core::Ambient;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, Context, LambdaEvent};
use lambda_runtime::service_fn;
use serde_json::Value;
use tower::{Service, ServiceBuilder};

use crate::aws::Aws;
use crate::env::Env;
use crate::function::{Function, Handler, Init};
use crate::telemetry::{self, Telemetry};

/// Whatever went wrong.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What the gateway says of a request: the only source of the client's address, because a header can be forged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Whom the gateway saw.
    pub source_ip: IpAddr,
    /// The gateway's name for the request.
    pub request_id: String,
}

/// A Lambda's main: starts the function and serves it until Lambda ends the process.
pub fn run(function: Function) -> Result<(), BoxError> {
    telemetry::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let env = Env::process();
        let ambient = Ambient::system();
        let telemetry = Telemetry::silent(&env, ambient.clone()).collected(&env)?;
        let aws = Aws::lambda(&env)?;
        let handler = function.start(Init { aws: aws.clone(), env, ambient, internet: None, telemetry }).await?;
        aws.warm().await;
        match handler {
            Handler::Http(router) => {
                lambda_http::run(ServiceBuilder::new().map_request(with_gateway).service(router)).await
            }
            Handler::Event(handler) => {
                let handle = |event: LambdaEvent<Value>| handler(event.payload);
                lambda_runtime::run(service_fn(handle)).await
            }
        }
    })
}

/// Hands a started function an event as Lambda would, through the same parsing: `sam local invoke` in a test.
pub async fn invoke(handler: &Handler, event: Value) -> Result<Value, BoxError> {
    match handler {
        Handler::Http(router) => {
            let request: LambdaRequest = serde_json::from_value(event)?;
            let service = ServiceBuilder::new().map_request(with_gateway).service(router.clone());
            // A router is always ready, and the adapter must not live on while the answer is awaited: it is not Send.
            let answer = Adapter::from(service).call(LambdaEvent::new(request, Context::default()));
            Ok(serde_json::to_value(answer.await?)?)
        }
        Handler::Event(handler) => handler(event).await,
    }
}

fn with_gateway(mut request: lambda_http::Request) -> lambda_http::Request {
    let mut gateway = Gateway { source_ip: NOBODY, request_id: String::new() };
    if let Some(RequestContext::ApiGatewayV2(context)) = request.extensions().get::<RequestContext>() {
        gateway.source_ip = context.http.source_ip.as_deref().and_then(|ip| ip.parse().ok()).unwrap_or(NOBODY);
        gateway.request_id = context.request_id.clone().unwrap_or_default();
    }
    request.extensions_mut().insert(gateway);
    request
}

/// Stands where the gateway named nobody: all such requests share one rate limit.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
