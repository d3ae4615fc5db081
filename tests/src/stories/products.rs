//! What is sold, as staff keep it and as shoppers see it.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

use super::stock::{anew, keeps, opens};

/// So many cents.
pub(super) fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// A product of one variant, which bears its name.
pub(super) fn simple(sku: &str, amount: i64) -> Value {
    json!({"title": format!("The {sku}"), "variants": [{"sku": sku, "price": usd(amount)}]})
}

/// Makes a product.
pub(super) async fn makes(clerk: &Actor, product: Value) -> Answer {
    anew(clerk).post("/v1/admin/products", product).await.expect_status(201)
}

fn shirt(skus: &str) -> Value {
    let (sizes, colours) = (["S", "M", "L"], ["red", "green", "blue", "black"]);
    let variants = sizes.iter().flat_map(|size| {
        colours.iter().map(move |colour| {
            let sku = format!("{skus}-{size}-{colour}").to_uppercase();
            json!({"sku": sku, "price": usd(2500), "options": {"Size": size, "Colour": colour}})
        })
    });
    json!({
        "title": "Organic T-shirt",
        "description": "Heavy jersey.\nWashes well.",
        "brand": "Nordwind",
        "tags": ["Organic", "basics"],
        "attributes": {"material": "cotton", "weight_gsm": 180, "fair_trade": true, "care": ["30 degrees", "no bleach"]},
        "options": [{"name": "Size", "values": sizes}, {"name": "Colour", "values": colours}],
        "variants": variants.collect::<Vec<_>>(),
    })
}

