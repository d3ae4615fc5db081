//! Where messages are written: what happened, to whom, in the words of a mail. No clock, no table, no network.

use holdfast_accounts::codes::{Codes, Purpose};
use holdfast_accounts::directory::Contact;
use holdfast_accounts::domain::Locale;
use holdfast_core::{CodeId, Timestamp, UserId, WebhookEndpointId};
use holdfast_http::ServerKey;
use holdfast_orders::domain::{Buyer, Order, Owner, Return};
use holdfast_orders::owner::order_token;
use holdfast_runtime::{Env, FromInit, Init, InitError};

use crate::letter::{Addressee, Mail};
use crate::mails::purchase::{Purchase, returned};
use crate::mails::{
    already_registered, endpoint_disabled, new_device, order_cancelled, order_delivered, order_expired, order_paid,
    order_placed, order_shipped, password_changed, payment_failed, phone_code, refunded, reset_password,
    return_approved, return_received, return_rejected, verify_email,
};
use crate::manner::Manner;
use crate::occasion::{OfAccount, OfOrder};

/// Whose shop it is, and how it writes to those of whom it knows no better.
#[derive(Clone, Debug)]
pub struct House {
    /// What the shop is called.
    pub name: String,
    /// How whoever has chosen no language is written to.
    pub manner: Manner,
}

impl House {
    /// As the environment says.
    pub fn from_env(env: &Env) -> Result<Self, InitError> {
        const LOCALE: &str = "DEFAULT_LOCALE";
        let locale = Locale::try_from(env.text(LOCALE)?.to_owned());
        let locale =
            locale.map_err(|reason| InitError::Invalid { name: LOCALE.to_owned(), reason: reason.to_owned() })?;
        Ok(Self { name: env.text("SHOP_NAME")?.to_owned(), manner: Manner::of(&locale) })
    }

    /// Somebody in the shop.
    pub fn staff(&self) -> Addressee<'_> {
        Addressee { shop: &self.name, manner: self.manner, name: None, decline: None }
    }
}

/// What messages are written with.
#[derive(Clone)]
pub struct Desk {
    house: House,
    storefront: String,
    api: String,
    codes: Codes,
    server_key: ServerKey,
}

/// An order, and what belongs to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The order.
    pub order: Order,
    /// Whom it is for; nobody once that was erased.
    pub buyer: Option<Buyer>,
    /// The return that it is about, if it is about one.
    pub back: Option<Return>,
}

impl FromInit for Desk {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            house: House::from_env(&init.env)?,
            storefront: init.env.text("STOREFRONT_URL")?.trim_end_matches('/').to_owned(),
            api: init.env.text("PUBLIC_API_URL")?.trim_end_matches('/').to_owned(),
            codes: Codes::from_init(init).await?,
            server_key: ServerKey::from_init(init).await?,
        })
    }
}

impl Desk {
    fn page(&self, page: &str) -> String {
        format!("{}/{page}", self.storefront)
    }

    /// The page on which somebody declines such mails.
    pub fn decline_page(&self, token: &str) -> String {
        self.page(&format!("unsubscribe?token={token}"))
    }

    /// The route that a mail client asks to decline them, with one click.
    pub fn decline_route(&self, token: &str) -> String {
        format!("{}/v1/unsubscribe?token={token}", self.api)
    }

    fn member<'a>(&'a self, contact: &'a Contact) -> Addressee<'a> {
        let name = Some(contact.name.as_str());
        Addressee { shop: &self.house.name, manner: Manner::of(&contact.locale), name, decline: None }
    }

    /// To a telephone that somebody has registered.
    pub fn of_phone(&self, contact: &Contact, user: UserId, code: CodeId) -> Mail {
        phone_code::mail(&self.member(contact), &self.codes.digits(Purpose::VerifyPhone, user, code))
    }

