//! Committing: all of the actions, or none.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{CancellationReason, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use holdfast_core::Ambient;
use holdfast_runtime::Count;

use crate::action::{Action, Verb};
use crate::error::{CommitError, Reason, StoreError, is_contention};
use crate::item::Attributes;
use crate::meter::{Direction, count};
use crate::table::Store;

/// Actions that are committed together.
#[derive(Clone, Debug)]
#[must_use = "nothing is written before `commit`"]
pub struct Transaction {
    store: Store,
    actions: Vec<Action>,
}

impl Transaction {
    /// TransactWriteItems' own limit.
    pub const MOST_ACTIONS: usize = 100;
    /// Tries, the first among them: with the pauses below, contention has about two seconds to pass.
    pub(crate) const ATTEMPTS: u32 = 8;
    const FIRST_PAUSE: Duration = Duration::from_millis(10);

    pub(crate) fn new(store: &Store) -> Self {
        Self { store: store.clone(), actions: Vec::new() }
    }

    /// And this one.
    pub fn and(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// And all of these: the pieces that a context hands out.
    pub fn and_all(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.actions.extend(actions);
        self
    }

    /// Up to twice as long after each attempt, and never two callers in step.
    pub(crate) fn pause(ambient: &Ambient, attempt: u32) -> Duration {
        ambient.jitter(Self::FIRST_PAUSE * 2_u32.saturating_pow(attempt))
    }

    /// Commits: retries while contention alone is the reason, and knows its own success when the answer to
    /// an earlier try was lost.
    pub async fn commit(self) -> Result<(), CommitError> {
        let broken = self.actions.iter().find_map(|action| action.broken.clone().map(|why| (action, why)));
        if let Some((action, reason)) = broken {
            return Err(StoreError::Failed { table: action.table.clone(), reason }.into());
        }
        let Some(first) = self.actions.first() else { return Ok(()) };
        let alone = self.actions.len() == 1 && !matches!(first.verb, Verb::Check(_));
        // One token for all tries, so that DynamoDB too can recognise a repeat.
        let token: String = self.store.ambient.bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        for attempt in 0..Self::ATTEMPTS {
            let reasons = if alone { self.write(first).await? } else { self.transact(&token).await? };
            let found = |(action, reason): (&Action, &Reason)| match reason {
                Reason::Condition(found) => action.is_in(found.as_ref()),
                Reason::Fine | Reason::Contention | Reason::Invalid(_) => false,
            };
            if reasons.is_empty() || self.actions.iter().zip(&reasons).any(found) {
                return Ok(());
            }
            let only_contention = |reason: &Reason| matches!(reason, Reason::Fine | Reason::Contention);
            if !reasons.iter().all(only_contention) {
                return Err(self.refusal(reasons));
            }
            holdfast_runtime::count(Count::Conflicts, 1);
            if attempt + 1 < Self::ATTEMPTS {
                holdfast_runtime::count(Count::Retries, 1);
                self.store.ambient.sleep(Self::pause(&self.store.ambient, attempt)).await;
            }
        }
        Err(StoreError::Busy { table: first.table.clone() }.into())
    }

    fn refusal(&self, reasons: Vec<Reason>) -> CommitError {
        let invalid = reasons.iter().zip(&self.actions).find_map(|(reason, action)| match reason {
            Reason::Invalid(reason) => Some(StoreError::Failed { table: action.table.clone(), reason: reason.clone() }),
            Reason::Fine | Reason::Condition(_) | Reason::Contention => None,
        });
        invalid.map_or(CommitError::Cancelled(reasons), CommitError::Store)
    }

    /// The reasons against it; none when it is committed.
    #[expect(clippy::disallowed_methods, reason = "the one home of transactions")]
    async fn transact(&self, token: &str) -> Result<Vec<Reason>, StoreError> {
        let table = || self.actions.first().map(|action| action.table.clone()).unwrap_or_default();
        let items: Result<Vec<_>, _> = self.actions.iter().map(Action::in_transaction).collect();
        let items = items.map_err(|error| StoreError::Failed { table: table(), reason: error.to_string() })?;
        let call = self.store.client.transact_write_items().set_transact_items(Some(items));
        let call = call.client_request_token(token).return_consumed_capacity(ReturnConsumedCapacity::Total);
        match call.send().await {
            Ok(answer) => {
                count(Direction::Write, answer.consumed_capacity());
                Ok(Vec::new())
            }
            Err(error) => {
                count(Direction::Write, &[]);
                match error.as_service_error() {
                    Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                        Ok(cancelled.cancellation_reasons().iter().map(reason).collect())
                    }
                    _ if error.code().is_some_and(is_contention) => Ok(vec![Reason::Contention]),
                    _ => Err(StoreError::of(&table(), &error)),
                }
            }
        }
    }

