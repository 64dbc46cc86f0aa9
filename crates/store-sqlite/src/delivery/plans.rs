//! Every statement over what can be long finds its rows by a key.

use rusqlite::Connection;

use super::{forget, history, prune, views};

/// The steps of SQLite's plan, in its words.
fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    let mut statement = connection.prepare(&sql).unwrap();
    // A parameter that is not bound counts as NULL.
    let steps = statement.raw_query().mapped(|row| row.get(3));
    steps.collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn no_statement_walks_through_a_table_or_sorts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    crate::migrate(&path, &crate::Options::default()).unwrap();
    let connection = crate::connection::open(&path, crate::connection::Role::Writer).unwrap();
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
    for sql in statements.into_iter().chain(forget::LEFTOVERS) {
        let steps = plan(&connection, sql);
        assert!(!steps.is_empty(), "{sql}");
        for step in &steps {
            assert!(
                !step.contains("SCAN") && !step.contains("TEMP B-TREE"),
                "{sql}: {steps:?}"
            );
        }
    }
    // The check itself can fail.
    let walk = plan(&connection, "SELECT tries FROM delivery_log ORDER BY tries");
    assert!(walk.iter().any(|it| it.contains("SCAN")), "{walk:?}");
    assert!(walk.iter().any(|it| it.contains("TEMP B-TREE")), "{walk:?}");
}