    /// To somebody with an account, of what happened to it.
    pub fn of_account(&self, contact: &Contact, user: UserId, what: OfAccount, at: Timestamp) -> Mail {
        let to = self.member(contact);
        match what {
            OfAccount::Registered { code_id } | OfAccount::VerificationRequested { code_id } => {
                let token = self.codes.text(Purpose::VerifyEmail, user, code_id);
                verify_email::mail(&to, &self.page(&format!("verify-email?token={token}")), &token)
            }
            OfAccount::ResetRequested { code_id } => {
                let token = self.codes.text(Purpose::ResetPassword, user, code_id);
                reset_password::mail(&to, &self.page(&format!("reset-password?token={token}")), &token)
            }
            OfAccount::RegistrationRepeated {} => {
                already_registered::mail(&to, &self.page("login"), &self.page("forgot-password"))
            }
            OfAccount::PasswordChanged {} | OfAccount::PasswordReset {} => {
                password_changed::mail(&to, at, &self.page("forgot-password"))
            }
        }
    }

    /// To somebody with an account, of a device that has logged in to it.
    pub fn of_device(&self, contact: &Contact, device: &str, at: Timestamp) -> Mail {
        new_device::mail(&self.member(contact), device, at, &self.page("forgot-password"))
    }

    /// To whoever has registered an endpoint, of its end.
    pub fn of_endpoint(&self, contact: &Contact, endpoint: WebhookEndpointId, at: Timestamp) -> Mail {
        endpoint_disabled::mail(&self.member(contact), &endpoint.to_string(), at)
    }

    /// To whoever ordered: a customer, or a guest of whom nothing is known. Nothing when it is about a return that there is not.
    pub fn of_order(
        &self,
        contact: Option<&Contact>,
        decline: Option<&str>,
        case: &Case,
        what: OfOrder,
    ) -> Option<Mail> {
        // A guest's name may be a stranger's words to the owner of the address: it is not repeated.
        let guest = self.house.staff();
        let to = contact.map_or(guest, |contact| self.member(contact));
        let to = &Addressee { decline, ..to };
        let Case { order, buyer, back } = case;
        let purchase = &Purchase::of(order, buyer.as_ref(), to.manner, self.page_of(order));
        let money = |amount| to.manner.money(amount);
        Some(match what {
            OfOrder::Placed {} => order_placed::mail(to, purchase),
            OfOrder::Paid { amount, late } => order_paid::mail(to, purchase, &money(amount), late),
            OfOrder::Expired {} => order_expired::mail(to, purchase),
            OfOrder::Shipped {} => {
                let tracking = order.shipment.as_ref().and_then(|shipment| shipment.tracking.as_ref());
                order_shipped::mail(to, purchase, tracking)
            }
            OfOrder::PaymentFailed {} => payment_failed::mail(to, purchase),
            OfOrder::Refunded { amount } => refunded::mail(to, purchase, &money(amount)),
            OfOrder::Delivered {} => order_delivered::mail(to, purchase),
            OfOrder::Cancelled { refund } => {
                let refund = (refund.amount > 0).then(|| money(refund));
                order_cancelled::mail(to, purchase, refund.as_deref())
            }
            OfOrder::ReturnApproved { .. } => {
                let back = back.as_ref()?;
                return_approved::mail(to, purchase, returned(order, back), &money(back.refund))
            }
            OfOrder::ReturnRejected { .. } => return_rejected::mail(to, purchase, returned(order, back.as_ref()?)),
            OfOrder::ReturnReceived { refund, .. } => {
                return_received::mail(to, purchase, returned(order, back.as_ref()?), &money(refund))
            }
        })
    }

    /// Where an order's buyer sees it: a guest by the order's token.
    fn page_of(&self, order: &Order) -> String {
        let id = order.id;
        match order.owner {
            Owner::Customer(_) => self.page(&format!("orders/{id}")),
            Owner::Guest(_) => self.page(&format!("orders/{id}?key={}", order_token(&self.server_key, id))),
        }
    }
}
