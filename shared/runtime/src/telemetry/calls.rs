//! A step for each call of AWS, and a count of those that the SDK made again by itself.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

use super::trace::{Attribute, SpanKind};
use super::work::{Count, Step, count};

/// Stands in each client's way to AWS, and looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calls;

/// The step of a call, while it is under way.
#[derive(Debug)]
struct Begun(Step);

impl Storable for Begun {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(step) = Step::begin() {
            bag.interceptor_state().store_put(Begun(step));
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let attempts = bag.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts);
        let again = attempts.saturating_sub(1);
        if again > 0 {
            count(Count::Retries, again);
        }
        let Some(Begun(step)) = bag.load::<Begun>() else { return Ok(()) };
        let (service, operation) = bag.load::<Metadata>().map_or(("AWS", "?"), |call| (call.service(), call.name()));
        let mut attributes: Vec<(&'static str, Attribute)> =
            vec![("rpc.system", "aws-api".into()), ("rpc.service", service.into()), ("rpc.method", operation.into())];
        if let Some(response) = context.response() {
            attributes.push(("http.response.status_code", response.status().as_u16().into()));
        }
        if again > 0 {
            attributes.push(("http.request.resend_count", again.into()));
        }
        let failed = context.output_or_error().is_none_or(|outcome| outcome.is_err());
        step.clone().end(SpanKind::Client, format!("{service}.{operation}"), failed, attributes);
        Ok(())
    }
}
