use holdfast_core::Id;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn id_of(nth: usize) -> VariantId {
    VariantId::from_bytes([u8::try_from(nth).unwrap(); 16])
}

fn create(body: Value) -> Result<Article, String> {
    let new: NewArticle = serde_json::from_value(body).map_err(|error| error.to_string())?;
    let made = new.create(ProductId::from_bytes([0; 16]), id_of, Timestamp::UNIX_EPOCH);
    made.map_err(|wrong| wrong.pointer)
}

fn variant(sku: &str, amount: i64) -> Value {
    json!({"sku": sku, "price": {"amount": amount, "currency": "USD"}})
}

/// A shirt in sizes and colours.
fn matrix(sizes: usize, colours: usize) -> Value {
    let names = |start: &str, count: usize| (0..count).map(|nth| format!("{start}{nth}")).collect::<Vec<_>>();
    let (sizes, colours) = (names("s", sizes), names("c", colours));
    let variants = sizes.iter().flat_map(|size| {
        colours.iter().map(move |colour| {
            let mut variant = variant(&format!("{size}-{colour}"), 1_000);
            variant["options"] = json!({"Size": size, "Colour": colour});
            variant
        })
    });
    let variants: Vec<_> = variants.collect();
    let options = json!([{"name": "Size", "values": sizes}, {"name": "Colour", "values": colours}]);
    json!({"title": "Shirt", "options": options, "variants": variants})
}

/// Whether nothing about it contradicts anything else.
fn holds(article: &Article) -> bool {
    let again = Article { product: article.product.clone(), variants: Vec::new() };
    let fits = article.variants.iter().try_fold(again, |mut sofar, variant| {
        sofar.fits(variant)?;
        sofar.variants.push(variant.clone());
        Ok::<_, Wrong>(sofar)
    });
    fits.is_ok() && article.can_be_sold().is_ok() && article.product.clone().checked().as_ref() == Ok(&article.product)
}

#[test]
fn a_matrix_is_made_at_once_and_stands_in_order() {
    let mut body = matrix(3, 4);
    body["variants"].as_array_mut().unwrap().reverse();
    let shirt = create(body).unwrap();
    let skus: Vec<_> = shirt.variants.iter().map(|variant| variant.sku.to_string()).collect();
    assert_eq!((skus.len(), skus[0].as_str(), skus[11].as_str()), (12, "s0-c0", "s2-c3"));
    assert_eq!(shirt.product.slug.as_str(), "shirt");
    assert!(holds(&shirt));
}

#[test]
fn what_does_not_go_together_is_named() {
    let with = |pointer: &str, value: Value| {
        let mut body = matrix(2, 2);
        *body.pointer_mut(pointer).unwrap() = value;
        create(body).unwrap_err()
    };
    assert_eq!(with("/variants/2/price/currency", json!("EUR")), "/variants/2/price/currency");
    assert_eq!(with("/variants/1/sku", json!("s0-c0")), "/variants/1/sku");
    assert_eq!(with("/variants/1/options/Colour", json!("c0")), "/variants/1/options");
    assert_eq!(with("/variants/3/options", json!({})), "/variants/3/options");
    assert_eq!(with("/variants", json!([])), "/variants");
    assert_eq!(with("/title", json!("")), "/title");
}

#[test]
fn one_request_has_as_many_variants_as_one_transaction_takes() {
    assert_eq!(create(matrix(6, 6)).map(|article| article.variants.len()), Ok(Article::MOST_AT_ONCE));
    assert_eq!(create(matrix(1, 37)), Err("/variants".to_owned()));
    let mut article = create(matrix(1, 36)).unwrap();
    article.product.options = serde_json::from_value(json!([])).unwrap();
    article.variants.clear();
    let admit = |article: &mut Article, nth: usize| {
        let mut new: NewVariant = serde_json::from_value(variant(&format!("v{nth}"), 1)).unwrap();
        new.status = VariantStatus::Archived;
        article.add(new, id_of(0)).map_err(|wrong| wrong.detail)
    };
    for nth in 0..Article::MOST_VARIANTS {
        assert_eq!(admit(&mut article, nth), Ok(()));
    }
    assert_eq!(admit(&mut article, 100), Err("a product has at most 100 variants".to_owned()));
}

#[test]
fn texts_tags_and_categories_have_limits() {
    let with = |name: &str, value: Value| {
        let mut body = json!({"title": "Mug", "variants": [variant("MUG", 1)]});
        body[name] = value;
        create(body).map(|article| article.product)
    };
    assert!(with("title", json!("x".repeat(200))).is_ok());
    assert_eq!(with("title", json!("x".repeat(201))), Err("/title".to_owned()));
    assert!(with("description", json!("x\n".repeat(4_000))).is_ok());
    assert_eq!(with("description", json!("x".repeat(8_001))), Err("/description".to_owned()));
    assert_eq!(with("brand", json!("x".repeat(81))), Err("/brand".to_owned()));
    let tags = |count: usize| json!((0..count).map(|nth| format!("t{nth}")).collect::<Vec<_>>());
    assert!(with("tags", tags(10)).is_ok());
    assert_eq!(with("tags", tags(11)), Err("/tags".to_owned()));
    assert_eq!(with("tags", json!(["x".repeat(41)])), Err("/tags/0".to_owned()));
    assert_eq!(with("tags", json!(["New", "new"])).map(|product| product.tags), Ok(vec!["new".to_owned()]));
    let ids = |count: u8| json!((0..count).map(|nth| CategoryId::from_bytes([nth; 16])).collect::<Vec<_>>());
    assert!(with("category_ids", ids(4)).is_ok());
    assert_eq!(with("category_ids", ids(5)), Err("/category_ids".to_owned()));
}

