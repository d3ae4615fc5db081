//! SES and SNS: what is "sent" lies in a mailbox that people and tests read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_core::Clock;
use jiff::Timestamp;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::mime::Message;
use super::{EngineError, Refusal, held, text, uuid};
use crate::clock::WorldClock;
use crate::store::Store;
use crate::template::model::Stack;

/// How a message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// SES.
    Email,
    /// SNS, to a telephone number.
    Sms,
    /// SNS, to a topic or an endpoint.
    Push,
}

/// A message that was "sent".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The id that the sender was told.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// How.
    pub channel: Channel,
    /// From whom; empty for SMS.
    pub from: String,
    /// To whom: addresses, a telephone number, a topic's ARN.
    pub to: Vec<String>,
    /// The subject; empty for SMS.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML, where there is any.
    pub html: Option<String>,
    /// The sender's tags.
    pub tags: BTreeMap<String, String>,
    /// The headers that the sender added.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// SES and SNS.
#[derive(Debug)]
pub struct Mailbox {
    store: Store,
    clock: WorldClock,
    identities: Mutex<BTreeSet<String>>,
    outage: AtomicBool,
    /// The addresses that there are not.
    bouncing: Mutex<BTreeSet<String>>,
}

impl Mailbox {
    /// A mailbox in which the stack's own sender addresses (its parameters that are addresses) are verified.
    pub(super) fn new(stack: &Stack, store: Store, clock: WorldClock) -> Self {
        let addresses = stack.parameters.values().map(|value| address(value)).filter(|value| value.contains('@'));
        let identities = Mutex::new(addresses.collect());
        Self { store, clock, identities, outage: AtomicBool::new(false), bouncing: Mutex::default() }
    }

    /// Lets mail be sent from an address, or from all of a domain.
    pub fn verify(&self, identity: &str) {
        held(&self.identities).insert(identity.to_lowercase());
    }

    /// From now on the providers answer every message with an error, or take them again.
    pub fn set_outage(&self, outage: bool) {
        self.outage.store(outage, Ordering::SeqCst);
    }

    /// From now on mails to an address come back, as if it were none.
    pub fn bounce(&self, address: &str) {
        held(&self.bouncing).insert(address.to_lowercase());
    }

