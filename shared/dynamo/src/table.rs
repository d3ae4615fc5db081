//! A table: reading its items, and making the actions that write them.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use holdfast_core::{Ambient, Cursor, CursorError, CursorKey, Page, StoredEvent};
use holdfast_runtime::{Count, Init, InitError};

use crate::action::Action;
use crate::error::{CommitError, StoreError};
use crate::item::{self, Attributes, Item, Key};
use crate::meter::{Direction, count};
use crate::query::{Place, Query};
use crate::transaction::Transaction;

/// BatchGetItem's own limit.
const BATCH: usize = 100;

/// DynamoDB, and what is needed to wait for it.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) ambient: Ambient,
}

/// A table of it.
#[derive(Clone, Debug)]
pub struct Table {
    store: Store,
    name: String,
}

impl Store {
    /// The function's own client.
    pub fn new(init: &Init) -> Self {
        Self { client: init.aws.dynamodb(), ambient: init.ambient.clone() }
    }

    /// The table whose name the environment holds in `variable`.
    pub fn table(&self, init: &Init, variable: &str) -> Result<Table, InitError> {
        Ok(Table { store: self.clone(), name: init.env.text(variable)?.to_owned() })
    }
}

impl Table {
    pub(crate) fn client(&self) -> &Client {
        &self.store.client
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An empty transaction.
    pub fn transaction(&self) -> Transaction {
        Transaction::new(&self.store)
    }

    /// Commits a single action.
    pub async fn commit(&self, action: Action) -> Result<(), CommitError> {
        self.transaction().and(action).commit().await
    }

    /// Writes an item whole.
    pub fn put<T: Item>(&self, item: &T) -> Action {
        Action::put(&self.name, item, None)
    }

    /// Writes an item whole, and with it what happened to it.
    pub fn put_with<T: Item>(&self, item: &T, event: &StoredEvent) -> Action {
        Action::put(&self.name, item, Some(event))
    }

    /// Changes an item in place.
    pub fn update(&self, key: Key, expression: &str) -> Action {
        Action::update(&self.name, key, expression)
    }

    /// Removes an item: only one that carries no events. Those are marked instead.
    pub fn delete(&self, key: Key) -> Action {
        Action::delete(&self.name, key)
    }

    /// Holds a transaction to a condition on an item that it does not write.
    pub fn check(&self, key: Key) -> Action {
        Action::check(&self.name, key)
    }

    /// The item at a key, strongly consistent.
    pub async fn get<T: Item>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let call = self.store.client.get_item().table_name(&self.name).set_key(Some(key.attributes()));
        let call = call.consistent_read(true).return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = call.send().await.map_err(|error| StoreError::of(&self.name, &error))?;
        count(Direction::Read, answer.consumed_capacity.as_slice());
        answer.item.map(item::read).transpose()
    }

    /// The items at these keys, strongly consistent, in no order; those that do not exist are left out.
    pub async fn get_all(&self, keys: &[Key]) -> Result<Vec<Found>, StoreError> {
        let batches = keys.chunks(BATCH).map(|batch| self.get_batch(batch.to_vec()));
        let found = futures::future::try_join_all(batches).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn get_batch(&self, keys: Vec<Key>) -> Result<Vec<Found>, StoreError> {
        let mut left: Vec<Attributes> = keys.iter().map(Key::attributes).collect();
        let mut found = Vec::with_capacity(left.len());
        for attempt in 0.. {
            let wanted = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true).build();
            let wanted =
                wanted.map_err(|error| StoreError::Failed { table: self.name.clone(), reason: error.to_string() })?;
            let call = self.store.client.batch_get_item().request_items(&self.name, wanted);
            let call = call.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let answer = call.send().await.map_err(|error| StoreError::of(&self.name, &error))?;
            count(Direction::Read, answer.consumed_capacity());
            let mut responses = answer.responses.unwrap_or_default();
            found.extend(responses.remove(&self.name).unwrap_or_default().into_iter().map(Found));
            match answer.unprocessed_keys.unwrap_or_default().remove(&self.name) {
                None => break,
                Some(_) if attempt == Transaction::ATTEMPTS => {
                    return Err(StoreError::Busy { table: self.name.clone() });
                }
                Some(unprocessed) => left = unprocessed.keys,
            }
            holdfast_runtime::count(Count::Retries, 1);
            self.store.ambient.sleep(Transaction::pause(&self.store.ambient, attempt)).await;
        }
        Ok(found)
    }

