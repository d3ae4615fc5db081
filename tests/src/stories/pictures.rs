//! Pictures of products: announced by staff, uploaded to S3, shown to everybody.

use std::io::Cursor;
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_local::Bytes;
use holdfast_testing::{Actor, Answer, Shop};
use http::Request;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use serde_json::{Value, json};

use super::products::{makes, simple};

fn file(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.into().write_to(&mut file, format).expect("a picture is written");
    file.into_inner()
}

/// A photograph so wide, which says where it was taken.
fn photograph(width: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, width / 2, |x, y| image::Rgb([(x / 8) as u8, (y / 4) as u8, 120]));
    let jpeg = file(picture, ImageFormat::Jpeg);
    let comment = [&[0xff, 0xfe, 0, 2 + WHERE.len() as u8], WHERE].concat();
    [&jpeg[..2], &comment, &jpeg[2..]].concat()
}

const WHERE: &[u8] = b"47.3769 N 8.5417 E";

/// A product without pictures: its address for staff, and its page.
async fn product(clerk: &Actor, sku: &str) -> (String, String) {
    let id = makes(clerk, simple(sku, 1999)).await.at("/id");
    (format!("/v1/admin/products/{id}/images"), format!("/v1/products/{id}"))
}

async fn announces(clerk: &Actor, images: &str, kind: &str, bytes: usize) -> Answer {
    clerk.post(images, json!({"content_type": kind, "bytes": bytes, "alt": "A blue mug"})).await.expect_status(201)
}

/// Sends what an announcement says, with this file: as anybody can who was told of it.
pub(super) async fn uploads(shop: &Shop, announced: &Answer, file: &[u8], more: &[(&str, &str)]) -> Answer {
    let upload = announced.json()["upload"].clone();
    let mut request =
        Request::builder().method(upload["method"].as_str().unwrap()).uri(upload["url"].as_str().unwrap());
    request = request.header("host", "s3.localhost:8080");
    for (name, value) in upload["headers"].as_object().unwrap() {
        let other = more.iter().find(|(other, _)| other == name).map(|(_, value)| *value);
        request = request.header(name, other.unwrap_or(value.as_str().unwrap()));
    }
    for (name, value) in more.iter().filter(|(name, _)| upload["headers"].get(name).is_none()) {
        request = request.header(*name, *value);
    }
    shop.guest().send(request.body(Bytes::copy_from_slice(file)).unwrap()).await
}

/// Announced, uploaded, worked on.
async fn hangs(shop: &Shop, clerk: &Actor, images: &str, kind: &str, file: &[u8]) -> String {
    let announced = announces(clerk, images, kind, file.len()).await;
    uploads(shop, &announced, file, &[]).await.expect_status(200);
    shop.settle().await;
    announced.at("/image/id")
}

async fn pictures(reader: &Actor, page: &str) -> Vec<Value> {
    reader.get(page).await.expect_status(200).json()["images"].as_array().unwrap().clone()
}

fn uploaded(shop: &Shop) -> Vec<String> {
    let objects = shop.world().engines().s3.objects(&bucket(shop)).unwrap();
    objects.into_keys().filter(|key| key.starts_with("uploads/")).collect()
}

fn bucket(shop: &Shop) -> String {
    let media = shop.world().stack().buckets.iter().find(|bucket| bucket.logical_id == "MediaBucket");
    media.unwrap().name.clone()
}

