//! What is accepted, and everything that is tried in its place.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use holdfast_core::{Clock, Id, OsEntropy};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;

const NOW: i64 = 1_800_000_000;

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        at(NOW)
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

struct World {
    ambient: Ambient,
    keys: KeySet,
    signer: Signer,
    verifier: Verifier,
}

fn world() -> World {
    let ambient = Ambient::new(Arc::new(Stopped), Arc::new(OsEntropy));
    let keys = KeySet::generate(&ambient);
    let signer = Signer::new(&keys, "https://shop.test", "shop");
    let verifier = Verifier::from_jwks(&keys.jwks(), "https://shop.test", "shop").unwrap();
    World { ambient, keys, signer, verifier }
}

impl World {
    fn issue(&self) -> String {
        let (user, session) = (UserId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
        self.signer.issue(user, session, &[Role::Support], &self.ambient).0
    }

    fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        self.verifier.verify(token, at(NOW))
    }

    fn header(&self) -> Value {
        json!({"alg": "EdDSA", "typ": "at+jwt", "kid": self.keys.active().kid})
    }

    fn claims(&self) -> Value {
        part(&self.issue(), 1)
    }

    /// Signed by the right key, whatever it says.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", encoded(header), encoded(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.signer.key, Algorithm::EdDSA).unwrap();
        format!("{message}.{signature}")
    }

    fn header_with(&self, field: &str, value: Value) -> String {
        let mut header = self.header();
        header[field] = value;
        self.signed(&header, &self.claims())
    }

    fn claims_with(&self, field: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[field] = value;
        self.signed(&self.header(), &claims)
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn a_token_says_who_it_is_about() {
    let world = world();
    let claims = world.verify(&world.issue()).unwrap();
    assert_eq!((claims.sub, claims.sid), (UserId::from_bytes([1; 16]), SessionId::from_bytes([2; 16])));
    assert_eq!(claims.roles, [Role::Support]);
    assert_eq!((claims.iat, claims.nbf, claims.exp), (NOW, NOW, NOW + 900));
    assert_eq!(part(&world.issue(), 0), world.header());
    assert_ne!(claims.jti, world.verify(&world.issue()).unwrap().jti);
    assert!(world.issue().len() < 600);
    assert_eq!(world.verify(&world.signed(&world.header(), &world.claims())).unwrap().sub, claims.sub);
}

#[test]
fn a_token_is_good_until_the_second_before_it_expires() {
    let world = world();
    let token = world.issue();
    assert!(world.verifier.verify(&token, at(NOW + 899)).is_ok());
    assert_eq!(world.verifier.verify(&token, at(NOW + 900)), Err(TokenError::Expired));
    assert_eq!(world.verifier.verify(&token, at(NOW - 1)), Err(TokenError::NotYetValid));
}

#[test]
fn a_published_key_verifies_before_it_signs_and_after() {
    let world = world();
    let keys = world.keys.clone().with_next(&world.ambient);
    let next = keys.kids().last().unwrap().to_owned();
    let verifier = Verifier::from_jwks(&keys.jwks(), "https://shop.test", "shop").unwrap();
    let old = world.issue();
    let keys = keys.activate(&next).unwrap();
    let signer = Signer::new(&keys, "https://shop.test", "shop");
    let (new, _) = signer.issue(UserId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]), &[], &world.ambient);
    assert_eq!(part(&new, 0)["kid"], next);
    assert!(verifier.verify(&old, at(NOW)).is_ok());
    assert!(verifier.verify(&new, at(NOW)).is_ok());
    let kept = keys.without(&world.keys.active().kid).unwrap();
    let verifier = Verifier::from_jwks(&kept.jwks(), "https://shop.test", "shop").unwrap();
    assert_eq!(verifier.verify(&old, at(NOW)), Err(TokenError::UnknownKey));
}

