//! Lanes, and whose turn it is to work on one.

use std::time::Duration;

use holdfast_core::WebhookEndpointId;
use holdfast_dynamo::{CommitError, StoreError, of_kind};

use super::items::{LaneItem, lane_key};
use super::{ROUNDS, Webhooks};
use crate::domain::{Endpoint, Lane};

/// How long somebody may be at work on a lane: longer than the consumer's timeout, so that nobody loses it alive, and shorter than
/// the queue's visibility timeout, so that the next delivery of a dead one's message finds it free.
const LEASE: Duration = Duration::from_secs(60);

/// A lane that is ours.
#[derive(Debug)]
pub(crate) struct Held {
    item: LaneItem,
    /// Where it stands.
    pub(crate) lane: Lane,
    /// Which events have come since somebody was last at work: some may be too late for their place.
    pub(crate) came: Vec<u64>,
}

impl Webhooks {
    /// A lane as it stands.
    pub(crate) async fn lane(&self, endpoint: WebhookEndpointId, subject: &str) -> Result<Option<Lane>, StoreError> {
        let item: Option<LaneItem> = self.table.get(&lane_key(endpoint, subject)).await?;
        Ok(item.map(|item| item.lane))
    }

    /// The endpoints among these whose lane of a subject waits for something, or is being worked on.
    pub(crate) async fn waiting(
        &self,
        endpoints: &[&Endpoint],
        subject: &str,
    ) -> Result<Vec<WebhookEndpointId>, StoreError> {
        let keys: Vec<_> = endpoints.iter().map(|endpoint| lane_key(endpoint.id, subject)).collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let now_ms = self.ambient.now().as_millisecond();
        let lanes = of_kind::<LaneItem>(&self.table.get_all(&keys).await?)?;
        let waiting = lanes.into_iter().filter(|item| item.lane.look_at.is_some() || item.lease_until_ms > now_ms);
        Ok(waiting.map(|item| item.endpoint_id).collect())
    }

    /// Takes a lane. None is somebody else's at the moment, who knows now that there is more to do: which event has come, if one has.
    pub(crate) async fn take(
        &self,
        endpoint: &Endpoint,
        subject: &str,
        came: Option<u64>,
    ) -> Result<Option<Held>, StoreError> {
        let id: [u8; 8] = self.ambient.bytes();
        let holder: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        for _ in 0..ROUNDS {
            let now = self.ambient.now();
            let found: Option<LaneItem> = self.table.get(&lane_key(endpoint.id, subject)).await?;
            if let Some(found) = &found
                && found.lease_until_ms > now.as_millisecond()
                && found.holder != holder
            {
                let wake = "SET #wakes = #wakes + :one, #came = list_append(#came, :came)";
                let wake = self.table.update(lane_key(endpoint.id, subject), wake).when("#lease_until_ms > :now");
                let wake = wake.value(":one", 1).value(":now", now.as_millisecond());
                let wake = wake.value(":came", came.into_iter().collect::<Vec<u64>>());
                match self.table.commit(wake).await {
                    Ok(()) => return Ok(None),
                    // It has just been given back.
                    Err(CommitError::Cancelled(_)) => continue,
                    Err(CommitError::Store(error)) => return Err(error),
                }
            }
            let seen = found.as_ref().map(|found| found.version);
            let (lane, wakes, mut all) =
                found.map_or((Lane::default(), 0, Vec::new()), |found| (found.lane, found.wakes, found.came));
            all.extend(came.filter(|came| !all.contains(came)));
            let item = LaneItem {
                endpoint_id: endpoint.id,
                subject: subject.to_owned(),
                version: seen.unwrap_or(0).saturating_add(1),
                // What was under way before the endpoint was switched on again is no more.
                lane: if lane.epoch == endpoint.epoch { lane } else { Lane::new(endpoint.epoch) },
                holder: holder.clone(),
                lease_until_ms: now.saturating_add(LEASE).unwrap_or(now).as_millisecond(),
                wakes,
                came: all,
                changed_at: now,
            };
            let write = self.table.put(&item);
            let write = seen.map_or_else(|| write.clone().if_absent(), |seen| write.clone().if_version(seen));
            match self.table.commit(write).await {
                Ok(()) => return Ok(Some(Held { lane: item.lane.clone(), came: item.came.clone(), item })),
                // Somebody else has it; or it is ours, and only the answer was lost: the next look tells.
                Err(CommitError::Cancelled(_)) => {}
                Err(CommitError::Store(error)) => return Err(error),
            }
        }
        Err(StoreError::Busy { table: self.table.name().to_owned() })
    }

    /// Gives a lane back as it stands now. It stays ours where somebody has come meanwhile: there is more to do.
    pub(crate) async fn release(&self, held: Held) -> Result<Option<Held>, StoreError> {
        let Held { mut item, lane, .. } = held;
        for _ in 0..ROUNDS {
            let free = LaneItem {
                version: item.version.saturating_add(1),
                lane: lane.clone(),
                lease_until_ms: 0,
                came: Vec::new(),
                changed_at: self.ambient.now(),
                ..item.clone()
            };
            let write = self.table.put(&free).when("#version = :seen AND #wakes = :wakes");
            let write = write.value(":seen", item.version).value(":wakes", item.wakes);
            match self.table.commit(write).await {
                Ok(()) => return Ok(None),
                Err(CommitError::Cancelled(_)) => {}
                Err(CommitError::Store(error)) => return Err(error),
            }
            let found: Option<LaneItem> = self.table.get(&lane_key(item.endpoint_id, &item.subject)).await?;
            let Some(found) = found else { return Ok(None) };
            // Ours no more: it was given back, and only the answer was lost; or our time was over, and another goes on.
            if found.version != item.version || found.holder != item.holder {
                return Ok(None);
            }
            if found.wakes != item.wakes {
                let came = found.came;
                item.wakes = found.wakes;
                return Ok(Some(Held { item, lane, came }));
            }
        }
        Err(StoreError::Busy { table: self.table.name().to_owned() })
    }
}
