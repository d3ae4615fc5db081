//! Every story, told once.

use holdfast_testing::Shop;
use holdfast_tests::every_story;

macro_rules! tell {
    ($($module:ident: $($story:ident),+;)+) => {$(
        mod $module {
            $(#[tokio::test]
            async fn $story() {
                holdfast_tests::stories::$module::$story(super::Shop::open()).await;
            })+
        }
    )+};
}

every_story!(tell);
