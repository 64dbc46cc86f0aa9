//! Every statement over what can be long finds its rows by a key.

use super::{forget, history, prune, views};
use crate::plan;

#[test]
fn no_statement_walks_through_a_table_or_sorts() {
    let statements = [
        history::PENDING_BELOW,
        history::PENDING_OF_HOLD_BELOW,
        history::RUNS,
        history::ATTEMPTS,
        views::COUNTS,
        views::OLDEST_OF_HOLD,
        prune::OLD_ATTEMPTS,
        prune::OLD_RUNS,
    ];
    plan::assert_by_key(statements.into_iter().chain(forget::LEFTOVERS));
}