#[test]
fn every_attack_is_refused_for_its_reason() {
    use TokenError::*;
    let world = world();
    let other = self::world();
    let good = world.issue();
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let jwk = serde_json::from_str::<Value>(&other.keys.jwks()).unwrap()["keys"][0].clone();
    let foreign_kid = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": other.keys.active().kid});
    let unsigned = |alg: &str| {
        let header = json!({"alg": alg, "typ": "at+jwt", "kid": world.keys.active().kid});
        format!("{}.{payload}.", encoded(&header))
    };
    let without = |field: &str| {
        let mut claims = world.claims();
        claims.as_object_mut().unwrap().remove(field);
        world.signed(&world.header(), &claims)
    };
    let mut raised = world.claims();
    raised["roles"] = json!(["admin"]);

    let attacks: Vec<(&str, String, TokenError)> = vec![
        ("alg none", unsigned("none"), WrongAlgorithm),
        ("alg None", unsigned("None"), WrongAlgorithm),
        ("alg NONE", unsigned("NONE"), WrongAlgorithm),
        ("alg nOnE", unsigned("nOnE"), WrongAlgorithm),
        ("alg empty", unsigned(""), WrongAlgorithm),
        ("alg eddsa", unsigned("eddsa"), WrongAlgorithm),
        ("alg Ed25519", unsigned("Ed25519"), WrongAlgorithm),
        ("alg RS256", unsigned("RS256"), WrongAlgorithm),
        ("no alg", world.signed(&json!({"typ": "at+jwt"}), &world.claims()), Malformed),
        ("HS256 with the public key", hs256(&world), WrongAlgorithm),
        ("no signature", format!("{header}.{payload}."), BadSignature),
        ("signature cut off", format!("{header}.{payload}.{}", &signature[..80]), BadSignature),
        (
            "signature of another token",
            format!("{header}.{payload}.{}", world.issue().rsplit('.').next().unwrap()),
            BadSignature,
        ),
        ("another's key under our kid", other.signed(&world.header(), &world.claims()), BadSignature),
        ("roles raised", format!("{header}.{}.{signature}", encoded(&raised)), BadSignature),
        ("another's key", other.issue(), UnknownKey),
        ("another's kid, our key", world.signed(&foreign_kid, &world.claims()), UnknownKey),
        ("no kid", world.signed(&json!({"alg": "EdDSA", "typ": "at+jwt"}), &world.claims()), UnknownKey),
        ("kid is a path", world.header_with("kid", json!("../../dev/null")), UnknownKey),
        ("kid is a number", world.header_with("kid", json!(1)), Malformed),
        ("embedded jwk", other.header_with("jwk", jwk), Malformed),
        ("jku", world.header_with("jku", json!("https://evil.test/jwks.json")), Malformed),
        ("x5u", world.header_with("x5u", json!("https://evil.test/chain.pem")), Malformed),
        ("x5c", world.header_with("x5c", json!(["AAAA"])), Malformed),
        ("crit", world.header_with("crit", json!(["exp"])), Malformed),
        ("b64 false", world.header_with("b64", json!(false)), Malformed),
        ("zip", world.header_with("zip", json!("DEF")), Malformed),
        ("typ JWT", world.header_with("typ", json!("JWT")), WrongType),
        ("typ missing", world.header_with("typ", Value::Null), WrongType),
        ("another issuer", world.claims_with("iss", json!("https://evil.test")), WrongIssuer),
        ("issuer in a list", world.claims_with("iss", json!(["https://shop.test"])), Malformed),
        ("another audience", world.claims_with("aud", json!("bank")), WrongAudience),
        ("audience in a list", world.claims_with("aud", json!(["shop", "bank"])), Malformed),
        ("exp over", world.claims_with("exp", json!(NOW)), Expired),
        ("exp as text", world.claims_with("exp", json!("9999999999")), Malformed),
        ("exp as float", world.claims_with("exp", json!(9_999_999_999.5)), Malformed),
        ("exp null", world.claims_with("exp", Value::Null), Malformed),
        ("exp past any integer", world.claims_with("exp", json!(u64::MAX)), Malformed),
        ("nbf to come", world.claims_with("nbf", json!(NOW + 1)), NotYetValid),
        ("nbf as text", world.claims_with("nbf", json!("0")), Malformed),
        ("sub of another kind", world.claims_with("sub", json!(SessionId::from_bytes([1; 16]))), Malformed),
        ("roles as text", world.claims_with("roles", json!("admin")), Malformed),
        ("role unknown", world.claims_with("roles", json!(["root"])), Malformed),
        ("claim unknown", world.claims_with("admin", json!(true)), Malformed),
        ("no exp", without("exp"), Malformed),
        ("no nbf", without("nbf"), Malformed),
        ("no iss", without("iss"), Malformed),
        ("no aud", without("aud"), Malformed),
        ("no sub", without("sub"), Malformed),
        ("no sid", without("sid"), Malformed),
        ("no roles", without("roles"), Malformed),
        ("no jti", without("jti"), Malformed),
        ("huge", world.claims_with("jti", json!("x".repeat(1 << 20))), Malformed),
        ("one byte too long", padded_to(&world, LONGEST + 1), Malformed),
        ("empty", String::new(), Malformed),
        ("dots", "..".to_owned(), Malformed),
        ("one part", "x".to_owned(), Malformed),
        ("four parts", format!("{good}.x"), Malformed),
        ("five parts, as JWE", format!("{header}.x.x.x.x"), Malformed),
        ("padding", format!("{header}.{payload}.{signature}="), Malformed),
        ("a space before", format!(" {good}"), Malformed),
        ("a refresh token", "hf_rt.usr_1.ses_1.AAAA.AAAA".to_owned(), Malformed),
        ("not ASCII", good.replace('e', "é"), Malformed),
    ];
    for (attack, token, reason) in attacks {
        assert_eq!(world.verify(&token), Err(reason), "{attack}");
    }
}

