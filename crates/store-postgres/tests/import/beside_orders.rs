//! An import keeps no order waiting.

use std::ops::ControlFlow;
use std::time::Duration;

use jumun_test_cluster::Cluster;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio::time::timeout;

use crate::support::{Shop, told, users};

/// Far less than the ten seconds after which a wait for a lock ends.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_paid_while_an_import_is_in_its_transaction() {
    for isolation in ["read committed", "serializable"] {
        let database = Cluster::shared().create_database();
        let name = database.name();
        database.sql(&format!(
            "ALTER DATABASE {name} SET default_transaction_isolation = '{isolation}'"
        ));
        let shop = Shop::open_in(database).await;
        let mut importer = shop.importer().await;
        let mut paid = 0;
        let outcome = importer
            .import(&users(100..10_100), &mut |_| {
                let order = timeout(SOON, shop.order(1));
                let ordered = block_in_place(|| Handle::current().block_on(order));
                ordered.expect("an order does not wait for the import");
                paid += 1;
                ControlFlow::Continue(())
            })
            .await;
        assert_eq!(told(outcome), "imported 10000", "{isolation}");
        assert!(paid > 1, "{isolation}");
        assert_eq!(shop.balance(1).await, Some(100_000 - paid * 1_000));
    }
}
