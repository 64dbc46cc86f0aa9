//! The tables of the documents beside what the program has.

use std::collections::BTreeSet;
use std::time::Duration;

use jumun_platform::{DeliveryOrder, MAX_IN_FLIGHT, MAX_PERIOD, MAX_TIMEOUT, PlatformSettings};

use crate::document;

const CONFIGURING: &str = include_str!("../../../../docs/platforms/configuring.md");
const OPERATING: &str = include_str!("../../../../docs/platforms/operating.md");
/// Where every metric of a platform has its name.
const FIGURES: &str = include_str!("../../src/dispatch/figures.rs");

const DAY_S: u64 = 24 * 3600;

#[test]
fn the_document_names_the_metrics_that_there_are() {
    let parts = FIGURES.split('"').skip(1).step_by(2);
    let there: BTreeSet<&str> = parts.filter(|it| it.starts_with("jumun_")).collect();
    let table = document::table(OPERATING, "metrics");
    let shown: BTreeSet<&str> = table.iter().map(|row| row[0].trim_matches('`')).collect();
    assert_eq!(shown, there);
}

#[test]
fn the_document_says_what_a_platform_has_by_default() {
    let http = PlatformSettings::new("https://example.com/").unwrap();
    let nats = PlatformSettings::new("nats://example.com/a").unwrap();
    assert_eq!(http.order, DeliveryOrder::Strict);
    let days = |period: Duration| format!("`{}d`", period.as_secs() / DAY_S);
    let in_flight = format!(
        "`{}` over HTTP, `{}` otherwise",
        http.max_in_flight, nats.max_in_flight
    );
    let up_to = format!("up to {}", days(MAX_PERIOD));
    let table = document::table(CONFIGURING, "settings");
    let check = |key: &str, values: &str, default: &str| {
        let quoted = format!("`{key}`");
        let row = table.iter().find(|row| row[0] == quoted);
        let row = row.unwrap_or_else(|| panic!("the table has no {key}"));
        assert_eq!((row[1], row[2]), (values, default), "{key}");
    };
    check("ordering", "`strict`, `relaxed`", "`strict`");
    check(
        "max_in_flight",
        &format!("`1` to `{MAX_IN_FLIGHT}`"),
        &in_flight,
    );
    check(
        "timeout",
        &format!("`10ms` to `{}s`", MAX_TIMEOUT.as_secs()),
        &format!("`{}s`", http.timeout.as_secs()),
    );
    check("dead_letter_after", &up_to, &days(http.dead_letter_after));
    check(
        "dead_letter_blocks_for",
        &up_to,
        &days(http.dead_letter_blocks_for),
    );
    check("attempts_kept_for", &up_to, &days(http.attempts_kept_for));
}
