//! The limits of waiting.

use std::collections::BTreeSet;

use crate::document::table;
use crate::names::compare;

const OPTIONS: &str = include_str!("../../src/options.rs");
const SETUP: &str = include_str!("../../src/session/setup.rs");
const POOL: &str = include_str!("../../src/session/pool.rs");
const TARGET: &str = include_str!("../../src/target.rs");
const IMPORT: &str = include_str!("../../src/import/transaction.rs");

/// The first cells of the table, and the constant that each tells.
const LIMITS: [(&str, &str, &str); 14] = [
    (
        "an attempt to connect to one address (`connect_timeout`)",
        TARGET,
        "CONNECT_TIMEOUT",
    ),
    (
        "sent data that nobody acknowledges (`tcp_user_timeout`)",
        TARGET,
        "TCP_USER_TIMEOUT",
    ),
    (
        "a statement for a row that another transaction holds",
        SETUP,
        "LOCK_TIMEOUT",
    ),
    (
        "a transaction that does nothing",
        SETUP,
        "IDLE_IN_TRANSACTION_TIMEOUT",
    ),
    (
        "a batch for the answers to its statements",
        OPTIONS,
        "STATEMENT_DEADLINE",
    ),
    (
        "a batch for the answer to its COMMIT",
        OPTIONS,
        "COMMIT_DEADLINE",
    ),
    ("one such look-up", OPTIONS, "SETTLE_DEADLINE"),
    ("a batch that is tried again", OPTIONS, "RETRY_PERIOD"),
    (
        "the same, while the batch before it was given up",
        OPTIONS,
        "RETRY_PERIOD_IN_TROUBLE",
    ),
    ("a read for a connection", POOL, "WAIT_TIMEOUT"),
    ("a read for its answer", OPTIONS, "READ_DEADLINE"),
    (
        "what is recorded of deliveries, for its answer",
        OPTIONS,
        "READ_DEADLINE",
    ),
    ("`/readyz` for its commit", OPTIONS, "PROBE_DEADLINE"),
    (
        "an import for the answer to its COMMIT",
        IMPORT,
        "COMMIT_DEADLINE",
    ),
];

#[test]
fn the_document_tells_each_limit_as_it_is() {
    let rows = table("waits");
    let documented: BTreeSet<_> = rows
        .iter()
        .map(|row| format!("{}: {}", row[0], row[1]))
        .collect();
    let real: BTreeSet<_> = LIMITS
        .iter()
        .map(|(what, source, name)| format!("{what}: {} s", seconds(source, name)))
        .collect();
    compare(documented, real);
}

/// The value of a constant that is so many seconds.
fn seconds<'a>(source: &'a str, name: &str) -> &'a str {
    let definition = format!("const {name}: Duration = Duration::from_secs(");
    let Some((_, rest)) = source.split_once(&definition) else {
        panic!("no constant {name} of whole seconds");
    };
    rest.split(')').next().unwrap_or_default()
}
