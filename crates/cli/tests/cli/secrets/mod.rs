//! What opens something is found nowhere: not in the log at any level, not in an
//! answer, not in the figures, not in what the commands print, and not in the
//! database.

mod canaries;
mod requests;
mod shop;
mod trail;

use canaries::Canaries;
use shop::Shop;
use trail::Trail;

use crate::support::{Folder, Receiver};

#[tokio::test]
async fn no_secret_is_found_in_anything_that_is_written_down_on_a_file() {
    nothing_is_found(Shop::in_file()).await;
}

#[tokio::test]
async fn no_secret_is_found_in_anything_that_is_written_down_on_a_server() {
    nothing_is_found(Shop::on_server()).await;
}

async fn nothing_is_found(shop: Shop) {
    let receiver = Receiver::start().await;
    let mut canaries = Canaries::plant(&shop, &receiver);
    let mut trail = Trail::default();
    requests::over_http(&shop, &receiver, &mut canaries, &mut trail).await;
    requests::over_tls(&shop, &mut canaries, &mut trail);
    shop.print_everything(&canaries, &mut trail);
    trail.add("the log", shop.log());
    trail.add("the database", shop.dump());
    canaries.assert_used(&receiver, &trail);
    trail.assert_free_of(&canaries);
}

/// The search must be able to find.
#[test]
#[should_panic(expected = "the admin's token is in the log")]
fn a_secret_that_is_written_down_is_found() {
    let folder = Folder::new();
    folder.shop_succeeds("migrate");
    let mut canaries = Canaries::default();
    canaries.add("the admin's token", "c2VjcmV0LXplYnJh");
    let mut trail = Trail::default();
    trail.add("the log", b"INFO token=c2VjcmV0LXplYnJh".to_vec());
    trail.assert_free_of(&canaries);
}
