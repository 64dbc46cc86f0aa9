//! A file as a platform.

use super::shop::{Shop, settings};
use super::taken::Taken;
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_has_every_event_over_its_rotation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let shop = Shop::open(20).await;
    let dispatchers = shop
        .dispatch(vec![settings(&format!("file://{}", path.display()))])
        .await;
    shop.all_told().await;
    for rotation in 0..5 {
        shop.orders((0..400).map(|n| n % 20 + 1)).await;
        eventually("something is written", async || path.exists()).await;
        // Renamed in the middle of it, as logrotate does.
        let rotated = folder.path().join(format!("events.jsonl.{rotation}"));
        std::fs::rename(&path, rotated).unwrap();
        shop.orders(1..=20).await;
    }
    shop.all_told().await;
    dispatchers.stop().await;
    let taken = Taken::default();
    let rotated = (0..5).map(|it| folder.path().join(format!("events.jsonl.{it}")));
    for file in rotated.chain([path]) {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            taken.take(line.as_bytes());
        }
    }
    taken.assert_all_of(&shop.events().await);
    assert_eq!(taken.repeats(), 0);
}
