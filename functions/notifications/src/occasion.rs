//! What calls for a message: the events that the queue's rules let through.

use holdfast_core::{CodeId, Envelope, Money, OrderId, ReturnId, SessionId, UserId};
use holdfast_events::ConsumeError;
use serde::Deserialize;

/// What calls for a message, and of whom or what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Something happened to an account.
    Account(UserId, OfAccount),
    /// Somebody has logged in where they never did before.
    NewDevice(UserId, SessionId),
    /// Something happened to an order.
    Order(OrderId, OfOrder),
}

/// What happened to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum OfAccount {
    /// Somebody registered.
    #[serde(rename = "accounts.user-registered.v1")]
    Registered {
        /// The code that shows that the address is theirs.
        code_id: CodeId,
    },
    /// Another such code was asked for.
    #[serde(rename = "accounts.verification-requested.v1")]
    VerificationRequested {
        /// The code.
        code_id: CodeId,
    },
    /// Somebody forgot their password.
    #[serde(rename = "accounts.password-reset-requested.v1")]
    ResetRequested {
        /// The code that sets another.
        code_id: CodeId,
    },
    /// Somebody registered who has an account.
    #[serde(rename = "accounts.registration-repeated.v1")]
    RegistrationRepeated {},
    /// The password was changed by somebody who knew it.
    #[serde(rename = "accounts.password-changed.v1")]
    PasswordChanged {},
    /// The password was changed by somebody who had the code.
    #[serde(rename = "accounts.password-reset.v1")]
    PasswordReset {},
}

/// What happened in a session. Its subject is the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
enum OfSession {
    #[serde(rename = "accounts.session-started-on-new-device.v1")]
    NewDevice { user_id: UserId },
}

/// What happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum OfOrder {
    /// It was placed.
    #[serde(rename = "orders.order-placed.v1")]
    Placed {},
    /// It was paid.
    #[serde(rename = "orders.order-paid.v1")]
    Paid {
        /// How much came.
        amount: Money,
        /// Whether it had expired before.
        late: bool,
    },
    /// Nobody paid in time.
    #[serde(rename = "orders.order-expired.v1")]
    Expired {},
    /// It is on its way.
    #[serde(rename = "orders.order-shipped.v1")]
    Shipped {},
    /// It has arrived.
    #[serde(rename = "orders.order-delivered.v1")]
    Delivered {},
    /// It was called off.
    #[serde(rename = "orders.order-cancelled.v1")]
    Cancelled {
        /// What is to go back.
        refund: Money,
    },
    /// A return may come.
    #[serde(rename = "orders.return-approved.v1")]
    ReturnApproved {
        /// Which.
        return_id: ReturnId,
    },
    /// A return may not come.
    #[serde(rename = "orders.return-rejected.v1")]
    ReturnRejected {
        /// Which.
        return_id: ReturnId,
    },
    /// A return has come.
    #[serde(rename = "orders.return-received.v1")]
    ReturnReceived {
        /// Which.
        return_id: ReturnId,
        /// What is to go back.
        refund: Money,
    },
}

impl OfOrder {
    /// The return that it is about, if it is about one.
    pub fn return_id(self) -> Option<ReturnId> {
        match self {
            Self::ReturnApproved { return_id }
            | Self::ReturnRejected { return_id }
            | Self::ReturnReceived { return_id, .. } => Some(return_id),
            Self::Placed {} | Self::Paid { .. } | Self::Expired {} | Self::Shipped {} | Self::Delivered {} => None,
            Self::Cancelled { .. } => None,
        }
    }
}