pub async fn a_matrix_of_variants_is_made_in_one_request(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let made = makes(&clerk, shirt("TEE")).await;
    assert_eq!([made.at("/slug"), made.at("/status")], ["organic-t-shirt", "ACTIVE"]);
    assert_eq!(made.header("location"), Some(format!("/v1/products/{}", made.at("/id")).as_str()));
    shop.settle().await;
    let guest = shop.guest();
    for name in [made.at("/id"), made.at("/slug")] {
        let page = guest.get(&format!("/v1/products/{name}")).await.expect_status(200);
        let variants = page.json()["variants"].as_array().unwrap().clone();
        let skus: Vec<_> = variants.iter().map(|variant| variant["sku"].as_str().unwrap().to_owned()).collect();
        assert_eq!(
            (skus.len(), skus[0].as_str(), skus[4].as_str()),
            (12, "TEE-S-RED", "TEE-M-RED"),
            "as the matrix reads"
        );
        assert_eq!(page.at("/attributes/care"), r#"["30 degrees","no bleach"]"#);
        assert_eq!(page.at("/tags"), r#"["organic","basics"]"#);
        assert_eq!(page.header("cache-control"), Some("public, max-age=30"));
        let known = guest.clone().with_header("if-none-match", page.header("etag").unwrap());
        known.get(&format!("/v1/products/{name}")).await.expect_status(304);
    }
    guest.get("/v1/products/no-such-thing").await.expect_problem(404, "not_found");
    guest.get("/v1/products/No_Slug").await.expect_problem(404, "not_found");
    guest.get("/v1/products/prd_00000000000000000000000000").await.expect_problem(404, "not_found");
}

pub async fn a_slug_stands_for_one_product_and_the_old_one_leads_on(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let mug =
        makes(&clerk, json!({"title": "Mug", "slug": "mug", "variants": [{"sku": "MUG", "price": usd(999)}]})).await;
    // A slug that nobody asked for makes way; one that was asked for is refused.
    let other = makes(&clerk, json!({"title": "Mug", "variants": [{"sku": "MUG-2", "price": usd(999)}]})).await;
    assert!(other.at("/slug").starts_with("mug-"), "{}", other.at("/slug"));
    let asked = json!({"title": "Cup", "slug": "mug", "variants": [{"sku": "CUP", "price": usd(999)}]});
    anew(&clerk).post("/v1/admin/products", asked.clone()).await.expect_problem(409, "slug_taken");
    let path = format!("/v1/admin/products/{}", mug.at("/id"));
    clerk.patch(&path, json!({"slug": "stoneware-mug"})).await.expect_status(200);
    let guest = shop.guest();
    let old = guest.get("/v1/products/mug").await.expect_status(308);
    assert_eq!(old.header("location"), Some("/v1/products/stoneware-mug"));
    guest.get("/v1/products/stoneware-mug").await.expect_status(200);
    // It leads on for good, and its own product may come back to it.
    anew(&clerk).post("/v1/admin/products", asked).await.expect_problem(409, "slug_taken");
    let path_of_other = format!("/v1/admin/products/{}", other.at("/id"));
    clerk.patch(&path_of_other, json!({"slug": "mug"})).await.expect_problem(409, "slug_taken");
    clerk.patch(&path, json!({"slug": "mug"})).await.expect_status(200);
    guest.get("/v1/products/mug").await.expect_status(200);
    guest.get("/v1/products/stoneware-mug").await.expect_status(308);
    // Two at once for one slug.
    let both = |sku: &str| json!({"title": "Jug", "slug": "jug", "variants": [{"sku": sku, "price": usd(999)}]});
    let (clerk_1, clerk_2) = (anew(&clerk), anew(&clerk));
    let (one, two) = tokio::join!(
        clerk_1.post("/v1/admin/products", both("JUG-1")),
        clerk_2.post("/v1/admin/products", both("JUG-2"))
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

pub async fn a_sku_is_somebodys_for_good(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let mug = makes(&clerk, simple("MUG", 999)).await;
    let refused = anew(&clerk).post("/v1/admin/products", simple("MUG", 1)).await.expect_problem(409, "sku_taken");
    assert!(refused.at("/detail").contains("MUG"));
    // All or nothing: the other variant's SKU is still free.
    let two = json!({
        "title": "Two",
        "options": [{"name": "Nth", "values": ["1", "2"]}],
        "variants": [
            {"sku": "FREE", "price": usd(1), "options": {"Nth": "1"}},
            {"sku": "MUG", "price": usd(1), "options": {"Nth": "2"}},
        ],
    });
    anew(&clerk).post("/v1/admin/products", two).await.expect_problem(409, "sku_taken");
    let free = makes(&clerk, simple("FREE", 1)).await;
    let variants = format!("/v1/admin/products/{}/variants", free.at("/id"));
    let again = json!({"sku": "MUG", "price": usd(1)});
    anew(&clerk).post(&variants, again).await.expect_problem(422, "invalid_input");
    clerk.delete(&format!("/v1/admin/products/{}", mug.at("/id"))).await.expect_status(204);
    anew(&clerk).post("/v1/admin/products", simple("MUG", 1)).await.expect_problem(409, "sku_taken");
    let (clerk_1, clerk_2) = (anew(&clerk), anew(&clerk));
    let (one, two) = tokio::join!(
        clerk_1.post("/v1/admin/products", simple("CUP", 1)),
        clerk_2.post("/v1/admin/products", simple("CUP", 2))
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

pub async fn a_product_is_changed_by_whoever_knows_it(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let made = makes(&clerk, shirt("TEE")).await;
    let path = format!("/v1/admin/products/{}", made.at("/id"));
    let knows = |version: &str| clerk.clone().with_header("if-match", version);
    let changed = knows("\"1\"").patch(&path, json!({"title": "T-shirt", "brand": null})).await.expect_status(200);
    assert_eq!([changed.at("/title"), changed.at("/slug")], ["T-shirt", "organic-t-shirt"]);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    knows("\"1\"").patch(&path, json!({"title": "Shirt"})).await.expect_problem(412, "precondition_failed");
    knows("\"1\"").delete(&path).await.expect_problem(412, "precondition_failed");
    // What says nothing new changes nothing.
    let same = clerk.patch(&path, json!({"title": "T-shirt"})).await.expect_status(200);
    assert_eq!(same.header("etag"), Some("\"2\""));
    clerk.patch("/v1/admin/products/prd_00000000000000000000000000", json!({})).await.expect_problem(404, "not_found");
    let gone = json!({"category_ids": ["cat_00000000000000000000000000"]});
    clerk.patch(&path, gone).await.expect_problem(422, "invalid_input");
    // A variant has a version of its own, looked at first.
    let variant = "/v1/admin/variants/TEE-S-RED";
    let heavier = knows("\"1\"").patch(variant, json!({"weight_grams": 210})).await.expect_status(200);
    assert_eq!([heavier.header("etag"), Some(heavier.at("/weight_grams").as_str())], [Some("\"2\""), Some("210")]);
    let wrong_and_stale = json!({"price": usd(-1)});
    knows("\"1\"").patch(variant, wrong_and_stale).await.expect_problem(412, "precondition_failed");
    knows("\"1\"").delete(variant).await.expect_problem(412, "precondition_failed");
    clerk.patch("/v1/admin/variants/NONE", json!({})).await.expect_problem(404, "not_found");
    clerk.delete("/v1/admin/variants/NONE").await.expect_problem(404, "not_found");
    // Two who change different things at once lose neither.
    let (one, two) = tokio::join!(
        clerk.patch(&path, json!({"brand": "Nordwind"})),
        clerk.patch(&path, json!({"description": "Heavy."}))
    );
    one.expect_status(200);
    two.expect_status(200);
    let page = clerk.get(&format!("/v1/products/{}", made.at("/id"))).await.expect_status(200);
    assert_eq!([page.at("/brand"), page.at("/description")], ["Nordwind", "Heavy."]);
}

pub async fn what_is_archived_is_sold_no_more(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let (guest, made) = (shop.guest(), makes(&clerk, shirt("TEE")).await);
    let page = format!("/v1/products/{}", made.at("/id"));
    clerk.delete("/v1/admin/variants/TEE-S-RED").await.expect_status(204);
    clerk.delete("/v1/admin/variants/TEE-S-RED").await.expect_status(204);
    clerk.patch("/v1/admin/variants/TEE-S-BLUE", json!({"status": "ARCHIVED"})).await.expect_status(200);
    let variants = |answer: &Answer| answer.json()["variants"].as_array().unwrap().len();
    assert_eq!(variants(&guest.get(&page).await.expect_status(200)), 10);
    assert_eq!(variants(&clerk.get(&page).await.expect_status(200)), 12, "staff see them");
    let path = format!("/v1/admin/products/{}", made.at("/id"));
    clerk.delete(&path).await.expect_status(204);
    clerk.delete(&path).await.expect_status(204);
    guest.get(&page).await.expect_problem(404, "not_found");
    assert_eq!(guest.get("/v1/products").await.expect_status(200).at("/items"), "[]");
    let archived = clerk.get("/v1/products?status=ARCHIVED").await.expect_status(200);
    assert_eq!(archived.at("/items/0/id"), made.at("/id"));
    guest.get("/v1/products?status=ARCHIVED").await.expect_problem(401, "unauthenticated");
    let customer = shop.customer("ada@example.test").await;
    customer.get("/v1/products?status=DRAFT").await.expect_problem(403, "forbidden");
    clerk.patch(&path, json!({"status": "ACTIVE"})).await.expect_status(200);
    guest.get(&page).await.expect_status(200);
    // The last variant of what is sold stays.
    let single = makes(&clerk, simple("MUG", 999)).await;
    clerk.delete("/v1/admin/variants/MUG").await.expect_problem(409, "last_variant");
    clerk
        .patch(&format!("/v1/admin/products/{}", single.at("/id")), json!({"status": "DRAFT"}))
        .await
        .expect_status(200);
    clerk.delete("/v1/admin/variants/MUG").await.expect_status(204);
}

pub async fn lists_show_all_that_they_need(shop: Shop) {
    let (clerk, guest) = (shop.staff(Role::Catalog).await, shop.guest());
    let kitchen =
        anew(&clerk).post("/v1/admin/categories", json!({"name": "Kitchen"})).await.expect_status(201).at("/id");
    for nth in 0..7 {
        shop.advance(Duration::from_secs(1));
        let (sku, amount) = (format!("S{nth}"), 1_000 - nth * 100);
        let mut product = simple(&sku, amount);
        if nth % 2 == 0 {
            product["category_ids"] = json!([kitchen]);
            product["brand"] = json!("Nordwind");
        }
        if nth % 3 == 0 {
            product["tags"] = json!(["Sale"]);
        }
        makes(&clerk, product).await;
    }
    let skus = |answer: &Answer| -> Vec<String> {
        let items = answer.json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["title"].as_str().unwrap().replace("The ", "")).collect()
    };
    let whole = async |query: &str| -> Vec<String> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = guest.get(&format!("/v1/products?limit=2{query}{cursor}")).await.expect_status(200);
            all.extend(skus(&page));
            match page.json()["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    };
    assert_eq!(whole("").await, ["S6", "S5", "S4", "S3", "S2", "S1", "S0"]);
    assert_eq!(whole("&sort=price_asc").await, ["S6", "S5", "S4", "S3", "S2", "S1", "S0"]);
    assert_eq!(whole("&sort=price_desc").await, ["S0", "S1", "S2", "S3", "S4", "S5", "S6"]);
    assert_eq!(whole(&format!("&category={kitchen}")).await, ["S6", "S4", "S2", "S0"]);
    assert_eq!(whole("&brand=NORDWIND").await, ["S6", "S4", "S2", "S0"]);
    assert_eq!(whole("&tag=sale").await, ["S6", "S3", "S0"]);
    assert_eq!(whole(&format!("&category={kitchen}&tag=sale")).await, ["S6", "S0"]);
    // A page is filled although a filter leaves something out.
    let page = guest.get(&format!("/v1/products?limit=2&category={kitchen}&tag=sale")).await.expect_status(200);
    assert_eq!(skus(&page), ["S6", "S0"]);

    let first = guest.get("/v1/products?limit=1").await.expect_status(200);
    assert_eq!(
        first.at("/items/0/price_range"),
        r#"{"min":{"amount":400,"currency":"USD"},"max":{"amount":400,"currency":"USD"}}"#
    );
    assert_eq!(first.header("cache-control"), Some("public, max-age=30"));
    let known = guest.clone().with_header("if-none-match", first.header("etag").unwrap());
    known.get("/v1/products?limit=1").await.expect_status(304);
    for wrong in ["limit=0", "limit=101", "cursor=x", "category=x", "sort=best", "colour=red"] {
        guest.get(&format!("/v1/products?{wrong}")).await.expect_problem(422, "invalid_input");
    }
    // A cursor is good for its own list alone.
    let cursor = first.at("/next_cursor");
    guest.get(&format!("/v1/products?limit=1&tag=sale&cursor={cursor}")).await.expect_problem(422, "invalid_input");
}

pub async fn what_a_product_may_have_is_bounded(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let many = |count: usize| {
        let values = |from: usize, to: usize| (from..to).map(|nth| nth.to_string()).collect::<Vec<_>>();
        let variants = (0..count).map(|nth| {
            let options = json!({"Tens": (nth / 10).to_string(), "Ones": (nth % 10).to_string()});
            json!({"sku": format!("V{nth}"), "price": usd(100), "options": options})
        });
        json!({
            "title": "Many",
            "brand": "Nordwind",
            "tags": values(0, 10),
            "options": [{"name": "Tens", "values": values(0, 11)}, {"name": "Ones", "values": values(0, 10)}],
            "variants": variants.collect::<Vec<_>>(),
        })
    };
    let mut categories = Vec::new();
    for nth in 0..5 {
        let body = json!({"name": format!("Category {nth}")});
        categories.push(anew(&clerk).post("/v1/admin/categories", body).await.expect_status(201).at("/id"));
    }
    let with = |mut product: Value, categories: &[String]| {
        product["category_ids"] = json!(categories);
        product
    };
    let refused = anew(&clerk).post("/v1/admin/products", with(many(37), &categories[..4])).await;
    assert_eq!(refused.expect_problem(422, "invalid_input").at("/errors/0/pointer"), "/variants");
    let refused = anew(&clerk).post("/v1/admin/products", with(many(36), &categories)).await;
    assert_eq!(refused.expect_problem(422, "invalid_input").at("/errors/0/pointer"), "/category_ids");
    // The largest that may be asked for fits one transaction.
    let made = makes(&clerk, with(many(36), &categories[..4])).await;
    let path = format!("/v1/admin/products/{}/variants", made.at("/id"));
    let variant = |nth: usize| {
        let options = json!({"Tens": (nth / 10).to_string(), "Ones": (nth % 10).to_string()});
        json!({"sku": format!("V{nth}"), "price": usd(100), "options": options})
    };
    for nth in 36..100 {
        anew(&clerk).post(&path, variant(nth)).await.expect_status(201);
    }
    anew(&clerk).post(&path, variant(100)).await.expect_problem(422, "invalid_input");
    let page = shop.guest().get(&format!("/v1/products/{}", made.at("/id"))).await.expect_status(200);
    assert_eq!(page.json()["variants"].as_array().unwrap().len(), 100);
    // All of its lists change at once: it leaves eleven, and enters ten others.
    let other: Vec<_> = (10..20).map(|nth| nth.to_string()).collect();
    let moved = json!({"brand": "Suedwind", "tags": other, "category_ids": [categories[4]]});
    clerk.patch(&format!("/v1/admin/products/{}", made.at("/id")), moved).await.expect_status(200);
    let there = shop.guest().get("/v1/products?brand=suedwind").await.expect_status(200);
    assert_eq!(there.at("/items/0/id"), made.at("/id"));
    assert_eq!(shop.guest().get("/v1/products?tag=5").await.expect_status(200).at("/items"), "[]");
}

pub async fn what_is_made_twice_is_made_once(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let product = json!({
        "title": "Mug",
        "options": [{"name": "Colour", "values": ["blue", "red"]}],
        "variants": [{"sku": "MUG", "price": usd(999), "options": {"Colour": "blue"}}],
    });
    let made = makes(&clerk, product.clone()).await;
    let variants = format!("/v1/admin/products/{}/variants", made.at("/id"));
    let red = json!({"sku": "MUG-RED", "price": usd(899), "options": {"Colour": "red"}});
    let requests = [
        ("/v1/admin/products", simple("CUP", 500), simple("CUP", 501)),
        (variants.as_str(), red.clone(), json!({"sku": "MUG-RED", "price": usd(1), "options": {"Colour": "red"}})),
        ("/v1/admin/categories", json!({"name": "Kitchen"}), json!({"name": "Garden"})),
    ];
    for (path, body, another) in requests {
        clerk.post(path, body.clone()).await.expect_problem(400, "idempotency_key_required");
        let keyed = anew(&clerk);
        let (first, twin) = tokio::join!(keyed.post(path, body.clone()), keyed.post(path, body.clone()));
        let first = first.expect_status(201);
        assert_eq!(twin.expect_status(201).text(), first.text(), "{path}: twins");
        assert_eq!(keyed.post(path, body).await.expect_status(201).text(), first.text(), "{path}: a repeat");
        keyed.post(path, another).await.expect_problem(422, "idempotency_key_reused");
    }
    // Whatever has become of it since.
    let keyed = anew(&clerk);
    let first = keyed.post("/v1/admin/products", simple("JUG", 500)).await.expect_status(201);
    let path = format!("/v1/admin/products/{}", first.at("/id"));
    clerk.patch(&path, json!({"title": "Another", "slug": "another"})).await.expect_status(200);
    assert_eq!(keyed.post("/v1/admin/products", simple("JUG", 500)).await.expect_status(201).text(), first.text());
}

pub async fn availability_follows_stock(shop: Shop) {
    let (clerk, keeper) = (shop.staff(Role::Catalog).await, shop.staff(Role::Warehouse).await);
    let basel = opens(&keeper, "Basel", 1).await;
    // Stock may tell of a SKU before the catalog has it.
    keeps(&keeper, "TEE-S-RED", &basel, 2, 5).await;
    shop.settle().await;
    let made = makes(&clerk, shirt("TEE")).await;
    shop.settle().await;
    let guest = shop.guest();
    let shown = async |sku: &str| -> [String; 3] {
        let page = guest.get(&format!("/v1/products/{}", made.at("/id"))).await.expect_status(200);
        let variants = page.json()["variants"].as_array().unwrap().clone();
        let variant = variants.iter().find(|variant| variant["sku"] == sku).unwrap();
        let list = guest.get("/v1/products").await.expect_status(200);
        let of = |value: &Value| value.as_str().unwrap().to_owned();
        [of(&variant["availability"]), page.at("/availability"), list.at("/items/0/availability")]
    };
    assert_eq!(shown("TEE-S-RED").await, ["low", "low", "low"]);
    let untold = shown("TEE-S-BLUE").await;
    assert_ne!(untold[0], "in_stock", "what stock has never told of cannot be had");
    keeps(&keeper, "TEE-S-BLUE", &basel, 20, 5).await;
    shop.settle().await;
    assert_eq!(shown("TEE-S-BLUE").await, ["in_stock", "in_stock", "in_stock"]);
    let adjusts = async |sku: &str, delta: i64| {
        let body = json!({"warehouse_id": basel, "delta": delta, "reason": "sold at the door"});
        anew(&keeper).post(&format!("/v1/admin/inventory/{sku}/adjust"), body).await.expect_status(201);
        shop.settle().await;
    };
    adjusts("TEE-S-BLUE", -20).await;
    assert_eq!(shown("TEE-S-BLUE").await, ["out", "low", "low"]);
    adjusts("TEE-S-RED", -2).await;
    assert_eq!(shown("TEE-S-RED").await, ["out", "out", "out"]);
    // No sale makes the version stale that somebody edits.
    let knows = clerk.clone().with_header("if-match", made.header("etag").unwrap());
    knows.patch(&format!("/v1/admin/products/{}", made.at("/id")), json!({"title": "Shirt"})).await.expect_status(200);
    adjusts("TEE-S-RED", 9).await;
    assert_eq!(shown("TEE-S-RED").await, ["in_stock", "in_stock", "in_stock"]);
}
