//! What is tried: cursors, access tokens, refresh tokens and codes, signatures, money, patterns of events, and template.yaml.

use std::collections::BTreeMap;

use holdfast_auth::{CodeKey, KeySet, RefreshToken, Role, Signer, Verifier};
use holdfast_core::{Ambient, Cursor, CursorKey, Id, Money, Rounding, SessionId, Timestamp, UserId};
use holdfast_http::Signatures;
use holdfast_local::Blueprint;
use holdfast_local::engines::Pattern;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::{Reader, Target};

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "cursor", seeds: cursors, reader: cursor },
    Target { name: "access token", seeds: tokens, reader: token },
    Target { name: "refresh token", seeds: refresh_tokens, reader: refresh_token },
    Target { name: "code", seeds: codes, reader: code },
    Target { name: "signature", seeds: signatures, reader: signature },
    Target { name: "money", seeds: amounts, reader: money },
    Target { name: "pattern", seeds: patterns, reader: pattern },
    Target { name: "template", seeds: templates, reader: template },
];

const NOW_S: i64 = 1_800_000_000;
const QUERY: &str = "orders of somebody";

fn now() -> Timestamp {
    Timestamp::from_second(NOW_S).unwrap_or_default()
}

fn holds(what: bool, why: &str) -> Result<(), String> {
    if what { Ok(()) } else { Err(why.to_owned()) }
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn cursor_key() -> CursorKey {
    CursorKey::new([7; 32])
}

fn places() -> Vec<(String, i64)> {
    vec![("ord_1".to_owned(), 1), (String::new(), i64::MIN), ("é".repeat(50), 7)]
}

fn cursors() -> Vec<Vec<u8>> {
    places().iter().map(|place| Cursor::seal(&cursor_key(), QUERY, place).into_bytes()).collect()
}

/// A cursor opens if it was given out, to the letter.
fn cursor() -> Reader {
    let given = cursors();
    Box::new(move |bytes| match Cursor::open::<(String, i64)>(&cursor_key(), QUERY, &text(bytes)) {
        Ok(place) => holds(given.iter().any(|good| good == bytes) && places().contains(&place), "another cursor opens"),
        Err(_) => holds(!given.iter().any(|good| good == bytes), "a good cursor does not open"),
    })
}

/// Keys and tokens of this process: tokens hold randomness, and are good for as long as the clock of the target stands.
struct Mint {
    tokens: Vec<String>,
    verifier: Verifier,
}

fn mint() -> &'static Mint {
    static MINT: std::sync::OnceLock<Mint> = std::sync::OnceLock::new();
    MINT.get_or_init(|| {
        let ambient = Ambient::system();
        let keys = KeySet::generate(&ambient);
        let signer = Signer::new(&keys, "https://shop.test", "shop");
        let (user, session) = (UserId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
        let roles: [&[Role]; 3] = [&[], &[Role::Support], &[Role::Admin, Role::Catalog]];
        let tokens = roles.map(|roles| signer.issue(user, session, roles, &ambient).0).to_vec();
        match Verifier::from_jwks(&keys.jwks(), "https://shop.test", "shop") {
            Ok(verifier) => Mint { tokens, verifier },
            Err(error) => panic!("our own keys cannot be read: {error}"),
        }
    })
}

fn tokens() -> Vec<Vec<u8>> {
    mint().tokens.iter().map(|token| token.clone().into_bytes()).collect()
}

/// An access token is good if it was issued, to the letter.
fn token() -> Reader {
    let at = Ambient::system().now();
    Box::new(move |bytes| {
        let good = mint().tokens.iter().any(|token| token.as_bytes() == bytes);
        holds(mint().verifier.verify(&text(bytes), at).is_ok() == good, "another token is good, or a good one is not")
    })
}

fn refresh() -> RefreshToken {
    RefreshToken::new(UserId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]), [3; 32], [4; 32])
}

fn refresh_tokens() -> Vec<Vec<u8>> {
    vec![refresh().text().into_bytes()]
}

/// What reads as a refresh token is written the same again; and no other text has its secrets.
fn refresh_token() -> Reader {
    let ours = refresh();
    Box::new(move |bytes| {
        let Ok(token) = text(bytes).parse::<RefreshToken>() else { return Ok(()) };
        holds(token.text().as_bytes() == bytes, "a refresh token has two spellings")?;
        let same = token.family_hash() == ours.family_hash() && token.rotation_hash() == ours.rotation_hash();
        holds(
            !same || (token.session() == ours.session()) || token.text() != ours.text(),
            "another text has its secrets",
        )
    })
}

fn code_key() -> CodeKey {
    static KEY: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let parameter = KEY.get_or_init(|| CodeKey::generate(&Ambient::system()).parameter());
    CodeKey::from_parameter(parameter).unwrap_or_else(|error| panic!("our own key cannot be read: {error}"))
}

fn codes() -> Vec<Vec<u8>> {
    vec![code_key().token(Id::from_bytes([5; 16]), "verify-email").into_bytes()]
}

