//! The link by which mails of a kind are declined: who reads them, which kind, and that the shop wrote it.

use holdfast_core::UserId;
use holdfast_http::ServerKey;

use crate::domain::Kind;
use crate::store::Mark;

/// Who declines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A customer.
    Customer(UserId),
    /// Whoever reads mail at an address, by what stands for it.
    Guest(Mark),
}

/// What is declined by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// Whose mails.
    pub reader: Reader,
    /// Which.
    pub kind: Kind,
}

const PURPOSE: &str = "unsubscribe";

impl Decline {
    fn subject(&self) -> String {
        let kind = self.kind.name();
        match &self.reader {
            Reader::Customer(user) => format!("{user}.{kind}"),
            Reader::Guest(mark) => format!("{mark}.{kind}"),
        }
    }

    /// As a link says it.
    pub fn token(&self, key: &ServerKey) -> String {
        let subject = self.subject();
        let proof = key.token(PURPOSE, &subject);
        format!("{subject}.{proof}")
    }

    /// From a link; nothing when the shop did not write it, or when it is of what cannot be declined.
    pub fn read(key: &ServerKey, token: &str) -> Option<Self> {
        let (subject, proof) = token.rsplit_once('.')?;
        let (reader, kind) = subject.split_once('.')?;
        let kind = Kind::named(kind).filter(|kind| kind.is_declinable())?;
        let reader = match reader.parse() {
            Ok(user) => Reader::Customer(user),
            Err(_) => Reader::Guest(Mark::read(reader)?),
        };
        key.opens(proof, PURPOSE, subject).then_some(Self { reader, kind })
    }
}
