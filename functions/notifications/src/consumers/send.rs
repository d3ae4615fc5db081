//! notifications-send: from what happened to the messages about it.

use holdfast_accounts::directory::{Contact, Directory};
use holdfast_core::{Envelope, EventId, OrderId, UserId};
use holdfast_events::{Claims, ConsumeError, Consumer, queue};
use holdfast_http::Problem;
use holdfast_orders::Orders;
use holdfast_orders::domain::Owner;
use holdfast_runtime::{FromInit, Function, Init, InitError};

use crate::desk::{Case, Desk};
use crate::occasion::{Occasion, OfOrder};
use crate::postbox::Postbox;

/// Who is written to, how, and by whom.
#[derive(Clone)]
pub struct Post {
    claims: Claims,
    people: Directory,
    orders: Orders,
    desk: Desk,
    postbox: Postbox,
}

impl FromInit for Post {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            claims: Claims::new(init, "NOTIFICATIONS_TABLE", "notifications-send")?,
            people: Directory::from_init(init).await?,
            orders: Orders::from_init(init).await?,
            desk: Desk::from_init(init).await?,
            postbox: Postbox::from_init(init).await?,
        })
    }
}

impl Consumer for Post {
    async fn handle(&self, envelope: Envelope) -> Result<(), ConsumeError> {
        let (id, at) = (envelope.event.id, envelope.event.time);
        match Occasion::of(&envelope)? {
            Occasion::Account(user, what) => {
                let work = async {
                    let Some(contact) = self.contact(user).await? else { return Ok(()) };
                    let mail = self.desk.of_account(&contact, user, what, at);
                    self.postbox.send(contact.email.as_str(), &mail, id).await
                };
                self.claims.once(id, &user.to_string(), work).await
            }
            Occasion::NewDevice(user, session) => {
                let work = async {
                    let Some(contact) = self.contact(user).await? else { return Ok(()) };
                    let device = self.people.device(user, session).await.map_err(busy)?;
                    let mail = self.desk.of_device(&contact, device.as_deref().unwrap_or("?"), at);
                    self.postbox.send(contact.email.as_str(), &mail, id).await
                };
                self.claims.once(id, &user.to_string(), work).await
            }
            Occasion::Order(order, what) => {
                self.claims.once(id, &order.to_string(), self.tell_buyer(order, what, id)).await
            }
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
    async fn tell_buyer(&self, order: OrderId, what: OfOrder, event: EventId) -> Result<(), ConsumeError> {
        let found = self.orders.order_and_buyer(order).await?;
        let (order, buyer) = found.ok_or_else(|| ConsumeError::Poison("there is no such order".to_owned()))?;
        let back = match what.return_id() {
            Some(id) => self.orders.returned(order.id, id).await?,
            None => None,
        };
        let contact = match order.owner {
            Owner::Customer(user) => match self.contact(user).await? {
                Some(contact) => Some(contact),
                None => return Ok(()),
            },
            Owner::Guest(_) => None,
        };
        let guest = buyer.as_ref().and_then(|buyer| buyer.email.clone());
        let Some(address) = contact.as_ref().map(|contact| contact.email.clone()).or(guest) else { return Ok(()) };
        let mail = self.desk.of_order(contact.as_ref(), &Case { order, buyer, back }, what);
        let mail = mail.ok_or_else(|| ConsumeError::Poison("there is no such return".to_owned()))?;
        self.postbox.send(address.as_str(), &mail, event).await
    }
}

/// notifications-send.
pub fn function() -> Function {
    queue::<Post>("notifications-send")
}
