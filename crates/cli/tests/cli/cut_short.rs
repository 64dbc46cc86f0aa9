//! Imports that are stopped, and those that are in the way of one another.

use std::process::{Child, Stdio};
use std::time::Instant;

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};

use crate::import::{MANY, users};
use crate::support::{DEADLINE, Folder};

/// Makes every statement that adds users take long enough to be met.
const SLOW_INSERTS: [&str; 2] = [
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
     'BEGIN PERFORM pg_sleep(2); RETURN NULL; END'",
    "CREATE TRIGGER slow AFTER INSERT ON users FOR EACH STATEMENT EXECUTE FUNCTION slow()",
];

/// How many sessions of the database are in such a statement.
const SLEEPERS: &str = "SELECT count(*) FROM pg_stat_activity \
     WHERE datname = current_database() AND wait_event = 'PgSleep'";

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
        folder.audit();

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
        folder.audit();
    }
}

#[test]
fn an_import_on_a_server_that_a_signal_stops_has_imported_nothing() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = Folder::on_server();
        folder.write("users.csv", users(1, MANY));
        folder.shop_succeeds("migrate");
        let line = "import users users.csv";
        for statement in SLOW_INSERTS {
            folder.sql(statement);
        }
        let child = folder
            .shop_command(line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let deadline = Instant::now() + DEADLINE;
        while folder.sql(SLEEPERS) == "0" {
            assert!(Instant::now() < deadline, "the import does nothing");
        }
        kill_process(Pid::from_child(&child), signal).expect("the import runs");
        let output = child.wait_with_output().expect("an end");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.starts_with("error: stopped after "), "{told}");
        let end = "of 20000 rows; nothing was imported\nhelp: import the file again\n";
        assert!(told.ends_with(end), "{told}");
        assert_eq!(folder.sql("SELECT count(*) FROM users"), "0");
        folder.sql("DROP TRIGGER slow ON users");
        folder.shop_succeeds(line);
        folder.audit();
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
