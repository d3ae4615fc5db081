//! Whether a chain is what was appended to it, and if not, what is the first thing that is wrong with it.

use std::fmt;

use holdfast_core::EventId;

use super::{Entry, Head};

/// The first thing that is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A record says something else than what was appended.
    Changed {
        /// Its place.
        position: u64,
        /// Of which event it says that it is.
        event_id: EventId,
    },
    /// A record is not there any more.
    Removed {
        /// Its place.
        position: u64,
    },
    /// A record is there that was not appended.
    Added {
        /// Where it says that it belongs.
        position: u64,
        /// Of which event it says that it is.
        event_id: EventId,
    },
    /// All records fit one another, and not what was written where nobody can change it: the chain was made anew.
    MadeAnew {
        /// The last record that is as it was; 0 when none is known to be.
        after: u64,
        /// One that is not as it was.
        by: u64,
    },
    /// The records are there, and what says where they end is not, or says something else.
    HeadChanged {
        /// How many records there are.
        records: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { position, event_id } => write!(f, "record {position} ({event_id}) was changed"),
            Self::Removed { position } => write!(f, "record {position} was removed"),
            Self::Added { position, event_id } => write!(f, "record {position} ({event_id}) was added"),
            Self::MadeAnew { after, by } => {
                write!(f, "the chain was made anew behind record {after}, record {by} among it")
            }
            Self::HeadChanged { records } => write!(f, "the head was changed: it does not stand at record {records}"),
        }
    }
}

/// Verifies a subject's chain: all records that are there, in any order; where it ends; and where it ended whenever that was written
/// where nobody can change it.
pub fn verify(mut entries: Vec<Entry>, head: Option<&Head>, anchors: &[Head]) -> Result<(), Finding> {
    entries.sort_by_key(|entry| entry.record.position);
    let records = entries.last().map_or(0, |entry| entry.record.position);
    // Without any head, whatever is there is looked at all the same.
    let end = anchors.iter().chain(head).map(|head| head.position).max().unwrap_or(records);
    let chain = Chain { entries: &entries, head, anchors };
    let (mut before, mut sure): (Option<&Entry>, u64) = (None, 0);
    for position in 1..=end {
        let entry = chain.at(position, before)?;
        if let Some(anchor) = anchors.iter().find(|anchor| anchor.position == position) {
            if anchor.hash != entry.record.hash() {
                return Err(Finding::MadeAnew { after: sure, by: position });
            }
            sure = position;
        }
        before = Some(entry);
    }
    // Behind the end there is only what somebody put there.
    if let Some(added) = entries.iter().find(|entry| entry.record.position > end) {
        let (position, event_id) = (added.record.position, added.record.event_id);
        return Err(Finding::Added { position, event_id });
    }
    match (head, before) {
        (None, None) => Ok(()),
        (Some(head), Some(last)) if *head == last.head() => Ok(()),
        // It fits all before it, and the head knows another in its place.
        (Some(head), Some(last)) if head.position == end && sure < end => {
            Err(Finding::Changed { position: end, event_id: last.record.event_id })
        }
        (Some(_) | None, Some(_)) | (Some(_), None) => Err(Finding::HeadChanged { records }),
    }
}

struct Chain<'a> {
    entries: &'a [Entry],
    head: Option<&'a Head>,
    anchors: &'a [Head],
}

