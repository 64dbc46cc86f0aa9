//! Every statement finds its rows by a key.

use super::{glance, lines, tokens};
use crate::plan;
use crate::rows::token;

#[test]
fn no_statement_walks_through_a_table_or_sorts() {
    let statements = [
        glance::ABOVE.to_owned(),
        glance::NEWEST.to_owned(),
        tokens::NOTE_USE.to_owned(),
        tokens::NUMBER.to_owned(),
        tokens::page_sql(),
        lines::page_sql(),
        format!("SELECT {} FROM tokens WHERE id = ?1", token::COLUMNS),
    ];
    plan::assert_by_key(statements);
}
