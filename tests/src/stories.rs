//! What people do with the shop, as they would tell it. Each story has a shop of its own.
//!
//! A story knows the shop through its HTTP API, its mailbox and its clock; those in `mails`, and those about
//! money, also break it on purpose, or stand where the payment gateway stands.

#![expect(missing_docs, reason = "a story's name says what it tells")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a story that cannot go on fails"
)]

use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use holdfast_testing::Shop;

pub mod addresses;
pub mod audit;
pub mod carts;
pub mod categories;
pub mod channels;
pub mod checkout;
pub mod files;
pub mod gateway_events;
pub mod holds;
pub mod journey;
pub mod mails;
pub mod migrations;
pub mod notices;
pub mod orders;
pub mod passwords;
pub mod payments;
pub mod pictures;
pub mod prices;
pub mod products;
pub mod profile;
pub mod refunds;
pub mod registration;
pub mod sessions;
pub mod staff;
pub mod stock;
pub mod webhooks;

/// Hands the list of all stories to a macro: `module: story, story;`.
#[macro_export]
macro_rules! every_story {
    ($tell:ident) => {
        $tell! {
            registration:
                someone_registers_and_logs_in,
                an_address_with_an_account_hears_of_it_by_mail_alone,
                a_code_is_good_once,
                a_code_is_good_for_a_day,
                a_newer_code_voids_the_one_before,
                no_stranger_opens_an_account_with_a_password_of_theirs,
                registering_twice_alike_is_registering,
                twins_register_once;
            sessions:
                a_token_is_good_to_its_second,
                a_refresh_token_is_good_once_and_its_reuse_ends_the_session,
                a_forged_refresh_token_harms_nobody,
                a_session_ends_when_it_is_left_alone,
                logging_out_ends_a_session,
                logging_out_everywhere_ends_them_all,
                sessions_are_listed_and_revoked;
            passwords:
                a_forgotten_password_is_reset_and_ends_all_sessions,
                a_reset_code_is_good_for_an_hour_and_once,
                a_changed_password_ends_the_other_sessions;
            profile:
                a_profile_is_read_and_changed,
                a_stale_version_is_refused,
                an_erased_person_is_gone;
            addresses:
                addresses_come_and_go,
                the_twentieth_address_is_the_last,
                two_tabs_lose_nothing,
                of_two_tabs_on_one_address_one_is_told;
            staff:
                staff_find_users,
                roles_count_from_the_next_token_on,
                a_disabled_user_is_out_until_let_in_again,
                nobody_decides_about_themselves,
                who_lost_a_role_uses_it_no_more;
            products:
                a_matrix_of_variants_is_made_in_one_request,
                a_slug_stands_for_one_product_and_the_old_one_leads_on,
                a_sku_is_somebodys_for_good,
                a_product_is_changed_by_whoever_knows_it,
                what_is_archived_is_sold_no_more,
                lists_show_all_that_they_need,
                what_a_product_may_have_is_bounded,
                what_is_made_twice_is_made_once,
                availability_follows_stock;
            prices:
                a_price_change_is_told_and_kept,
                prices_are_whole_and_of_one_currency;
            migrations:
                prices_are_brought_to_another_version_and_back;
            files:
                a_file_of_rows_becomes_products,
                a_row_that_is_wrong_keeps_no_other_from_landing,
                a_file_that_is_not_what_it_says_is_refused,
                what_was_exported_changes_nothing,
                a_file_is_read_on_from_where_it_broke_off,
                a_long_file_takes_several_runs;
            categories:
                categories_make_a_tree,
                a_category_goes_when_it_is_empty,
                a_category_counts_what_is_sold_in_it;
            pictures:
                a_picture_is_uploaded_and_seen,
                an_upload_is_what_was_announced,
                what_is_no_picture_is_refused_and_said_so,
                a_removed_picture_is_gone_and_not_brought_back,
                an_upload_is_worked_on_once,
                the_twentieth_picture_is_the_last;
            stock:
                an_article_is_kept_and_every_move_is_told,
                stock_is_brought_to_another_warehouse,
                a_warehouse_counts_what_it_has,
                a_thousand_counts_are_one_request,
                staff_hear_once_that_an_article_runs_low,
                what_is_asked_twice_moves_once,
                a_warehouse_is_renamed_by_whoever_knows_it,
                the_tenth_warehouse_is_the_last;
            holds:
                stock_is_held_and_given_back,
                a_line_comes_from_one_warehouse_if_one_can,
                what_is_held_is_sold_once,
                a_message_ends_a_hold_on_time,
                a_timer_that_is_gone_ends_a_hold,
                the_sweep_ends_a_hold,
                a_buyer_who_is_short_ends_a_hold,
                a_hold_is_asked_for_once;
            carts:
                a_guest_fills_a_cart,
                a_cart_says_what_has_changed,
                a_guests_cart_is_taken_along,
                two_tabs_lose_nothing_of_a_cart,
                what_is_added_under_a_key_is_added_once,
                a_cart_ends_thirty_days_after_its_last_change,
                a_cart_has_its_limits;
            checkout:
                somebody_browses_logs_in_and_orders,
                a_repeat_gets_the_order_that_it_placed,
                a_price_is_what_was_seen_or_none,
                what_there_is_not_cannot_be_ordered,
                a_buyer_who_is_short_takes_back_what_nobody_paid_for,
                a_message_ends_an_order_on_time,
                the_sweep_ends_an_order,
                a_timer_that_is_gone_ends_an_order,
                nobody_holds_more_than_they_may,
                an_address_has_a_limit_of_its_own,
                forty_five_lines_from_two_warehouses_are_one_order,
                staff_set_taxes_and_sending;
            orders:
                an_order_is_its_owners,
                an_order_is_called_off_once,
                staff_move_an_order_on,
                orders_list_by_status_customer_and_time,
                whoever_is_erased_is_in_none_of_their_orders,
                something_comes_back,
                the_tenth_return_is_the_last,
                the_carrier_is_heard_once,
                there_is_a_receipt_once_it_is_paid;
            journey:
                somebody_registers_buys_pays_and_gets_the_money_back;
            payments:
                an_order_is_paid_once,
                a_declined_card_may_be_followed_by_another,
                the_bank_may_want_to_see_the_buyer,
                who_pays_late_gets_what_is_still_there,
                who_pays_too_late_gets_the_money_back,
                who_pays_for_what_was_called_off_gets_it_back,
                an_intent_ends_with_its_order,
                without_webhooks_the_shop_asks,
                the_gateway_may_be_down,
                what_is_paid_twice_goes_back_once;
            gateway_events:
                nobody_but_the_gateway_is_believed,
                a_duplicate_costs_one_read,
                what_is_not_what_was_ordered_pays_for_nothing,
                money_without_an_order_goes_back_after_a_day,
                a_webhook_waits_for_its_order,
                what_is_told_before_our_answer_is_known;
            refunds:
                money_goes_back_in_parts,
                two_refunds_at_once_give_back_no_more_than_was_paid,
                support_gives_back_so_much_and_no_more,
                what_is_called_off_or_comes_back_is_refunded_as_far_as_it_is_left,
                a_refund_may_fail_when_nobody_thinks_of_it_any_more,
                no_refund_is_given_up_and_none_is_given_twice;
            notices:
                a_guest_hears_of_every_step_of_an_order,
                a_customer_is_written_to_at_their_own_address_in_their_own_manner,
                an_order_that_ends_says_what_becomes_of_the_money,
                money_that_does_not_come_or_goes_back_is_told_of,
                a_return_is_told_of_as_it_is_decided,
                whoever_changes_a_password_or_comes_from_elsewhere_is_told_of,
                staff_are_alerted_where_the_setting_says;
            webhooks:
                staff_register_where_events_go,
                what_points_inside_is_no_endpoint,
                the_twentieth_endpoint_is_the_last,
                an_endpoint_hears_what_it_asked_for,
                a_secret_is_replaced_while_both_sign,
                what_fails_is_tried_again,
                an_endpoint_that_takes_nothing_for_a_day_is_switched_off,
                one_that_dislikes_an_event_is_not_switched_off,
                a_delivery_is_made_again,
                no_delivery_is_led_inside;
            audit:
                what_staff_and_customers_do_is_recorded,
                records_are_looked_for,
                the_heads_are_written_every_day;
            channels:
                people_choose_what_they_hear_of,
                one_click_declines_mails_of_a_kind,
                a_telephone_is_told_nothing_before_it_is_shown_to_be_theirs,
                a_code_is_guessed_at_five_times_and_for_ten_minutes,
                an_app_gets_notes_until_it_is_gone,
                the_tenth_device_is_the_last,
                an_address_that_bounces_or_complains_is_left_alone,
                whoever_is_erased_leaves_no_device_behind;
            mails:
                a_provider_that_refuses_is_asked_again,
                what_the_relay_cannot_publish_is_buried_whole,
                the_documents_are_served;
        }
    };
}

/// A story, told in a shop.
pub type Story = fn(Shop) -> Pin<Box<dyn Future<Output = ()>>>;

/// All stories, each with its module's name and its own.
pub fn all_stories() -> Vec<(&'static str, Story)> {
    macro_rules! tell {
        ($($module:ident: $($story:ident),+;)+) => {
            vec![$($((concat!(stringify!($module), "::", stringify!($story)), (|shop| Box::pin($module::$story(shop))) as Story)),+),+]
        };
    }
    every_story!(tell)
}

/// Tells all stories, two at a time: what becomes of each, in no order.
pub fn tell_all<T: Send>(tell: impl AsyncFn(&'static str, Story) -> T + Sync) -> Vec<T> {
    let (stories, next) = (all_stories(), AtomicUsize::new(0));
    let teller = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it can be built");
        let mut told = Vec::new();
        while let Some((name, story)) = stories.get(next.fetch_add(1, Ordering::Relaxed)) {
            told.push(runtime.block_on(tell(name, *story)));
        }
        told
    };
    thread::scope(|scope| {
        let other = scope.spawn(teller);
        let mut told = teller();
        told.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        told
    })
}