#[test]
fn what_is_sold_has_something_to_sell() {
    let mut body = json!({"title": "Mug", "variants": [variant("MUG", 1)]});
    body["variants"][0]["status"] = json!("ARCHIVED");
    assert_eq!(create(body.clone()), Err("/variants".to_owned()));
    body["status"] = json!("DRAFT");
    let mut mug = create(body).unwrap();
    assert_eq!(mug.prices(), None);
    let activate = || serde_json::from_value::<ProductChange>(json!({"status": "ACTIVE"})).unwrap();
    assert_eq!(mug.clone().change(activate()).unwrap_err().pointer, "/status");
    let sku: Sku = "MUG".parse().unwrap();
    mug.change_variant(&sku, serde_json::from_value(json!({"status": "ACTIVE"})).unwrap()).unwrap();
    mug.change(activate()).unwrap();
    assert_eq!(mug.archive_variant(&sku).unwrap_err().pointer, "/status");
}

#[test]
fn prices_are_of_what_is_sold() {
    let mut shirt = create(matrix(1, 3)).unwrap();
    for (sku, amount) in [("s0-c0", 500), ("s0-c1", 900)] {
        let change = json!({"price": {"amount": amount, "currency": "USD"}});
        let old = shirt.change_variant(&sku.parse().unwrap(), serde_json::from_value(change).unwrap()).unwrap();
        assert_eq!(old.map(|old| old.price.amount), Some(1_000));
    }
    shirt.archive_variant(&"s0-c0".parse().unwrap()).unwrap();
    let range = shirt.prices().unwrap();
    assert_eq!((range.min.amount, range.max.amount), (900, 1_000));
    assert_eq!(shirt.change_variant(&"none".parse().unwrap(), VariantChange::default()), Ok(None));
}

#[derive(Clone, Debug)]
enum Step {
    Add(u8, Option<u8>, i64),
    Change(u8, Value),
    Product(Value),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = prop_oneof![
        (-1_i64..3_000).prop_map(|amount| json!({"price": {"amount": amount, "currency": "USD"}})),
        (-1_i64..3_000).prop_map(|amount| json!({"compare_at_price": {"amount": amount, "currency": "USD"}})),
        (0_u8..4).prop_map(|nth| json!({"options": {"Size": format!("s{nth}"), "Colour": "c0"}})),
        Just(json!({"status": "ARCHIVED"})),
        Just(json!({"status": "ACTIVE"})),
        Just(json!({"price": {"amount": 5, "currency": "EUR"}})),
    ];
    let product = prop_oneof![
        Just(json!({"status": "ARCHIVED"})),
        Just(json!({"status": "ACTIVE"})),
        Just(json!({"options": []})),
        Just(json!({"options": [{"name": "Size", "values": ["s0", "s1"]}, {"name": "Colour", "values": ["c0"]}]})),
        "\\PC{0,5}".prop_map(|title| json!({"title": title})),
        Just(json!({"tags": ["A", "a"], "brand": null})),
    ];
    let step = prop_oneof![
        (0_u8..6, proptest::option::of(0_u8..4), 0_i64..3_000)
            .prop_map(|(sku, size, amount)| Step::Add(sku, size, amount)),
        (0_u8..6, change).prop_map(|(sku, change)| Step::Change(sku, change)),
        product.prop_map(Step::Product),
    ];
    proptest::collection::vec(step, 0..30)
}

proptest! {
    #[test]
    fn no_change_that_is_accepted_contradicts_the_rest(steps in steps()) {
        let mut article = create(matrix(3, 1)).unwrap();
        for step in steps {
            let mut next = article.clone();
            let accepted = match &step {
                Step::Add(sku, size, amount) => {
                    let mut new = variant(&format!("n{sku}"), *amount);
                    if let Some(size) = size {
                        new["options"] = json!({"Size": format!("s{size}"), "Colour": "c0"});
                    }
                    next.add(serde_json::from_value(new).unwrap(), id_of(usize::from(*sku))).is_ok()
                }
                Step::Change(sku, change) => {
                    let sku = if *sku < 3 { format!("s{sku}-c0") } else { format!("n{sku}") };
                    next.change_variant(&sku.parse().unwrap(), serde_json::from_value(change.clone()).unwrap()).is_ok()
                }
                Step::Product(change) => next.change(serde_json::from_value(change.clone()).unwrap()).is_ok(),
            };
            if accepted {
                article = next;
            }
            prop_assert!(holds(&article), "{step:?} left {article:#?}");
        }
    }
}
