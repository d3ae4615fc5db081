//! S3, by s3s-fs: buckets are folders, and objects are files in them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use holdfast_core::Clock;
use http::{HeaderMap, Method, Request, Response, Uri, header};
use http_body_util::BodyExt;
use s3s::service::{S3Service, S3ServiceBuilder};
use serde_json::{Value, json};

use super::access::service_may;
use super::eventbridge::note_undelivered;
use super::{EngineError, Place, Refusal, Sqs, TempFolder, create_folder, sigv4};
use crate::clock::WorldClock;
use crate::protocol::{Outcome, Service};
use crate::store::Store;
use crate::template::model::{BucketSpec, DistributionSpec, REGION, Stack};

/// S3.
pub struct S3 {
    stack: Arc<Stack>,
    folder: std::path::PathBuf,
    /// Built at first use: most starts of the host never ask for it.
    service: OnceLock<S3Service>,
    clock: WorldClock,
    sqs: Arc<Sqs>,
    store: Store,
    /// Goes with the world.
    _temporary: Option<TempFolder>,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl S3 {
    pub(super) fn open(
        stack: &Arc<Stack>,
        place: &Place,
        clock: WorldClock,
        sqs: Arc<Sqs>,
        store: Store,
    ) -> Result<Self, EngineError> {
        let (folder, temporary) = match place {
            // A world without buckets needs no folder.
            Place::Memory if stack.buckets.is_empty() => (std::env::temp_dir(), None),
            Place::Memory => {
                let temporary = TempFolder::new("buckets")?;
                (temporary.path().to_owned(), Some(temporary))
            }
            Place::Folder(folder) => (folder.join("buckets"), None),
        };
        for bucket in &stack.buckets {
            create_folder(&folder.join(&bucket.name))?;
        }
        let stack = Arc::clone(stack);
        Ok(Self { stack, folder, service: OnceLock::new(), clock, sqs, store, _temporary: temporary })
    }

    fn service(&self) -> Result<&S3Service, EngineError> {
        if let Some(service) = self.service.get() {
            return Ok(service);
        }
        let files = s3s_fs::FileSystem::new(&self.folder).map_err(|error| EngineError::S3(format!("{error:?}")))?;
        // Without authentication of its own: who comes here has been let in by the connector or by `http`.
        Ok(self.service.get_or_init(|| S3ServiceBuilder::new(files).build()))
    }

    /// Answers a browser: only what was signed, by a presigned URL, and only what its signer may do.
    pub(crate) async fn serve(
        &self,
        request: Request<Bytes>,
        may: impl FnOnce(&Signer, &Request<Bytes>) -> Result<(), Refusal>,
    ) -> Response<Bytes> {
        let answer = match self.admit(&request, may) {
            Ok(()) => {
                let (parts, body) = request.into_parts();
                self.carry_out(parts, s3s::Body::from(body)).await.map_err(Refusal::from)
            }
            Err(refusal) => Err(refusal),
        };
        answer.unwrap_or_else(|refusal| Service::S3.refused(&refusal)).into()
    }

    fn admit(
        &self,
        request: &Request<Bytes>,
        may: impl FnOnce(&Signer, &Request<Bytes>) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if !request.uri().query().is_some_and(|query| query.contains("X-Amz-Signature=")) {
            return Err(Refusal { status: 403, ..Refusal::new("AccessDenied", "Access Denied") });
        }
        may(&Signer(sigv4::verify(request, self.clock.now())?), request)?;
        whole(request)
    }

    /// Answers a browser by way of the distribution: what the bucket's policy lets that read. None without a distribution.
    pub(crate) async fn show(&self, key: &str) -> Option<Response<Bytes>> {
        let DistributionSpec { arn, bucket } = self.stack.distributions.first()?;
        let object = format!("arn:aws:s3:::{bucket}/{}", sigv4::decode(key));
        // A key is a name to S3, but here it is a path.
        let leads_out = object.split('/').any(|part| part == "..");
        let may = || service_may(&self.stack, "cloudfront.amazonaws.com", "s3:GetObject", &object, arn);
        let answer = if !leads_out && may() {
            let request = Request::get(format!("/{bucket}/{key}")).body(Bytes::new());
            match request {
                Ok(request) => self.call(request).await.map_err(Refusal::from),
                Err(error) => Err(Refusal::new("InvalidURI", error.to_string())),
            }
        } else {
            Err(Refusal { status: 403, ..Refusal::new("AccessDenied", "Access Denied") })
        };
        Some(answer.unwrap_or_else(|refusal| Service::S3.refused(&refusal)).into())
    }

    /// Answers the SDK of a function, whose rights the connector has looked into.
    pub(crate) async fn call(&self, request: Request<Bytes>) -> Result<Outcome, EngineError> {
        let (mut parts, mut body) = request.into_parts();
        let hash = parts.headers.remove("x-amz-content-sha256");
        if hash.is_some_and(|hash| hash.as_bytes().starts_with(b"STREAMING-")) {
            body =
                unchunked(&body).ok_or_else(|| EngineError::S3("the chunks of the body do not add up".to_owned()))?;
            for name in ["content-encoding", "x-amz-trailer", "x-amz-decoded-content-length"] {
                parts.headers.remove(name);
            }
            parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
        }
        parts.headers.remove(header::AUTHORIZATION);
        self.carry_out(parts, s3s::Body::from(body)).await
    }

    async fn carry_out(&self, mut parts: http::request::Parts, body: s3s::Body) -> Result<Outcome, EngineError> {
        let (bucket, key) = place_of(&parts.uri, &parts.headers);
        let encoded: Vec<String> = key.split('/').map(sigv4::encode).collect();
        let query = sigv4::pairs(parts.uri.query().unwrap_or_default());
        let kept: Vec<String> = query
            .iter()
            .filter(|(name, _)| !name.starts_with("X-Amz-"))
            .map(|(name, value)| format!("{}={}", sigv4::encode(name), sigv4::encode(value)))
            .collect();
        let path = format!("http://s3.localhost/{bucket}/{}?{}", encoded.join("/"), kept.join("&"));
        parts.uri = path.parse().map_err(|error| EngineError::S3(format!("{path}: {error}")))?;
        let creates = match parts.method {
            Method::PUT => {
                !key.is_empty() && query.iter().all(|(name, _)| name == "x-id" || name.starts_with("X-Amz-"))
            }
            Method::POST => query.iter().any(|(name, _)| name == "uploadId"),
            _ => false,
        };
        let response = self.service()?.call(Request::from_parts(parts, body)).await;
        let response = response.map_err(|error| EngineError::S3(format!("{error:?}")))?;
        if creates && response.status().is_success() {
            self.notify(&bucket, &key)?;
        }
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| EngineError::S3(error.to_string()))?.to_bytes();
        Ok(Outcome { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// Puts an object, as a service of AWS does that writes into a bucket on its own account.
    pub fn put(&self, bucket: &str, key: &str, bytes: &[u8]) -> Result<(), EngineError> {
        let name = bucket.trim_start_matches("arn:aws:s3:::");
        let path = self.folder.join(name).join(key);
        let files = |source| EngineError::Files { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            create_folder(parent)?;
        }
        std::fs::write(&path, bytes).map_err(files)?;
        self.notify(name, key)
    }

    /// The keys and bytes of all objects in a bucket: for a look from outside.
    pub fn objects(&self, bucket: &str) -> Result<BTreeMap<String, Vec<u8>>, EngineError> {
        let root = self.folder.join(bucket.trim_start_matches("arn:aws:s3:::"));
        let mut objects = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            let files = |source| EngineError::Files { path: folder.clone(), source };
            for entry in std::fs::read_dir(&folder).map_err(files)? {
                let path = entry.map_err(files)?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let key = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().into_owned();
                objects.insert(key, std::fs::read(&path).map_err(files)?);
            }
        }
        Ok(objects)
    }

    fn notify(&self, bucket: &str, key: &str) -> Result<(), EngineError> {
        let Some(bucket) = self.stack.buckets.iter().find(|is| is.name == bucket) else { return Ok(()) };
        let queues = bucket.notifies.iter().filter(|(_, prefix)| key.starts_with(prefix.as_str()));
        let queues: Vec<&String> = queues.map(|(queue, _)| queue).collect();
        if queues.is_empty() {
            return Ok(());
        }
        let size = std::fs::metadata(self.folder.join(&bucket.name).join(key)).map_or(0, |file| file.len());
        let event = self.created(bucket, key, size).to_string();
        for queue in queues {
            let sent = if service_may(&self.stack, "s3.amazonaws.com", "sqs:SendMessage", queue, &bucket.arn) {
                self.sqs.send(queue, &event, None).map(drop).map_err(|refusal| refusal.to_string())
            } else {
                Err(format!("no policy on {queue} lets {} send to it", bucket.arn))
            };
            if let Err(reason) = sent {
                note_undelivered(&self.store, &bucket.arn, &reason, &event)?;
            }
        }
        Ok(())
    }

    fn created(&self, bucket: &BucketSpec, key: &str, size: u64) -> Value {
        let key: Vec<String> = key.split('/').map(sigv4::encode).collect();
        json!({"Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": REGION,
            "eventTime": self.clock.now().to_string(),
            "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "AWS:local"},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": bucket.logical_id,
                "bucket": {"name": bucket.name, "arn": bucket.arn},
                "object": {
                    "key": key.join("/"),
                    "size": size,
                    "sequencer": format!("{:018X}", self.clock.now().as_nanosecond()),
                },
            },
        }]})
    }
}