#[test]
fn the_longest_token_allowed_is_read() {
    let world = world();
    let token = padded_to(&world, LONGEST);
    assert_eq!(token.len(), LONGEST);
    assert!(world.verify(&token).is_ok());
}

/// A token of this length, by the length of its `jti`.
fn padded_to(world: &World, length: usize) -> String {
    (0..).map(|n| world.claims_with("jti", json!("x".repeat(n)))).find(|token| token.len() >= length).unwrap()
}

#[test]
fn a_header_says_nothing_twice() {
    let world = world();
    let kid = &world.keys.active().kid;
    let header = format!(r#"{{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"{kid}"}}"#);
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), encoded(&world.claims()));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &world.signer.key, Algorithm::EdDSA).unwrap();
    assert_eq!(world.verify(&format!("{message}.{signature}")), Err(TokenError::Malformed));
}

#[test]
fn a_set_without_our_keys_is_refused() {
    for jwks in
        ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","crv":"","use":"sig","alg":"HS256","kid":"a","x":""}]}"#]
    {
        assert_eq!(Verifier::from_jwks(jwks, "a", "b").unwrap_err(), KeyError::Unreadable, "{jwks}");
    }
}

#[test]
fn no_secret_prints() {
    let world = world();
    let seed = URL_SAFE_NO_PAD.encode(world.keys.active().seed);
    assert!(!format!("{:?} {:?}", world.signer, world.verifier).contains(&seed));
}

fn hs256(world: &World) -> String {
    let jwks: Value = serde_json::from_str(&world.keys.jwks()).unwrap();
    let public = URL_SAFE_NO_PAD.decode(jwks["keys"][0]["x"].as_str().unwrap()).unwrap();
    let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": world.keys.active().kid});
    let message = format!("{}.{}", encoded(&header), encoded(&world.claims()));
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&public).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

proptest! {
    #[test]
    fn no_changed_letter_is_believed(place in 0_usize..600, letter in "[A-Za-z0-9_.-]") {
        let world = world();
        let token = world.issue();
        let place = place % token.len();
        let mut changed = token.clone();
        changed.replace_range(place..=place, &letter);
        prop_assume!(changed != token);
        prop_assert!(world.verify(&changed).is_err());
    }

    #[test]
    fn no_text_is_a_token(text in "\\PC{0,200}") {
        prop_assert!(world().verify(&text).is_err());
    }
}
