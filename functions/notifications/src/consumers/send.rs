//! notifications-send: from what happened to the messages about it.

use holdfast_accounts::directory::{Contact, Directory};
use holdfast_core::{CodeId, DeviceId, Envelope, EventId, OrderId, UserId};
use holdfast_events::{Claims, ConsumeError, Consumer, queue};
use holdfast_http::Problem;
use holdfast_orders::Orders;
use holdfast_orders::domain::Owner;
use holdfast_runtime::{FromInit, Function, Init, InitError};

use crate::carrier::{Carried, Carrier, Way, wanted};
use crate::decline::{Decline, Reader};
use crate::desk::{Case, Desk};
use crate::domain::{Channel, Device, Kind, Preferences};
use crate::letter::Mail;
use crate::occasion::{Occasion, OfOrder};
use crate::postbox;
use crate::store::Ledger;

/// Who is written to, how, and by whom.
#[derive(Clone)]
pub struct Post {
    claims: Claims,
    people: Directory,
    orders: Orders,
    ledger: Ledger,
    desk: Desk,
    carrier: Carrier,
}

/// Whom a message is for.
#[derive(Clone, Debug)]
enum Whom {
    /// Somebody with an account: by mail, and by whatever else they want.
    Customer(UserId, Contact),
    /// A guest, by mail, because of an order.
    Guest(OrderId, String),
}

impl FromInit for Post {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            claims: Claims::new(init, "NOTIFICATIONS_TABLE", "notifications-send")?,
            people: Directory::from_init(init).await?,
            orders: Orders::from_init(init).await?,
            ledger: Ledger::from_init(init).await?,
            desk: Desk::from_init(init).await?,
            carrier: Carrier::from_init(init).await?,
        })
    }
}

impl Consumer for Post {
    async fn handle(&self, envelope: Envelope) -> Result<(), ConsumeError> {
        let (id, at) = (envelope.event.id, envelope.event.time);
        match Occasion::of(&envelope)? {
            Occasion::Account(user, what) => {
                let Some(contact) = self.contact(user).await? else { return Ok(()) };
                let mail = self.desk.of_account(&contact, user, what, at);
                self.tell(id, &Whom::Customer(user, contact), what.kind(), |_| Some(mail.clone())).await
            }
            Occasion::NewDevice(user, session) => {
                let Some(contact) = self.contact(user).await? else { return Ok(()) };
                let device = self.people.device(user, session).await.map_err(busy)?;
                let mail = self.desk.of_device(&contact, device.as_deref().unwrap_or("?"), at);
                self.tell(id, &Whom::Customer(user, contact), Kind::Security, |_| Some(mail.clone())).await
            }
            Occasion::EndpointDisabled(owner, endpoint) => {
                let Some(contact) = self.contact(owner).await? else { return Ok(()) };
                let mail = self.desk.of_endpoint(&contact, endpoint, at);
                self.tell(id, &Whom::Customer(owner, contact), Kind::Security, |_| Some(mail.clone())).await
            }
            Occasion::Order(order, what) => self.tell_buyer(id, order, what).await,
            Occasion::PhoneCode(user, device, code) => self.send_code(id, user, device, code).await,
            Occasion::Erased(user) => Ok(self.ledger.forget(user, &envelope.event.causation).await?),
        }
    }
}

fn busy(problem: Problem) -> ConsumeError {
    ConsumeError::Retry(format!("accounts say {}", problem.code()))
}

impl Post {
    /// How somebody is written to. Nobody who was erased in the meantime: that is how it should be.
    async fn contact(&self, user: UserId) -> Result<Option<Contact>, ConsumeError> {
        self.people.contact(user).await.map_err(busy)
    }

    /// A customer is written to where their account says, a guest where the order says.
    async fn tell_buyer(&self, event: EventId, order: OrderId, what: OfOrder) -> Result<(), ConsumeError> {
        let found = self.orders.order_and_buyer(order).await?;
        let (order, buyer) = found.ok_or_else(|| ConsumeError::Poison("there is no such order".to_owned()))?;
        let back = match what.return_id() {
            Some(id) => self.orders.returned(order.id, id).await?,
            None => None,
        };
        let whom = match order.owner {
            Owner::Customer(user) => self.contact(user).await?.map(|contact| Whom::Customer(user, contact)),
            Owner::Guest(_) => {
                let address = buyer.as_ref().and_then(|buyer| buyer.email.as_ref());
                address.map(|address| Whom::Guest(order.id, address.to_string()))
            }
        };
        let Some(whom) = whom else { return Ok(()) };
        let contact = match &whom {
            Whom::Customer(_, contact) => Some(contact.clone()),
            Whom::Guest(..) => None,
        };
        let case = Case { order, buyer, back };
        let write = |decline: Option<&str>| self.desk.of_order(contact.as_ref(), decline, &case, what);
        self.tell(event, &whom, what.kind(), write).await
    }

