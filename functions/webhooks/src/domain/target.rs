//! Where deliveries go: a URL that somebody else chose.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An https URL whose host is, as far as the URL says itself, outside.
///
/// What a name leads to is looked at when something is sent there, each time anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target(String);

/// Why a text is no such URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It does not parse, or is too long.
    #[error("must be a URL of at most {} visible ASCII characters", Target::LONGEST)]
    NoUrl,
    /// It would not be encrypted.
    #[error("must begin with https://")]
    NotHttps,
    /// It carries a name or a password.
    #[error("must not carry a user name or a password: deliveries are signed")]
    Credentials,
    /// It has a part that is never sent.
    #[error("must not have a fragment")]
    Fragment,
    /// It leads into this network, this machine, or nowhere that everybody can reach.
    #[error("must lead to a host that everybody can reach: not to a private, loopback or link-local address")]
    Inside,
}

/// Names that are never the internet's: RFC 6761, RFC 6762, RFC 8375, and what clouds use inside.
const INSIDE: [&str; 8] = ["localhost", "local", "internal", "home.arpa", "lan", "intranet", "corp", "localdomain"];

impl Target {
    /// The longest, in characters: what any server reads in a request's first line.
    pub const LONGEST: usize = 2_000;

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        let plain = text.len() <= Self::LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        let url = Url::parse(&text).ok().filter(|_| plain).ok_or(TargetError::NoUrl)?;
        if url.scheme() != "https" {
            return Err(TargetError::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        let outside = match url.host() {
            // However it was written: the parser reads 0x7f.1 and 2130706433 as browsers do.
            Some(Host::Ipv4(address)) => holdfast_runtime::is_public(address.into()),
            Some(Host::Ipv6(address)) => holdfast_runtime::is_public(address.into()),
            Some(Host::Domain(name)) => is_outside(name),
            None => false,
        };
        if !outside || url.port() == Some(0) {
            return Err(TargetError::Inside);
        }
        // As the parser wrote it: what is checked here is what is asked there.
        Ok(Self(url.into()))
    }
}

/// A name of the internet has a dot, and does not end as names of networks do.
fn is_outside(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let ends = |end: &&str| name == *end || name.strip_suffix(*end).is_some_and(|rest| rest.ends_with('.'));
    name.contains('.') && !INSIDE.iter().any(ends)
}

impl From<Target> for String {
    fn from(target: Target) -> String {
        target.0
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Result<String, TargetError> {
        Target::try_from(text.to_owned()).map(String::from)
    }

    #[test]
    fn an_https_url_outside_is_a_target() {
        for text in [
            "https://shop.example.com/hooks",
            "https://hooks.example.com:8443/a?b=c",
            "https://93.184.215.14/hooks",
            "https://[2606:4700:4700::1111]/",
        ] {
            assert_eq!(target(text), Ok(text.to_owned()));
        }
        assert_eq!(target("HTTPS://Shop.Example.com"), Ok("https://shop.example.com/".to_owned()));
        assert_eq!(target("https://münchen.example/"), Err(TargetError::NoUrl));
    }

    #[test]
    fn what_points_inside_is_refused_however_it_is_written() {
        for host in [
            "localhost",
            "LOCALHOST.",
            "db",
            "printer.local",
            "api.internal",
            "metadata.google.internal",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fd00::1]",
            "[::ffff:10.0.0.1]",
            "%31%30.0.0.1",
        ] {
            assert_eq!(target(&format!("https://{host}/hooks")), Err(TargetError::Inside), "{host}");
        }
    }

    #[test]
    fn what_is_no_https_url_is_said_to_be_none() {
        assert_eq!(target("http://shop.example.com/"), Err(TargetError::NotHttps));
        assert_eq!(target("ftp://shop.example.com/"), Err(TargetError::NotHttps));
        assert_eq!(target("shop.example.com"), Err(TargetError::NoUrl));
        assert_eq!(target("https://"), Err(TargetError::NoUrl));
        assert_eq!(target("https://shop.example.com/a b"), Err(TargetError::NoUrl));
        assert_eq!(target("https://ada:secret@shop.example.com/"), Err(TargetError::Credentials));
        assert_eq!(target("https://shop.example.com/#x"), Err(TargetError::Fragment));
        assert_eq!(target("https://shop.example.com:0/"), Err(TargetError::Inside));
        let long = |length: usize| format!("https://shop.example.com/{}", "x".repeat(length - 25));
        assert!(target(&long(Target::LONGEST)).is_ok());
        assert_eq!(target(&long(Target::LONGEST + 1)), Err(TargetError::NoUrl));
    }
}
