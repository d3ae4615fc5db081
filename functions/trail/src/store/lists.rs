//! Reading: what staff look for, newest first; and whole chains, to verify them.

use std::collections::BTreeSet;

use holdfast_core::{CursorError, CursorKey, Page, Timestamp};
use holdfast_dynamo::{Key, Newest, Query, StoreError, of_kind};

use super::Trail;
use super::items::{
    AnchoredItem, EntryItem, HeadItem, SHARDS, actor_partition, all_partition, anchored_key, head_key, heads_partition,
    moment, place, subject_partition,
};
use crate::domain::{Entry, Head};

/// Which records are sought: those of which all that is said is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// About this subject.
    pub subject: Option<String>,
    /// Of what this user did.
    pub actor: Option<String>,
    /// From then on.
    pub from: Option<Timestamp>,
    /// Before then.
    pub to: Option<Timestamp>,
}

/// How many keys are read at once.
const STRETCH: u8 = 100;

impl Sought {
    fn partitions(&self) -> Vec<Query> {
        match (&self.subject, &self.actor) {
            (Some(subject), _) => vec![Query::gsi1(subject_partition(subject))],
            (None, Some(actor)) => vec![Query::gsi2(actor_partition(actor))],
            (None, None) => (0..SHARDS).map(|shard| Query::gsi3(all_partition(shard))).collect(),
        }
    }

    fn admits(&self, entry: &Entry) -> bool {
        self.actor.as_ref().is_none_or(|actor| entry.record.actor == *actor)
    }
}

impl Trail {
    /// A page of the records that are sought, newest first.
    pub(crate) async fn list(
        &self,
        sought: &Sought,
        limit: u8,
        key: &CursorKey,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Entry>, CursorError>, StoreError> {
        let from = sought.from.map(|from| place(from, ""));
        let last = sought.to.map(|to| place(to, ""));
        let range = Newest { partitions: sought.partitions(), from, last };
        let bound_to = format!("audit {sought:?}");
        let read = |item: EntryItem| Some(item.entry).filter(|entry| sought.admits(entry));
        let at = |entry: &Entry| place(entry.record.time, &entry.record.event_id.to_string());
        self.table.newest(range, limit, (key, &bound_to, cursor), read, at).await
    }

    async fn entries_at(&self, places: &[(Key, String)]) -> Result<Vec<Entry>, StoreError> {
        let keys: Vec<_> = places.iter().map(|(key, _)| key.clone()).collect();
        let items = of_kind::<EntryItem>(&self.table.get_all(&keys).await?)?;
        Ok(items.into_iter().map(|item| item.entry).collect())
    }

    /// All places of a partition of an index between two places of it, stretch by stretch.
    async fn places_between(&self, query: &Query, since: &str, until: &str) -> Result<Vec<(Key, String)>, StoreError> {
        let (mut all, mut from): (Vec<(Key, String)>, String) = (Vec::new(), since.to_owned());
        loop {
            let stretch = self.table.places(&query.clone().between(&from, until).limit(STRETCH)).await?;
            let full = stretch.len() == usize::from(STRETCH);
            // The last of the stretch before it begins the next.
            all.extend(stretch.into_iter().filter(|(_, place)| *place > from || from == since));
            match all.last() {
                Some((_, last)) if full && *last > from => from = last.clone(),
                Some(_) | None => return Ok(all),
            }
        }
    }

    /// All records of a subject.
    pub(crate) async fn entries_of(&self, subject: &str) -> Result<Vec<Entry>, StoreError> {
        let places = self.places_between(&Query::gsi1(subject_partition(subject)), "0", "~").await?;
        self.entries_at(&places).await
    }

    /// The subjects of all records, whether or not a chain has them.
    pub(crate) async fn subjects(&self) -> Result<BTreeSet<String>, StoreError> {
        let mut subjects = BTreeSet::new();
        for shard in 0..SHARDS {
            let places = self.places_between(&Query::gsi3(all_partition(shard)), "0", "~").await?;
            // Their keys fit into memory; the records themselves need not.
            for stretch in places.chunks(usize::from(STRETCH)) {
                subjects.extend(self.entries_at(stretch).await?.into_iter().map(|entry| entry.record.subject));
            }
        }
        Ok(subjects)
    }

    /// The heads that moved between these moments.
    pub(crate) async fn heads_moved(&self, since: Timestamp, until: Timestamp) -> Result<Vec<Head>, StoreError> {
        let mut heads = Vec::new();
        for shard in 0..SHARDS {
            let query = Query::gsi1(heads_partition(shard));
            let places = self.places_between(&query, &moment(since), &format!("{}~", moment(until))).await?;
            let keys: Vec<_> = places.into_iter().map(|(key, _)| key).collect();
            let found = of_kind::<HeadItem>(&self.table.get_all(&keys).await?)?;
            heads.extend(found.into_iter().map(|item| item.head));
        }
        Ok(heads)
    }

    /// A subject's head.
    pub(crate) async fn head(&self, subject: &str) -> Result<Option<Head>, StoreError> {
        Ok(self.table.get::<HeadItem>(&head_key(subject)).await?.map(|item| item.head))
    }

    /// Until when heads were written where nobody can change them.
    pub(crate) async fn anchored_until(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.table.get::<AnchoredItem>(&anchored_key()).await?.map(|item| item.until))
    }

    /// Notes until when heads were written.
    pub(crate) async fn anchored(&self, until: Timestamp) -> Result<(), StoreError> {
        let written = self.table.commit(self.table.put(&AnchoredItem { until })).await;
        written.map_err(|error| error.unexpected(self.table.name()))
    }
}
