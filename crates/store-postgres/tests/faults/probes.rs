//! Many ask at once whether the database takes writes. A probe is a write of its
//! own, and none stands in another's way.

use jumun_store::Readiness;
use tokio::task::JoinSet;

use crate::support::asking::readiness;
use crate::support::shop::{ISOLATIONS, Shop};

/// Probes at the same moment.
const PROBES: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_are_probed_at_the_same_moment_are_all_ready() {
    for level in ISOLATIONS {
        let shop = Shop::with_isolation(level);
        let instances = [shop.instance().await, shop.instance().await];
        let mut probes = JoinSet::new();
        for place in 0..PROBES {
            let instance = instances[place % 2].clone();
            probes.spawn(async move { readiness(&instance).await });
        }
        for readiness in probes.join_all().await {
            assert_eq!(readiness, Readiness::Ready, "{level}");
        }
    }
}
