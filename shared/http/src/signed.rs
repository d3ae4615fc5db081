//! Webhooks that come in: signed by whoever sends them, over the exact bytes.

use axum::http::{HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use holdfast_core::Timestamp;
use holdfast_runtime::{Init, InitError};
use sha2::Sha256;

use crate::problem::Problem;

/// What checks signatures of the form `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`; several `v1` may stand in one header,
/// while its sender changes secrets.
#[derive(Clone)]
pub struct Signatures(String);

impl std::fmt::Debug for Signatures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signatures(…)")
    }
}

impl Signatures {
    /// How old a signature may be, and how far ahead of our clock, in seconds: a copy of an old request is nobody's word.
    pub const TOLERANCE_S: i64 = 300;

    /// Of the secret in this parameter.
    pub async fn from_parameter(init: &Init, variable: &str) -> Result<Self, InitError> {
        Ok(Self::of(init.aws.secret(variable).await?.expose()))
    }

    /// Of this secret.
    pub fn of(secret: &str) -> Self {
        Self(secret.to_owned())
    }

    /// 400 unless the header signs these bytes, now.
    pub fn check(&self, headers: &HeaderMap, name: &str, body: &[u8], now: Timestamp) -> Result<(), Problem> {
        let mut values = headers.get_all(name).iter();
        let header = values.next().and_then(|value| value.to_str().ok()).filter(|_| values.next().is_none());
        let signed = header.is_some_and(|header| self.signs(header, body, now));
        if signed { Ok(()) } else { Err(refused(name)) }
    }

    fn signs(&self, header: &str, body: &[u8], now: Timestamp) -> bool {
        let parts: Vec<_> = header.split(',').filter_map(|part| part.trim().split_once('=')).collect();
        let all = |name: &'static str| parts.iter().filter(move |(key, _)| *key == name).map(|(_, value)| *value);
        let mut times = all("t");
        let (Some(time), None) = (times.next(), times.next()) else { return false };
        let digits = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
        let Some(at) = time.parse::<i64>().ok().filter(|_| digits) else { return false };
        if now.as_second().saturating_sub(at).saturating_abs() > Self::TOLERANCE_S {
            return false;
        }
        all("v1").filter_map(unhex).any(|signature| self.mac(time, body).verify_slice(&signature).is_ok())
    }

    fn mac(&self, time: &str, body: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.as_bytes()).expect("any length");
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }

    /// The header that signs these bytes at this moment.
    pub fn header(&self, body: &[u8], at: Timestamp) -> String {
        Self::header_of(std::slice::from_ref(self), body, at)
    }

    /// The header that signs these bytes at this moment by each of several secrets: whoever knows one of them can check it.
    pub fn header_of(all: &[Self], body: &[u8], at: Timestamp) -> String {
        let time = at.as_second().to_string();
        let digests = all.iter().map(|one| {
            let digest = one.mac(&time, body).finalize().into_bytes();
            digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        });
        digests.fold(format!("t={time}"), |header, digest| header + ",v1=" + &digest)
    }
}

fn refused(name: &str) -> Problem {
    let detail = format!("The header {name} does not sign this body, or not at this time.");
    Problem::new(StatusCode::BAD_REQUEST, "invalid_signature", "The signature is not valid", detail)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |letter: &u8| char::from(*letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id": "evt_1"}"#;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn checks(headers: &[&str], body: &[u8], now: i64) -> bool {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append("x-signature", header.parse().unwrap());
        }
        Signatures::of("whsec_test").check(&map, "x-signature", body, at(now)).is_ok()
    }

    #[test]
    fn a_signature_is_its_literal_text() {
        let header = Signatures::of("whsec_test").header(BODY, at(1_800_000_000));
        assert_eq!(header, "t=1800000000,v1=fd01adb323d3174d25da622891b61ddc29a37d7e3f2a266bfad9021d3edf56f0");
    }

    #[test]
    fn either_of_two_secrets_checks_what_both_sign() {
        let both = [Signatures::of("whsec_other"), Signatures::of("whsec_test")];
        let header = Signatures::header_of(&both, BODY, at(1_000));
        assert_eq!(header.matches(",v1=").count(), 2);
        assert!(checks(&[&header], BODY, 1_000));
        assert!(!checks(&[&Signatures::header_of(&both[..1], BODY, at(1_000))], BODY, 1_000));
    }

    #[test]
    fn only_these_bytes_at_this_time_are_signed() {
        let good = Signatures::of("whsec_test").header(BODY, at(1_000));
        let v1 = good.split_once(',').unwrap().1;
        for now in [700, 1_000, 1_300] {
            assert!(checks(&[&good], BODY, now), "{now}");
        }
        for now in [699, 1_301] {
            assert!(!checks(&[&good], BODY, now), "{now}");
        }
        let other = Signatures::of("whsec_other").header(BODY, at(1_000));
        let both = format!("{other},{v1}");
        assert!(checks(&[&both], BODY, 1_000), "while secrets change");
        assert!(!checks(&[&other], BODY, 1_000));
        assert!(!checks(&[&good], br#"{"id":"evt_1"}"#, 1_000), "written anew");
        assert!(!checks(&[&good], &[b"\xef\xbb\xbf", BODY].concat(), 1_000), "a mark before it");
        let v0 = good.replace("v1=", "v0=");
        let twice = format!("t=1000,{good}");
        let negative = good.replace("t=1000", "t=-1000");
        let huge = good.replace("t=1000", "t=99999999999999999999");
        let plus = good.replace("t=1000", "t=+1000");
        for wrong in [v0.as_str(), &twice, &negative, &huge, &plus, v1, "t=1000", "", "t=1000,v1=", "t=1000,v1=zz"] {
            assert!(!checks(&[wrong], BODY, 1_000), "{wrong}");
        }
        assert!(!checks(&[&good, &good], BODY, 1_000), "two headers");
        assert!(!checks(&[], BODY, 1_000));
    }
}