/// A code opens if it was mailed, to the letter, for what it was mailed for.
fn code() -> Reader {
    let (key, mailed) = (code_key(), codes());
    Box::new(move |bytes| {
        let (text, good) = (text(bytes), mailed.iter().any(|code| code == bytes));
        holds(key.open(&text, "verify-email").is_some() == good, "another code opens, or a good one does not")?;
        holds(key.open(&text, "reset-password").is_none(), "a code opens for something else")
    })
}

const BODY: &[u8] = br#"{"id": "evt_1", "type": "payment_intent.succeeded"}"#;

fn signatures() -> Vec<Vec<u8>> {
    let [ours, theirs] = [Signatures::of("whsec_ours"), Signatures::of("whsec_theirs")];
    let both = Signatures::header_of(&[theirs, ours.clone()], BODY, now());
    [ours.header(BODY, now()), both].map(|header| [header.as_bytes(), b"\n", BODY].concat()).to_vec()
}

/// A header signs the body that was signed, at the time that was signed, and no other.
fn signature() -> Reader {
    let ours = Signatures::of("whsec_ours");
    Box::new(move |bytes| {
        let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
        let (header, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let mut headers = HeaderMap::new();
        let Ok(value) = HeaderValue::from_bytes(header) else { return Ok(()) };
        headers.insert("stripe-signature", value);
        if ours.check(&headers, "stripe-signature", body, now()).is_err() {
            return Ok(());
        }
        let header = text(header);
        let v1 = ours.header(BODY, now());
        let v1 = v1.split_once(',').map(|(_, v1)| v1.trim_start_matches("v1=").to_owned()).unwrap_or_default();
        let time = format!("t={NOW_S}");
        holds(
            body == BODY && header.to_lowercase().contains(&v1) && header.split(',').any(|part| part.trim() == time),
            "something else is signed",
        )
    })
}

fn amounts() -> Vec<Vec<u8>> {
    let all = [
        json!({"amount": 1999, "currency": "USD"}),
        json!({"amount": i64::MIN, "currency": "JPY"}),
        json!({"amount": i64::MAX, "currency": "KWD"}),
        json!({"amount": -1, "currency": "EUR"}),
    ];
    all.iter().map(|money| money.to_string().into_bytes()).collect()
}

/// What reads as money is whole, is written the same again, and loses nothing when it is split or scaled there and back.
fn money() -> Reader {
    Box::new(|bytes| {
        let Ok(money) = serde_json::from_slice::<Money>(bytes) else { return Ok(()) };
        let written = serde_json::to_value(money).unwrap_or_default();
        let read: Value = serde_json::from_slice(bytes).unwrap_or_default();
        holds(written == read, "money is read as other money")?;
        holds(money.decimal().chars().filter(char::is_ascii_digit).count() > 0, "money without digits")?;
        let weights: Vec<u32> = bytes.iter().take(9).map(|byte| u32::from(*byte)).collect();
        if let Ok(shares) = money.allocate(&weights) {
            let sum: i128 = shares.iter().map(|share| i128::from(share.amount)).sum();
            holds(sum == i128::from(money.amount), "a cent is lost")?;
        }
        let by = i64::try_from(bytes.len()).unwrap_or(1);
        for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down] {
            holds(money.scaled(by, by, rounding) == Ok(money), "scaled there and back it is other money")?;
        }
        let nothing = Money::new(0, money.currency);
        holds(money.plus(nothing) == Ok(money) && money.minus(nothing) == Ok(money), "nothing changes money")
    })
}

fn patterns() -> Vec<Vec<u8>> {
    let all = [
        json!([{"detail-type": ["orders.order-paid.v1"], "detail": {"data": {"late": [true]}}}, {"detail-type": "orders.order-paid.v1"}]),
        json!([{"a": [{"prefix": "x"}, {"suffix": "y"}, {"wildcard": "a*b"}, {"anything-but": ["q"]}]}, {"a": "xyz"}]),
        json!([{"$or": [{"n": [{"numeric": [">", 1, "<=", 5]}]}, {"e": [{"exists": false}]}]}, {"n": 3}]),
        json!([{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"event": {"M": {"id": {"S": [{"exists": true}]}}}}}}, {"eventName": "INSERT"}]),
    ];
    all.iter().map(|pair| pair.to_string().into_bytes()).collect()
}

/// A pattern is refused or answers, twice alike.
fn pattern() -> Reader {
    Box::new(|bytes| {
        let Ok(Value::Array(pair)) = serde_json::from_slice::<Value>(bytes) else { return Ok(()) };
        let [pattern, event] = pair.as_slice() else { return Ok(()) };
        let Ok(parsed) = Pattern::parse(pattern) else { return Ok(()) };
        holds(parsed.matches(event) == parsed.matches(event), "a pattern answers twice, and not alike")
    })
}

const TEMPLATE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml"));

fn templates() -> Vec<Vec<u8>> {
    vec![TEMPLATE.as_bytes().to_vec()]
}

/// A template is read, or refused in words that say where.
fn template() -> Reader {
    Box::new(|bytes| match Blueprint::from_text(&text(bytes), &BTreeMap::new()) {
        Ok(_) => Ok(()),
        Err(error) => holds(error.to_string().contains("template.yaml"), "it is not said where the template is wrong"),
    })
}
