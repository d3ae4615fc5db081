//! How often someone may try. Counters lie in the table, one a window, and go with its TTL.

use std::net::IpAddr;

use holdfast_core::UserId;
use holdfast_dynamo::{Counted, hashed};
use holdfast_http::{Origin, Problem, network};
use holdfast_runtime::{Env, InitError};

use super::Accounts;
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

impl Accounts {
    /// Counts an attempt: whether the window admits it, and if not, in how many seconds the next begins.
    pub(crate) async fn counts(&self, counter: Counter<'_>) -> Result<Result<(), i64>, Problem> {
        let counted = self.counted(counter.scope(), counter.subject(), self.limits.of(counter));
        Ok(self.table.count(&counted, self.ambient.now().as_second()).await?)
    }

    fn counted(&self, scope: &'static str, subject: String, most: u32) -> Counted {
        Counted { scope, subject, window_s: self.limits.window_s, most }
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
        let counted = self.counted("nobody", hashed(&[email.as_str()]), u32::MAX);
        let _admitted = self.table.count(&counted, self.ambient.now().as_second()).await?;
        Ok(())
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
    fn a_counter_names_nobody() {
        let email: Email = "ada@example.test".to_owned().try_into().unwrap();
        let subject = Counter::Account(&email).subject();
        assert_eq!(subject.len(), 32);
        assert!(!subject.contains("ada"));
        assert_ne!(subject, Counter::AccountAtHome(&email, "203.0.113.7".parse().unwrap()).subject());
    }
}
