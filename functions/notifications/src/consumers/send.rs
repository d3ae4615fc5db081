//! notifications-send: the mails that accounts ask for.

use holdfast_accounts::codes::{Codes, Purpose};
use holdfast_accounts::directory::{Contact, Directory};
use holdfast_core::{CodeId, Envelope, EventId, UserId};
use holdfast_events::{Claims, ConsumeError, Consumer, queue};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;

use crate::letter::Mail;
use crate::mails::{already_registered, reset_password, verify_email};
use crate::postbox::Postbox;

/// Who is written to, how, and by whom.
#[derive(Clone, Debug)]
pub struct Post {
    claims: Claims,
    people: Directory,
    codes: Codes,
    postbox: Postbox,
    storefront: String,
}

/// What calls for a mail: the events that the queue's rule lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
enum Occasion {
    #[serde(rename = "accounts.user-registered.v1")]
    Registered { code_id: CodeId },
    #[serde(rename = "accounts.verification-requested.v1")]
    VerificationRequested { code_id: CodeId },
    #[serde(rename = "accounts.password-reset-requested.v1")]
    ResetRequested { code_id: CodeId },
    #[serde(rename = "accounts.registration-repeated.v1")]
    RegistrationRepeated {},
}

impl FromInit for Post {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            claims: Claims::new(init, "NOTIFICATIONS_TABLE", "notifications-send")?,
            people: Directory::from_init(init).await?,
            codes: Codes::from_init(init).await?,
            postbox: Postbox::from_init(init).await?,
            storefront: init.env.text("STOREFRONT_URL")?.trim_end_matches('/').to_owned(),
        })
    }
}

impl Consumer for Post {
    async fn handle(&self, envelope: Envelope) -> Result<(), ConsumeError> {
        let (event, user, occasion) = read(&envelope)?;
        self.claims.once(event, &user.to_string(), self.write_to(user, occasion, event)).await
    }
}

fn read(envelope: &Envelope) -> Result<(EventId, UserId, Occasion), ConsumeError> {
    let event = &envelope.event;
    let occasion = event.told().map_err(|_| ConsumeError::Poison("no mail is known for such an event".to_owned()))?;
    let user = event.subject.parse().map_err(|_| ConsumeError::Poison("the event's subject is no user".to_owned()))?;
    Ok((event.id, user, occasion))
}

impl Post {
    async fn write_to(&self, user: UserId, occasion: Occasion, event: EventId) -> Result<(), ConsumeError> {
        let contact = self.people.contact(user).await;
        let contact = contact.map_err(|problem| ConsumeError::Retry(format!("accounts say {}", problem.code())))?;
        // Erased in the meantime: there is nobody to write to, and that is how it should be.
        let Some(contact) = contact else { return Ok(()) };
        let mail = self.mail(&contact, user, occasion);
        self.postbox.send(contact.email.as_str(), &mail, event).await
    }

    fn mail(&self, contact: &Contact, user: UserId, occasion: Occasion) -> Mail {
        let name = contact.name.as_str();
        let page = |page: &str| format!("{}/{page}", self.storefront);
        match occasion {
            Occasion::Registered { code_id } | Occasion::VerificationRequested { code_id } => {
                let token = self.codes.text(Purpose::VerifyEmail, user, code_id);
                verify_email::mail(&page(&format!("verify-email?token={token}")), &token)
            }
            Occasion::ResetRequested { code_id } => {
                let token = self.codes.text(Purpose::ResetPassword, user, code_id);
                reset_password::mail(name, &page(&format!("reset-password?token={token}")), &token)
            }
            Occasion::RegistrationRepeated {} => {
                already_registered::mail(name, &page("login"), &page("forgot-password"))
            }
        }
    }
}

/// notifications-send.
pub fn function() -> Function {
    queue::<Post>("notifications-send")
}

#[cfg(test)]
mod tests {
    use holdfast_accounts::events::Happened;
    use holdfast_core::{Id, StoredEvent, Timestamp};

    use super::*;

    fn envelope(happened: &Happened, subject: &str) -> Envelope {
        let happened = serde_json::to_value(happened).unwrap();
        let event = StoredEvent {
            id: EventId::from_bytes([1; 16]),
            kind: happened["type"].as_str().unwrap().to_owned(),
            time: Timestamp::UNIX_EPOCH,
            subject: subject.to_owned(),
            causation: Default::default(),
            data: happened["data"].clone(),
        };
        Envelope { source: "holdfast.accounts".to_owned(), sequence: 1, event }
    }

    #[test]
    fn what_accounts_say_is_understood() {
        let user = UserId::from_bytes([2; 16]);
        let code_id = CodeId::from_bytes([3; 16]);
        let occasions = [
            (Happened::Registered { code_id }, Occasion::Registered { code_id }),
            (Happened::VerificationRequested { code_id }, Occasion::VerificationRequested { code_id }),
            (Happened::ResetRequested { code_id }, Occasion::ResetRequested { code_id }),
            (Happened::RegistrationRepeated {}, Occasion::RegistrationRepeated {}),
        ];
        for (happened, occasion) in occasions {
            let read = read(&envelope(&happened, &user.to_string()));
            assert_eq!(read, Ok((EventId::from_bytes([1; 16]), user, occasion)));
        }
    }

    #[test]
    fn what_no_mail_is_known_for_is_not_passed_over() {
        let user = UserId::from_bytes([2; 16]).to_string();
        assert!(matches!(read(&envelope(&Happened::EmailVerified {}, &user)), Err(ConsumeError::Poison(_))));
        let repeated = Happened::RegistrationRepeated {};
        assert!(matches!(read(&envelope(&repeated, "ada@example.com")), Err(ConsumeError::Poison(_))));
    }
}
