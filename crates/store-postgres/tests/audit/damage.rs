//! A shop that is broken in one way, and all that an audit finds then.

use std::collections::BTreeSet;

use jumun_store::Law;

use crate::shop::Shop;

/// Breaks a copy of the shop with `sql` and expects findings on exactly these
/// subjects, by law.
async fn check(sql: &str, expected: &[(Law, &str)]) {
    let shop = Shop::copy();
    let sql = shop.named(sql);
    shop.database.sql(&sql);
    let report = shop.audit().await;
    let found: BTreeSet<_> = report
        .laws
        .iter()
        .flat_map(|it| {
            it.findings
                .iter()
                .map(|of| (it.law.name(), of.subject.clone()))
        })
        .collect();
    let expected: BTreeSet<_> = expected
        .iter()
        .map(|(law, subject)| (law.name(), shop.named(subject)))
        .collect();
    assert_eq!(found, expected, "{sql}\n{report:#?}");
    for report in &report.laws {
        assert_eq!(report.broken, report.findings.len() as u64, "{report:#?}");
        let told = report.findings.iter().all(|it| !it.detail.is_empty());
        assert!(told, "{report:#?}");
    }
}

macro_rules! found {
    ($($name:ident: $sql:expr, [$(($law:ident, $subject:expr)),+ $(,)?];)*) => {$(
        #[tokio::test]
        async fn $name() {
            check($sql, &[$((Law::$law, $subject)),+]).await;
        }
    )*};
}

mod campaigns;
mod deliveries;
mod events;
mod ledger;
mod orders;
mod stock;
mod structure;