pub async fn a_picture_is_uploaded_and_seen(shop: Shop) {
    let (clerk, guest) = (shop.staff(Role::Catalog).await, shop.guest());
    let (images, page) = product(&clerk, "MUG").await;
    let photograph = photograph(1700);
    let announced = announces(&clerk, &images, "image/jpeg", photograph.len()).await;
    assert_eq!(announced.at("/image/status"), "PENDING");
    assert_eq!(pictures(&guest, &page).await, Vec::<Value>::new(), "shoppers do not see what is not there yet");
    assert_eq!(pictures(&clerk, &page).await[0]["status"], "PENDING");

    uploads(&shop, &announced, &photograph, &[]).await.expect_status(200);
    assert_eq!(uploaded(&shop).len(), 1);
    shop.settle().await;
    assert_eq!(uploaded(&shop), Vec::<String>::new(), "nobody keeps what may say where it was taken");
    let seen = pictures(&guest, &page).await;
    assert_eq!((seen.len(), &seen[0]["status"], &seen[0]["alt"]), (1, &json!("READY"), &json!("A blue mug")));
    let files = seen[0]["renditions"].as_array().unwrap();
    let sizes: Vec<_> = files.iter().map(|file| (file["width"].clone(), file["height"].clone())).collect();
    let size = |width: u32| (json!(width), json!(width / 2));
    assert_eq!(sizes, [size(1600), size(1600), size(800), size(800), size(320), size(320)]);
    for file in files {
        let path = file["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
        let shown = guest.get(&path).await.expect_status(200);
        assert_eq!(shown.header("content-type"), file["content_type"].as_str());
        assert_eq!(shown.header("cache-control"), Some("public, max-age=31536000, immutable"));
        let picture = image::load_from_memory(shown.bytes()).unwrap();
        assert_eq!(json!(picture.width()), file["width"]);
        assert!(!shown.bytes().windows(WHERE.len()).any(|bytes| bytes == WHERE), "{path} says where it was taken");
    }
    let list = guest.get("/v1/products").await.expect_status(200);
    assert_eq!(list.json()["items"][0]["image"], seen[0]);
}

pub async fn an_upload_is_what_was_announced(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let (images, page) = product(&clerk, "MUG").await;
    let png = file(GrayImage::new(40, 30), ImageFormat::Png);
    let longer = [png.as_slice(), b"!"].concat();
    let announced = announces(&clerk, &images, "image/png", png.len()).await;
    let length = longer.len().to_string();
    for (file, more) in [
        (&longer, &[("content-length", length.as_str())][..]),
        (&longer, &[]),
        (&png, &[("content-type", "text/html")]),
        (&png, &[("x-amz-acl", "public-read")]),
    ] {
        let refused = uploads(&shop, &announced, file, more).await;
        assert!(refused.status.is_client_error(), "{more:?}: {refused:?}");
    }
    shop.advance(Duration::from_secs(15 * 60 + 1));
    uploads(&shop, &announced, &png, &[]).await.expect_status(403);
    shop.settle().await;
    let clerk = shop.log_in(shop.guest(), clerk.email(), clerk.password()).await;
    assert_eq!((uploaded(&shop), pictures(&clerk, &page).await[0]["status"].clone()), (vec![], json!("PENDING")));

    let good = json!({"content_type": "image/png", "bytes": 1, "alt": "A mug"});
    for (field, value, pointer) in [
        ("content_type", json!("image/svg+xml"), "/content_type"),
        ("bytes", json!(0), "/bytes"),
        ("bytes", json!(-1), "/bytes"),
        ("bytes", json!(20 * 1024 * 1024 + 1), "/bytes"),
        ("alt", json!(" "), "/alt"),
        ("alt", json!("a".repeat(301)), "/alt"),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value;
        let problem = clerk.post(&images, wrong).await.expect_problem(422, "invalid_input");
        assert_eq!(problem.at("/errors/0/pointer"), pointer);
    }
    let nowhere = "/v1/admin/products/prd_00000000000000000000000000/images";
    clerk.post(nowhere, good).await.expect_problem(404, "not_found");
}

pub async fn what_is_no_picture_is_refused_and_said_so(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let (images, page) = product(&clerk, "MUG").await;
    // 42 million pixels in a few kilobytes.
    let bomb = file(GrayImage::new(7_000, 6_000), ImageFormat::Png);
    let text = b"GIF? PNG? I am a shopping list.".to_vec();
    let cut = photograph(400)[..2_000].to_vec();
    let files = [("not_a_picture", text), ("too_many_pixels", bomb), ("damaged", cut)];
    for (nth, (reason, file)) in files.into_iter().enumerate() {
        hangs(&shop, &clerk, &images, "image/png", &file).await;
        let known = pictures(&clerk, &page).await;
        assert_eq!((&known[nth]["status"], &known[nth]["reason"]), (&json!("REFUSED"), &json!(reason)));
    }
    assert_eq!(pictures(&shop.guest(), &page).await, Vec::<Value>::new());
    // It is not tried again, today or tomorrow.
    shop.advance(Duration::from_secs(86_400));
    shop.settle().await;
    let sqs = &shop.world().engines().sqs;
    for queue in shop.world().stack().queues.iter().filter(|queue| queue.logical_id.starts_with("Images")) {
        assert!(sqs.peek(&queue.arn).unwrap().is_empty(), "{}", queue.name);
    }
    assert_eq!(uploaded(&shop), Vec::<String>::new());
}

pub async fn a_removed_picture_is_gone_and_not_brought_back(shop: Shop) {
    let (clerk, guest) = (shop.staff(Role::Catalog).await, shop.guest());
    let (images, page) = product(&clerk, "MUG").await;
    let png = |shade: u8| file(GrayImage::from_pixel(400, 300, image::Luma([shade])), ImageFormat::Png);
    let first = hangs(&shop, &clerk, &images, "image/png", &png(10)).await;
    let second = hangs(&shop, &clerk, &images, "image/png", &png(20)).await;
    assert_eq!(pictures(&guest, &page).await.len(), 2);

    let stale = clerk.clone().with_header("if-match", "\"1\"");
    stale.delete(&format!("{images}/{first}")).await.expect_problem(412, "precondition_failed");
    clerk.delete(&format!("{images}/{first}")).await.expect_status(204);
    clerk.delete(&format!("{images}/{first}")).await.expect_problem(404, "not_found");
    shop.advance(Duration::from_secs(31));
    assert_eq!(pictures(&guest, &page).await[0]["id"], second);
    let list = guest.get("/v1/products").await.expect_status(200);
    assert_eq!(list.at("/items/0/image/id"), second, "the next one stands for the product");

    let file = png(30);
    let announced = announces(&clerk, &images, "image/png", file.len()).await;
    uploads(&shop, &announced, &file, &[]).await.expect_status(200);
    clerk.delete(&format!("{images}/{}", announced.at("/image/id"))).await.expect_status(204);
    shop.settle().await;
    assert_eq!(pictures(&clerk, &page).await.len(), 1);
    assert_eq!(uploaded(&shop), Vec::<String>::new());
}

pub async fn an_upload_is_worked_on_once(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let (images, page) = product(&clerk, "MUG").await;
    let (one, other) = (photograph(400), photograph(400));
    let announced = announces(&clerk, &images, "image/jpeg", one.len()).await;
    uploads(&shop, &announced, &one, &[]).await.expect_status(200);
    let queue = shop.world().stack().queues.iter().find(|queue| queue.logical_id == "ImagesQueue").unwrap();
    let message = shop.world().engines().sqs.peek(&queue.arn).unwrap().remove(0);
    shop.settle().await;
    let before = clerk.get(&page).await.expect_status(200);
    assert_eq!(before.at("/images/0/status"), "READY");

    // Told again, and by a URL that is used again.
    let again = json!({"Records": [{"messageId": "again", "receiptHandle": "r", "body": message}]});
    let handled = shop.world().invoke("images-process", again).await.unwrap();
    assert_eq!(handled, json!({"batchItemFailures": []}));
    uploads(&shop, &announced, &other, &[]).await.expect_status(200);
    shop.settle().await;
    let after = clerk.get(&page).await.expect_status(200);
    assert_eq!((after.header("etag"), after.json()), (before.header("etag"), before.json()));
    assert_eq!(uploaded(&shop), Vec::<String>::new());
}

pub async fn the_twentieth_picture_is_the_last(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let (images, page) = product(&clerk, "MUG").await;
    for _ in 0..20 {
        announces(&clerk, &images, "image/png", 100).await;
    }
    let one_more = json!({"content_type": "image/png", "bytes": 100, "alt": "A mug"});
    clerk.post(&images, one_more).await.expect_problem(409, "too_many_images");
    // What nobody uploads makes way.
    shop.advance(Duration::from_secs(60 * 60));
    let clerk = shop.log_in(shop.guest(), clerk.email(), clerk.password()).await;
    announces(&clerk, &images, "image/png", 100).await;
    assert_eq!(pictures(&clerk, &page).await.len(), 1);
}
