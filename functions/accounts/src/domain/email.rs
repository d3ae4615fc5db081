//! E-mail addresses, in the one form in which they are stored, compared and written to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An e-mail address: an ASCII local part, a domain in IDNA's ASCII form, all of it in lower case.
///
/// Two spellings of one address must be one account. A local part outside ASCII is refused rather than folded,
/// because two mail servers fold it differently, and mail meant for one person would reach another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is not an address that we write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Not an address at all.
    #[error("must be an e-mail address")]
    NotAnAddress,
    /// Longer than mail's own limits.
    #[error("must have at most 64 characters before the @ and 254 in all")]
    TooLong,
    /// A local part outside ASCII.
    #[error("must have only ASCII characters before the @")]
    NotAscii,
}

impl Email {
    /// RFC 5321's limit of the local part.
    const LONGEST_LOCAL: usize = 64;
    /// RFC 5321's limit of an address.
    const LONGEST: usize = 254;

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A text, if it is an address.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::NotAnAddress)?;
        // Before anything walks over it: a megabyte is not an address.
        if local.len() > Self::LONGEST_LOCAL || domain.len() > Self::LONGEST {
            return Err(EmailError::TooLong);
        }
        if !local.is_ascii() {
            return Err(EmailError::NotAscii);
        }
        let atom = |atom: &str| {
            !atom.is_empty()
                && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte))
        };
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError::NotAnAddress)?;
        let name = |label: &str| !label.is_empty() && label.len() <= 63;
        // A single label is a machine in somebody's own network, and an all-digit last one is an IP address.
        let top = domain.rsplit('.').next().unwrap_or_default();
        let named =
            domain.contains('.') && domain.split('.').all(name) && !top.bytes().all(|byte| byte.is_ascii_digit());
        if !local.split('.').all(atom) || !named {
            return Err(EmailError::NotAnAddress);
        }
        let address = format!("{}@{}", local.to_ascii_lowercase(), domain.to_ascii_lowercase());
        if address.len() > Self::LONGEST { Err(EmailError::TooLong) } else { Ok(Self(address)) }
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;
    fn try_from(text: String) -> Result<Self, EmailError> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_address_are_one() {
        for (text, stored) in [
            ("Ada@Example.TEST", "ada@example.test"),
            ("a.b+c@sub.example.test", "a.b+c@sub.example.test"),
            ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
            ("o'neil!#$%&*/=?^_`{|}~-@x.test", "o'neil!#$%&*/=?^_`{|}~-@x.test"),
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), stored);
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in [
            "",
            "@",
            "ada",
            "ada@",
            "@x.test",
            "a@b@x.test",
            "a b@x.test",
            ".a@x.test",
            "a..b@x.test",
            "a.@x.test",
            "a@x",
            "a@x..test",
            "a@.test",
            "a@x.test.",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "\"a\"@x.test",
            "a@x_y.test",
            "a\0@x.test",
            "a\r\nBcc: b@x.test",
            "<a@x.test>",
            "a@-x.test",
        ] {
            assert_eq!(Email::parse(text), Err(EmailError::NotAnAddress), "{text:?}");
        }
        assert_eq!(Email::parse("adá@x.test"), Err(EmailError::NotAscii));
    }

    #[test]
    fn the_longest_is_taken_and_one_longer_is_not() {
        let local = |length: usize| Email::parse(&format!("{}@x.test", "a".repeat(length)));
        assert!(local(64).is_ok());
        assert_eq!(local(65), Err(EmailError::TooLong));
        let label = "b".repeat(60);
        let whole = |last: usize| Email::parse(&format!("a@{label}.{label}.{label}.{}.test", "c".repeat(last)));
        assert_eq!(whole(63).unwrap().as_str().len(), 253);
        assert_eq!(whole(64), Err(EmailError::NotAnAddress), "a label has at most 63");
        assert_eq!(
            Email::parse(&format!("{}@{label}.{label}.{label}.test", "a".repeat(64))).unwrap().as_str().len(),
            252
        );
        assert_eq!(
            Email::parse(&format!("{}@{label}.{label}.{label}.testing", "a".repeat(64))),
            Err(EmailError::TooLong)
        );
    }

    proptest! {
        #[test]
        fn the_stored_form_is_its_own(text in "[A-Za-z0-9.+-]{1,20}@[a-zA-Z0-9ü-]{1,10}\\.[a-z]{2,5}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
            }
        }

        #[test]
        fn nothing_panics(text in ".{0,300}") {
            let _ = Email::parse(&text);
        }
    }
}