impl Occasion {
    /// What an event calls for. One that the rules should not have let through is poison: it must not be lost in silence.
    pub fn of(envelope: &Envelope) -> Result<Self, ConsumeError> {
        let event = &envelope.event;
        let unknown = |_| ConsumeError::Poison("no message is known for such an event".to_owned());
        let stranger = |what| ConsumeError::Poison(format!("the event's subject is no {what}"));
        if event.kind.starts_with("orders.") {
            let order = event.subject.parse().map_err(|_| stranger("order"))?;
            return Ok(Self::Order(order, event.told().map_err(unknown)?));
        }
        if event.kind.starts_with("accounts.session-") {
            let OfSession::NewDevice { user_id } = event.told().map_err(unknown)?;
            return Ok(Self::NewDevice(user_id, event.subject.parse().map_err(|_| stranger("session"))?));
        }
        let what = event.told().map_err(unknown)?;
        Ok(Self::Account(event.subject.parse().map_err(|_| stranger("user"))?, what))
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::{EventId, Id, StoredEvent, Timestamp};
    use serde::Serialize;

    use super::*;

    fn envelope(happened: &impl Serialize, subject: &str) -> Envelope {
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
        use holdfast_accounts::events::Happened;
        let (user, session) = (UserId::from_bytes([2; 16]), SessionId::from_bytes([4; 16]));
        let code_id = CodeId::from_bytes([3; 16]);
        let occasions = [
            (Happened::Registered { code_id }, OfAccount::Registered { code_id }),
            (Happened::VerificationRequested { code_id }, OfAccount::VerificationRequested { code_id }),
            (Happened::ResetRequested { code_id }, OfAccount::ResetRequested { code_id }),
            (Happened::RegistrationRepeated {}, OfAccount::RegistrationRepeated {}),
            (Happened::PasswordChanged {}, OfAccount::PasswordChanged {}),
            (Happened::PasswordReset {}, OfAccount::PasswordReset {}),
        ];
        for (happened, what) in occasions {
            let occasion = Occasion::of(&envelope(&happened, &user.to_string()));
            assert_eq!(occasion, Ok(Occasion::Account(user, what)));
        }
        let happened = Happened::SessionStartedOnNewDevice { user_id: user };
        let occasion = Occasion::of(&envelope(&happened, &session.to_string()));
        assert_eq!(occasion, Ok(Occasion::NewDevice(user, session)));
    }

    #[test]
    fn what_orders_say_is_understood() {
        use holdfast_orders::domain::Status;
        use holdfast_orders::events::Happened;
        let (order, return_id) = (OrderId::from_bytes([2; 16]), ReturnId::from_bytes([3; 16]));
        let money = Money::new(1999, "USD".parse().unwrap());
        let placed = Happened::Placed { customer_id: None, total: money, expires_at: Timestamp::UNIX_EPOCH };
        let occasions = [
            (placed, OfOrder::Placed {}),
            (Happened::Paid { amount: money, late: true }, OfOrder::Paid { amount: money, late: true }),
            (Happened::Expired { reservation_id: Id::from_bytes([4; 16]) }, OfOrder::Expired {}),
            (Happened::Shipped {}, OfOrder::Shipped {}),
            (Happened::Delivered {}, OfOrder::Delivered {}),
            (Happened::Cancelled { was: Status::Paid, refund: money }, OfOrder::Cancelled { refund: money }),
            (Happened::ReturnApproved { return_id }, OfOrder::ReturnApproved { return_id }),
            (Happened::ReturnRejected { return_id }, OfOrder::ReturnRejected { return_id }),
            (
                Happened::ReturnReceived { return_id, refund: money },
                OfOrder::ReturnReceived { return_id, refund: money },
            ),
        ];
        for (happened, what) in occasions {
            let occasion = Occasion::of(&envelope(&happened, &order.to_string()));
            assert_eq!(occasion, Ok(Occasion::Order(order, what)));
        }
    }

    #[test]
    fn what_no_message_is_known_for_is_not_passed_over() {
        use holdfast_accounts::events::Happened;
        use holdfast_orders::events::Happened as Ordered;
        let user = UserId::from_bytes([2; 16]).to_string();
        let order = OrderId::from_bytes([2; 16]).to_string();
        let repeated = Happened::RegistrationRepeated {};
        let session = Happened::SessionEnded { user_id: UserId::from_bytes([2; 16]) };
        for wrong in [
            envelope(&Happened::EmailVerified {}, &user),
            envelope(&repeated, "ada@example.com"),
            envelope(&session, &user),
            envelope(&Ordered::Processing {}, &order),
            envelope(&Ordered::Shipped {}, &user),
        ] {
            assert!(matches!(Occasion::of(&wrong), Err(ConsumeError::Poison(_))), "{wrong:?}");
        }
    }
}
