//! How SQLite carries statements out, for tests.

use std::fmt::Display;

use rusqlite::Connection;

/// Checks that none of these statements walks through a table or sorts.
pub(crate) fn assert_by_key<S: Display>(statements: impl IntoIterator<Item = S>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    crate::migrate(&path, &crate::Options::default()).unwrap();
    let connection = crate::connection::open(&path, crate::connection::Role::Writer).unwrap();
    for sql in statements {
        let steps = steps(&connection, &sql);
        assert!(!steps.is_empty(), "{sql}");
        for step in &steps {
            assert!(
                !step.contains("SCAN") && !step.contains("TEMP B-TREE"),
                "{sql}: {steps:?}"
            );
        }
    }
    // The check itself can fail.
    let walk = steps(
        &connection,
        &"SELECT tries FROM delivery_log ORDER BY tries",
    );
    assert!(walk.iter().any(|it| it.contains("SCAN")), "{walk:?}");
    assert!(walk.iter().any(|it| it.contains("TEMP B-TREE")), "{walk:?}");
}

/// The steps of SQLite's plan, in its words.
fn steps(connection: &Connection, sql: &impl Display) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    let mut statement = connection.prepare(&sql).unwrap();
    // A parameter that is not bound counts as NULL.
    let steps = statement.raw_query().mapped(|row| row.get(3));
    steps.collect::<rusqlite::Result<_>>().unwrap()
}
