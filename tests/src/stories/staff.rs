//! What staff do with users.

use holdfast_auth::Role;
use holdfast_testing::Shop;
use serde_json::json;

use super::sessions::refreshes;

pub async fn staff_find_users(shop: Shop) {
    let support = shop.staff(Role::Support).await;
    for name in ["a", "b", "c"] {
        shop.advance(std::time::Duration::from_secs(1));
        shop.customer(&format!("{name}@example.test")).await;
    }
    let first = support.get("/v1/admin/users?limit=2").await.expect_status(200);
    assert_eq!([first.at("/items/0/email"), first.at("/items/1/email")], ["c@example.test", "b@example.test"]);
    let cursor = first.at("/next_cursor");
    let second = support.get(&format!("/v1/admin/users?limit=2&cursor={cursor}")).await.expect_status(200);
    assert_eq!(second.at("/items/0/email"), "a@example.test");

    let changed = format!("{}{}", &cursor[..cursor.len() - 1], if cursor.ends_with('A') { 'B' } else { 'A' });
    for wrong in [changed.as_str(), "", "x"] {
        let answer = support.get(&format!("/v1/admin/users?cursor={wrong}")).await.expect_problem(422, "invalid_input");
        assert_eq!(answer.at("/errors/0/pointer"), "?cursor");
    }

    let id = first.at("/items/0/id");
    let user = support.get(&format!("/v1/admin/users/{id}")).await.expect_status(200);
    assert_eq!([user.at("/status"), user.at("/name")], ["ACTIVE", "Ada Lovelace"]);
    support.get("/v1/admin/users/usr_00000000000000000000000000").await.expect_problem(404, "not_found");
    support.get("/v1/admin/users/nonsense").await.expect_problem(404, "not_found");
    let there = support.get("/v1/admin/users/exists?email=C@Example.test").await.expect_status(200);
    assert_eq!([there.at("/exists"), there.at("/id")], ["true".to_owned(), id]);
    let none = support.get("/v1/admin/users/exists?email=d@example.test").await.expect_status(200);
    assert_eq!([none.at("/exists"), none.at("/id")], ["false", "null"]);
}

pub async fn roles_count_from_the_next_token_on(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let ada = shop.customer("ada@example.test").await;
    let path = format!("/v1/admin/users/{}/roles", ada.user_id());
    ada.get("/v1/admin/users").await.expect_problem(403, "forbidden");
    let user = admin.put(&path, json!({"roles": ["support", "catalog", "support"]})).await.expect_status(200);
    assert_eq!(user.at("/roles"), r#"["support","catalog"]"#);
    ada.get("/v1/admin/users").await.expect_problem(403, "forbidden");
    let next = refreshes(&ada, &ada.refresh_token()).await.expect_status(200);
    let promoted = ada.clone().with_token(&next.at("/access_token"));
    promoted.get("/v1/admin/users").await.expect_status(200);
    // Support reads users, and changes none.
    promoted.put(&path, json!({"roles": ["admin"]})).await.expect_problem(403, "forbidden");
    let stale = admin.clone().with_header("if-match", "\"1\"");
    stale.put(&path, json!({"roles": []})).await.expect_problem(412, "precondition_failed");
    admin.put(&path, json!({"roles": []})).await.expect_status(200);
    let next = refreshes(&ada, &next.at("/refresh_token")).await.expect_status(200);
    ada.with_token(&next.at("/access_token")).get("/v1/admin/users").await.expect_problem(403, "forbidden");
}

pub async fn a_disabled_user_is_out_until_let_in_again(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let ada = shop.customer("ada@example.test").await;
    let path = format!("/v1/admin/users/{}/disable", ada.user_id());
    let user = admin.post(&path, json!({"reason": "fraud"})).await.expect_status(200);
    assert_eq!(user.at("/status"), "DISABLED");
    ada.get("/v1/me").await.expect_problem(401, "unauthenticated");
    refreshes(&ada, &ada.refresh_token()).await.expect_problem(401, "invalid_refresh_token");
    let login = json!({"email": "ada@example.test", "password": ada.password()});
    ada.post("/v1/auth/login", login).await.expect_problem(401, "invalid_credentials");
    // Nor by the back door.
    ada.post("/v1/auth/forgot-password", json!({"email": "ada@example.test"})).await.expect_status(202);
    shop.settle().await;
    assert_eq!(shop.mails_to("ada@example.test").len(), 1);
    let roles = format!("/v1/admin/users/{}/roles", ada.user_id());
    admin.put(&roles, json!({"roles": ["support"]})).await.expect_problem(409, "not_active");
    admin.post(&path, json!({"disabled": false, "reason": "mistake"})).await.expect_status(200);
    shop.log_in(shop.guest(), "ada@example.test", ada.password()).await;
}

pub async fn nobody_decides_about_themselves(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let own = format!("/v1/admin/users/{}", admin.user_id());
    admin.put(&format!("{own}/roles"), json!({"roles": []})).await.expect_problem(409, "own_account");
    admin.post(&format!("{own}/disable"), json!({})).await.expect_problem(409, "own_account");
}

pub async fn who_lost_a_role_uses_it_no_more(shop: Shop) {
    let admin = shop.staff(Role::Admin).await;
    let other = shop.hire("other@staff.test", &[Role::Admin]).await;
    let ada = shop.customer("ada@example.test").await;
    let roles = |id: String| format!("/v1/admin/users/{id}/roles");
    admin.put(&roles(other.user_id()), json!({"roles": []})).await.expect_status(200);
    // The token still says admin; the shop knows better.
    other.put(&roles(ada.user_id()), json!({"roles": ["admin"]})).await.expect_problem(403, "forbidden");
    let path = format!("/v1/admin/users/{}/disable", ada.user_id());
    other.post(&path, json!({})).await.expect_problem(403, "forbidden");
    let disable = format!("/v1/admin/users/{}/disable", other.user_id());
    admin.post(&disable, json!({"reason": "abuse"})).await.expect_status(200);
    other.post(&path, json!({})).await.expect_problem(401, "unauthenticated");
}
