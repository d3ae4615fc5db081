//! How often someone may try. Counters lie in the table, one a window, and go with its TTL.

use std::net::IpAddr;

use holdfast_core::UserId;
use holdfast_http::{Origin, Problem};
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
    /// What many behind one address do all day: exchanging tokens, and giving them up.
    Crowd(IpAddr),
    /// Attempts on one account, whoever makes them.
    Account(&'a Email),
    /// Attempts of one client on one account: what is left to its owner while others lock it.
    AccountAtHome(&'a Email, IpAddr),
    /// Attempts of someone who is logged in at their own password: nobody else's count for them.
    Member(UserId),
    /// Mails to an address that one client asks for.
    Mail(&'a Email, IpAddr),
    /// Mails to an address that anybody asks for.
    Mails(&'a Email),
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
            Counter::Crowd(_) => self.per_address.saturating_mul(10),
            Counter::Account(_) | Counter::AccountAtHome(..) | Counter::Member(_) => self.per_account,
            Counter::Mail(..) => self.mails_per_account,
            // One client's five leave room for its owner's.
            Counter::Mails(_) => self.mails_per_account.saturating_mul(4),
        }
    }
}

impl Counter<'_> {
    fn scope(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Account(_) => "account",
            Self::AccountAtHome(..) => "home",
            Self::Crowd(_) => "crowd",
            Self::Member(_) => "member",
            Self::Mail(..) => "mail",
            Self::Mails(_) => "mails",
        }
    }

    /// Hashed: a key is no place for an e-mail address or a client's.
    fn subject(&self) -> String {
        match self {
            Self::Client(ip) | Self::Crowd(ip) => hashed(&[&network(*ip)]),
            Self::Account(email) | Self::Mails(email) => hashed(&[email.as_str()]),
            Self::Member(user) => hashed(&[&user.to_string()]),
            Self::AccountAtHome(email, ip) | Self::Mail(email, ip) => hashed(&[email.as_str(), &network(*ip)]),
        }
    }
}

pub(super) fn hashed(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\0"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
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
            .update(key, "SET #ttl = :end, #entity = :entity, #v = :one ADD #count :one")
            .when("attribute_not_exists(#count) OR #count < :limit")
            .value(":end", end)
            .value(":one", 1)
            .value(":entity", "counter")
            .value(":limit", self.limits.of(counter));
        match self.table.commit(action).await {
            Ok(()) => Ok(Ok(())),
            Err(error) if error.failed_at(0) => Ok(Err(end.saturating_sub(now))),
            Err(error) => Err(error.into()),
        }
    }

    /// Counts a mail that somebody asks for.
    pub(crate) async fn admit_mail(&self, email: &Email, origin: &Origin) -> Result<(), Problem> {
        self.admit(Counter::Client(origin.source_ip)).await?;
        self.admit(Counter::Mail(email, origin.source_ip)).await?;
        self.admit(Counter::Mails(email)).await
    }

    /// Writes what a real request would have written, and means nothing by it: a request on behalf of nobody must take as
    /// long.
    pub(crate) async fn pretend(&self, email: &Email) -> Result<(), Problem> {
        let now = self.ambient.now().as_second();
        let key = counter_key("nobody", &hashed(&[email.as_str()]), now - now.rem_euclid(self.limits.window_s));
        let action = self
            .table
            .update(key, "SET #ttl = :end, #entity = :entity, #v = :one")
            .value(":end", now.saturating_add(self.limits.window_s))
            .value(":entity", "counter")
            .value(":one", 1);
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
        assert_eq!(of("::ffff:203.0.113.7"), "203.0.113.7");
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
