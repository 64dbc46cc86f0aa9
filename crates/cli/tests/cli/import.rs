use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use crate::support::{Folder, Server};

/// Users imported beside a running server: on a file some forty transactions.
pub(crate) const MANY: u64 = 20_000;

/// How many tables a database on a server has.
const TABLES: &str =
    "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()";

/// A file of users.
pub(crate) fn users(first: u64, count: u64) -> String {
    let mut text = "userId,name,balance\n".to_owned();
    for id in first..first + count {
        writeln!(text, "{id},User {id},{}", id % 1_000).expect("text");
    }
    text
}

#[tokio::test]
async fn a_good_file_is_imported_as_the_api_would_have_done_it() {
    for folder in Folder::of_each_engine() {
        folder.write(
            "users.csv",
            "\u{feff}userId,name,balance\r\n1,\"김민지, \"\"MJ\"\"\",5000\r\n2,,0\r\n",
        );
        folder.write(
            "products.csv",
            "stock,productId,name,price\n7,1,Tea,1200\n0,2,Cup,0\n",
        );
        folder.shop_succeeds("import users users.csv");
        folder.shop_succeeds("import products products.csv");
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
        folder.audit();
    }
}

#[tokio::test]
async fn a_bad_file_names_its_lines_and_imports_nothing() {
    for folder in Folder::of_each_engine() {
        folder.write("one.csv", "userId,name,balance\n5,Five,50\n");
        folder.shop_succeeds("import users one.csv");
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
            (
                "userId,name,balance\n5,a,0\n1,b,x\n1,b,0\n1,b,0\n7,\"c,0\n",
                &[
                    "4 rows are bad; nothing was imported\n  line 2: userId 5 exists already\n  \
                     line 3: balance `x`",
                    "\n  line 5: userId 1 is on line 4 too\n  line 6: a quote opened on line 6 is never closed",
                ],
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
            let line = "import users users.csv";
            folder.shop_fails(
                line,
                &[parts, &["users.csv", "nothing was imported", "help: "][..]].concat(),
            );
        }
        folder.shop_fails("import users none.csv", &["cannot read none.csv", "help: "]);
        let server = Server::start(&folder);
        for id in 1..=3 {
            assert_eq!(
                server.client().get(&format!("/users/{id}")).await.status,
                404
            );
        }
        server.stop();
        folder.audit();
    }
}

#[test]
fn a_bad_file_creates_no_database() {
    for folder in Folder::of_each_engine() {
        folder.write("users.csv", "userId,name,balance\n0,a,0\n");
        let line = "import users users.csv";
        folder.shop_fails(line, &["1 row is bad", "line 2"]);
        assert!(!folder.file("shop.db").exists());
        if folder.is_on_server() {
            assert_eq!(folder.sql(TABLES), "0");
        }
    }
}

#[test]
fn one_row_is_told_in_the_singular() {
    for folder in Folder::of_each_engine() {
        folder.write("users.csv", "userId,name,balance\n1,a,0\n");
        let told = folder.shop("import users users.csv");
        assert_eq!(told.stderr, "imported 1 row of users.csv\n");
    }
}

#[test]
fn importing_a_file_twice_names_every_line_as_there_already() {
    for folder in Folder::of_each_engine() {
        folder.write("users.csv", users(1, 30));
        let line = "import users users.csv";
        folder.shop_succeeds(line);
        folder.shop_fails(
            line,
            &["30 rows are bad", "line 2: userId 1 exists", "and 10 more"],
        );
        folder.audit();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_go_on_while_a_file_is_imported_beside_the_server() {
    for folder in Folder::of_each_engine() {
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
        let line = "import users users.csv";
        let (folder, during) = tokio::task::spawn_blocking({
            let paid = Arc::clone(&paid);
            move || {
                let before = paid.load(Ordering::Relaxed);
                folder.shop_succeeds(line);
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
        folder.audit();
    }
}
