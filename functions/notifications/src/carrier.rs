//! The channels, behind one type: by which way a message reaches somebody, and who carries it.

use holdfast_core::EventId;
use holdfast_events::ConsumeError;
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{Channel, Device, Kind, Preferences, Target};
use crate::letter::Mail;
use crate::pager::{Noted, Pager};
use crate::postbox::{Envelope, Postbox};

/// A way to somebody.
#[derive(Clone, Debug)]
pub(crate) enum Way<'a> {
    /// E-mail.
    Email(Envelope<'a>),
    /// A telephone, or an app.
    Device(&'a Device),
}

/// Whether a message was carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    /// It was.
    Sent,
    /// There is nobody at the end of that way any more.
    Nobody,
}

/// Carries messages by every channel.
#[derive(Clone, Debug)]
pub(crate) struct Carrier {
    postbox: Postbox,
    pager: Pager,
}

impl FromInit for Carrier {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { postbox: Postbox::from_init(init).await?, pager: Pager::from_init(init).await? })
    }
}

impl Carrier {
    /// Carries a message that way.
    pub(crate) async fn carry(&self, way: &Way<'_>, mail: &Mail, event: EventId) -> Result<Carried, ConsumeError> {
        match way {
            Way::Email(envelope) => self.postbox.send(envelope, mail, event).await.map(|()| Carried::Sent),
            Way::Device(Device { target: Target::Phone { number, .. }, .. }) => {
                self.pager.text(number, &mail.short).await.map(|()| Carried::Sent)
            }
            Way::Device(Device { target: Target::Push { endpoint, .. }, .. }) => {
                Ok(match self.pager.note(endpoint, &mail.short).await? {
                    Noted::Sent => Carried::Sent,
                    Noted::Gone => Carried::Nobody,
                })
            }
        }
    }
}

/// Those of somebody's devices that a message of this kind goes to.
pub(crate) fn wanted<'a>(
    devices: &'a [Device],
    preferences: &'a Preferences,
    kind: Kind,
) -> impl Iterator<Item = &'a Device> {
    let channel = |device: &Device| match device.target {
        Target::Phone { .. } => Channel::Sms,
        Target::Push { .. } => Channel::Push,
    };
    devices.iter().filter(move |device| device.is_usable() && preferences.want(channel(device), kind))
}
