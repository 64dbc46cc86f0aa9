//! `--rate-limit-…`.

use super::{create, guarded, id};
use crate::support::{Client, Folder, Server};

/// What so many requests in one moment are answered with: how many with 429.
async fn refused(client: &Client, requests: usize) -> usize {
    let mut refused = 0;
    for _ in 0..requests {
        if client.get("/products?limit=1").await.status == 429 {
            refused += 1;
        }
    }
    refused
}

/// Requests in a test's burst: beyond four seconds of one a second, however
/// slow the machine is, as long as it is faster than ten a second.
const MANY: usize = 40;

#[tokio::test]
async fn a_caller_beyond_their_limit_is_told_to_wait_and_the_others_are_not() {
    let folder = Folder::new();
    let options = ["--rate-limit-user", "1", "--rate-limit-token", "1"];
    let server = guarded(&folder, &options);
    let nobody = server.client();
    for options in ["--user 7", "--scope admin"] {
        let (one, other) = (create(&folder, options), create(&folder, "--user 8"));
        assert!(refused(&nobody.bearing(&one), MANY).await > 0, "{options}");
        assert_eq!(refused(&nobody.bearing(&other), 1).await, 0, "{options}");
        // Its share goes by user, so the other one's next token has none left.
        folder.shop_succeeds(&format!("token revoke {}", id(&other)));
    }
    server.stop();
}

#[tokio::test]
async fn addresses_of_this_machine_are_counted_only_when_that_is_asked_for() {
    let folder = Folder::new();
    let server = guarded(&folder, &[]);
    assert_eq!(refused(&server.client(), 4 * MANY + 50).await, 0);
    server.stop();
    let server = guarded(&folder, &["--rate-limit-address", "1"]);
    assert!(refused(&server.client(), MANY).await > 0);
    server.stop();
    let options = ["--listen", "127.0.0.1:0", "--rate-limit-address", "1"];
    let open = Server::start_with(&folder, &options);
    assert!(refused(&open.client(), MANY).await > 0);
    open.stop();
}

#[tokio::test]
async fn a_limit_can_be_taken_away() {
    let folder = Folder::new();
    for off in ["off", "0"] {
        let server = guarded(&folder, &["--rate-limit-user", off]);
        let user = server.client().bearing(&create(&folder, "--user 7"));
        // Far above four seconds of the default.
        assert_eq!(refused(&user, 300).await, 0);
        server.stop();
    }
}

#[test]
fn a_limit_that_nothing_is_counted_by_is_wrong_usage() {
    let folder = Folder::new();
    for (options, parts) in [
        ("--rate-limit-user 5", ["--rate-limit-user", "--auth token"]),
        (
            "--rate-limit-token 5",
            ["--rate-limit-token", "--auth token"],
        ),
        (
            "--rate-limit-address -1",
            ["--rate-limit-address", "or off"],
        ),
        ("--rate-limit-user some", ["--rate-limit-user", "or off"]),
    ] {
        let line = format!("serve --listen 127.0.0.1:0 {options}");
        folder.shop(&line).fails(&line, 2, &parts);
    }
    assert!(!folder.file("shop.db").exists());
}