    /// Tells somebody by every channel that they want to hear of this by. Each way has a claim of its own: one that fails is
    /// tried again alone, and keeps no other from arriving.
    async fn tell(
        &self,
        event: EventId,
        whom: &Whom,
        kind: Kind,
        write: impl Fn(Option<&str>) -> Option<Mail>,
    ) -> Result<(), ConsumeError> {
        let mark = self.ledger.mark(whom.address());
        let standing = self.ledger.standing(&mark).await?;
        let (preferences, devices) = match whom {
            Whom::Customer(user, _) => {
                let recipient = self.ledger.recipient(*user).await?;
                (recipient.preferences, recipient.devices)
            }
            Whom::Guest(..) => (Preferences::default(), Vec::new()),
        };
        let reader = match whom {
            Whom::Customer(user, _) => Reader::Customer(*user),
            Whom::Guest(..) => Reader::Guest(mark.clone()),
        };
        let token = kind.is_declinable().then(|| Decline { reader, kind }.token(&self.ledger.key));
        let page = token.as_ref().map(|token| self.desk.decline_page(token));
        let mail = write(page.as_deref());
        let mail = mail.ok_or_else(|| ConsumeError::Poison("there is no such return".to_owned()))?;
        let mut outcome = Ok(());
        if preferences.want(Channel::Email, kind) && standing.admits(kind, self.ledger.ambient.now()) {
            let decline = token.as_ref().map(|token| self.desk.decline_route(token));
            let to = postbox::Envelope { to: whom.address(), mark: &mark, decline: decline.as_deref() };
            let work = async { self.carrier.carry(&Way::Email(to), &mail, event).await.map(drop) };
            outcome = outcome.and(self.claims.once(event, &whom.id(), work).await);
        }
        if let Whom::Customer(user, _) = whom {
            for device in wanted(&devices, &preferences, kind) {
                let claim = format!("{user}/{}", device.id);
                outcome = outcome.and(self.claims.once(event, &claim, self.reach(*user, device, &mail, event)).await);
            }
        }
        outcome
    }

    /// Reaches a device, or forgets it when the app is gone from it.
    async fn reach(&self, user: UserId, device: &Device, mail: &Mail, event: EventId) -> Result<(), ConsumeError> {
        match self.carrier.carry(&Way::Device(device), mail, event).await? {
            Carried::Sent => Ok(()),
            Carried::Nobody => {
                let lost = |problem: Problem| ConsumeError::Retry(format!("the device stays: {}", problem.code()));
                self.ledger.lose(user, device.id, event).await.map_err(lost)
            }
        }
    }

    /// Sends a telephone the code that shows whose it is: nothing else goes there before.
    async fn send_code(
        &self,
        event: EventId,
        user: UserId,
        device: DeviceId,
        code: CodeId,
    ) -> Result<(), ConsumeError> {
        let Some(contact) = self.contact(user).await? else { return Ok(()) };
        let recipient = self.ledger.recipient(user).await?;
        // Removed meanwhile, or asked for another code since.
        let waits = |device: &&Device| device.code().is_some_and(|waiting| waiting.id == code);
        let Some(device) = recipient.device(device).filter(waits) else { return Ok(()) };
        let mail = self.desk.of_phone(&contact, user, code);
        let claim = format!("{user}/{}", device.id);
        self.claims.once(event, &claim, self.reach(user, device, &mail, event)).await
    }
}

impl Whom {
    /// Where their mail goes.
    fn address(&self) -> &str {
        match self {
            Self::Customer(_, contact) => contact.email.as_str(),
            Self::Guest(_, address) => address,
        }
    }

    /// As whom claims name them: never by an address.
    fn id(&self) -> String {
        match self {
            Self::Customer(user, _) => user.to_string(),
            Self::Guest(order, _) => order.to_string(),
        }
    }
}

/// notifications-send.
pub fn function() -> Function {
    queue::<Post>("notifications-send")
}
