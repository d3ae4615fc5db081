//! What a rule makes of an event that is not ours: for consumers of what AWS itself tells.

use holdfast_runtime::{FromInit, Function};
use serde::de::DeserializeOwned;

use crate::consumer::{About, ConsumeError, Message, fed};

/// Handles notes, each at least once. What it does has to be the same however often it does it.
pub trait NoteConsumer: FromInit + Send + Sync + 'static {
    /// What the rule's template writes.
    type Note: DeserializeOwned + Send + 'static;
    /// Handles one.
    fn handle(&self, note: Self::Note) -> impl Future<Output = Result<(), ConsumeError>> + Send;
}

/// The function that a rule's notes feed, by way of a queue.
pub fn notes<C: NoteConsumer>(name: &'static str) -> Function {
    fed::<C, Note<C::Note>, _>(name, |consumer, Note(note)| async move { consumer.handle(note).await })
}

struct Note<T>(T);

impl<T: DeserializeOwned + Send + 'static> Message for Note<T> {
    fn read(body: &str) -> Result<Option<Self>, serde_json::Error> {
        serde_json::from_str(body).map(|note| Some(Self(note)))
    }

    fn about(&self) -> About {
        About::default()
    }
}
