//! Database servers that cannot be used are told in a sentence with a remedy,
//! without the password, and left as they are.

use std::net::TcpListener;

use jumun_test_cluster::{Cluster, Settings};

use crate::support::Folder;

/// The right one, and a part of the wrong one.
const PASSWORD: &str = "zebra";

const COMMANDS: [&str; 5] = [
    "serve --listen 127.0.0.1:0",
    "migrate",
    "audit",
    "export orders",
    "import users users.csv",
];

/// Runs each of `commands` on the database at `url`, which all have to refuse
/// it, say all of `parts`, and one thing to do.
fn refused(url: &str, commands: &[&str], parts: &[&str]) {
    let folder = Folder::new();
    folder.write("users.csv", "userId,name,balance\n1,Kim,100\n");
    for command in commands {
        let line = format!("{command} --database {url}");
        let told = folder.run(&line);
        told.fails(&line, 1, &[parts, &["error: ", "help: "]].concat());
        for begin in ["error: ", "help: "] {
            let count = told
                .stderr
                .lines()
                .filter(|it| it.starts_with(begin))
                .count();
            assert_eq!(count, 1, "jumun {line}: {}", told.stderr);
        }
        for text in [&told.stdout, &told.stderr] {
            assert!(!text.contains(PASSWORD), "jumun {line}: {text}");
        }
        assert_eq!(told.stdout, "", "jumun {line}");
    }
}

#[test]
fn an_url_that_cannot_be_read_is_told() {
    let table = [
        (format!("postgres://me:{PASSWORD}@"), "names no host"),
        (
            format!("postgres://me:{PASSWORD}@localhost:port/shop"),
            "port",
        ),
        (
            format!("postgres://me:{PASSWORD}@localhost/shop?sslmode=maybe"),
            "sslmode",
        ),
        (
            format!("postgres://me:{PASSWORD}@localhost/shop?ssl=1"),
            "unknown parameter ssl",
        ),
        (format!("postgres://me:{PASSWORD}@@localhost/shop"), "%40"),
    ];
    for (url, part) in table {
        refused(&url, &COMMANDS, &["the database's URL", part]);
        refused(&url, &["backup copy.db"], &[part]);
    }
}

#[test]
fn a_server_that_does_not_listen_is_told() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = nobody.local_addr().expect("an address");
    drop(nobody);
    let url = format!("postgres://me:{PASSWORD}@{address}/shop");
    let shown = format!("nothing listens at postgres://me@{address}/shop");
    refused(&url, &COMMANDS, &[&shown, "start the PostgreSQL server"]);
    let several = format!("postgres://me:{PASSWORD}@{address},{address}/shop");
    let folder = Folder::new();
    let told = folder.run(&format!("migrate --database {several}"));
    told.fails("migrate", 1, &["none of the servers", &shown]);
    assert!(!told.stderr.contains(PASSWORD), "{}", told.stderr);
}

#[test]
fn a_wrong_password_and_a_missing_one_are_told() {
    let cluster = Cluster::start(Settings {
        password: Some(PASSWORD.to_owned()),
        ..Settings::default()
    });
    let place = format!("{}/postgres", cluster.host_port());
    let wrong = format!("postgres://postgres:{PASSWORD}-not@{place}");
    refused(&wrong, &COMMANDS, &["refuses the password", "PGPASSWORD"]);
    let missing = format!("postgres://postgres@{place}");
    refused(&missing, &COMMANDS, &["asks for a password", "PGPASSWORD"]);
    let right = format!("postgres://postgres:{PASSWORD}@{place}");
    Folder::new().succeed(&format!("migrate --database {right}"));
}

#[test]
fn a_missing_database_is_told() {
    let url = Cluster::shared().url("nowhere");
    refused(&url, &COMMANDS, &["/nowhere does not exist", "createdb"]);
}

#[test]
fn a_standby_is_told() {
    let primary = Cluster::start(Settings::default());
    let standby = primary.standby();
    let url = standby.url("postgres");
    refused(&url, &COMMANDS, &["it is a standby", "promote it"]);
    // Both named, the primary is found.
    let both = format!(
        "postgres://postgres@{},{}/postgres",
        standby.host_port(),
        primary.host_port()
    );
    Folder::new().succeed(&format!("migrate --database {both}"));
}

#[test]
fn a_database_that_may_only_be_read_is_told() {
    let database = Cluster::shared().create_database();
    let name = database.name();
    database.sql(&format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on"
    ));
    refused(
        &database.url(),
        &COMMANDS,
        &["can only be read", "default_transaction_read_only"],
    );
}

#[test]
fn tables_of_another_program_are_told_and_left_as_they_are() {
    let folder = Folder::on_server();
    folder.sql("CREATE TABLE orders (order_number int)");
    folder.sql("INSERT INTO orders VALUES (7)");
    refused(
        &folder.url(),
        &COMMANDS,
        &[
            "has a table orders that jumun did not make",
            "another schema",
        ],
    );
    assert_eq!(folder.sql("SELECT order_number FROM orders"), "7");
    let tables = "SELECT count(*) FROM information_schema.tables \
         WHERE table_schema = current_schema()";
    assert_eq!(folder.sql(tables), "1");
}

#[test]
fn a_schema_from_the_future_is_told() {
    let folder = Folder::on_server();
    folder.shop_succeeds("migrate");
    folder.sql(
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
         VALUES (999, 'future', '2036-01-01T00:00:00Z', '0')",
    );
    refused(
        &folder.url(),
        &COMMANDS,
        &["schema version 999", "newer", "install the newer jumun"],
    );
}

#[test]
fn a_database_without_a_shop_is_told() {
    let folder = Folder::on_server();
    let parts = ["there is no shop in", "jumun migrate"];
    refused(
        &folder.url(),
        &["audit", "export orders", "export events"],
        &parts,
    );
    let tables = "SELECT count(*) FROM information_schema.tables \
         WHERE table_schema = current_schema()";
    assert_eq!(folder.sql(tables), "0");
}

#[test]
fn a_backup_of_a_server_is_left_to_its_own_tools() {
    let folder = Folder::on_server();
    refused(
        &folder.url(),
        &["backup copy.db"],
        &["is on a PostgreSQL server", "pg_dump", "pg_basebackup"],
    );
}
