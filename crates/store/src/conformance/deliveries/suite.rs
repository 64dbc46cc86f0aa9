//! The list of all cases of deliveries, once, and the macros that make tests of it.

/// Makes one test of each case of the suite of deliveries, in the module of its
/// file. The expression is evaluated once for each test and gives a fresh
/// [`DeliveryHarness`](crate::conformance::DeliveryHarness). The calling crate
/// needs `tokio` with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! delivery_suite {
    ($harness:expr) => {
        $crate::for_each_delivery_case! { delivery_tests ($harness) }
    };
}

/// Hands every case, by file, to another macro of this crate. A case that is
/// missing here is dead code, and the compiler says so.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_delivery_case {
    ($callback:ident $arguments:tt) => {
        $crate::$callback! { $arguments
            leases {
                a_new_platform_begins_after_the_newest_event
                a_known_platform_keeps_its_place_over_restarts
                a_lease_is_held_by_one_holder_at_a_time
                a_lease_that_was_given_back_is_free_at_once
                a_holder_that_asks_again_gets_a_new_epoch
                a_late_return_leaves_the_next_holder_its_lease
                a_lease_of_one_platform_is_none_of_another
            }
            records {
                a_record_is_written_whole
                the_same_record_again_is_written_once
                a_record_out_of_turn_is_refused_and_writes_nothing
                a_record_under_an_old_lease_writes_nothing
                a_position_never_goes_back
                a_run_of_no_events_or_too_many_is_refused
                records_of_one_platform_are_none_of_another
                records_beside_orders_are_answered_like_all_of_them
            }
            pending {
                pending_events_come_back_as_they_were_recorded
                a_hold_changes_and_what_was_delivered_is_gone
                pending_events_are_counted_by_what_holds_them_up
                pending_events_are_listed_by_hold_newest_first
            }
            history {
                first_tries_are_found_by_any_of_their_sequences
                the_longest_run_is_found_from_end_to_end
                attempts_come_back_as_they_were_recorded
                the_last_attempts_of_each_event_are_found
                old_attempts_are_pruned_and_all_else_stays
                a_long_history_is_pruned_in_lots
            }
            views {
                deliveries_are_listed_newest_first_in_pages_of_every_size
                deliveries_are_listed_by_what_holds_them_up
                a_delivery_is_told_with_its_event_and_attempts
                an_event_that_was_tried_again_is_told_in_the_order_of_its_attempts
                an_old_event_counts_as_delivered_once_a_replay_has_sent_it
                what_is_not_there_has_no_delivery
            }
            replays {
                a_replay_is_there_until_it_is_finished
                a_replay_ends_with_the_newest_event
                a_replay_that_cannot_be_is_refused_for_its_reason
                so_many_replays_at_once_and_no_more
            }
            operators {
                a_pause_lasts_until_it_is_taken_back
                a_platform_that_wants_no_more_is_paused
                platforms_are_listed_by_name
                a_platform_may_have_any_name
                a_forgotten_platform_leaves_nothing_but_the_events
            }
            news {
                news_comes_with_events_and_with_nothing_else
                who_follows_the_news_misses_no_event
                a_dispatcher_reads_the_events_that_every_reader_sees
            }
        }
    };
}

/// Tests in the calling crate.
#[doc(hidden)]
#[macro_export]
macro_rules! delivery_tests {
    (($harness:expr) $($file:ident { $($case:ident)* })*) => {
        $(mod $file {
            #[allow(unused_imports)]
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $case() {
                    $crate::conformance::delivery_cases::$file::$case($harness).await;
                }
            )*
        })*
    };
}

/// The same cases as public functions, for [`delivery_tests`].
#[doc(hidden)]
#[macro_export]
macro_rules! delivery_cases {
    (() $($file:ident { $($case:ident)* })*) => {
        $(
            #[doc = concat!("The cases of `", stringify!($file), "`.")]
            pub mod $file {
                $(
                    #[doc = "Proves the sentence that is its name; panics where it does not hold."]
                    pub async fn $case(harness: impl $crate::conformance::DeliveryHarness) {
                        let case = $crate::conformance::deliveries::$file::$case;
                        $crate::conformance::deliveries::trial::run(harness, case).await;
                    }
                )*
            }
        )*
    };
}
