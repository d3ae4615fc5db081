//! What calls for a message: the events that the queue's rules let through.

use holdfast_core::{CodeId, DeviceId, Envelope, Money, OrderId, ReturnId, SessionId, UserId, WebhookEndpointId};
use holdfast_events::ConsumeError;
use serde::Deserialize;

use crate::domain::Kind;

/// What calls for a message, and of whom or what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Something happened to an account.
    Account(UserId, OfAccount),
    /// Somebody has logged in where they never did before.
    NewDevice(UserId, SessionId),
    /// Something happened to an order.
    Order(OrderId, OfOrder),
    /// A telephone is to be shown to be somebody's.
    PhoneCode(UserId, DeviceId, CodeId),
    /// An endpoint that somebody has registered is told no more.
    EndpointDisabled(UserId, WebhookEndpointId),
    /// Somebody was erased: what is known of them here is to be forgotten.
    Erased(UserId),
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

/// What happened to somebody's devices. Its subject is their notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
enum OfDevices {
    #[serde(rename = "notifications.phone-code-requested.v1")]
    PhoneCodeRequested { device_id: DeviceId, code_id: CodeId },
}

/// What happened to an endpoint of staff's. Its subject is the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
enum OfEndpoint {
    #[serde(rename = "webhooks.endpoint-disabled.v1")]
    Disabled { owner: UserId },
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
    /// An attempt to pay for it failed.
    #[serde(skip)]
    PaymentFailed {},
    /// Money of it is back where it came from.
    #[serde(skip)]
    Refunded {
        /// How much.
        amount: Money,
    },
}

/// What happened to money. Its subject is an intent or a refund; of which order, its data says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
enum OfMoney {
    #[serde(rename = "payments.payment-failed.v1")]
    Failed { order_id: OrderId },
    #[serde(rename = "payments.refund-succeeded.v1")]
    Refunded { order_id: OrderId, amount: Money },
}

impl OfAccount {
    /// What a message of it is about.
    pub fn kind(self) -> Kind {
        match self {
            Self::Registered { .. } | Self::VerificationRequested { .. } | Self::ResetRequested { .. } => Kind::Codes,
            Self::RegistrationRepeated {} => Kind::Codes,
            Self::PasswordChanged {} | Self::PasswordReset {} => Kind::Security,
        }
    }
}

impl OfOrder {
    /// What a message of it is about.
    pub fn kind(self) -> Kind {
        match self {
            Self::Placed {} | Self::Expired {} | Self::Cancelled { .. } => Kind::Orders,
            Self::Paid { .. } | Self::PaymentFailed {} | Self::Refunded { .. } => Kind::Payments,
            Self::Shipped {} | Self::Delivered {} => Kind::Shipping,
            Self::ReturnApproved { .. } | Self::ReturnRejected { .. } | Self::ReturnReceived { .. } => Kind::Returns,
        }
    }

    /// The return that it is about, if it is about one.
    pub fn return_id(self) -> Option<ReturnId> {
        match self {
            Self::ReturnApproved { return_id }
            | Self::ReturnRejected { return_id }
            | Self::ReturnReceived { return_id, .. } => Some(return_id),
            Self::Placed {} | Self::Paid { .. } | Self::Expired {} | Self::Shipped {} | Self::Delivered {} => None,
            Self::Cancelled { .. } | Self::PaymentFailed {} | Self::Refunded { .. } => None,
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
        if event.kind.starts_with("payments.") {
            return Ok(match event.told().map_err(unknown)? {
                OfMoney::Failed { order_id } => Self::Order(order_id, OfOrder::PaymentFailed {}),
                OfMoney::Refunded { order_id, amount } => Self::Order(order_id, OfOrder::Refunded { amount }),
            });
        }
        if event.kind.starts_with("accounts.session-") {
            let OfSession::NewDevice { user_id } = event.told().map_err(unknown)?;
            return Ok(Self::NewDevice(user_id, event.subject.parse().map_err(|_| stranger("session"))?));
        }
        if event.kind.starts_with("notifications.") {
            let OfDevices::PhoneCodeRequested { device_id, code_id } = event.told().map_err(unknown)?;
            let user = event.subject.strip_suffix("/notifications").and_then(|user| user.parse().ok());
            return Ok(Self::PhoneCode(user.ok_or_else(|| stranger("user's notifications"))?, device_id, code_id));
        }
        if event.kind.starts_with("webhooks.") {
            let OfEndpoint::Disabled { owner } = event.told().map_err(unknown)?;
            return Ok(Self::EndpointDisabled(owner, event.subject.parse().map_err(|_| stranger("endpoint"))?));
        }
        let user = event.subject.parse().map_err(|_| stranger("user"))?;
        if event.kind == "accounts.user-erased.v1" {
            return Ok(Self::Erased(user));
        }
        Ok(Self::Account(user, event.told().map_err(unknown)?))
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
        let erased = Occasion::of(&envelope(&Happened::Erased {}, &user.to_string()));
        assert_eq!(erased, Ok(Occasion::Erased(user)));
        let device_id = DeviceId::from_bytes([5; 16]);
        let asked = crate::events::Happened::PhoneCodeRequested { device_id, code_id };
        let asked = Occasion::of(&envelope(&asked, &format!("{user}/notifications")));
        assert_eq!(asked, Ok(Occasion::PhoneCode(user, device_id, code_id)));
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
    fn what_payments_say_is_understood() {
        let (order, amount) = (OrderId::from_bytes([2; 16]), Money::new(1999, "USD".parse().unwrap()));
        let failed = serde_json::json!({"type": "payments.payment-failed.v1", "data": {"order_id": order, "code": "card_declined"}});
        assert_eq!(Occasion::of(&envelope(&failed, "pi_1")), Ok(Occasion::Order(order, OfOrder::PaymentFailed {})));
        let refunded = serde_json::json!({"refund_id": "rfd_1", "order_id": order, "amount": amount});
        let refunded = serde_json::json!({"type": "payments.refund-succeeded.v1", "data": refunded});
        assert_eq!(
            Occasion::of(&envelope(&refunded, "rfd_1")),
            Ok(Occasion::Order(order, OfOrder::Refunded { amount }))
        );
    }

    #[test]
    fn what_webhooks_say_is_understood() {
        let (owner, endpoint) = (UserId::from_bytes([2; 16]), WebhookEndpointId::from_bytes([3; 16]));
        let disabled = serde_json::json!({"type": "webhooks.endpoint-disabled.v1", "data": {"owner": owner}});
        let occasion = Occasion::of(&envelope(&disabled, &endpoint.to_string()));
        assert_eq!(occasion, Ok(Occasion::EndpointDisabled(owner, endpoint)));
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
