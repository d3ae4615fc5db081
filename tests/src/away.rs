//! The stories of a shop that is deployed: which are told there, and which cannot be.
//!
//! **This is the one list of what the local AWS of `make e2e` cannot do**, each gap with the stories that it keeps out. A story
//! that is not here is told in both worlds, word for word. Two gaps keep no story out: of ministack everybody comes from
//! 127.0.0.1 (the stage's limits by address are out of reach), and a version takes over at once (there is no CodeDeploy).

use std::collections::BTreeMap;
use std::fmt;

use holdfast_auth::Role;
use holdfast_testing::Shop;
use serde_json::{Value, json};

/// Why a story is told in the simulated world alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeptOut {
    /// It needs another time than the real one: minutes to weeks, or a clock that stands still.
    Clock,
    /// It looks behind the API, or breaks something there on purpose: engines, faults, sources that are switched off.
    Inside,
    /// It opens shops of its own, with other parameters.
    Parameters,
    /// ministack's streams have no records of TTL's deletions, and no OnFailure.
    Streams,
    /// ministack's mailbox has no headers of mails, and no texts.
    Mailbox,
    /// ministack answers `/health` itself, whomever it is asked of.
    Path,
}

impl fmt::Display for KeptOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clock => "it needs another time than the real one",
            Self::Inside => "it looks behind the API, or breaks something there",
            Self::Parameters => "it needs a stage of its own",
            Self::Mailbox => "ministack's mailbox has no headers of mails, and no texts",
            Self::Path => "ministack answers its path itself",
            Self::Streams => "ministack's streams have no OnFailure and no records of TTL",
        })
    }
}

/// The stories that are not told of a deployed shop.
pub const KEPT_OUT: &[(&str, KeptOut)] = &[
    ("audit::the_heads_are_written_every_day", KeptOut::Inside),
    ("audit::what_staff_and_customers_do_is_recorded", KeptOut::Inside),
    ("carts::a_cart_ends_thirty_days_after_its_last_change", KeptOut::Clock),
    ("channels::a_code_is_guessed_at_five_times_and_for_ten_minutes", KeptOut::Mailbox),
    ("channels::a_telephone_is_told_nothing_before_it_is_shown_to_be_theirs", KeptOut::Mailbox),
    ("channels::an_address_that_bounces_or_complains_is_left_alone", KeptOut::Inside),
    ("channels::an_app_gets_notes_until_it_is_gone", KeptOut::Parameters),
    ("channels::one_click_declines_mails_of_a_kind", KeptOut::Mailbox),
    ("channels::the_tenth_device_is_the_last", KeptOut::Parameters),
    ("channels::whoever_is_erased_leaves_no_device_behind", KeptOut::Parameters),
    ("checkout::a_buyer_who_is_short_takes_back_what_nobody_paid_for", KeptOut::Inside),
    ("checkout::a_message_ends_an_order_on_time", KeptOut::Inside),
    ("checkout::a_timer_that_is_gone_ends_an_order", KeptOut::Streams),
    ("checkout::an_address_has_a_limit_of_its_own", KeptOut::Parameters),
    ("checkout::forty_five_lines_from_two_warehouses_are_one_order", KeptOut::Clock),
    ("checkout::somebody_browses_logs_in_and_orders", KeptOut::Clock),
    ("checkout::the_sweep_ends_an_order", KeptOut::Inside),
    ("files::a_file_is_read_on_from_where_it_broke_off", KeptOut::Inside),
    ("gateway_events::a_duplicate_costs_one_read", KeptOut::Inside),
    ("gateway_events::a_webhook_waits_for_its_order", KeptOut::Inside),
    ("gateway_events::money_without_an_order_goes_back_after_a_day", KeptOut::Inside),
    ("gateway_events::nobody_but_the_gateway_is_believed", KeptOut::Clock),
    ("gateway_events::what_is_not_what_was_ordered_pays_for_nothing", KeptOut::Inside),
    ("holds::a_buyer_who_is_short_ends_a_hold", KeptOut::Inside),
    ("holds::a_message_ends_a_hold_on_time", KeptOut::Inside),
    ("holds::a_timer_that_is_gone_ends_a_hold", KeptOut::Streams),
    ("holds::stock_is_held_and_given_back", KeptOut::Clock),
    ("holds::the_sweep_ends_a_hold", KeptOut::Inside),
    ("holds::what_is_held_is_sold_once", KeptOut::Inside),
    ("mails::a_provider_that_refuses_is_asked_again", KeptOut::Inside),
    ("mails::the_documents_are_served", KeptOut::Path),
    ("mails::what_the_relay_cannot_publish_is_buried_whole", KeptOut::Inside),
    ("migrations::prices_are_brought_to_another_version_and_back", KeptOut::Inside),
    ("notices::a_customer_is_written_to_at_their_own_address_in_their_own_manner", KeptOut::Clock),
    ("notices::a_guest_hears_of_every_step_of_an_order", KeptOut::Clock),
    ("notices::an_order_that_ends_says_what_becomes_of_the_money", KeptOut::Clock),
    ("notices::money_that_does_not_come_or_goes_back_is_told_of", KeptOut::Clock),
    ("notices::whoever_changes_a_password_or_comes_from_elsewhere_is_told_of", KeptOut::Clock),
    ("orders::an_order_is_called_off_once", KeptOut::Clock),
    ("passwords::a_reset_code_is_good_for_an_hour_and_once", KeptOut::Clock),
    ("payments::a_declined_card_may_be_followed_by_another", KeptOut::Inside),
    ("payments::the_gateway_may_be_down", KeptOut::Clock),
    ("payments::who_pays_too_late_gets_the_money_back", KeptOut::Clock),
    ("payments::without_webhooks_the_shop_asks", KeptOut::Inside),
    ("pictures::a_picture_is_uploaded_and_seen", KeptOut::Inside),
    ("pictures::a_removed_picture_is_gone_and_not_brought_back", KeptOut::Inside),
    ("pictures::an_upload_is_what_was_announced", KeptOut::Clock),
    ("pictures::an_upload_is_worked_on_once", KeptOut::Inside),
    ("pictures::the_twentieth_picture_is_the_last", KeptOut::Clock),
    ("pictures::what_is_no_picture_is_refused_and_said_so", KeptOut::Inside),
    ("prices::a_price_change_is_told_and_kept", KeptOut::Inside),
    ("refunds::a_refund_may_fail_when_nobody_thinks_of_it_any_more", KeptOut::Clock),
    ("refunds::no_refund_is_given_up_and_none_is_given_twice", KeptOut::Clock),
    ("registration::a_code_is_good_for_a_day", KeptOut::Clock),
    ("sessions::a_session_ends_when_it_is_left_alone", KeptOut::Clock),
    ("sessions::a_token_is_good_to_its_second", KeptOut::Clock),
    ("stock::an_article_is_kept_and_every_move_is_told", KeptOut::Clock),
    ("webhooks::a_delivery_is_made_again", KeptOut::Inside),
    ("webhooks::a_secret_is_replaced_while_both_sign", KeptOut::Clock),
    ("webhooks::an_endpoint_hears_what_it_asked_for", KeptOut::Inside),
    ("webhooks::an_endpoint_that_takes_nothing_for_a_day_is_switched_off", KeptOut::Inside),
    ("webhooks::no_delivery_is_led_inside", KeptOut::Inside),
    ("webhooks::one_that_dislikes_an_event_is_not_switched_off", KeptOut::Inside),
    ("webhooks::what_fails_is_tried_again", KeptOut::Inside),
];