    /// A single action costs half of a transaction of one.
    async fn write(&self, action: &Action) -> Result<Vec<Reason>, StoreError> {
        let (client, table) = (&self.store.client, &action.table);
        let (names, values, condition) = (action.names(), action.values(), action.condition.clone());
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let total = ReturnConsumedCapacity::Total;
        match &action.verb {
            Verb::Put(attributes) => {
                let call = client.put_item().table_name(table).set_item(Some(attributes.clone()));
                let call = call.set_condition_expression(condition).set_expression_attribute_names(names);
                let call = call.set_expression_attribute_values(values).return_consumed_capacity(total);
                let answer = call.return_values_on_condition_check_failure(old).send().await;
                counted(table, answer.map(|answer| answer.consumed_capacity), |error| {
                    let PutItemError::ConditionalCheckFailedException(failed) = error else { return None };
                    Some(failed.item.clone())
                })
            }
            Verb::Update(key, expression) => {
                let call = client.update_item().table_name(table).set_key(Some(key.attributes()));
                let call = call.update_expression(expression).set_condition_expression(condition);
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                let call = call.return_consumed_capacity(total);
                let answer = call.return_values_on_condition_check_failure(old).send().await;
                counted(table, answer.map(|answer| answer.consumed_capacity), |error| {
                    let UpdateItemError::ConditionalCheckFailedException(failed) = error else { return None };
                    Some(failed.item.clone())
                })
            }
            Verb::Delete(key) => {
                let call = client.delete_item().table_name(table).set_key(Some(key.attributes()));
                let call = call.set_condition_expression(condition).set_expression_attribute_names(names);
                let call = call.set_expression_attribute_values(values).return_consumed_capacity(total);
                let answer = call.return_values_on_condition_check_failure(old).send().await;
                counted(table, answer.map(|answer| answer.consumed_capacity), |error| {
                    let DeleteItemError::ConditionalCheckFailedException(failed) = error else { return None };
                    Some(failed.item.clone())
                })
            }
            Verb::Check(_) => Ok(Vec::new()),
        }
    }
}

fn reason(reason: &CancellationReason) -> Reason {
    match reason.code().unwrap_or("None") {
        "None" => Reason::Fine,
        "ConditionalCheckFailed" => Reason::Condition(reason.item.clone()),
        code if is_contention(code) => Reason::Contention,
        code => Reason::Invalid(format!("{code}: {}", reason.message().unwrap_or_default())),
    }
}

/// The answer to a single write, in a transaction's terms.
fn counted<E, R>(
    table: &str,
    answer: Result<Option<aws_sdk_dynamodb::types::ConsumedCapacity>, SdkError<E, R>>,
    failed: impl Fn(&E) -> Option<Option<Attributes>>,
) -> Result<Vec<Reason>, StoreError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match answer {
        Ok(consumed) => {
            count(Direction::Write, consumed.as_slice());
            Ok(Vec::new())
        }
        Err(error) => {
            count(Direction::Write, &[]);
            match error.as_service_error().and_then(failed) {
                Some(found) => Ok(vec![Reason::Condition(found)]),
                None if error.code().is_some_and(is_contention) => Ok(vec![Reason::Contention]),
                None => Err(StoreError::of(table, &error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    #[test]
    fn every_cancellation_code_has_its_reason() {
        let of = |code: &str| reason(&CancellationReason::builder().code(code).message("m").build());
        assert_eq!(of("None"), Reason::Fine);
        assert_eq!(of("ConditionalCheckFailed"), Reason::Condition(None));
        for code in ["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"] {
            assert_eq!(of(code), Reason::Contention, "{code}");
        }
        for code in ["ItemCollectionSizeLimitExceeded", "ValidationError", "DuplicateItem", "AccessDenied"] {
            assert_eq!(of(code), Reason::Invalid(format!("{code}: m")), "{code}");
        }
    }

    #[test]
    fn an_old_image_with_our_event_is_our_own_success() {
        let id: holdfast_core::EventId = "evt_00000000000000000000000001".parse().unwrap();
        let mut action = Action::delete("t", crate::Key::new("A", "B"));
        action.event = Some(id);
        let image = |id: &str| {
            let event = AttributeValue::M([("id".to_owned(), AttributeValue::S(id.to_owned()))].into());
            Attributes::from([("event".to_owned(), event)])
        };
        assert!(action.is_in(Some(&image("evt_00000000000000000000000001"))));
        assert!(!action.is_in(Some(&image("evt_00000000000000000000000002"))));
        assert!(!action.is_in(None));
    }
}
