use std::fmt::Write as _;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
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

fn count(database: &Connection, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    database
        .query_row(&sql, [], |row| row.get(0))
        .expect("a count")
}

/// Waits until the first rows of an import are in.
fn wait_for_rows(database: &Connection, import: &mut Child) {
    while count(database, "imports") == 0 {
        assert_eq!(import.try_wait().expect("a state"), None, "it has ended");
        std::thread::yield_now();
    }
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
fn a_bad_file_creates_no_database() {
    let folder = Folder::new();
    folder.write("users.csv", "userId,name,balance\n0,a,0\n");
    let line = "import users users.csv --database sqlite:shop.db";
    folder.fail(line, 1, &["1 row is bad", "line 2"]);
    assert!(!folder.file("shop.db").exists());
}

#[test]
fn one_row_is_told_in_the_singular() {
    let folder = Folder::new();
    folder.write("users.csv", "userId,name,balance\n1,a,0\n");
    let told = folder.run("import users users.csv --database sqlite:shop.db");
    assert_eq!(told.stderr, "imported 1 row of users.csv\n");
}

#[test]
fn an_import_that_a_signal_stops_says_how_to_finish_it() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = Folder::new();
        folder.write("users.csv", users(1, MANY));
        folder.succeed("migrate --database sqlite:shop.db");
        let line = "import users users.csv --database sqlite:shop.db";
        let database = Connection::open(folder.file("shop.db")).expect("the database");
        let mut child = folder
            .command(line.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        wait_for_rows(&database, &mut child);
        kill_process(Pid::from_child(&child), signal).expect("the import runs");
        let output = child.wait_with_output().expect("an end");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.starts_with("error: stopped after "), "{told}");
        assert!(
            told.contains("of 20000 rows\nhelp: run the same import again"),
            "{told}"
        );
        drop(database);
        folder.audit("shop.db");

        // A file that was edited is told why its rows are there.
        folder.write("edited.csv", users(1, MANY + 1));
        let edited = "import users edited.csv --database sqlite:shop.db";
        folder.fail(
            edited,
            1,
            &[
                "line 2: userId 1 exists already",
                "help: an earlier import was cut short after ",
                "import that same, unchanged file again to finish it",
            ],
        );
        let told = folder.run(line);
        assert_eq!(told.code, Some(0), "{}", told.stderr);
        assert!(
            told.stderr.contains("in an earlier run that was cut short"),
            "{}",
            told.stderr
        );
        folder.fail(
            edited,
            1,
            &["20000 rows are bad", "help: correct these rows"],
        );
        folder.audit("shop.db");
    }
}

#[test]
fn a_second_import_at_the_same_time_is_refused_with_the_process_that_holds_it() {
    let folder = Folder::new();
    folder.write("users.csv", users(1, MANY));
    folder.write("other.csv", users(MANY + 1, 1));
    folder.succeed("migrate --database sqlite:shop.db");
    let line = "import users users.csv --database sqlite:shop.db";
    let database = Connection::open(folder.file("shop.db")).expect("the database");
    let mut child = folder
        .command(line.split_whitespace())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    wait_for_rows(&database, &mut child);
    // Held, so that it surely runs while the other one asks.
    kill_process(Pid::from_child(&child), Signal::STOP).expect("the import runs");
    let holder = format!(
        "another import (process {}) is already running on shop.db",
        child.id()
    );
    let other = "import users other.csv --database sqlite:shop.db";
    folder.fail(other, 1, &[&holder, "help: wait until it has ended"]);
    kill_process(Pid::from_child(&child), Signal::CONT).expect("the import is there");
    assert!(child.wait().expect("an end").success());
    folder.succeed(other);
    assert_eq!(count(&database, "users"), MANY as i64 + 1);
}

#[test]
fn the_help_tells_how_to_resume() {
    let folder = Folder::new();
    let help = folder.succeed("import --help");
    for part in [
        "cut short",
        "To resume it, import the same file again, unchanged",
    ] {
        assert!(help.contains(part), "{help}");
    }
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