impl<'a> Chain<'a> {
    fn all_at(&self, position: u64) -> impl Iterator<Item = &'a Entry> {
        let first = self.entries.partition_point(|entry| entry.record.position < position);
        let from = self.entries.get(first..).unwrap_or_default();
        from.iter().take_while(move |entry| entry.record.position == position)
    }

    /// The one record at a place, if it is what was appended behind the one before it.
    fn at(&self, position: u64, before: Option<&'a Entry>) -> Result<&'a Entry, Finding> {
        let expected = before.map(|before| before.record.hash()).unwrap_or_default();
        let follows = |entry: &&Entry| entry.record.previous == expected && entry.record.hash() == entry.hash;
        let mut here = self.all_at(position);
        let (Some(entry), second) = (here.next(), here.next()) else { return Err(Finding::Removed { position }) };
        if second.is_some() {
            // Of several one was appended: the one that what comes after it knows.
            let known = |entry: &&Entry| self.is_known(entry);
            let added = self.all_at(position).find(|entry| !(follows(entry) && known(entry)));
            let added = added.unwrap_or(entry);
            return Err(Finding::Added { position, event_id: added.record.event_id });
        }
        if follows(&entry) {
            return Ok(entry);
        }
        let changed = |entry: &Entry| {
            let (position, event_id) = (entry.record.position, entry.record.event_id);
            Err(Finding::Changed { position, event_id })
        };
        // It is what those after it know: then the one before it has another hash than it had.
        match before {
            Some(before) if entry.record.hash() == entry.hash && self.is_known(entry) => changed(before),
            Some(_) | None => changed(entry),
        }
    }

    /// Whether what comes after a record names its hash: the next one, the head, or an anchor.
    fn is_known(&self, entry: &Entry) -> bool {
        let (position, hash) = (entry.record.position, entry.record.hash());
        let next = position.saturating_add(1);
        let heads = self.anchors.iter().chain(self.head);
        self.all_at(next).any(|next| next.record.previous == hash)
            || heads.into_iter().any(|head| head.position == position && head.hash == hash)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::record::tests::envelope;
    use super::*;
    use crate::domain::Record;

    fn chain(length: u8) -> (Vec<Entry>, Head) {
        let mut entries: Vec<Entry> = Vec::new();
        for nth in 1..=length {
            let head = entries.last().map(Entry::head);
            entries.push(Entry::new(Record::of(&envelope(nth), head.as_ref()).unwrap()));
        }
        let head = entries.last().unwrap().head();
        (entries, head)
    }

    fn event(nth: u8) -> EventId {
        envelope(nth).event.id
    }

    /// Chains all records behind one of them anew, as somebody would who knows how.
    fn made_anew(entries: &mut [Entry]) -> Head {
        let mut previous = String::new();
        for entry in entries.iter_mut() {
            entry.record.previous = previous;
            entry.hash = entry.record.hash();
            previous = entry.hash.clone();
        }
        entries.last().unwrap().head()
    }

    #[test]
    fn a_chain_is_what_was_appended() {
        let (mut entries, head) = chain(5);
        assert_eq!(verify(entries.clone(), Some(&head), &[]), Ok(()));
        assert_eq!(verify(entries.clone(), Some(&head), &[entries[2].head(), head.clone()]), Ok(()));
        entries.reverse();
        assert_eq!(verify(entries, Some(&head), &[]), Ok(()), "in whatever order they are read");
        assert_eq!(verify(Vec::new(), None, &[]), Ok(()));
    }

    #[test]
    fn the_first_record_that_was_changed_is_named() {
        for nth in 1..=5_u8 {
            let (mut entries, head) = chain(5);
            let place = usize::from(nth) - 1;
            entries[place].record.actor = "usr_2".to_owned();
            let changed = Err(Finding::Changed { position: nth.into(), event_id: event(nth) });
            assert_eq!(verify(entries.clone(), Some(&head), &[]), changed, "its hash is left as it was");
            entries[place].hash = entries[place].record.hash();
            assert_eq!(verify(entries, Some(&head), &[]), changed, "its hash is made anew");
        }
    }

    #[test]
    fn the_first_record_that_was_removed_is_named() {
        for nth in 1..=5_usize {
            let (mut entries, head) = chain(5);
            entries.remove(nth - 1);
            let removed = Err(Finding::Removed { position: u64::try_from(nth).unwrap() });
            assert_eq!(verify(entries, Some(&head), &[]), removed);
        }
        // The end, and the head set back to what is left: what was written elsewhere knows.
        let (mut entries, head) = chain(5);
        entries.truncate(3);
        let back = entries[2].head();
        assert_eq!(
            verify(entries.clone(), Some(&back), std::slice::from_ref(&head)),
            Err(Finding::Removed { position: 4 })
        );
        // Everything.
        assert_eq!(verify(Vec::new(), None, &[head]), Err(Finding::Removed { position: 1 }));
        assert_eq!(verify(entries, None, &[]), Err(Finding::HeadChanged { records: 3 }));
        let (entries, head) = chain(3);
        let other = Head { hash: "0".repeat(64), ..head.clone() };
        assert_eq!(verify(entries, Some(&other), &[head]), Err(Finding::HeadChanged { records: 3 }));
    }

    #[test]
    fn the_first_record_that_was_added_is_named() {
        for nth in 1..=5_u8 {
            let (mut entries, head) = chain(5);
            let before = usize::from(nth).checked_sub(2).map(|place| entries[place].head());
            entries.push(Entry::new(Record::of(&envelope(9), before.as_ref()).unwrap()));
            let added = Err(Finding::Added { position: nth.into(), event_id: event(9) });
            assert_eq!(verify(entries, Some(&head), &[]), added);
        }
        let (mut entries, head) = chain(5);
        entries.push(Entry::new(Record::of(&envelope(9), Some(&head)).unwrap()));
        assert_eq!(verify(entries, Some(&head), &[]), Err(Finding::Added { position: 6, event_id: event(9) }));
    }

    #[test]
    fn a_chain_that_was_made_anew_is_known_by_what_was_written_elsewhere() {
        let (entries, head) = chain(6);
        let anchors = [entries[1].head(), entries[3].head(), head];
        let mut forged = entries;
        forged[2].record.actor = "usr_2".to_owned();
        let head = made_anew(&mut forged);
        assert_eq!(verify(forged.clone(), Some(&head), &[]), Ok(()), "by itself nobody can know");
        let found = Err(Finding::MadeAnew { after: 2, by: 4 });
        assert_eq!(verify(forged, Some(&head), &anchors), found);
    }

    proptest! {
        /// Whatever is done to one record, something is found, and never behind it.
        #[test]
        fn nothing_goes_unseen(length in 1_u8..12, place in 0_usize..12, what in 0_u8..3) {
            let (mut entries, head) = chain(length);
            let place = place % entries.len();
            let anchors = [head.clone()];
            match what {
                0 => entries[place].record.correlation_id.push('x'),
                1 => drop(entries.remove(place)),
                _ => {
                    let mut copy = entries[place].clone();
                    copy.record.event_id = event(99);
                    copy.hash = copy.record.hash();
                    entries.push(copy);
                }
            }
            let found = verify(entries, Some(&head), &anchors).unwrap_err();
            let at = match found {
                Finding::Changed { position, .. } | Finding::Removed { position } | Finding::Added { position, .. } => position,
                Finding::MadeAnew { .. } | Finding::HeadChanged { .. } => 0,
            };
            prop_assert_eq!(at, u64::try_from(place).unwrap() + 1);
        }
    }
}
