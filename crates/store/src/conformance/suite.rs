//! The list of all cases, once, and the macros that make tests of it.

/// Makes one test of each case of the conformance suite, in the module of its
/// file. The expression is evaluated once for each test and gives a fresh
/// [`Harness`](crate::conformance::Harness). The calling crate needs `tokio`
/// with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! conformance_suite {
    ($harness:expr) => {
        $crate::for_each_conformance_case! { conformance_tests ($harness) }
    };
}

/// Hands every case, by file, to another macro of this crate. A case that is
/// missing here is dead code, and the compiler says so.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_conformance_case {
    ($callback:ident $arguments:tt) => {
        $crate::$callback! { $arguments
            users {
                a_new_database_is_empty_and_ready
                a_registered_user_is_there_with_nothing_on_the_balance
                a_second_registration_keeps_all_but_a_given_name
                a_charge_is_in_the_balance_and_the_ledger
                an_adjustment_moves_the_balance_either_way
                what_does_not_exist_is_none
            }
            products {
                a_created_product_has_its_opening_stock_as_the_first_adjustment
                a_put_of_a_known_product_replaces_all_but_its_stock
                a_stock_adjustment_is_in_the_stock_and_its_history
                products_do_not_touch_one_another
                an_edit_is_done_only_where_the_product_is_as_expected
                of_many_edits_that_expect_one_tag_exactly_one_is_done
                of_many_who_create_one_product_exactly_one_does
            }
            campaigns {
                a_created_campaign_is_read_as_it_was_answered
                a_coupon_is_among_its_users_coupons_with_its_campaign
                a_holder_who_asks_again_gets_the_coupon_held
                a_user_holds_coupons_of_many_campaigns
            }
            orders {
                a_paid_order_is_seen_by_every_read
                a_cancel_is_seen_by_every_read
                lines_of_one_product_are_one_line
                an_order_of_nothing_is_a_payment_of_zero
                the_coupon_of_a_cancelled_order_can_be_used_again
                an_order_keeps_the_name_and_price_of_its_time
                an_order_of_a_hundred_lines_is_paid_and_cancelled
                each_of_many_tasks_reads_its_own_order_at_once
            }
            rejections {
                a_rejected_change_of_a_balance_changes_nothing
                a_rejected_change_of_a_stock_changes_nothing
                a_rejected_coupon_changes_nothing
                a_rejected_cancel_changes_nothing
                many_rejections_at_once_change_nothing
            }
            order_rejections {
                each_thing_in_the_way_of_an_order_is_told
                each_fault_of_a_coupon_is_told
                a_purchase_limit_counts_the_paid_orders_of_its_user
                all_that_stands_in_the_way_is_told_at_once_and_in_order
                a_rejected_coupon_order_leaves_the_coupon_for_the_next
            }
            replays {
                every_keyed_command_is_done_once_and_answered_again
                a_replay_comes_before_every_other_rule
                an_order_is_answered_again_as_paid_though_cancelled_since
                a_coupon_is_answered_again_as_new_though_used_since
                a_held_coupon_is_answered_again_as_it_was_then
                a_rejected_request_is_decided_afresh_under_its_key
                requests_without_a_key_are_done_each_time
                an_order_is_found_by_its_key_as_it_is_now
            }
            key_scopes {
                a_key_of_one_scope_is_free_in_every_other
                a_user_s_key_is_one_key_for_all_that_moves_money_or_coupons
                keys_differ_by_case_and_by_every_character
                a_cancel_s_key_is_one_of_the_order_s_user
            }
            key_races {
                one_request_a_hundred_times_at_once_has_one_effect
                many_requests_a_few_times_each_have_one_effect_each
                of_two_requests_under_one_key_only_one_is_done
                one_key_of_a_hundred_users_is_a_hundred_keys
            }
            paging {
                a_user_s_lists_are_read_in_pages_of_every_size
                the_shop_s_lists_are_read_in_pages_of_every_size
                a_stock_history_is_read_in_pages_of_every_size
                events_are_read_after_every_sequence_and_up_to_every_limit
                a_page_after_a_key_of_an_unknown_owner_is_none
            }
            paging_while_writing {
                a_list_that_grows_is_paged_through_without_a_gap_or_a_repeat
                a_read_sees_a_user_and_a_product_of_one_moment
            }
            stock_races {
                of_a_thousand_buyers_of_one_piece_exactly_one_gets_it
                one_wallet_pays_for_exactly_what_it_holds
                two_products_in_opposite_order_sell_out_without_a_deadlock
                an_order_takes_all_of_its_products_or_none
                stock_taken_back_by_hand_is_never_sold_as_well
                charges_and_payments_at_once_lose_nothing
            }
            coupon_races {
                of_a_thousand_takers_the_first_37_get_37_coupons
                one_user_who_asks_from_100_devices_holds_one_coupon
                one_coupon_in_100_orders_is_used_by_one
                coupons_of_many_campaigns_are_numbered_each_from_1
            }
            cancel_races {
                of_100_cancels_of_one_order_one_is_refunded
                a_piece_put_back_by_a_cancel_is_sold_once_more_at_most
                a_coupon_given_back_by_a_cancel_is_used_once_more_at_most
                every_order_of_a_shop_is_cancelled_at_once
            }
            purchase_limits {
                a_limit_holds_against_orders_at_once
                orders_that_came_with_their_product_are_counted_by_a_later_limit
                a_limit_set_among_running_orders_counts_them_all
                a_limit_that_comes_and_goes_leaves_no_gap_in_the_count
                orders_and_cancels_at_once_never_exceed_a_limit
            }
            events {
                each_order_and_each_cancel_has_one_event_in_turn
                an_event_is_unchanged_by_what_comes_later
                a_reader_that_only_goes_forward_misses_no_event
                an_answered_order_s_event_is_there_at_once
            }
            best_sellers {
                best_sellers_are_by_pieces_then_by_the_smaller_id
                cancelled_orders_are_no_sales
                best_sellers_are_named_as_they_are_now_and_valued_as_they_were
                a_window_begins_with_its_hour
            }
            numbering {
                ids_rise_from_answer_to_answer_and_over_restarts
                ids_of_one_burst_are_all_different
                campaigns_go_on_being_numbered_over_restarts
            }
            restarts {
                a_restart_keeps_everything
                a_restart_without_any_change_between_changes_nothing
                an_order_can_be_cancelled_after_a_restart
                a_closed_store_refuses_and_is_closed_twice_for_nothing
                a_close_in_the_middle_answers_or_refuses_each_request
                a_burst_is_all_there_after_a_restart
            }
            quotes {
                a_quote_is_what_the_order_is_then_decided
                a_quote_sees_what_was_answered_before_it
                quotes_among_running_orders_take_nothing
            }
            dropped {
                a_request_that_was_given_up_is_done_whole_or_not_at_all
                requests_of_every_kind_can_be_given_up
                those_who_stay_are_answered_though_others_give_up
            }
            extremes {
                the_largest_balance_is_held_spent_and_refunded
                the_largest_stock_is_held_sold_and_put_back
                an_order_whose_sums_leave_the_range_is_refused
                the_largest_discount_is_spread_to_the_last_unit
                sales_beyond_the_range_are_told_at_its_end
                the_largest_ids_are_users_and_products_like_others
            }
            texts {
                names_come_back_as_they_were_given
                notes_come_back_as_they_were_given
                answers_are_given_again_with_the_text_they_had
            }
            load {
                after_a_mixed_random_load_every_sum_is_right
            }
        }
    };
}

/// Tests in the calling crate.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    (($harness:expr) $($file:ident { $($case:ident)* })*) => {
        $(mod $file {
            #[allow(unused_imports)]
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $case() {
                    $crate::conformance::cases::$file::$case($harness).await;
                }
            )*
        })*
    };
}

/// The same cases as public functions, for [`conformance_tests`].
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_cases {
    (() $($file:ident { $($case:ident)* })*) => {
        $(
            #[doc = concat!("The cases of `", stringify!($file), "`.")]
            pub mod $file {
                $(
                    #[doc = "Proves the sentence that is its name; panics where it does not hold."]
                    pub async fn $case(harness: impl $crate::conformance::Harness) {
                        let case = $crate::conformance::$file::$case;
                        $crate::conformance::trial::run(harness, case).await;
                    }
                )*
            }
        )*
    };
}
