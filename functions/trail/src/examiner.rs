//! Verifies a whole trail: each subject's chain, against its head and against what was written where nobody can change it.
//!
//! For an operator, who may read the table and the bucket: no function of the shop does this.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_smithy_types::error::display::DisplayErrorContext;
use holdfast_core::Timestamp;
use holdfast_dynamo::StoreError;
use holdfast_runtime::{FromInit, Init, InitError};

use crate::consumers::anchor::FOLDER;
use crate::domain::{Finding, Head, verify};
use crate::store::Trail;

/// How often a chain is looked at before something is said to be wrong with it.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// What verifies a trail: made from the start of `audit-anchor`, whose table and bucket it reads.
#[derive(Clone, Debug)]
pub struct Examiner {
    trail: Trail,
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many chains there are.
    pub chains: usize,
    /// How many records are in them.
    pub records: usize,
    /// How many heads they were held against that nobody can change.
    pub anchors: usize,
    /// Of each chain that is not what was appended to it, its subject and the first thing that is wrong.
    pub findings: Vec<(String, Finding)>,
}

/// Why a trail could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// The table did not answer.
    #[error("{error}: {}", error.reason())]
    Store {
        /// What it is about.
        #[from]
        error: StoreError,
    },
    /// The bucket did not answer, or holds what is no list of heads.
    #[error("the heads cannot be read: {0}")]
    Anchors(String),
}

impl FromInit for Examiner {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let bucket = init.env.text("AUDIT_BUCKET")?.to_owned();
        Ok(Self { trail: Trail::from_init(init).await?, client: init.aws.s3(), bucket })
    }
}

impl Examiner {
    /// Verifies all chains.
    pub async fn examine(&self) -> Result<Report, ExamineError> {
        let anchors = self.anchors().await?;
        let mut report = Report { anchors: anchors.values().map(Vec::len).sum(), ..Report::default() };
        let heads = self.trail.heads_moved(Timestamp::UNIX_EPOCH, Timestamp::MAX).await?;
        let mut subjects: BTreeSet<String> = heads.into_iter().map(|head| head.subject).collect();
        subjects.extend(anchors.keys().cloned());
        subjects.extend(self.trail.subjects().await?);
        for subject in subjects {
            let written = anchors.get(&subject).map_or(&[] as &[Head], Vec::as_slice);
            let (records, found) = self.look_at(&subject, written).await?;
            report.chains += 1;
            report.records += records;
            report.findings.extend(found.map(|finding| (subject, finding)));
        }
        Ok(report)
    }

    /// How many records a chain has, and what is wrong with it. A chain that grows while it is read looks wrong, and so does one whose
    /// index lags: what is found has to be there at the last look, too.
    async fn look_at(&self, subject: &str, written: &[Head]) -> Result<(usize, Option<Finding>), StoreError> {
        let mut look = 1;
        loop {
            let (head, entries) = (self.trail.head(subject).await?, self.trail.entries_of(subject).await?);
            let records = entries.len();
            match verify(entries, head.as_ref(), written) {
                Ok(()) => return Ok((records, None)),
                Err(finding) if look == LOOKS => return Ok((records, Some(finding))),
                Err(_) => self.trail.ambient.sleep(BETWEEN_LOOKS).await,
            }
            look += 1;
        }
    }

    /// All heads that were written, by their subject, the earliest first.
    async fn anchors(&self) -> Result<BTreeMap<String, Vec<Head>>, ExamineError> {
        let mut anchors: BTreeMap<String, Vec<Head>> = BTreeMap::new();
        let unreadable = |reason: String| ExamineError::Anchors(reason);
        let mut from = None;
        loop {
            let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(FOLDER).set_continuation_token(from);
            let page = list.send().await.map_err(|error| unreadable(DisplayErrorContext(error).to_string()))?;
            for key in page.contents().iter().filter_map(|object| object.key()) {
                let object = self.client.get_object().bucket(&self.bucket).key(key).send().await;
                let object = object.map_err(|error| unreadable(DisplayErrorContext(error).to_string()))?;
                let bytes = object.body.collect().await.map_err(|error| unreadable(error.to_string()))?.into_bytes();
                for line in String::from_utf8_lossy(&bytes).lines() {
                    let head: Head =
                        serde_json::from_str(line).map_err(|error| unreadable(format!("{key}: {error}")))?;
                    anchors.entry(head.subject.clone()).or_default().push(head);
                }
            }
            from = page.next_continuation_token().map(str::to_owned);
            if from.is_none() {
                break;
            }
        }
        anchors.values_mut().for_each(|heads| heads.sort_by_key(|head| head.position));
        Ok(anchors)
    }
}
