//! What else people are reached by: telephones, whose owner has shown to have them, and apps.

use holdfast_core::{CodeId, DeviceId, Timestamp};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// A telephone's number, as E.164 writes it: `+41791234567`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// What a push service knows an app on a device by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PushToken(String);

/// A device of somebody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// Counts its changes.
    pub version: u64,
    /// How it is reached.
    #[serde(flatten)]
    pub target: Target,
    /// Since when.
    pub created_at: Timestamp,
}

/// How a device is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// By texts to a telephone.
    Phone {
        /// Its number.
        number: Phone,
        /// The code that waits for its owner; nothing once they have shown it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<PhoneCode>,
    },
    /// By notes to an app.
    Push {
        /// What the push service knows it by.
        token: PushToken,
        /// What SNS knows it by.
        endpoint: String,
    },
}

/// A code that was sent to a telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneCode {
    /// Which: its digits are computed from it.
    pub id: CodeId,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
    /// How often it was guessed at.
    pub guesses: u32,
}

impl Phone {
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its last two digits, by which its owner knows it.
    pub fn hint(&self) -> String {
        format!("…{}", self.0.get(self.0.len().saturating_sub(2)..).unwrap_or_default())
    }
}

impl TryFrom<String> for Phone {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        let fits = (7..=15).contains(&digits.len()) && !digits.starts_with('0');
        if fits && digits.bytes().all(|digit| digit.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err("must be a number like +41791234567: a plus, the country, 7 to 15 digits in all")
        }
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl PushToken {
    /// The longest, in characters.
    pub const LONGEST: usize = 512;

    /// The token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PushToken {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        let fits = (8..=Self::LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text)) } else { Err("must be 8 to 512 visible ASCII characters") }
    }
}

impl From<PushToken> for String {
    fn from(token: PushToken) -> Self {
        token.0
    }
}

impl PhoneCode {
    /// How long a code is good for.
    pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
    /// How often one may be guessed at: of a million codes, five.
    pub const GUESSES: u32 = 5;

    /// A new one.
    pub fn new(id: CodeId, now: Timestamp) -> Self {
        Self { id, expires_at: now.checked_add(Self::LIFETIME).unwrap_or(now), guesses: 0 }
    }
}

impl Device {
    /// The most that somebody may have.
    pub const MOST: usize = 10;

    /// Whether messages may go there: to a telephone only once its owner has shown to have it.
    pub fn is_usable(&self) -> bool {
        match &self.target {
            Target::Phone { code, .. } => code.is_none(),
            Target::Push { .. } => true,
        }
    }

    /// The code that waits for its owner.
    pub fn code(&self) -> Option<PhoneCode> {
        match &self.target {
            Target::Phone { code, .. } => *code,
            Target::Push { .. } => None,
        }
    }

    fn with_code(&self, code: Option<PhoneCode>) -> Self {
        let target = match &self.target {
            Target::Phone { number, .. } => Target::Phone { number: number.clone(), code },
            Target::Push { .. } => self.target.clone(),
        };
        Self { target, version: self.version.saturating_add(1), ..self.clone() }
    }

    /// The same, waiting for another code.
    pub fn asked(&self, code: PhoneCode) -> Self {
        self.with_code(Some(code))
    }

    /// The code that may be guessed at now, and the same device with one guess more. Nothing when there is none, when it is too
    /// old, or was guessed at too often. The guess is written down before anybody looks whether it is right: of a hundred at
    /// once, five are looked at.
    pub fn guessed(&self, now: Timestamp) -> Option<(CodeId, Self)> {
        let code = self.code().filter(|code| now < code.expires_at && code.guesses < PhoneCode::GUESSES)?;
        let guesses = code.guesses.saturating_add(1);
        Some((code.id, self.with_code(Some(PhoneCode { guesses, ..code }))))
    }

    /// The same, once its owner has shown this code; nothing when it waits for another.
    pub fn verified(&self, code: CodeId) -> Option<Self> {
        (self.code()?.id == code).then(|| self.with_code(None))
    }
}

impl Target {
    /// Whether another target is the same telephone or app.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Phone { number, .. }, Self::Phone { number: other, .. }) => number == other,
            (Self::Push { token, .. }, Self::Push { token: other, .. }) => token == other,
            (Self::Phone { .. }, Self::Push { .. }) | (Self::Push { .. }, Self::Phone { .. }) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::Id;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn phone() -> Device {
        let code = Some(PhoneCode::new(CodeId::from_bytes([1; 16]), NOW));
        let number = Phone("+41791234567".to_owned());
        Device {
            id: DeviceId::from_bytes([2; 16]),
            version: 1,
            target: Target::Phone { number, code },
            created_at: NOW,
        }
    }

    #[test]
    fn a_number_is_written_as_e164_has_it() {
        let is = |text: &str| Phone::try_from(text.to_owned()).is_ok();
        assert!(is("+41791234567") && is("+1234567") && is("+123456789012345"));
        for wrong in
            ["", "+", "41791234567", "+0791234567", "+123456", "+1234567890123456", "+4179 123", "+4179123456a"]
        {
            assert!(!is(wrong), "{wrong}");
        }
        assert_eq!(Phone("+41791234567".to_owned()).hint(), "…67");
    }

    #[test]
    fn a_push_token_has_a_least_and_a_most() {
        let is = |text: &str| PushToken::try_from(text.to_owned()).is_ok();
        assert!(is(&"t".repeat(8)) && is(&"t".repeat(512)));
        assert!(!is(&"t".repeat(7)) && !is(&"t".repeat(513)) && !is("with a space"));
    }

    #[test]
    fn a_telephone_is_used_once_its_owner_has_shown_the_code() {
        let (phone, code) = (phone(), CodeId::from_bytes([1; 16]));
        assert!(!phone.is_usable());
        let shown = phone.verified(code).unwrap();
        assert!(shown.is_usable() && shown.version == 2);
        assert_eq!((shown.verified(code), shown.guessed(NOW)), (None, None), "a code is good once");
        assert_eq!(phone.verified(CodeId::from_bytes([9; 16])), None);
    }

    #[test]
    fn a_code_is_good_for_ten_minutes() {
        let end = NOW + PhoneCode::LIFETIME;
        assert!(phone().guessed(end - SignedDuration::from_secs(1)).is_some());
        assert_eq!(phone().guessed(end), None);
    }

    #[test]
    fn the_fifth_guess_is_the_last() {
        let mut device = phone();
        for _ in 0..PhoneCode::GUESSES {
            device = device.guessed(NOW).unwrap().1;
        }
        assert_eq!(device.guessed(NOW), None);
        assert!(device.asked(PhoneCode::new(CodeId::from_bytes([3; 16]), NOW)).guessed(NOW).is_some());
    }
}
