//! The tree that shoppers walk through.

use holdfast_auth::Role;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

use super::products::{makes, simple};
use super::stock::anew;

async fn adds(clerk: &Actor, name: &str, parent: Value) -> Answer {
    anew(clerk).post("/v1/admin/categories", json!({"name": name, "parent_id": parent})).await
}

pub async fn categories_make_a_tree(shop: Shop) {
    let (clerk, guest) = (shop.staff(Role::Catalog).await, shop.guest());
    let mut path = vec![adds(&clerk, "Home", Value::Null).await.expect_status(201)];
    for name in ["Kitchen", "Table", "Cups", "Mugs"] {
        let parent = path.last().unwrap().at("/id");
        path.push(adds(&clerk, name, json!(parent)).await.expect_status(201));
    }
    let ids: Vec<String> = path.iter().map(|category| category.at("/id")).collect();
    let refused = adds(&clerk, "Small mugs", json!(ids[4])).await.expect_problem(422, "invalid_input");
    assert_eq!(refused.at("/errors/0/pointer"), "/parent_id");
    adds(&clerk, "Nowhere", json!("cat_00000000000000000000000000")).await.expect_problem(422, "invalid_input");
    adds(&clerk, "Mugs", Value::Null).await.expect_problem(409, "slug_taken");
    let tree = guest.get("/v1/categories").await.expect_status(200);
    assert_eq!(tree.at("/items/0/children/0/children/0/children/0/children/0/name"), "Mugs");
    assert!(tree.header("cache-control").unwrap().starts_with("public"));
    let known = guest.clone().with_header("if-none-match", tree.header("etag").unwrap());
    known.get("/v1/categories").await.expect_status(304);
    // None goes into itself, nor too deep with all that is in it.
    let of = |id: &str| format!("/v1/admin/categories/{id}");
    clerk.patch(&of(&ids[0]), json!({"parent_id": ids[2]})).await.expect_problem(422, "invalid_input");
    clerk.patch(&of(&ids[0]), json!({"parent_id": ids[0]})).await.expect_problem(422, "invalid_input");
    let garden = adds(&clerk, "Garden", Value::Null).await.expect_status(201).at("/id");
    clerk.patch(&of(&ids[0]), json!({"parent_id": garden})).await.expect_problem(422, "invalid_input");
    let moved = clerk.patch(&of(&ids[3]), json!({"parent_id": garden, "position": 3})).await.expect_status(200);
    assert_eq!(moved.at("/parent_id"), garden);
    let stale = clerk.clone().with_header("if-match", "\"1\"");
    stale.patch(&of(&ids[3]), json!({"name": "Cups and mugs"})).await.expect_problem(412, "precondition_failed");
    clerk.patch(&of(&ids[3]), json!({"name": "Cups and mugs"})).await.expect_status(200);
    clerk.patch(&of(&ids[3]), json!({"slug": "home"})).await.expect_problem(409, "slug_taken");
    clerk.patch(&of("cat_00000000000000000000000000"), json!({})).await.expect_problem(404, "not_found");
    let tree = known.get("/v1/categories").await.expect_status(200);
    assert_eq!(tree.at("/items/0/children/0/children/0/name"), "Mugs", "it came along: {}", tree.text());
    // Two who move each into the other make no circle.
    let (here, there) = (of(&ids[1]), of(&garden));
    let (one, two) = tokio::join!(
        clerk.patch(&here, json!({"parent_id": garden})),
        clerk.patch(&there, json!({"parent_id": ids[1]}))
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
}

pub async fn a_category_goes_when_it_is_empty(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let kitchen = adds(&clerk, "Kitchen", Value::Null).await.expect_status(201).at("/id");
    let cups = adds(&clerk, "Cups", json!(kitchen)).await.expect_status(201).at("/id");
    let of = |id: &str| format!("/v1/admin/categories/{id}");
    clerk.delete(&of(&kitchen)).await.expect_problem(409, "category_not_empty");
    let mut mug = simple("MUG", 999);
    mug["category_ids"] = json!([cups]);
    let mug = makes(&clerk, mug).await.at("/id");
    clerk.delete(&of(&cups)).await.expect_problem(409, "category_not_empty");
    let path = format!("/v1/admin/products/{mug}");
    clerk.patch(&path, json!({"status": "DRAFT"})).await.expect_status(200);
    let stale = clerk.clone().with_header("if-match", "\"7\"");
    stale.delete(&of(&cups)).await.expect_problem(412, "precondition_failed");
    clerk.delete(&of(&cups)).await.expect_status(204);
    clerk.delete(&of(&cups)).await.expect_problem(404, "not_found");
    clerk.delete(&of(&kitchen)).await.expect_status(204);
    assert_eq!(shop.guest().get("/v1/categories").await.expect_status(200).at("/items"), "[]");
    // What was in it is sold again once it is in a category that is there.
    let refused = clerk.patch(&path, json!({"status": "ACTIVE"})).await.expect_problem(422, "invalid_input");
    assert_eq!(refused.at("/errors/0/pointer"), "/category_ids");
    // It is put away as it is.
    clerk.patch(&path, json!({"status": "ARCHIVED"})).await.expect_status(200);
    clerk.patch(&path, json!({"status": "ACTIVE", "category_ids": []})).await.expect_status(200);
    shop.settle().await;
}

pub async fn a_category_counts_what_is_sold_in_it(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let one = adds(&clerk, "One", Value::Null).await.expect_status(201).at("/id");
    let other = adds(&clerk, "Other", Value::Null).await.expect_status(201).at("/id");
    let delete = async |id: &str| clerk.delete(&format!("/v1/admin/categories/{id}")).await;
    // A product that is not sold yet is in the way of none, but is in one that is there.
    let mut cup = simple("CUP", 999);
    cup["status"] = json!("DRAFT");
    cup["category_ids"] = json!(["cat_00000000000000000000000000"]);
    let refused = anew(&clerk).post("/v1/admin/products", cup.clone()).await.expect_problem(422, "invalid_input");
    assert_eq!(refused.at("/errors/0/pointer"), "/category_ids");
    cup["category_ids"] = json!([one]);
    makes(&clerk, cup).await;
    let mut mug = simple("MUG", 999);
    mug["category_ids"] = json!([one]);
    let mug = format!("/v1/admin/products/{}", makes(&clerk, mug).await.at("/id"));
    delete(&one).await.expect_problem(409, "category_not_empty");
    // It moves, and moves back, and is in both; what is no change of that counts nothing.
    for category_ids in [json!([other]), json!([one]), json!([other, one])] {
        clerk.patch(&mug, json!({"category_ids": category_ids})).await.expect_status(200);
    }
    clerk.patch(&mug, json!({"title": "The big mug"})).await.expect_status(200);
    clerk.patch(&mug, json!({"category_ids": [one]})).await.expect_status(200);
    delete(&other).await.expect_status(204);
    delete(&one).await.expect_problem(409, "category_not_empty");
    clerk.delete(&mug).await.expect_status(204);
    delete(&one).await.expect_status(204);
    shop.settle().await;
}
