//! What people want to hear of, and how.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationKind)]
pub enum Kind {
    /// A code that its reader has just asked for. It goes by mail, whatever is preferred.
    Codes,
    /// Somebody did with an account what only its owner may, or what staff have set up has failed. Its mails cannot be declined.
    Security,
    /// An order was placed, has expired, or was called off.
    Orders,
    /// Money came, did not come, or went back.
    Payments,
    /// A parcel is on its way, or has arrived.
    Shipping,
    /// A return was decided.
    Returns,
}

/// How a message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// E-mail.
    Email,
    /// A text to a telephone.
    Sms,
    /// A note on a device.
    Push,
}

/// Of what somebody wants to hear by one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationChoices)]
pub struct Choices {
    /// A changed password, a new device. By e-mail it is always true.
    pub security: bool,
    /// Orders that are placed, expire, or are called off.
    pub orders: bool,
    /// Money that comes, does not come, or goes back.
    pub payments: bool,
    /// Parcels.
    pub shipping: bool,
    /// Returns.
    pub returns: bool,
}

/// Of what somebody wants to hear, by each channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationPreferences)]
pub struct Preferences {
    /// By e-mail.
    pub email: Choices,
    /// By texts to the telephones that were verified.
    pub sms: Choices,
    /// By notes on the devices that were registered.
    pub push: Choices,
}

/// E-mail about security is not a choice: whoever has stolen an account would choose first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed;

impl Kind {
    /// Those that can be chosen.
    pub const CHOSEN: [Self; 5] = [Self::Security, Self::Orders, Self::Payments, Self::Shipping, Self::Returns];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Security => "security",
            Self::Orders => "orders",
            Self::Payments => "payments",
            Self::Shipping => "shipping",
            Self::Returns => "returns",
        }
    }

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::CHOSEN.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether its mails can be declined.
    pub fn is_declinable(self) -> bool {
        match self {
            Self::Codes | Self::Security => false,
            Self::Orders | Self::Payments | Self::Shipping | Self::Returns => true,
        }
    }
}

impl Choices {
    const ALL: Self = Self { security: true, orders: true, payments: true, shipping: true, returns: true };

    fn of(&self, kind: Kind) -> bool {
        match kind {
            Kind::Codes => false,
            Kind::Security => self.security,
            Kind::Orders => self.orders,
            Kind::Payments => self.payments,
            Kind::Shipping => self.shipping,
            Kind::Returns => self.returns,
        }
    }
}

impl Default for Preferences {
    /// Everything by mail and on devices; by text, which wakes people up, what will not wait.
    fn default() -> Self {
        let sms = Choices { security: true, orders: false, payments: false, shipping: true, returns: false };
        Self { email: Choices::ALL, sms, push: Choices::ALL }
    }
}

impl Preferences {
    /// Themselves, if they leave fixed what is.
    pub fn checked(self) -> Result<Self, Fixed> {
        if self.email.security { Ok(self) } else { Err(Fixed) }
    }

    /// Whether a message of this kind is wanted by this channel. Codes go by mail alone.
    pub fn want(&self, channel: Channel, kind: Kind) -> bool {
        match channel {
            Channel::Email => !kind.is_declinable() || self.email.of(kind),
            Channel::Sms => self.sms.of(kind),
            Channel::Push => self.push.of(kind),
        }
    }

    /// The same without mails of one kind, where those can be declined.
    pub fn without_mails_of(mut self, kind: Kind) -> Self {
        match kind {
            Kind::Codes | Kind::Security => {}
            Kind::Orders => self.email.orders = false,
            Kind::Payments => self.email.payments = false,
            Kind::Shipping => self.email.shipping = false,
            Kind::Returns => self.email.returns = false,
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Choices =
        Choices { security: false, orders: false, payments: false, shipping: false, returns: false };

    #[test]
    fn mails_of_security_and_codes_come_whatever_is_preferred() {
        let nothing = Preferences { email: NOTHING, sms: NOTHING, push: NOTHING };
        assert_eq!(nothing.checked(), Err(Fixed));
        for kind in Kind::CHOSEN.into_iter().chain([Kind::Codes]) {
            assert_eq!(nothing.want(Channel::Email, kind), !kind.is_declinable(), "{kind:?}");
            assert!(!nothing.want(Channel::Sms, kind) && !nothing.want(Channel::Push, kind), "{kind:?}");
        }
        let usual = Preferences::default();
        assert_eq!(usual.checked(), Ok(usual));
        assert!(!usual.want(Channel::Sms, Kind::Codes) && !usual.want(Channel::Push, Kind::Codes));
        assert!(usual.want(Channel::Sms, Kind::Shipping) && !usual.want(Channel::Sms, Kind::Orders));
    }

    #[test]
    fn declining_mails_of_one_kind_declines_nothing_else() {
        for declined in Kind::CHOSEN {
            let preferences = Preferences::default().without_mails_of(declined);
            for kind in Kind::CHOSEN {
                let wanted = kind != declined || !kind.is_declinable();
                assert_eq!(preferences.want(Channel::Email, kind), wanted, "{kind:?} without {declined:?}");
                assert!(preferences.want(Channel::Push, kind));
            }
            assert!(preferences.checked().is_ok());
        }
    }

    #[test]
    fn a_kind_is_called_what_it_is_written_as() {
        for kind in Kind::CHOSEN {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        assert_eq!(Kind::named("codes"), None);
    }
}
