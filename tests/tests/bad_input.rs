//! Whatever is sent, it gets its documented 4xx, which names what was wrong, and changes nothing.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_local::Bytes;
use holdfast_testing::{Actor, Answer, Shop};
use http::{Method, Request};
use serde_json::{Value, json};

/// All that is stored, counters of attempts aside: equal before and after.
fn stored(shop: &Shop) -> u64 {
    shop.world().stack().tables.iter().map(|table| shop.world().engines().dynamo.writes(&table.name)).sum()
}

async fn sends(actor: &Actor, path: &str, content_type: Option<&str>, body: impl Into<Bytes>) -> Answer {
    let mut request = Request::builder().method(Method::POST).uri(path);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    actor.send(request.body(body.into()).unwrap()).await
}

fn registration(change: impl FnOnce(&mut Value)) -> String {
    let mut body = json!({"email": "ada@example.test", "password": "correct horse battery", "name": "Ada"});
    change(&mut body);
    body.to_string()
}

#[tokio::test]
async fn a_body_is_refused_by_what_is_wrong_with_it() {
    let shop = Shop::open();
    let guest = shop.guest();
    let deep = format!(r#"{{"email": {}1{}}}"#, "[".repeat(200), "]".repeat(200));
    let table: Vec<(&str, String, u16, &str)> = vec![
        ("nothing", String::new(), 400, ""),
        ("malformed", "{\"email\": ".to_owned(), 400, ""),
        ("two documents", registration(|_| ()) + "{}", 400, ""),
        ("a list", "[]".to_owned(), 422, ""),
        ("null", "null".to_owned(), 422, ""),
        ("a lone surrogate", registration(|_| ()).replace("\"Ada\"", "\"\\ud800\""), 400, ""),
        ("depth", deep, 422, "/email"),
        ("a NUL", registration(|body| body["name"] = json!("A\0")), 422, "/name"),
        ("a wrong type", registration(|body| body["name"] = json!(7)), 422, "/name"),
        ("an unknown field", registration(|body| body["admin"] = json!(true)), 422, "/admin"),
        ("a field twice", registration(|_| ()).replace('{', "{\"name\": \"Eve\","), 422, "/name"),
        ("a missing field", r#"{"email": "ada@example.test", "name": "Ada"}"#.to_owned(), 422, "/password"),
        ("an empty name", registration(|body| body["name"] = json!("")), 422, "/name"),
        ("a long name", registration(|body| body["name"] = json!("x".repeat(101))), 422, "/name"),
        ("a line break", registration(|body| body["name"] = json!("Ada\r\nBcc: eve@example.test")), 422, "/name"),
        ("no address", registration(|body| body["email"] = json!("ada")), 422, "/email"),
        ("an empty address", registration(|body| body["email"] = json!("")), 422, "/email"),
        ("a local part outside ASCII", registration(|body| body["email"] = json!("adá@example.test")), 422, "/email"),
        ("a short password", registration(|body| body["password"] = json!("seven77")), 422, "/password"),
        ("a long password", registration(|body| body["password"] = json!("x".repeat(129))), 422, "/password"),
        (
            "a password of nearly 1 MB",
            registration(|body| body["password"] = json!("x".repeat(999_000))),
            422,
            "/password",
        ),
        ("a common password", registration(|body| body["password"] = json!("Password123")), 422, "/password"),
        ("a body of over 1 MB", registration(|body| body["password"] = json!("x".repeat(1_000_001))), 413, ""),
    ];
    let before = stored(&shop);
    for (what, body, status, pointer) in table {
        let answer = sends(&guest, "/v1/auth/register", Some("application/json"), body).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {answer:?}");
        answer.problem_code();
        let named = answer.json().pointer("/errors/0/pointer").and_then(Value::as_str).unwrap_or_default().to_owned();
        assert_eq!(named, pointer, "{what}: {answer:?}");
    }
    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/json; charset=latin1")]
    {
        let answer = sends(&guest, "/v1/auth/register", content_type, registration(|_| ())).await;
        answer.expect_problem(415, "unsupported_media_type");
    }
    let not_utf8 =
        [&b"{\"email\": \"ada@example.test\", \"password\": \"correct horse\", \"name\": \"\xff\"}"[..]].concat();
    sends(&guest, "/v1/auth/register", Some("application/json"), not_utf8)
        .await
        .expect_problem(400, "malformed_request");
    assert_eq!(stored(&shop), before, "nothing was written");
    // A registration that is right is taken after all of it.
    sends(&guest, "/v1/auth/register", Some("application/json"), registration(|_| ())).await.expect_status(202);
    assert!(stored(&shop) > before);
}

#[tokio::test]
async fn what_the_gateway_refuses_never_reaches_a_function() {
    let shop = Shop::open();
    let guest = shop.guest();
    let answer = sends(&guest, "/v1/auth/register", Some("application/json"), vec![b' '; 10_000_001]).await;
    assert_eq!((answer.status.as_u16(), answer.at("/message")), (413, "Request Entity Too Large".to_owned()));
    let fat = guest.clone().with_header("x-large", &"x".repeat(10_240));
    let answer = fat.get("/v1/me").await;
    assert_eq!(answer.status.as_u16(), 431, "{answer:?}");
    guest.clone().with_header("x-large", &"x".repeat(9_000)).get("/health").await.expect_status(200);
}

fn segments(token: &str) -> [String; 3] {
    let mut parts = token.split('.').map(str::to_owned);
    [parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap()]
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn no_token_passes_that_we_did_not_sign_for_this() {
    let shop = Shop::open();
    let ada = shop.customer("ada@example.test").await;
    let [header, claims, signature] = segments(&ada.access_token());
    let with_header = |change: &dyn Fn(&mut Value)| {
        let mut header = decoded(&header);
        change(&mut header);
        format!("{}.{claims}.{signature}", encoded(&header))
    };
    let with_claims = |change: &dyn Fn(&mut Value)| {
        let mut claims = decoded(&claims);
        change(&mut claims);
        format!("{header}.{}.{signature}", encoded(&claims))
    };
    let jwks = ada.get("/.well-known/jwks.json").await;
    let hs256 = {
        use hmac::{Hmac, KeyInit, Mac};
        let header = encoded(&json!({"typ": "at+jwt", "alg": "HS256", "kid": decoded(&header)["kid"]}));
        let key = URL_SAFE_NO_PAD.decode(jwks.at("/keys/0/x")).unwrap();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{header}.{claims}").as_bytes());
        format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    let unsigned = format!("{}.{claims}.", encoded(&json!({"typ": "at+jwt", "alg": "none"})));
    let table = [
        ("alg none", unsigned),
        ("HS256 with the public key", hs256),
        ("an embedded jwk", with_header(&|header| header["jwk"] = json!({"kty": "OKP"}))),
        ("an unknown kid", with_header(&|header| header["kid"] = json!("another"))),
        ("another type", with_header(&|header| header["typ"] = json!("JWT"))),
        ("another user", with_claims(&|claims| claims["sub"] = json!("usr_00000000000000000000000000"))),
        ("more roles", with_claims(&|claims| claims["roles"] = json!(["admin"]))),
        ("a later end", with_claims(&|claims| claims["exp"] = json!(4_000_000_000_u64))),
        ("no signature", format!("{header}.{claims}.")),
        ("two parts", format!("{header}.{claims}")),
        ("a refresh token", ada.refresh_token()),
        ("nothing", String::new()),
        ("a megabyte", "x".repeat(9_000)),
    ];
    for (what, token) in table {
        let answer = ada.clone().with_token(&token).get("/v1/me").await;
        assert_eq!(answer.status.as_u16(), 401, "{what}: {answer:?}");
        answer.expect_problem(401, "unauthenticated");
    }
    for scheme in [ada.access_token(), format!("Basic {}", ada.access_token()), "Bearer".to_owned()] {
        ada.clone().with_header("authorization", &scheme).get("/v1/me").await.expect_problem(401, "unauthenticated");
    }
    // The same claims, signed by a key of somebody else.
    let ambient = holdfast_core::Ambient::new(
        std::sync::Arc::new(shop.world().clock().clone()),
        std::sync::Arc::new(holdfast_local::SeededEntropy::new(99)),
    );
    let thief = holdfast_auth::Signer::new(
        &holdfast_auth::KeySet::generate(&ambient),
        decoded(&claims)["iss"].as_str().unwrap(),
        decoded(&claims)["aud"].as_str().unwrap(),
    );
    let session = decoded(&claims)["sid"].as_str().unwrap().parse().unwrap();
    let (forged, _) = thief.issue(ada.user_id().parse().unwrap(), session, &[], &ambient);
    ada.clone().with_token(&forged).get("/v1/me").await.expect_problem(401, "unauthenticated");
    ada.get("/v1/me").await.expect_status(200);
}

#[tokio::test]
async fn codes_of_others_and_changed_codes_are_worth_nothing() {
    let shop = Shop::open();
    for name in ["ada", "bob"] {
        let body = json!({"email": format!("{name}@example.test"), "password": "correct horse battery", "name": name});
        shop.guest().post("/v1/auth/register", body).await.expect_status(202);
    }
    shop.settle().await;
    let ada = shop.code_from_mail("ada@example.test");
    let bob = shop.code_from_mail("bob@example.test");
    let (user, _) = ada.split_once('.').unwrap();
    let (_, code) = bob.split_once('.').unwrap();
    let crossed = format!("{user}.{code}");
    let mut changed = ada.clone();
    changed.pop();
    for token in [crossed, changed, ada.to_uppercase(), String::new(), "x".repeat(10_000)] {
        let guest = shop.guest();
        guest.post("/v1/auth/verify-email", json!({"token": token})).await.expect_problem(422, "invalid_token");
    }
    shop.guest().post("/v1/auth/verify-email", json!({"token": ada})).await.expect_status(204);
}

#[tokio::test]
async fn a_query_is_refused_by_the_parameter() {
    let shop = Shop::open();
    let support = shop.staff(holdfast_auth::Role::Support).await;
    for (query, pointer) in [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("limit=many", "?limit"),
        ("limt=3", "?limt"),
        ("limit=1&limit=2", "?limit"),
        ("cursor=tampered", "?cursor"),
    ] {
        let answer = support.get(&format!("/v1/admin/users?{query}")).await.expect_problem(422, "invalid_input");
        assert_eq!(answer.at("/errors/0/pointer"), pointer, "{query}");
    }
    let answer = support.get("/v1/admin/users/exists").await.expect_problem(422, "invalid_input");
    assert_eq!(answer.at("/errors/0/pointer"), "?email");
    support.get("/v1/admin/users/exists?email=nobody").await.expect_problem(422, "invalid_input");
}

/// Null empties what may be empty. What may not is refused by its name: it would be silently left as it is otherwise.
#[tokio::test]
async fn null_is_refused_where_nothing_can_be_empty() {
    let shop = Shop::open();
    let clerk = shop.staff(holdfast_auth::Role::Catalog).await;
    let kitchen = clerk.clone().keyed("kitchen").post("/v1/admin/categories", json!({"name": "Kitchen"})).await;
    let kitchen = format!("/v1/admin/categories/{}", kitchen.expect_status(201).at("/id"));
    let mug = json!({"title": "Mug", "variants": [{"sku": "MUG", "price": {"amount": 999, "currency": "USD"}}]});
    let mug = clerk.clone().keyed("mug").post("/v1/admin/products", mug).await.expect_status(201);
    let mug = format!("/v1/admin/products/{}", mug.at("/id"));
    let before = stored(&shop);
    let never: [(&str, &[&str]); 3] = [
        (&mug, &["title", "slug", "description", "status", "tags", "attributes", "category_ids", "options"]),
        ("/v1/admin/variants/MUG", &["price", "options", "status"]),
        (&kitchen, &["name", "slug", "position"]),
    ];
    for (path, fields) in never {
        for field in fields {
            let answer = clerk.patch(path, json!({*field: null})).await.expect_problem(422, "invalid_input");
            assert_eq!(answer.at("/errors/0/pointer"), format!("/{field}"), "{path}");
        }
    }
    assert_eq!(stored(&shop), before, "nothing was written");
    for (path, field) in [(&*mug, "brand"), ("/v1/admin/variants/MUG", "barcode"), (&kitchen, "parent_id")] {
        clerk.patch(path, json!({field: null})).await.expect_status(200);
    }
}

#[tokio::test]
async fn a_body_of_a_million_bytes_is_the_largest() {
    let shop = Shop::open();
    let of = |length: usize| {
        let body = registration(|_| ());
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    let guest = shop.guest();
    let larger = sends(&guest, "/v1/auth/register", Some("application/json"), of(1_000_001)).await;
    larger.expect_problem(413, "body_too_large");
    sends(&guest, "/v1/auth/register", Some("application/json"), of(1_000_000)).await.expect_status(202);
}

#[tokio::test]
async fn a_refusal_does_not_grow_with_what_it_refuses() {
    let shop = Shop::open();
    let body = registration(|body| body[&"\"".repeat(400_000)] = json!(1));
    let answer = sends(&shop.guest(), "/v1/auth/register", Some("application/json"), body).await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(answer.bytes().len() < 4_000, "{}", answer.bytes().len());
}
