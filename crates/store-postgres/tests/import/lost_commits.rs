//! Connections that are lost in the middle of an import.

use jumun_store_postgres::{ImportError, Importer, Options, Target};
use jumun_test_cluster::{Cluster, Point, Proxy};
use tokio::task::block_in_place;

use crate::support::{Shop, go_on, told, users};

/// A proxy in front of the shared cluster; it makes a runtime of its own.
fn proxy() -> Proxy {
    block_in_place(|| Proxy::start(&Cluster::shared().host_port()))
}

/// The first statement with these letters begins a transaction that reads what
/// is COMMITTED.
fn at_the_commit(place: fn(&str) -> Point) -> Point {
    place("COMMIT").nth(2)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_connection_is_lost_tells_whether_it_is_in() {
    let table = [
        (Point::before("BEGIN"), false),
        (Point::after("INSERT INTO entries"), false),
        (at_the_commit(Point::before), false),
        (at_the_commit(Point::after), true),
        (at_the_commit(Point::after_answer), true),
    ];
    for (point, done) in table {
        let shop = Shop::open().await;
        let proxy = proxy();
        let target = Target::parse(&shop.database.url_through(&proxy)).unwrap();
        let mut importer = Importer::open(&target, &Options::default()).await.unwrap();
        proxy.cut_when(point.clone());
        let outcome = importer.import(&users(100..3_100), &mut go_on).await;
        assert_eq!(proxy.fired(), 1, "{point:?}");
        if done {
            assert_eq!(told(outcome), "imported 3000", "{point:?}");
        } else {
            let told = told(outcome);
            let end = "; nothing was imported; import the file again";
            assert!(told.ends_with(end), "{point:?}: {told}");
        }
        let expected = if done { "3001|1|3001|1" } else { "1|1|1|1" };
        assert_eq!(shop.counts(), expected, "{point:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_cannot_be_looked_up_is_told_as_unknown() {
    let shop = Shop::open().await;
    let proxy = proxy();
    let target = Target::parse(&shop.database.url_through(&proxy)).unwrap();
    let mut importer = Importer::open(&target, &Options::default()).await.unwrap();
    proxy.refuse(true);
    proxy.cut_when(at_the_commit(Point::after_answer));
    let outcome = importer.import(&users(100..102), &mut go_on).await;
    assert!(
        matches!(outcome, Err(ImportError::Unknown { .. })),
        "{}",
        told(outcome)
    );
    // As it says: run again, its rows are told as existing.
    proxy.refuse(false);
    let mut importer = Importer::open(&target, &Options::default()).await.unwrap();
    let outcome = importer.import(&users(100..102), &mut go_on).await;
    assert!(
        matches!(outcome, Err(ImportError::Row(_))),
        "{}",
        told(outcome)
    );
}
