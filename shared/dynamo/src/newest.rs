//! Lists over several partitions of an index that shows keys alone, merged newest first: a page is read by key, so that it shows
//! what is true now.

use futures::future::try_join_all;
use holdfast_core::{Cursor, CursorError, CursorKey, Page};

use crate::error::StoreError;
use crate::item::{Item, Key};
use crate::query::Query;
use crate::table::{Table, of_kind};

/// Looks at one partition after another's page until the list's page is full: what an index shows may have moved on.
const ROUNDS: u32 = 20;

/// What is merged.
#[derive(Clone, Debug)]
pub struct Newest {
    /// Partitions of an index, whose places sort by age.
    pub partitions: Vec<Query>,
    /// Only what lies at this place or after it.
    pub from: Option<String>,
    /// Only what lies before this place.
    pub last: Option<String>,
}

impl Table {
    /// Merges partitions: each is read from the cursor down, and the newest of all of them are the page.
    pub async fn newest<I: Item, T>(
        &self,
        range: Newest,
        limit: u8,
        (key, bound_to, cursor): (&CursorKey, &str, Option<&str>),
        read: impl Fn(I) -> Option<T>,
        at: impl Fn(&T) -> String,
    ) -> Result<Result<Page<T>, CursorError>, StoreError> {
        let opened = cursor.map(|cursor| Cursor::open::<String>(key, bound_to, cursor)).transpose();
        let Ok(opened) = opened else { return Ok(Err(CursorError)) };
        let mut before = opened.or(range.last);
        let since = range.from.unwrap_or_else(|| "0".to_owned());
        let (most, mut items) = (usize::from(limit), Vec::new());
        for _ in 0..ROUNDS {
            let queries = range.partitions.iter().map(|query| {
                let query = query.clone().newest_first().limit(limit.saturating_add(1));
                let query = query.between(since.clone(), before.clone().unwrap_or_else(|| "~".to_owned()));
                async move { self.places(&query).await }
            });
            let mut places: Vec<(Key, String)> = try_join_all(queries).await?.into_iter().flatten().collect();
            // The place before which the page begins is in what DynamoDB calls between.
            places.retain(|(_, place)| before.as_ref().is_none_or(|before| place < before));
            places.sort_by(|(_, one), (_, other)| other.cmp(one));
            places.truncate(most);
            let full = places.len() == most;
            let keys: Vec<_> = places.iter().map(|(key, _)| key.clone()).collect();
            let found = of_kind::<I>(&self.get_all(&keys).await?)?;
            let mut found: Vec<T> = found.into_iter().filter_map(&read).collect();
            found.sort_by_key(|item| std::cmp::Reverse(at(item)));
            before = places.pop().map(|(_, place)| place).or(before);
            items.extend(found);
            if !full {
                return Ok(Ok(Page { items, next_cursor: None }));
            }
            if items.len() >= most {
                break;
            }
        }
        if items.len() > most {
            items.truncate(most);
            before = items.last().map(&at);
        }
        let next_cursor = before.map(|place| Cursor::seal(key, bound_to, &place));
        Ok(Ok(Page { items, next_cursor }))
    }
}
