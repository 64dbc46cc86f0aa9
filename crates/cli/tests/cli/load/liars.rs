use serde_json::Value;
use tokio::task::JoinSet;

use super::fake::{Fake, Lie};
use super::{good, load};
use crate::support::{Finished, Folder};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_believes_who_is_honest_and_finds_each_lie() {
    // What is found, besides what follows from it.
    let table = [
        (Lie::None, "soldout", None),
        (Lie::None, "mixed", None),
        (Lie::ForgetsOrders, "uniform", Some("missing-order")),
        (Lie::Oversells, "soldout", Some("oversold")),
        (Lie::ForgetsStock, "uniform", Some("stock")),
        (Lie::ForgetsMoney, "uniform", Some("balance")),
        (Lie::GoesBelowZero, "soldout", Some("below-zero")),
        (Lie::AltersOrders, "uniform", Some("different-order")),
        (Lie::MumblesAnswers, "uniform", Some("unreadable-answer")),
    ];
    let mut loads = JoinSet::new();
    for (lie, workload, expected) in table {
        let fake = Fake::start(lie).await;
        loads.spawn_blocking(move || {
            let folder = Folder::new();
            let options = ["--json", "--rate=200", "--workload", workload];
            let finished = load(&folder, fake.url(), &options);
            judge(&finished, &format!("{lie:?} {workload}"), expected);
        });
    }
    while let Some(ended) = loads.join_next().await {
        ended.expect("as expected");
    }
}

fn judge(finished: &Finished, what: &str, expected: Option<&str>) {
    let Some(expected) = expected else {
        good(finished, what);
        return;
    };
    finished.fails(what, 1, &[&format!("error: {expected}: ")]);
    let figures: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    assert_eq!(figures["check"]["good"], false, "{what}");
    let findings = figures["check"]["findings"].as_array().expect("findings");
    let found = findings.iter().find(|it| it["finding"] == expected);
    let found = found.unwrap_or_else(|| panic!("{what}: {findings:?}"));
    assert!(found["count"].as_u64() > Some(0), "{what}: {found}");
}
