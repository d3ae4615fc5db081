//! audit-anchor: writes the heads that have moved where nobody can change them, every day.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_types::error::display::DisplayErrorContext;
use holdfast_core::Timestamp;
use holdfast_runtime::{BoxError, EventHandler, FromInit, Function, Init, InitError};
use serde_json::Value;

use crate::store::Trail;

/// An index lags behind its table: what moved within this is left to the next run.
const LAG: Duration = Duration::from_secs(60);
/// How many heads one object holds: some two megabytes.
const MOST_HEADS: usize = 10_000;
/// Under which all of them lie.
pub(crate) const FOLDER: &str = "heads/";

#[derive(Clone, Debug)]
struct Anchor {
    trail: Trail,
    client: aws_sdk_s3::Client,
    bucket: String,
}

impl FromInit for Anchor {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let bucket = init.env.text("AUDIT_BUCKET")?.to_owned();
        Ok(Self { trail: Trail::from_init(init).await?, client: init.aws.s3(), bucket })
    }
}

impl Anchor {
    async fn run(&self) -> Result<(), BoxError> {
        let now = self.trail.ambient.now();
        let since = self.trail.anchored_until().await?.unwrap_or(Timestamp::UNIX_EPOCH);
        let until = now.saturating_sub(LAG)?;
        let heads = self.trail.heads_moved(since, until).await?;
        for (nth, heads) in heads.chunks(MOST_HEADS).enumerate() {
            let lines: Result<Vec<String>, _> = heads.iter().map(serde_json::to_string).collect();
            let body = lines?.join("\n") + "\n";
            // Each run writes under a name of its own: what is there is locked.
            let key = format!("{FOLDER}{}-{nth:04}.jsonl", now.strftime("%Y-%m-%dT%H-%M-%S%.3fZ"));
            let put = self.client.put_object().bucket(&self.bucket).key(key).body(body.into_bytes().into());
            put.send().await.map_err(|error| DisplayErrorContext(error).to_string())?;
        }
        // Only then: a run that died is made up for by the next.
        self.trail.anchored(until).await?;
        tracing::info!(heads = heads.len(), "audit.anchored");
        Ok(())
    }
}

/// audit-anchor.
pub fn function() -> Function {
    Function::event("audit-anchor", |init| async move {
        let anchor = Anchor::from_init(&init).await?;
        let handler: EventHandler = Arc::new(move |_| {
            let anchor = anchor.clone();
            Box::pin(async move { anchor.run().await.map(|()| Value::Null) })
        });
        Ok(handler)
    })
}
