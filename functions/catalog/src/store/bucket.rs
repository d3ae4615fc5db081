//! A bucket: what functions put there and read there, and what others may put there by a URL that a function has signed.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use holdfast_core::{Ambient, Timestamp};
use holdfast_runtime::{Init, InitError};

/// A bucket.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    client: Client,
    name: String,
    ambient: Ambient,
}

/// The bucket did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bucket did not {doing}: {reason}")]
pub(crate) struct BucketError {
    doing: &'static str,
    reason: String,
}

/// A request that somebody else may send.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    /// What is to be sent, and where.
    pub(crate) request: PresignedRequest,
    /// Until when.
    pub(crate) expires_at: Timestamp,
}

impl Bucket {
    /// The bucket whose name the environment holds in `variable`.
    pub(crate) fn open(init: &Init, variable: &str) -> Result<Self, InitError> {
        let name = init.env.text(variable)?.to_owned();
        Ok(Self { client: init.aws.s3(), name, ambient: init.ambient.clone() })
    }

    /// By this, one file of this type and this length, and no other, may be put under `key`.
    pub(crate) async fn upload(
        &self,
        key: &str,
        media_type: &str,
        bytes: u64,
        lasting: Duration,
    ) -> Result<Signed, BucketError> {
        let doing = "sign an upload";
        let now = self.ambient.now();
        let how = PresigningConfig::builder().start_time(SystemTime::from(now)).expires_in(lasting).build();
        let how = how.map_err(|error| failed(doing, error))?;
        let length = i64::try_from(bytes).map_err(|error| failed(doing, error))?;
        let put = self.client.put_object().bucket(&self.name).key(key);
        let request = put.content_type(media_type).content_length(length).presigned(how).await;
        let request = request.map_err(|error| failed(doing, DisplayErrorContext(&error)))?;
        Ok(Signed { request, expires_at: now.saturating_add(lasting).unwrap_or(now) })
    }

    /// A file.
    pub(crate) async fn read(&self, key: &str) -> Result<Vec<u8>, BucketError> {
        let doing = "give a file";
        let object = self.client.get_object().bucket(&self.name).key(key).send().await;
        let object = object.map_err(|error| failed(doing, DisplayErrorContext(&error)))?;
        let bytes = object.body.collect().await.map_err(|error| failed(doing, error))?;
        Ok(bytes.to_vec())
    }

    /// A part of a file.
    pub(crate) async fn read_part(&self, key: &str, from: u64, length: u64) -> Result<Vec<u8>, BucketError> {
        let doing = "give a part of a file";
        let last = from.saturating_add(length).saturating_sub(1);
        let get = self.client.get_object().bucket(&self.name).key(key).range(format!("bytes={from}-{last}"));
        let object = get.send().await.map_err(|error| failed(doing, DisplayErrorContext(&error)))?;
        let bytes = object.body.collect().await.map_err(|error| failed(doing, error))?;
        Ok(bytes.to_vec())
    }

    /// By this, a file may be fetched.
    pub(crate) async fn download(&self, key: &str, lasting: Duration) -> Result<Signed, BucketError> {
        let doing = "sign a download";
        let now = self.ambient.now();
        let how = PresigningConfig::builder().start_time(SystemTime::from(now)).expires_in(lasting).build();
        let how = how.map_err(|error| failed(doing, error))?;
        let request = self.client.get_object().bucket(&self.name).key(key).presigned(how).await;
        let request = request.map_err(|error| failed(doing, DisplayErrorContext(&error)))?;
        Ok(Signed { request, expires_at: now.saturating_add(lasting).unwrap_or(now) })
    }

    /// Keeps a file.
    pub(crate) async fn keep(&self, key: &str, media_type: &str, bytes: Vec<u8>) -> Result<(), BucketError> {
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(media_type);
        let put = put.body(bytes.into()).send().await;
        put.map(drop).map_err(|error| failed("keep a file", DisplayErrorContext(&error)))
    }

    /// Keeps a file under a key whose bytes never change.
    pub(crate) async fn keep_for_ever(&self, key: &str, media_type: &str, bytes: Vec<u8>) -> Result<(), BucketError> {
        const FOR_EVER: &str = "public, max-age=31536000, immutable";
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(media_type);
        let put = put.cache_control(FOR_EVER).body(bytes.into()).send().await;
        put.map(drop).map_err(|error| failed("keep a file", DisplayErrorContext(&error)))
    }

    /// Throws a file away; one that is gone is gone.
    pub(crate) async fn discard(&self, key: &str) -> Result<(), BucketError> {
        let delete = self.client.delete_object().bucket(&self.name).key(key).send().await;
        delete.map(drop).map_err(|error| failed("throw a file away", DisplayErrorContext(&error)))
    }
}

fn failed(doing: &'static str, reason: impl std::fmt::Display) -> BucketError {
    BucketError { doing, reason: reason.to_string() }
}
