use holdfast_core::{CategoryId, Id};

use super::*;

fn key(key: Key) -> (String, String) {
    (key.pk, key.sk)
}

fn pair(pk: &str, sk: &str) -> (String, String) {
    (pk.to_owned(), sk.to_owned())
}

#[test]
fn keys_are_these_to_the_letter() {
    let product = ProductId::from_bytes([0; 16]);
    let own = "PRODUCT#prd_00000000000000000000000000";
    assert_eq!(key(product_key(product)), pair(own, "PRODUCT"));
    let variant = variant_key(product, VariantId::from_bytes([0; 16]));
    assert_eq!(key(variant), pair(own, "VARIANT#var_00000000000000000000000000"));
    assert_eq!(key(shelf_key(product)), pair(own, "AVAILABILITY"));
    assert_eq!(key(slug_key(&"mug-7".parse().unwrap())), pair("SLUG#mug-7", "SLUG"));
    let sku: Sku = "MUG.7".parse().unwrap();
    assert_eq!(key(sku_key(&sku)), pair("SKU#MUG.7", "SKU"));
    assert_eq!(key(level_key(&sku)), pair("SKU#MUG.7", "LEVEL"));
    assert_eq!(key(price_key(&sku, 42)), pair("PRICES#MUG.7", "000000000042"));
    assert_eq!(key(tree_key()), pair("CATEGORIES", "TREE"));
    let category = category_key(CategoryId::from_bytes([0; 16]));
    assert_eq!(key(category), pair("CATEGORIES", "CATEGORY#cat_00000000000000000000000000"));
    let tally = tally_key(CategoryId::from_bytes([0; 16]));
    assert_eq!(key(tally), pair("CATEGORY#cat_00000000000000000000000000", "TALLY"));
}

#[test]
fn a_listing_stands_by_age_and_by_price() {
    let usd = |amount| Money::new(amount, "USD".parse().unwrap());
    let listing = Listing {
        list: "TAG#new".to_owned(),
        id: ProductId::from_bytes([0; 16]),
        title: "Mug".to_owned(),
        slug: "mug".parse().unwrap(),
        status: Status::Active,
        brand: None,
        tags: Vec::new(),
        category_ids: Vec::new(),
        prices: Some(PriceRange { min: usd(1_999), max: usd(2_999) }),
        image: None,
        availability: Availability::Low,
        created_at: Timestamp::constant(1_800_000_000, 0),
    };
    let id = "prd_00000000000000000000000000";
    assert_eq!(key(listing.key()), pair("LIST#TAG#new", &format!("1800000000000#{id}")));
    assert_eq!(listing.gsi1().map(key), Some(pair("PRICED#TAG#new", &format!("0000000001999#{id}"))));
}

#[test]
fn a_product_as_first_written_still_reads() {
    let text = r#"{"id": "prd_00000000000000000000000000", "version": 3, "title": "Mug", "slug": "mug", "status": "DRAFT",
        "attributes": {"glazed": true, "height_mm": 95, "use": ["tea", "soup"]}, "fingerprint": "00ff", "first_slug": "cup",
        "created_at": "2026-11-20T00:00:00Z", "updated_at": "2026-11-20T00:00:00Z"}"#;
    let product = Product::from(serde_json::from_str::<ProductItem>(text).unwrap());
    assert_eq!((product.status, product.version, product.attributes.len()), (Status::Draft, 3, 3));
}
