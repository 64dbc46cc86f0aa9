use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Folder, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_beside_a_server_under_load_is_whole_and_clean() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.client();
    client.user(1, 1_000_000_000).await;
    client.product(1, 1, 1_000_000).await;
    let before = client.order(1, 1).await.json();

    let done = Arc::new(AtomicBool::new(false));
    let shopper = tokio::spawn({
        let (client, done) = (client.clone(), Arc::clone(&done));
        async move {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(client.order(1, 1).await.status, 201);
            }
        }
    });
    let folder = tokio::task::spawn_blocking(move || {
        for number in 1..=3 {
            folder.succeed(&format!(
                "backup copy-{number}.db --database sqlite:shop.db"
            ));
            folder.audit();
        }
        folder
    })
    .await
    .expect("the backups");
    done.store(true, Ordering::Relaxed);
    shopper.await.expect("every order is paid");
    server.stop();

    for number in 1..=3 {
        let copy = format!("copy-{number}.db");
        folder.succeed(&format!("audit --database sqlite:{copy}"));
        let orders = folder.succeed(&format!("export orders --database sqlite:{copy}"));
        assert!(orders.contains(before["orderId"].as_str().expect("an id")));
    }
}

#[test]
fn an_existing_file_is_not_overwritten() {
    let folder = Folder::new();
    folder.succeed("migrate");
    folder.write("copy.db", "precious");
    folder.fail("backup copy.db", 1, &["copy.db exists already", "help: "]);
    assert_eq!(
        fs::read_to_string(folder.file("copy.db")).expect("the file"),
        "precious"
    );
    folder.fail(
        "backup none/copy.db",
        1,
        &["cannot write none/copy.db", "help: "],
    );
}
