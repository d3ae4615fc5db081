//! How often someone may try. Counters lie in the table, one a window, and go with its TTL.

use std::net::IpAddr;

use holdfast_http::Problem;
use holdfast_runtime::{Env, InitError};
use sha2::{Digest, Sha256};

use super::Accounts;
use super::items::counter_key;
use crate::domain::Email;

/// How many attempts a window admits: the stage's parameters.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    window_s: i64,
    per_address: u32,
    per_account: u32,
    mails_per_account: u32,
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub enum Counter<'a> {
    /// All that one client does: of IPv6 its /64, which is what one client has.
    Client(IpAddr),
    /// Attempts on one account, whoever makes them.
    Account(&'a Email),
    /// Attempts of one client on one account: what is left to its owner while others lock it.
    AccountAtHome(&'a Email, IpAddr),
    /// Mails that somebody asks for on behalf of an address.
    Mail(&'a Email),
}

impl Limits {
    pub(super) fn from_env(env: &Env) -> Result<Self, InitError> {
        let window_s: i64 = env.parse("AUTH_LIMIT_WINDOW_S")?;
        Ok(Self {
            window_s: window_s.max(1),
            per_address: env.parse("AUTH_LIMIT_PER_ADDRESS")?,
            per_account: env.parse("AUTH_LIMIT_PER_ACCOUNT")?,
            mails_per_account: env.parse("MAIL_LIMIT_PER_ACCOUNT")?,
        })
    }

    fn of(&self, counter: Counter<'_>) -> u32 {
        match counter {
            Counter::Client(_) => self.per_address,
            Counter::Account(_) | Counter::AccountAtHome(..) => self.per_account,
            Counter::Mail(_) => self.mails_per_account,
        }
    }
}

impl Counter<'_> {
    fn scope(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Account(_) => "account",
            Self::AccountAtHome(..) => "home",
            Self::Mail(_) => "mail",
        }
    }

    /// Hashed: a key is no place for an e-mail address or a client's.
    fn subject(&self) -> String {
        match self {
            Self::Client(ip) => hashed(&[&network(*ip)]),
            Self::Account(email) | Self::Mail(email) => hashed(&[email.as_str()]),
            Self::AccountAtHome(email, ip) => hashed(&[email.as_str(), &network(*ip)]),
        }
    }
}

pub(super) fn hashed(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\0"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

impl Accounts {
    /// Counts an attempt: whether the window admits it, and if not, in how many seconds the next begins.
    pub(crate) async fn counts(&self, counter: Counter<'_>) -> Result<Result<(), i64>, Problem> {
        let now = self.ambient.now().as_second();
        let window = now - now.rem_euclid(self.limits.window_s);
        let end = window.saturating_add(self.limits.window_s);
        let key = counter_key(counter.scope(), &counter.subject(), window);
        let action = self
            .table
            .update(key, "SET #ttl = :end ADD #count :one")
            .when("attribute_not_exists(#count) OR #count < :limit")
            .value(":end", end)
            .value(":one", 1)
            .value(":limit", self.limits.of(counter));
        match self.table.commit(action).await {
            Ok(()) => Ok(Ok(())),
            Err(error) if error.failed_at(0) => Ok(Err(end.saturating_sub(now))),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes what a real request would have written, and means nothing by it: a request on behalf of nobody must take as
    /// long.
    pub(crate) async fn pretend(&self, email: &Email) -> Result<(), Problem> {
        let now = self.ambient.now().as_second();
        let key = counter_key("nobody", &hashed(&[email.as_str()]), now - now.rem_euclid(self.limits.window_s));
        let action = self.table.update(key, "SET #ttl = :end").value(":end", now.saturating_add(self.limits.window_s));
        Ok(self.table.commit(action).await?)
    }

    /// Counts an attempt: 429 when the window admits no more.
    pub(crate) async fn admit(&self, counter: Counter<'_>) -> Result<(), Problem> {
        let detail = "There were too many attempts: wait before the next.";
        self.counts(counter).await?.map_err(|wait_s| Problem::too_many(detail, wait_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_an_ipv4_address_or_an_ipv6_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("203.0.113.7"), "203.0.113.7");
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::"), of("2001:db8:1:3::"));
    }

    #[test]
    fn a_counter_names_nobody() {
        let email: Email = "ada@example.test".to_owned().try_into().unwrap();
        let subject = Counter::Account(&email).subject();
        assert_eq!(subject.len(), 32);
        assert!(!subject.contains("ada"));
        assert_ne!(subject, Counter::AccountAtHome(&email, "203.0.113.7".parse().unwrap()).subject());
    }
}