    /// All that a query finds, page after page.
    pub async fn all(&self, query: &Query) -> Result<Vec<Found>, StoreError> {
        let mut query = query.clone();
        let mut found = Vec::new();
        loop {
            let (items, next) = self.page(&query).await?;
            found.extend(items.into_iter().map(Found));
            if next.is_none() {
                return Ok(found);
            }
            query.after = next;
        }
    }

    /// The first page of a query: as much as its limit says.
    pub async fn first(&self, query: &Query) -> Result<Vec<Found>, StoreError> {
        let (items, _) = self.page(query).await?;
        Ok(items.into_iter().map(Found).collect())
    }

    /// Where the first page of a query finds something: its keys, and its places in the index. For an index that shows
    /// keys alone.
    pub async fn places(&self, query: &Query) -> Result<Vec<(Key, String)>, StoreError> {
        let (items, _) = self.page(query).await?;
        let (_, sk) = query.keys();
        let text = |item: &Attributes, name: &str| item.get(name)?.as_s().ok().cloned();
        let place = |item| Some((Key::new(text(&item, "pk")?, text(&item, "sk")?), text(&item, &sk)?));
        Ok(items.into_iter().filter_map(place).collect())
    }

    /// One page of a query for a list whose cursors are sealed with `key` and bound to `bound_to`.
    pub async fn list<T: Item>(
        &self,
        mut query: Query,
        key: &CursorKey,
        bound_to: &str,
        cursor: Option<&str>,
    ) -> Result<Result<Page<T>, CursorError>, StoreError> {
        query.after = match cursor.map(|cursor| Cursor::open(key, bound_to, cursor)).transpose() {
            Ok(after) => after,
            Err(error) => return Ok(Err(error)),
        };
        let (items, next) = self.page(&query).await?;
        let items = items.into_iter().map(item::read).collect::<Result<_, _>>()?;
        let next_cursor = next.map(|place| Cursor::seal(key, bound_to, &place));
        Ok(Ok(Page { items, next_cursor }))
    }

    async fn page(&self, query: &Query) -> Result<(Vec<Attributes>, Option<Place>), StoreError> {
        let call = self
            .store
            .client
            .query()
            .table_name(&self.name)
            .set_index_name(query.index.map(str::to_owned))
            .key_condition_expression(query.expression())
            .set_expression_attribute_values(Some(query.values()))
            .set_exclusive_start_key(query.start())
            .set_limit(query.limit)
            .scan_index_forward(!query.newest_first)
            .consistent_read(query.consistent)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = call.send().await.map_err(|error| StoreError::of(&self.name, &error))?;
        count(Direction::Read, answer.consumed_capacity.as_slice());
        let next = answer.last_evaluated_key.as_ref().and_then(Place::of);
        Ok((answer.items.unwrap_or_default(), next))
    }
}

/// An item that was found, of whatever kind.
#[derive(Clone, Debug)]
pub struct Found(HashMap<String, aws_sdk_dynamodb::types::AttributeValue>);

impl Found {
    /// As the item that it is, if it is of this kind.
    pub fn read<T: Item>(&self) -> Option<Result<T, StoreError>> {
        item::is::<T>(&self.0).then(|| item::read(self.0.clone()))
    }
}

/// Those of one kind among what was found.
pub fn of_kind<T: Item>(found: &[Found]) -> Result<Vec<T>, StoreError> {
    found.iter().filter_map(Found::read).collect()
}
