use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use crate::support::{Folder, Server};

/// Users imported beside a running server: several hundred transactions.
const MANY: u64 = 20_000;

fn users(first: u64, count: u64) -> String {
    let mut text = "userId,name,balance\n".to_owned();
    for id in first..first + count {
        writeln!(text, "{id},User {id},{}", id % 1_000).expect("text");
    }
    text
}

#[tokio::test]
async fn a_good_file_is_imported_as_the_api_would_have_done_it() {
    let folder = Folder::new();
    folder.write(
        "users.csv",
        "\u{feff}userId,name,balance\r\n1,\"김민지, \"\"MJ\"\"\",5000\r\n2,,0\r\n",
    );
    folder.write(
        "products.csv",
        "stock,productId,name,price\n7,1,Tea,1200\n0,2,Cup,0\n",
    );
    folder.succeed("import users users.csv --database sqlite:shop.db");
    folder.succeed("import products products.csv --database sqlite:shop.db");
    let server = Server::start(&folder);
    let client = server.client();
    let user = client.get("/users/1").await.json();
    assert_eq!(
        (&user["name"], &user["balance"]),
        (&"김민지, \"MJ\"".into(), &5_000.into())
    );
    let entries = client.get("/users/1/balance/entries").await.json();
    assert_eq!(entries["items"][0]["kind"], "CHARGE");
    let user = client.get("/users/2").await.json();
    assert_eq!((&user["name"], &user["balance"]), (&Value::Null, &0.into()));
    let entries = client.get("/users/2/balance/entries").await.json();
    assert_eq!(entries["items"], Value::Array(Vec::new()));
    let product = client.get("/products/1").await.json();
    assert_eq!(
        (&product["price"], &product["stock"]),
        (&1_200.into(), &7.into())
    );
    server.stop();
    folder.audit("shop.db");
}

#[tokio::test]
async fn a_bad_file_names_its_lines_and_imports_nothing() {
    let folder = Folder::new();
    folder.write("one.csv", "userId,name,balance\n5,Five,50\n");
    folder.succeed("import users one.csv --database sqlite:shop.db");
    let table: &[(&str, &[&str])] = &[
        (
            "userId,name,balance\n1,a,0\n2,b,-5\n3,c,x\n",
            &["2 rows are bad", "line 3", "line 4"],
        ),
        (
            "userId,name,balance\n1,a,0\n1,b,0\n",
            &["line 3: userId 1 is on line 2 too"],
        ),
        (
            "userId,name,balance\n1,a,0\n5,b,0\n",
            &["line 3: userId 5 exists already"],
        ),
        ("1,a,0\n", &["line 1", "userId,name,balance"]),
        (
            "productId,name,price,stock\n1,a,0,0\n",
            &["line 1", "userId,name,balance"],
        ),
        ("", &["line 1"]),
    ];
    for (content, parts) in table {
        folder.write("users.csv", content);
        let line = "import users users.csv --database sqlite:shop.db";
        folder.fail(
            line,
            1,
            &[parts, &["users.csv", "nothing was imported", "help: "][..]].concat(),
        );
    }
    folder.fail(
        "import users none.csv",
        1,
        &["cannot read none.csv", "help: "],
    );
    let server = Server::start(&folder);
    for id in 1..=3 {
        assert_eq!(
            server.client().get(&format!("/users/{id}")).await.status,
            404
        );
    }
    server.stop();
    folder.audit("shop.db");
}

#[test]
fn importing_a_file_twice_names_every_line_as_there_already() {
    let folder = Folder::new();
    folder.write("users.csv", users(1, 30));
    let line = "import users users.csv --database sqlite:shop.db";
    folder.succeed(line);
    folder.fail(
        line,
        1,
        &["30 rows are bad", "line 2: userId 1 exists", "and 10 more"],
    );
    folder.audit("shop.db");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_go_on_while_a_file_is_imported_beside_the_server() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.client();
    client.user(1, 1_000_000_000).await;
    client.product(1, 1, 1_000_000).await;
    folder.write("users.csv", users(10, MANY));

    let (done, paid) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let shopper = tokio::spawn({
        let (client, done, paid) = (client.clone(), Arc::clone(&done), Arc::clone(&paid));
        async move {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(client.order(1, 1).await.status, 201);
                paid.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let line = "import users users.csv --database sqlite:shop.db";
    let (folder, during) = tokio::task::spawn_blocking({
        let paid = Arc::clone(&paid);
        move || {
            let before = paid.load(Ordering::Relaxed);
            folder.succeed(line);
            let during = paid.load(Ordering::Relaxed) - before;
            (folder, during)
        }
    })
    .await
    .expect("the import");
    done.store(true, Ordering::Relaxed);
    shopper.await.expect("every order is paid");
    assert!(during > 0, "orders are paid while the import runs");

    let last = client.get(&format!("/users/{}", 10 + MANY - 1)).await;
    assert_eq!(last.status, 200);
    server.stop();
    folder.audit("shop.db");
}