    /// What SES tells of a mail that was just sent and comes back, when its sender wants to hear of it.
    pub(super) fn comes_back(&self, request: &Value, answer: &Value) -> Option<Value> {
        text(request, "ConfigurationSetName")?;
        let to = request["Destination"]["ToAddresses"][0].as_str()?;
        if !held(&self.bouncing).contains(&address(to)) {
            return None;
        }
        let tags = request["EmailTags"].as_array().into_iter().flatten();
        let mut tags: BTreeMap<_, _> =
            tags.filter_map(|tag| Some((text(tag, "Name")?.to_owned(), text(tag, "Value")?.to_owned()))).collect();
        tags.extend(set_of(request));
        let bounced = json!({"bounceType": "Permanent", "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": to, "action": "failed", "status": "5.1.1"}]});
        let mail = self.of_mail(answer["MessageId"].as_str()?, to, &tags);
        Some(json!({"eventType": "Bounce", "bounce": bounced, "mail": mail}))
    }

    /// What SES tells of the newest mail to an address, when its reader complains of it.
    pub(super) fn complaint(&self, of: &str) -> Result<Option<Value>, EngineError> {
        let newest = self.mailbox()?.into_iter().rev().find(|mail| mail.to.iter().any(|to| address(to) == of));
        Ok(newest.map(|mail| {
            let complaint = json!({"complainedRecipients": [{"emailAddress": of}], "complaintFeedbackType": "abuse"});
            json!({"eventType": "Complaint", "complaint": complaint, "mail": self.of_mail(&mail.id, of, &mail.tags)})
        }))
    }

    fn of_mail(&self, id: &str, to: &str, tags: &BTreeMap<String, String>) -> Value {
        let tags: BTreeMap<_, _> = tags.iter().map(|(name, value)| (name, [value])).collect();
        json!({"timestamp": self.clock.now().to_string(), "messageId": id, "destination": [to], "tags": tags})
    }

    /// All that was sent, oldest first.
    pub fn mailbox(&self) -> Result<Vec<Mail>, EngineError> {
        let mails: Vec<String> = self.store.with(|db| {
            db.prepare_cached("SELECT mail FROM mails ORDER BY id")?.query_map([], |row| row.get(0))?.collect()
        })?;
        Ok(mails.iter().filter_map(|mail| serde_json::from_str(mail).ok()).collect())
    }

    fn keep(&self, mail: Mail) -> Result<String, Refusal> {
        if self.outage.load(Ordering::SeqCst) {
            let message = "The provider is out of service.".to_owned();
            return Err(Refusal { status: 503, code: "ServiceUnavailable".to_owned(), message });
        }
        let id = self.store.transaction(|db| {
            db.prepare_cached("INSERT INTO mails (mail) VALUES ('')")?.execute([])?;
            let row = db.last_insert_rowid();
            let id = uuid(0x3a11, row);
            let mail = json!(Mail { id: id.clone(), ..mail }).to_string();
            db.prepare_cached("UPDATE mails SET mail = ?2 WHERE id = ?1")?.execute(params![row, mail])?;
            Ok(id)
        })?;
        Ok(id)
    }

    /// SES: `POST /v2/email/outbound-emails`.
    pub(crate) fn send_email(&self, request: &Value) -> Result<Value, Refusal> {
        let destination = &request["Destination"];
        let mut to: Vec<String> = ["ToAddresses", "CcAddresses", "BccAddresses"]
            .iter()
            .flat_map(|kind| destination[*kind].as_array().into_iter().flatten())
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let mut from = text(request, "FromEmailAddress").unwrap_or_default().to_owned();
        let content = &request["Content"];
        let message = if let Some(raw) = text(&content["Raw"], "Data") {
            let bytes =
                STANDARD.decode(raw).map_err(|_| Refusal::new("BadRequestException", "Raw data is not base64"))?;
            let message = Message::read(&String::from_utf8_lossy(&bytes));
            if from.is_empty() {
                from.clone_from(&message.from);
            }
            if to.is_empty() {
                to.clone_from(&message.to);
            }
            message
        } else {
            let simple = &content["Simple"];
            let part = |of: &Value| text(of, "Data").map(str::to_owned);
            Message {
                subject: part(&simple["Subject"]).unwrap_or_default(),
                text: part(&simple["Body"]["Text"]).unwrap_or_default(),
                html: part(&simple["Body"]["Html"]),
                ..Message::default()
            }
        };
        if to.is_empty() {
            return Err(Refusal::new("BadRequestException", "Missing required header 'To'."));
        }
        self.check_sender(&from)?;
        let tags = request["EmailTags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|tag| Some((text(tag, "Name")?.to_owned(), text(tag, "Value")?.to_owned())));
        let subject = message.subject;
        let (id, at) = (String::new(), self.clock.now());
        let tags = tags.chain(set_of(request)).collect();
        let headers = content["Simple"]["Headers"].as_array().into_iter().flatten();
        let headers = headers
            .filter_map(|header| Some((text(header, "Name")?.to_owned(), text(header, "Value")?.to_owned())))
            .collect();
        let (text, html) = (message.text, message.html);
        let id = self.keep(Mail { id, at, channel: Channel::Email, from, to, subject, text, html, tags, headers })?;
        Ok(json!({"MessageId": id}))
    }

    fn check_sender(&self, from: &str) -> Result<(), Refusal> {
        let address = address(from);
        let domain = address.split_once('@').map_or("", |(_, domain)| domain);
        let identities = held(&self.identities);
        if identities.contains(&address) || identities.contains(domain) {
            return Ok(());
        }
        let reason = format!(
            "Email address is not verified. The following identities failed the check in region US-EAST-1: {from}"
        );
        Err(Refusal::new("MessageRejected", reason))
    }

    /// SNS: `Action=Publish`, with the request's parameters.
    pub(crate) fn publish(&self, parameters: &BTreeMap<String, String>) -> Result<String, Refusal> {
        let parameter = |name: &str| parameters.get(name).filter(|value| !value.is_empty()).cloned();
        let invalid = |reason: &str| Refusal::new("InvalidParameter", format!("Invalid parameter: {reason}"));
        let text = parameter("Message").ok_or_else(|| invalid("Empty message"))?;
        let (channel, to) = match (parameter("PhoneNumber"), parameter("TargetArn").or_else(|| parameter("TopicArn"))) {
            (Some(number), None) => {
                let digits = number.strip_prefix('+').unwrap_or_default();
                if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                    return Err(invalid(&format!("PhoneNumber Reason: {number} is not valid to publish to")));
                }
                (Channel::Sms, number)
            }
            (None, Some(arn)) => {
                if arn.contains(":endpoint/") && self.store.fact(&endpoint_fact(&arn))?.as_deref() != Some(LIVE) {
                    let message = "Endpoint is disabled".to_owned();
                    return Err(Refusal { status: 400, code: "EndpointDisabled".to_owned(), message });
                }
                (Channel::Push, arn)
            }
            _ => return Err(invalid("TopicArn, TargetArn or PhoneNumber Reason: no value for required parameter")),
        };
        self.keep(Mail {
            id: String::new(),
            at: self.clock.now(),
            channel,
            from: String::new(),
            to: vec![to],
            subject: parameter("Subject").unwrap_or_default(),
            text,
            html: None,
            tags: BTreeMap::new(),
            headers: BTreeMap::new(),
        })
    }

    /// SNS: `Action=CreatePlatformEndpoint`. A token has one endpoint, however often it is asked for.
    pub(crate) fn create_endpoint(&self, parameters: &BTreeMap<String, String>) -> Result<String, Refusal> {
        let parameter = |name: &str| parameters.get(name).filter(|value| !value.is_empty());
        let (application, token) = parameter("PlatformApplicationArn").zip(parameter("Token")).ok_or_else(|| {
            Refusal::new("InvalidParameter", "Invalid parameter: PlatformApplicationArn and Token are required")
        })?;
        if !application.contains(":app/") {
            return Err(Refusal::new("InvalidParameter", "Invalid parameter: PlatformApplicationArn"));
        }
        let name: String = token.bytes().map(|byte| format!("{byte:02x}")).take(64).collect();
        let arn = format!("{}/{name}", application.replace(":app/", ":endpoint/"));
        self.store.keep(&endpoint_fact(&arn), LIVE)?;
        Ok(arn)
    }

    /// SNS: `Action=DeleteEndpoint`.
    pub(crate) fn delete_endpoint(&self, parameters: &BTreeMap<String, String>) -> Result<(), Refusal> {
        let arn = parameters.get("EndpointArn").map(String::as_str).unwrap_or_default();
        Ok(self.disable_endpoint(arn)?)
    }

    /// The push service says that an app is not on its device any more.
    pub fn disable_endpoint(&self, arn: &str) -> Result<(), EngineError> {
        self.store.keep(&endpoint_fact(arn), "disabled")
    }
}

/// SES tags what it sends by a configuration set itself.
fn set_of(request: &Value) -> Option<(String, String)> {
    Some(("ses:configuration-set".to_owned(), text(request, "ConfigurationSetName")?.to_owned()))
}

const LIVE: &str = "live";

fn endpoint_fact(arn: &str) -> String {
    format!("endpoint {arn}")
}

/// The address alone, in lower case: `Shop <Mail@Shop.test>` is `mail@shop.test`.
fn address(of: &str) -> String {
    let inner = of.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(of, |(address, _)| address);
    inner.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