/// The access key that a URL was signed with: the name of a function.
#[derive(Debug)]
pub(crate) struct Signer(pub(crate) String);

impl Signer {
    /// The refusal of a key that is nobody's.
    pub(crate) fn unknown() -> Refusal {
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        Refusal { status: 403, ..Refusal::new("InvalidAccessKeyId", message) }
    }
}

/// A body is as long as its header says, and an upload says it.
fn whole(request: &Request<Bytes>) -> Result<(), Refusal> {
    let said = request.headers().get(header::CONTENT_LENGTH).map(|length| length.to_str().ok()?.parse().ok());
    match said {
        None if request.method() == Method::PUT => {
            let message = "You must provide the Content-Length HTTP header.";
            Err(Refusal { status: 411, ..Refusal::new("MissingContentLength", message) })
        }
        Some(length) if length != Some(request.body().len()) => {
            let message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
            Err(Refusal::new("IncompleteBody", message))
        }
        None | Some(_) => Ok(()),
    }
}

/// Bucket and key, whether the bucket stands in the path or in the host's name.
fn place_of(uri: &Uri, headers: &HeaderMap) -> (String, String) {
    let host = uri.host().or_else(|| headers.get(header::HOST).and_then(|host| host.to_str().ok())).unwrap_or_default();
    let path = sigv4::decode(uri.path().trim_start_matches('/'));
    match host.split_once(".s3.") {
        Some((bucket, _)) => (bucket.to_owned(), path),
        None => {
            let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
            (bucket.to_owned(), key.to_owned())
        }
    }
}

/// Bucket and key of a request that the connector holds.
pub(crate) fn resource_of(request: &Request<Bytes>) -> (String, String) {
    place_of(request.uri(), request.headers())
}

/// The body without the chunks that the SDK wraps a stream in.
fn unchunked(mut rest: &[u8]) -> Option<Bytes> {
    let mut body = Vec::with_capacity(rest.len());
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let head = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size = usize::from_str_radix(head.split(';').next()?, 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body.into());
        }
        body.extend(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

/// An error as S3 words it.
pub(crate) fn error_xml(refusal: &Refusal) -> String {
    let escaped = refusal.message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{escaped}</Message></Error>",
        refusal.code
    )
}

#[cfg(test)]
mod tests;
