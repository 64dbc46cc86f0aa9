//! Tests of the conformance suite itself: a store that keeps the contract passes
//! all of it, and one that breaks it in a single way fails the case for that.

mod disk;
mod doors;
mod memory;
mod mutation;
mod reads;

use memory::Memory;
use mutation::Mutation;

mod a_store_in_memory_passes {
    use super::{Memory, Mutation};

    jumun_store::conformance_suite!(Memory::new(Mutation::Nothing));

    mod access {
        use super::{Memory, Mutation};

        jumun_store::for_each_access_case! {
            access_tests (Memory::new(Mutation::Nothing))
        }
    }
}

/// On one thread tasks take turns wherever they wait, so that a mutation which
/// needs a race always finds one.
fn one_thread() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder
        .enable_time()
        .build()
        .expect("a runtime can be started")
}

/// One test a line: a mutation, and a case that fails for it.
macro_rules! is_found_out {
    (among $cases:ident: $($name:ident: $mutation:ident by $file:ident::$case:ident;)*) => {
        $(
            #[test]
            fn $name() {
                let case = std::thread::spawn(|| {
                    let runtime = one_thread();
                    let harness = Memory::new(Mutation::$mutation);
                    runtime.block_on(jumun_store::conformance::$cases::$file::$case(harness));
                });
                let outcome = case.join();
                assert!(outcome.is_err(), "{:?} passes the case", Mutation::$mutation);
            }
        )*
    };
}

is_found_out! { among cases:
    keys_forgotten: ForgetsKeys by replays::every_keyed_command_is_done_once_and_answered_again;
    keys_forgotten_under_race: ForgetsKeys by key_races::one_request_a_hundred_times_at_once_has_one_effect;
    keys_forgotten_at_a_restart: ForgetsKeysAtRestart by replays::every_keyed_command_is_done_once_and_answered_again;
    replays_told_as_done: ReplaysAsDone by key_races::one_request_a_hundred_times_at_once_has_one_effect;
    replays_of_the_order_as_it_is_now: ReplaysTheOrderAsItIsNow by replays::an_order_is_answered_again_as_paid_though_cancelled_since;
    stock_unchecked: SellsWhatIsNotThere by stock_races::of_a_thousand_buyers_of_one_piece_exactly_one_gets_it;
    balance_unchecked: IgnoresTheBalance by stock_races::one_wallet_pays_for_exactly_what_it_holds;
    coupon_used_twice: UsesACouponTwice by coupon_races::one_coupon_in_100_orders_is_used_by_one;
    campaign_quantity_unchecked: GivesOutTooManyCoupons by coupon_races::of_a_thousand_takers_the_first_37_get_37_coupons;
    purchases_counted_too_late: CountsPurchasesFromTheLimitOn by purchase_limits::a_limit_set_among_running_orders_counts_them_all;
    rejections_that_write: WritesOnRejection by rejections::a_rejected_change_of_a_stock_changes_nothing;
    lost_updates_of_a_wallet: LosesUpdates by stock_races::one_wallet_pays_for_exactly_what_it_holds;
    lost_updates_of_cancels: LosesUpdates by cancel_races::of_100_cancels_of_one_order_one_is_refunded;
    lost_updates_of_keys: LosesUpdates by key_races::of_two_requests_under_one_key_only_one_is_done;
    cancelled_sales_under_load: CountsCancelledSales by load::after_a_mixed_random_load_every_sum_is_right;
    events_lost_under_load: LosesEvents by load::after_a_mixed_random_load_every_sum_is_right;
    keys_forgotten_under_load: ForgetsKeysAtRestart by load::after_a_mixed_random_load_every_sum_is_right;
    halves_left_by_callers_who_gave_up: WritesInTwoSteps by dropped::a_request_that_was_given_up_is_done_whole_or_not_at_all;
    events_lost: LosesEvents by events::a_reader_that_only_goes_forward_misses_no_event;
    events_repeated: RepeatsEvents by events::an_answered_order_s_event_is_there_at_once;
    events_behind_a_reader: NumbersEventsBeforeTheyAreSeen by events::a_reader_that_only_goes_forward_misses_no_event;
    events_of_the_order_as_it_is_now: TellsEventsAsTheOrderIsNow by events::each_order_and_each_cancel_has_one_event_in_turn;
    entry_lost_at_a_restart: LosesTheLastEntryAtRestart by restarts::a_restart_keeps_everything;
    campaigns_numbered_anew: NumbersCampaignsAnew by numbering::campaigns_go_on_being_numbered_over_restarts;
    newest_order_not_seen: HidesTheNewestOrder by orders::each_of_many_tasks_reads_its_own_order_at_once;
    quotes_kept: KeepsQuotes by quotes::a_quote_is_what_the_order_is_then_decided;
    pages_that_overlap: PagesFromTheLastItemOn by paging::a_user_s_lists_are_read_in_pages_of_every_size;
    pages_after_a_foreign_key: BeginsAnewAfterAForeignKey by paging::a_stock_history_is_read_in_pages_of_every_size;
    pages_that_say_they_are_the_last: StopsAPageShort by paging::a_user_s_lists_are_read_in_pages_of_every_size;
    cancelled_sales_counted: CountsCancelledSales by best_sellers::cancelled_orders_are_no_sales;
    texts_cut: CutsTexts by texts::notes_come_back_as_they_were_given;
    money_rounded: RoundsMoney by extremes::the_largest_balance_is_held_spent_and_refunded;
    closed_but_at_work: WorksOnWhenClosed by restarts::a_closed_store_refuses_and_is_closed_twice_for_nothing;
}

is_found_out! { among access_cases:
    lines_lost: LosesLines by lines::the_lines_of_one_user_follow_one_another;
    lines_lost_of_a_growing_history: LosesLines by history::a_history_that_grows_is_paged_through_without_a_gap_or_a_repeat;
    lines_lost_with_callers_who_gave_up: WritesInTwoSteps by refusals::a_line_is_there_exactly_if_its_write_is;
    lines_of_replays: RepeatsLines by refusals::what_was_not_done_leaves_no_line;
    line_lost_at_a_restart: LosesTheLastLineAtRestart by history::a_restart_keeps_tokens_revocations_and_changes;
    tokens_replaced: ReplacesTokens by tokens::of_tokens_under_one_id_the_first_is_kept;
    tokens_revoked_again: RevokesAgain by revocations::a_token_is_revoked_once_and_for_good;
    revocations_lost: LosesRevocations by revocations::revocations_at_once_leave_no_gap;
    revocations_lost_for_who_looks: LosesRevocations by revocations::a_look_tells_the_revocations_above_a_number_in_their_order;
    revocations_told_late: TellsRevocationsLate by revocations::a_revocation_is_seen_by_every_handle_at_once;
    last_uses_that_go_back: LetsLastUsesGoBack by uses::the_last_use_never_goes_back;
}
