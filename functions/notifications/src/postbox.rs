//! Where mails are handed over: SES.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag};
use holdfast_core::EventId;
use holdfast_events::ConsumeError;
use holdfast_runtime::{FromInit, Init, InitError};

use crate::letter::Mail;
use crate::store::Mark;

/// Sends mails, by SES.
#[derive(Clone, Debug)]
pub(crate) struct Postbox {
    ses: Client,
    sender: String,
    /// By this SES tells what became of them.
    configuration_set: String,
}

/// Where a mail goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope<'a> {
    /// The address.
    pub(crate) to: &'a str,
    /// What stands for it: SES says it back when the mail does not arrive.
    pub(crate) mark: &'a Mark,
    /// The route that declines such mails, where they can be declined.
    pub(crate) decline: Option<&'a str>,
}

impl FromInit for Postbox {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let (sender, set) = (init.env.text("MAIL_SENDER")?, init.env.text("MAIL_CONFIGURATION_SET")?);
        Ok(Self { ses: init.aws.ses(), sender: sender.to_owned(), configuration_set: set.to_owned() })
    }
}

impl Postbox {
    /// Sends a mail because of an event, to the address alone: a name beside it would be one more place for what a person
    /// typed.
    pub(crate) async fn send(&self, envelope: &Envelope<'_>, mail: &Mail, event: EventId) -> Result<(), ConsumeError> {
        let built = content(mail, envelope.decline).and_then(|content| {
            let tag = |name: &str, value: String| MessageTag::builder().name(name).value(value).build();
            Ok((content, [tag("event_id", event.to_string())?, tag("address", envelope.mark.to_string())?]))
        });
        let (content, tags) = built.map_err(|error| ConsumeError::Poison(error.to_string()))?;
        let destination = Destination::builder().to_addresses(envelope.to).build();
        let call = self.ses.send_email().from_email_address(&self.sender).destination(destination);
        let call =
            call.configuration_set_name(&self.configuration_set).content(content).set_email_tags(Some(tags.into()));
        call.send().await.map_err(|error| refused(&error))?;
        tracing::info!(event_id = %event, "mail.sent");
        Ok(())
    }
}

/// With the headers of RFC 8058, by which a mail client declines with one click.
fn content(mail: &Mail, decline: Option<&str>) -> Result<EmailContent, BuildError> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build();
    let mut message = Message::builder().subject(utf8(&mail.subject)?).body(body);
    if let Some(route) = decline {
        let header = |name: &str, value: &str| MessageHeader::builder().name(name).value(value).build();
        message = message.headers(header("List-Unsubscribe", &format!("<{route}>"))?);
        message = message.headers(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
    }
    Ok(EmailContent::builder().simple(message.build()).build())
}

/// SES's own words stay out of it: they like to name the address.
fn refused<R>(error: &SdkError<SendEmailError, R>) -> ConsumeError {
    let code = error.code().unwrap_or("no answer");
    let of_the_mail = error.as_service_error().is_some_and(|error| {
        error.is_message_rejected() || error.is_bad_request_exception() || error.is_not_found_exception()
    });
    // All else passes: throttling, a pause, our sender not verified yet, the network.
    if of_the_mail {
        ConsumeError::Poison(format!("SES refuses the mail: {code}"))
    } else {
        ConsumeError::Retry(format!("SES did not take the mail: {code}"))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sesv2::error::ErrorMetadata;
    use aws_sdk_sesv2::types::error::{MessageRejected, TooManyRequestsException};

    use super::*;

    #[test]
    fn a_refusal_is_poison_and_all_else_is_tried_again() {
        let meta = |code: &str| ErrorMetadata::builder().code(code).message("ada@example.com").build();
        let rejected = MessageRejected::builder().meta(meta("MessageRejected")).build();
        let rejected = SdkError::service_error(SendEmailError::MessageRejected(rejected), ());
        assert_eq!(refused(&rejected), ConsumeError::Poison("SES refuses the mail: MessageRejected".to_owned()));
        let throttled = TooManyRequestsException::builder().meta(meta("TooManyRequestsException")).build();
        let throttled = SdkError::service_error(SendEmailError::TooManyRequestsException(throttled), ());
        let retry = ConsumeError::Retry("SES did not take the mail: TooManyRequestsException".to_owned());
        assert_eq!(refused(&throttled), retry);
        let lost = SdkError::<SendEmailError, ()>::timeout_error("slow");
        assert_eq!(refused(&lost), ConsumeError::Retry("SES did not take the mail: no answer".to_owned()));
    }
}
