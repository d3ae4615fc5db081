//! Where texts to telephones and notes to apps are handed over: SNS.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::types::MessageAttributeValue;
use holdfast_events::ConsumeError;
use holdfast_http::Problem;
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{Phone, PushToken};

/// Sends texts and notes, by SNS.
#[derive(Clone, Debug)]
pub(crate) struct Pager {
    sns: Client,
    /// What SNS knows the shop's app by; none when it has none.
    application: Option<String>,
}

/// What became of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noted {
    /// It was sent.
    Sent,
    /// The app is not on the device any more.
    Gone,
}

impl FromInit for Pager {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let application = init.env.get("PUSH_APPLICATION").filter(|arn| !arn.is_empty()).map(str::to_owned);
        Ok(Self { sns: init.aws.sns(), application })
    }
}

impl Pager {
    /// Sends a text to a telephone.
    pub(crate) async fn text(&self, number: &Phone, words: &str) -> Result<(), ConsumeError> {
        let transactional = MessageAttributeValue::builder().data_type("String").string_value("Transactional").build();
        let transactional = transactional.map_err(|error| ConsumeError::Poison(error.to_string()))?;
        let call = self.sns.publish().phone_number(number.as_str()).message(words);
        let call = call.message_attributes("AWS.SNS.SMS.SMSType", transactional);
        call.send().await.map(drop).map_err(|error| refused(&error))
    }

    /// Sends a note to an app.
    pub(crate) async fn note(&self, endpoint: &str, words: &str) -> Result<Noted, ConsumeError> {
        match self.sns.publish().target_arn(endpoint).message(words).send().await {
            Ok(_) => Ok(Noted::Sent),
            Err(error) if is_gone(&error) => Ok(Noted::Gone),
            Err(error) => Err(refused(&error)),
        }
    }

    /// What SNS knows an app on a device by; nothing when the shop has no app.
    pub(crate) async fn endpoint(&self, token: &PushToken) -> Result<Option<String>, Problem> {
        let Some(application) = &self.application else { return Ok(None) };
        let call = self.sns.create_platform_endpoint().platform_application_arn(application).token(token.as_str());
        let answer = call.send().await.map_err(|error| {
            let refuses = error.as_service_error().is_some_and(|error| error.is_invalid_parameter_exception());
            if refuses {
                Problem::invalid("/token", "is none that the push service knows")
            } else {
                Problem::unavailable("SNS did not answer")
            }
        })?;
        Ok(answer.endpoint_arn)
    }

    /// Lets SNS forget an app on a device, if it can be reached.
    pub(crate) async fn forget(&self, endpoint: &str) {
        if let Err(error) = self.sns.delete_endpoint().endpoint_arn(endpoint).send().await {
            tracing::warn!(code = error.code().unwrap_or("no answer"), "push.endpoint_not_deleted");
        }
    }
}

fn is_gone<R>(error: &SdkError<PublishError, R>) -> bool {
    error
        .as_service_error()
        .is_some_and(|error| error.is_endpoint_disabled_exception() || error.is_not_found_exception())
}

/// SNS's own words stay out of it: they like to name the number.
fn refused<R>(error: &SdkError<PublishError, R>) -> ConsumeError {
    let code = error.code().unwrap_or("no answer");
    let of_the_message = error.as_service_error().is_some_and(|error| error.is_invalid_parameter_exception());
    if of_the_message {
        ConsumeError::Poison(format!("SNS refuses the message: {code}"))
    } else {
        ConsumeError::Retry(format!("SNS did not take the message: {code}"))
    }
}
