//! The list of all cases of access, once, and the macros that make tests of it.

/// Makes one test of each case of the suite of access, in the module of its
/// file. The expression is evaluated once for each test and gives a fresh
/// [`WishHarness`](crate::conformance::WishHarness). The calling crate needs
/// `tokio` with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! access_suite {
    ($harness:expr) => {
        $crate::for_each_access_case! { access_tests ($harness) }
        $crate::for_each_wish_case! { access_tests ($harness) }
    };
}

/// Hands every case that needs no platform, by file, to another macro of this
/// crate. A case that is missing here is dead code, and the compiler says so.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_access_case {
    ($callback:ident $arguments:tt) => {
        $crate::$callback! { $arguments
            tokens {
                a_token_comes_back_as_it_was_made
                of_tokens_under_one_id_the_first_is_kept
                a_token_that_is_not_there_is_none
                tokens_are_listed_newest_first_in_pages_of_every_size
            }
            revocations {
                a_token_is_revoked_once_and_for_good
                a_look_tells_the_revocations_above_a_number_in_their_order
                a_look_gives_so_many_revocations_and_no_more
                a_revocation_is_seen_by_every_handle_at_once
                revocations_at_once_leave_no_gap
            }
            uses {
                the_last_use_never_goes_back
                uses_noted_at_once_keep_the_latest
                a_use_leaves_no_line_and_revokes_nothing
            }
            lines {
                what_is_done_to_a_user_leaves_its_line
                what_is_done_to_a_product_leaves_its_line
                a_campaign_that_is_opened_leaves_its_line
                an_order_that_is_cancelled_leaves_its_line
                a_token_leaves_a_line_when_it_is_made_and_when_it_is_revoked
                the_lines_of_one_user_follow_one_another
            }
            refusals {
                what_was_not_done_leaves_no_line
                what_shoppers_do_leaves_no_line
                what_nobody_is_named_for_leaves_no_line
                a_line_is_there_exactly_if_its_write_is
            }
            history {
                changes_are_read_newest_first_in_pages_of_every_size
                a_history_that_grows_is_paged_through_without_a_gap_or_a_repeat
                a_restart_keeps_tokens_revocations_and_changes
            }
        }
    };
}

/// The same for the cases of operators at data platforms.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_wish_case {
    ($callback:ident $arguments:tt) => {
        $crate::$callback! { $arguments
            wishes {
                each_wish_leaves_its_line
                a_wish_that_changes_nothing_leaves_no_line
                of_pauses_at_once_one_leaves_a_line
            }
        }
    };
}

/// Tests in the calling crate.
#[doc(hidden)]
#[macro_export]
macro_rules! access_tests {
    (($harness:expr) $($file:ident { $($case:ident)* })*) => {
        $(mod $file {
            #[allow(unused_imports)]
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $case() {
                    $crate::conformance::access_cases::$file::$case($harness).await;
                }
            )*
        })*
    };
}

/// The same cases as public functions, for [`access_tests`].
#[doc(hidden)]
#[macro_export]
macro_rules! access_cases {
    (() $($file:ident { $($case:ident)* })*) => {
        $(
            #[doc = concat!("The cases of `", stringify!($file), "`.")]
            pub mod $file {
                $(
                    #[doc = "Proves the sentence that is its name; panics where it does not hold."]
                    pub async fn $case(harness: impl $crate::conformance::AccessHarness) {
                        let case = $crate::conformance::access::$file::$case;
                        $crate::conformance::access::trial::run(harness, case).await;
                    }
                )*
            }
        )*
    };
}

/// The same for cases that need platforms.
#[doc(hidden)]
#[macro_export]
macro_rules! wish_cases {
    (() $($file:ident { $($case:ident)* })*) => {
        $(
            #[doc = concat!("The cases of `", stringify!($file), "`.")]
            pub mod $file {
                $(
                    #[doc = "Proves the sentence that is its name; panics where it does not hold."]
                    pub async fn $case(harness: impl $crate::conformance::WishHarness) {
                        let case = $crate::conformance::access::$file::$case;
                        $crate::conformance::access::trial::run_wishes(harness, case).await;
                    }
                )*
            }
        )*
    };
}
