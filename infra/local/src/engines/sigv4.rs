//! Presigned URLs: whether this request is the one that was signed, and in time by the world's clock.
//!
//! s3s checks signatures too, but against the machine's clock, which a world may have left behind.

use std::collections::BTreeMap;

use axum::body::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, Request};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::Refusal;

/// The secret of every function's access key, which is called after the function: a presigned URL is good for what its
/// signer may do. It opens nothing but this machine's own demo data.
pub(crate) const SECRET_KEY: &str = "holdfast-local-only-secret-key-0000000000";

/// A URL may be signed for a week.
const LONGEST_S: i64 = 604_800;
/// How far ahead the signer's clock may be.
const SKEW_S: i64 = 900;

fn denied(code: &str, message: &str) -> Refusal {
    Refusal { status: 403, ..Refusal::new(code, message) }
}

/// Checks a request whose query carries a signature, and names the access key that signed it.
pub(super) fn verify(request: &Request<Bytes>, now: Timestamp) -> Result<String, Refusal> {
    let query: Vec<(String, String)> = pairs(request.uri().query().unwrap_or_default());
    let parameter = |name: &str| query.iter().find(|(is, _)| is == name).map(|(_, value)| value.as_str());
    let malformed = || {
        let message = "Query-string authentication requires the Algorithm, Credential, Signature, Date, SignedHeaders and Expires parameters";
        Refusal::new("AuthorizationQueryParametersError", message)
    };
    let wanted = |name: &str| parameter(name).ok_or_else(malformed);
    if wanted("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" {
        return Err(malformed());
    }
    let (signature, date) = (wanted("X-Amz-Signature")?, wanted("X-Amz-Date")?);
    let (key, scope) = wanted("X-Amz-Credential")?.split_once('/').ok_or_else(malformed)?;
    let expires_s: i64 = wanted("X-Amz-Expires")?.parse().map_err(|_| malformed())?;
    if !(1..=LONGEST_S).contains(&expires_s) {
        return Err(malformed());
    }
    let signed_at = DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok();
    let signed_at = signed_at.and_then(|at| at.to_zoned(TimeZone::UTC).ok()).ok_or_else(malformed)?.timestamp();
    let age = now.duration_since(signed_at);
    if age > SignedDuration::from_secs(expires_s) {
        return Err(denied("AccessDenied", "Request has expired"));
    }
    if age < SignedDuration::from_secs(-SKEW_S) {
        return Err(denied("AccessDenied", "Request is not valid yet"));
    }
    let signed = wanted("X-Amz-SignedHeaders")?;
    let text = text_to_sign(request, &query, signed, date, scope);
    let right = hex(&hmac(&signing_key(scope), &text));
    if let Some(added) = request.headers().keys().map(HeaderName::as_str).find(|name| adds(name, signed)) {
        let message = format!("There were headers present in the request which were not signed: {added}");
        return Err(denied("AccessDenied", &message));
    }
    if right == signature {
        Ok(key.to_owned())
    } else {
        let message = "The request signature we calculated does not match the signature you provided.";
        Err(denied("SignatureDoesNotMatch", message))
    }
}

/// Whether a header says more to S3 than its signer did.
fn adds(name: &str, signed: &str) -> bool {
    name.starts_with("x-amz-") && signed.split(';').all(|signed| signed != name)
}

fn text_to_sign(request: &Request<Bytes>, query: &[(String, String)], signed: &str, date: &str, scope: &str) -> String {
    let mut parameters: Vec<String> = query
        .iter()
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    parameters.sort_unstable();
    let mut headers = String::new();
    for name in signed.split(';') {
        let values = request.headers().get_all(name).iter().filter_map(|value| value.to_str().ok());
        let values: Vec<String> = values.map(|value| value.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    let canonical =
        [request.method().as_str(), request.uri().path(), &parameters.join("&"), &headers, signed, "UNSIGNED-PAYLOAD"]
            .join("\n");
    format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical)))
}

fn signing_key(scope: &str) -> Vec<u8> {
    scope.split('/').fold(format!("AWS4{SECRET_KEY}").into_bytes(), |key, part| hmac(&key, part))
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The decoded pairs of a query or of a form.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// The decoded fields of a form (`+` is a space there).
pub(crate) fn form(body: &str) -> BTreeMap<String, String> {
    pairs(&body.replace('+', " ")).into_iter().collect()
}

/// Undoes percent encoding.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| byte == b'%') {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Percent encoding as signatures want it: everything but letters, digits and `-._~`.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
