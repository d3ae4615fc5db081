//! Endpoints.

use holdfast_core::{Causation, Timestamp, WebhookEndpointId};
use holdfast_dynamo::{Action, Query, StoreError, Transaction, of_kind};
use holdfast_http::Problem;

use super::Webhooks;
use super::items::{ENDPOINTS, EndpointItem, HealthItem, count_key, endpoint_key, health_key};
use crate::domain::{Endpoint, Status};
use crate::events::Happened;

impl Webhooks {
    /// All endpoints that are, the oldest first; those that were removed are not among them.
    pub(crate) async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        let found = self.table.all(&Query::partition(ENDPOINTS)).await?;
        let items = of_kind::<EndpointItem>(&found)?.into_iter().map(|item| item.endpoint);
        let mut endpoints: Vec<_> = items.filter(|endpoint| endpoint.status != Status::Deleted).collect();
        endpoints.sort_by_key(|endpoint| (endpoint.created_at, endpoint.id));
        Ok(endpoints)
    }

    /// An endpoint, whatever became of it.
    pub(crate) async fn endpoint_item(&self, id: WebhookEndpointId) -> Result<Option<EndpointItem>, StoreError> {
        self.table.get(&endpoint_key(id)).await
    }

    /// An endpoint that is.
    pub(crate) async fn endpoint(&self, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError> {
        let endpoint = self.endpoint_item(id).await?.map(|item| item.endpoint);
        Ok(endpoint.filter(|endpoint| endpoint.status != Status::Deleted))
    }

    /// An endpoint that is, with its item: 404 where there is none.
    pub(crate) async fn endpoint_to_change(&self, id: WebhookEndpointId) -> Result<EndpointItem, Problem> {
        let item = self.endpoint_item(id).await?.filter(|item| item.endpoint.status != Status::Deleted);
        item.ok_or_else(|| Problem::not_found("webhook endpoint"))
    }

    /// Registers an endpoint, unless there are as many as there may be: then the first condition fails. One that is there already
    /// fails the second.
    pub(crate) fn registration(&self, item: &EndpointItem, cause: &Causation) -> Transaction {
        let event = self.event(&Happened::EndpointCreated {}, item.endpoint.id, cause);
        let count = self.table.update(count_key(), "SET #entity = :entity, #v = :one ADD #endpoints :one");
        let count = count.when("attribute_not_exists(#endpoints) OR #endpoints < :most");
        let count = count.value(":entity", "webhook-count").value(":one", 1).value(":most", Endpoint::MOST);
        self.table.transaction().and(count).and(self.table.put_with(item, &event).if_absent())
    }

    /// Writes a changed endpoint, unless somebody else has changed it since `seen`.
    pub(crate) fn change(&self, item: &EndpointItem, seen: u64, happened: &Happened, cause: &Causation) -> Action {
        let event = self.event(happened, item.endpoint.id, cause);
        self.table.put_with(item, &event).if_version(seen)
    }

    /// Removes an endpoint, unless somebody else has changed it since `seen`.
    pub(crate) fn removal(&self, item: &EndpointItem, seen: u64, cause: &Causation) -> Transaction {
        let change = self.change(item, seen, &Happened::EndpointDeleted {}, cause);
        let count = self.table.update(count_key(), "ADD #endpoints :less").value(":less", -1);
        self.table.transaction().and(change).and(count)
    }

    /// When an endpoint last took something, to the hour.
    pub(crate) async fn last_success(&self, id: WebhookEndpointId) -> Result<Option<Timestamp>, StoreError> {
        let health: Option<HealthItem> = self.table.get(&health_key(id)).await?;
        Ok(health.map(|health| health.last_success_at))
    }

    /// Notes that an endpoint has taken something.
    pub(crate) async fn succeeded(&self, id: WebhookEndpointId, at: Timestamp) -> Result<(), StoreError> {
        let health = self.table.put(&HealthItem { endpoint_id: id, last_success_at: at });
        self.table.commit(health).await.map_err(|error| error.unexpected(self.table.name()))
    }
}
