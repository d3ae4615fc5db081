//! How the mails look in a browser, on a desk and on a telephone. `make looks` runs this, and sees to it that there is a browser.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it is surprised, its helpers too"
)]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use holdfast_testing::Shop;
use holdfast_tests::stories::{carts, checkout, orders};
use serde_json::{Value, json};

/// The widths of a window on a desk, and of a telephone, in pixels.
const WIDTHS: [u32; 2] = [680, 360];
/// The colour of what is to be clicked.
const BUTTON: [u8; 3] = [0x1d, 0x5f, 0xd1];

/// Where the browser is: `make looks` says it.
#[expect(clippy::disallowed_methods, reason = "the browser is the machine's, not the shop's")]
fn chromium() -> String {
    std::env::var("CHROMIUM").unwrap()
}

/// Runs the browser on a page, and gives what it prints.
fn browser(page: &Path, with: &[String]) -> String {
    let profile = std::env::temp_dir().join(format!("holdfast-looks-{}", std::process::id()));
    let output = Command::new(chromium())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--hide-scrollbars", "--virtual-time-budget=3000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(with)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    drop(fs::remove_dir_all(profile));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A page that shows a mail at a width, and says in its title how the mail is laid out.
fn page(html: &str, width: u32) -> String {
    let quoted = html.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<!doctype html><meta charset=utf-8><title></title><style>body{{margin:0}}iframe{{border:0;display:block}}</style>\
         <iframe width={width} height=1600 srcdoc=\"{quoted}\"></iframe><script>\
         document.querySelector('iframe').onload = event => {{\
           const mail = event.target.contentDocument, walk = mail.createTreeWalker(mail.body, NodeFilter.SHOW_TEXT);\
           let right = 0, left = {width}, letters = 0;\
           while (walk.nextNode()) {{\
             const range = mail.createRange(); range.selectNodeContents(walk.currentNode);\
             for (const box of range.getClientRects()) {{ right = Math.max(right, box.right); left = Math.min(left, box.left); }}\
             letters += walk.currentNode.data.trim().length;\
           }}\
           const whole = mail.documentElement;\
           document.title = JSON.stringify({{right: Math.ceil(right), left: Math.floor(left), letters,\
             width: whole.scrollWidth, height: Math.ceil(mail.body.getBoundingClientRect().height)}});\
         }};</script>"
    )
}

/// Draws a mail, and holds it to what a mail must look like.
fn looks(folder: &Path, name: &str, html: &str) {
    for width in WIDTHS {
        let file = folder.join(format!("{name}-{width}.html"));
        fs::write(&file, page(html, width)).unwrap();
        let dom = browser(&file, &["--dump-dom".to_owned()]);
        let title = dom.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        let layout: Value = serde_json::from_str(title).unwrap_or_else(|error| panic!("{error}: {title:?}"));
        let number = |name: &str| layout[name].as_i64().unwrap();
        let most = i64::from(width);
        assert!(number("width") <= most, "{name} is wider than {width}: {layout}");
        assert!(number("left") >= 0 && number("right") <= most, "{name} has text outside of {width}: {layout}");
        assert!(number("letters") > 200 && (200..1600).contains(&number("height")), "{name} at {width}: {layout}");

        let picture = folder.join(format!("{name}-{width}.png"));
        let size = format!("--window-size={},1600", width.max(500));
        browser(&file, &[size, format!("--screenshot={}", picture.display())]);
        let pixels = image::open(&picture).unwrap().to_rgb8();
        let colours: HashSet<_> = pixels.pixels().map(|pixel| pixel.0).collect();
        let paper = pixels.get_pixel(2, 2).0;
        let ink = pixels.pixels().filter(|pixel| pixel.0 != paper).count();
        assert!(colours.len() > 16 && ink > 5_000, "{name} at {width} is blank: {} colours, {ink} dots", colours.len());
        let button = pixels.pixels().filter(|pixel| pixel.0 == BUTTON).count();
        assert!(button > 1_000, "{name} at {width} has no button: {button} dots");
    }
}

fn newest(shop: &Shop, address: &str) -> String {
    shop.mails_to(address).pop().unwrap().html.unwrap()
}

#[tokio::test]
#[ignore = "it needs a browser: make looks"]
async fn the_mails_of_an_order_look_as_they_should() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/looks"));
    fs::create_dir_all(&folder).unwrap();
    let folder = folder.canonicalize().unwrap();
    let shop = Shop::open();
    carts::sells(
        &shop,
        &[("MUG", 1999, 10), ("A-VERY-LONG-NAME-OF-AN-ARTICLE-THAT-NOBODY-COULD-REMEMBER-EVER", 123_456, 10)],
    )
    .await;
    let ada = shop.customer("ada@example.test").await;
    for (sku, locale) in [("MUG", "en"), ("A-VERY-LONG-NAME-OF-AN-ARTICLE-THAT-NOBODY-COULD-REMEMBER-EVER", "de")] {
        ada.patch("/v1/me", json!({"locale": locale})).await.expect_status(200);
        ada.post("/v1/cart/items", json!({"sku": "MUG", "quantity": 2})).await.expect_status(201);
        ada.post("/v1/cart/items", json!({"sku": sku, "quantity": 1})).await.expect_status(201);
        let placed = checkout::orders(&ada).await;
        shop.settle().await;
        looks(&folder, &format!("order-placed-{locale}"), &newest(&shop, "ada@example.test"));
        orders::pays(&shop, &placed).await;
        shop.settle().await;
        looks(&folder, &format!("order-paid-{locale}"), &newest(&shop, "ada@example.test"));
    }
}