/// Why a story is kept out, if it is.
pub fn kept_out(story: &str) -> Option<KeptOut> {
    KEPT_OUT.iter().find(|(name, _)| *name == story).map(|(_, why)| *why)
}

/// What is told of a shop whose queues, bus and buckets are at LocalStack, by `make local` without Docker: events and mails, files
/// that are brought to a bucket, and an order's end by a message that was delayed.
pub const AT_LOCALSTACK: [&str; 3] = [
    "files::a_file_of_rows_becomes_products",
    "journey::somebody_registers_buys_pays_and_gets_the_money_back",
    "registration::someone_registers_and_logs_in",
];

/// Carts that `make bench-cold` orders: two for each of its starts.
const CARTS: usize = 60;

/// Goods, an account and full carts, and what is needed to ask for them.
pub async fn seeded(shop: &Shop) -> Value {
    let admin = shop.staff(Role::Admin).await;
    let price = json!({"amount": 1_999, "currency": "USD"});
    let mug = json!({"title": "Stoneware mug", "variants": [{"sku": "MUG", "price": price}]});
    let mug = admin.clone().keyed("mug").post("/v1/admin/products", mug).await.expect_status(201);
    let basel = json!({"name": "Basel", "priority": 1});
    let basel = admin.clone().keyed("basel").post("/v1/admin/warehouses", basel).await.expect_status(201);
    let stock = json!({"sku": "MUG", "warehouse_id": basel.at("/id"), "on_hand": 1_000, "low_stock_threshold": 0});
    admin.clone().keyed("stock").post("/v1/admin/inventory", stock).await.expect_status(201);
    shop.settle().await;
    let address = json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"});
    let mut carts = Vec::new();
    let mut order = json!({"email": "guest@example.test", "shipping_address": address, "shipping_method": "standard"});
    for _ in 0..CARTS {
        let cart = shop.guest().post("/v1/cart/items", json!({"sku": "MUG", "quantity": 1})).await.expect_status(201);
        carts.push(cart.at("/cart_token"));
    }
    let guest = shop.guest().with_header("x-cart-token", carts.first().map_or("", String::as_str));
    let asked = json!({"shipping_address": address, "shipping_method": "standard"});
    if let Value::Object(order) = &mut order {
        let quote = guest.post("/v1/checkout/quote", asked).await.expect_status(200);
        order.insert("expected_total".to_owned(), quote.json().get("total").cloned().unwrap_or_default());
    }
    let environments: BTreeMap<_, _> =
        ["products-get", "checkout-place", "auth-login"].map(|name| (name, shop.environment(name))).into();
    json!({
        "product": mug.at("/id"),
        "carts": carts,
        "order": order,
        "login": {"email": admin.email(), "password": admin.password()},
        "environments": environments,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stories::all_stories;

    #[test]
    fn what_is_kept_out_is_a_story_and_is_named_once_in_order() {
        let stories: Vec<_> = all_stories().into_iter().map(|(name, _)| name).collect();
        for (name, why) in KEPT_OUT {
            assert!(stories.contains(name), "there is no story {name} ({why})");
        }
        assert!(KEPT_OUT.is_sorted_by(|one, other| one.0 < other.0), "in the order of their names, each once");
    }
}
