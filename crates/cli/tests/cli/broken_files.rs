//! Databases that cannot be used are told in a sentence, and left as they are.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use rusqlite::Connection;

use crate::support::{Folder, finish, skipped};

/// Who owns nothing, on every Unix.
const NOBODY: u32 = 65_534;

const COMMANDS: [&str; 5] = [
    "serve --listen 127.0.0.1:0",
    "migrate",
    "audit",
    "export orders",
    "backup copy.db",
];

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let text = "userId,name,balance\n".repeat(100);
    let file = folder.write("shop.db", &text);
    for command in COMMANDS {
        let line = format!("{command} --database sqlite:shop.db");
        folder.fail(&line, 1, &["shop.db is not a jumun database", "help: "]);
    }
    assert_eq!(fs::read_to_string(file).expect("the file"), text);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let file = folder.file("shop.db");
    let other = Connection::open(&file).expect("a database");
    other
        .execute_batch("CREATE TABLE notes (text TEXT)")
        .expect("a table");
    drop(other);
    let before = fs::read(&file).expect("the file");
    for command in COMMANDS {
        let line = format!("{command} --database sqlite:shop.db");
        folder.fail(&line, 1, &["shop.db is not a jumun database", "help: "]);
    }
    assert_eq!(fs::read(&file).expect("the file"), before);
}

#[test]
fn a_schema_from_the_future_is_refused() {
    let folder = Folder::new();
    folder.succeed("migrate --database sqlite:shop.db");
    Connection::open(folder.file("shop.db"))
        .and_then(|it| {
            it.execute_batch(
                "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
                 VALUES (999, 'future', '2036-01-01T00:00:00Z', '0')",
            )
        })
        .expect("a row");
    for command in COMMANDS {
        let line = format!("{command} --database sqlite:shop.db");
        folder.fail(
            &line,
            1,
            &[
                "schema version 999",
                "newer",
                "help: install the newer jumun",
            ],
        );
    }
}

#[test]
fn a_missing_file_or_folder_is_told() {
    let folder = Folder::new();
    for command in ["audit", "export orders", "backup copy.db"] {
        let line = format!("{command} --database sqlite:missing.db");
        folder.fail(&line, 1, &["there is no database at missing.db", "help: "]);
    }
    for command in ["serve --listen 127.0.0.1:0", "migrate"] {
        let line = format!("{command} --database sqlite:missing/shop.db");
        folder.fail(
            &line,
            1,
            &["missing/shop.db", "help: check that the folder exists"],
        );
    }
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

#[test]
fn a_file_or_folder_that_may_not_be_written_is_told() {
    let folder = Folder::new();
    folder.succeed("migrate --database sqlite:shop.db");
    // Only the owner may write; the commands run as somebody else.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("permissions");
    let probe = folder
        .command(["--version"])
        .uid(NOBODY)
        .gid(NOBODY)
        .output();
    if !probe.is_ok_and(|output| output.status.success()) {
        skipped(
            "a_file_or_folder_that_may_not_be_written_is_told",
            "cannot run as nobody",
        );
        return;
    }
    let cases = ["sqlite:shop.db", "sqlite:new.db"];
    for database in cases {
        for command in ["serve --listen 127.0.0.1:0", "migrate"] {
            let line = format!("{command} --database {database}");
            let mut child = folder.command(line.split_whitespace());
            let finished = finish(child.uid(NOBODY).gid(NOBODY));
            finished.fails(&line, 1, &["error: ", "help: "]);
        }
    }
    assert!(!folder.file("new.db").exists());
}

#[test]
fn an_audit_of_a_damaged_book_names_the_offender_and_ends_with_1() {
    for folder in Folder::of_each_engine() {
        folder.write("users.csv", "userId,name,balance\n1,Kim,1000\n2,Lee,2000\n");
        folder.shop_succeeds("import users users.csv");
        folder.audit();
        folder.sql("UPDATE users SET balance = 2001 WHERE user_id = 2");
        let report = folder.shop("audit");
        assert_eq!(report.code, Some(1), "{}", report.stderr);
        assert!(
            report.stdout.contains("\nledger\n  user 2: "),
            "{}",
            report.stdout
        );
        let report = folder.shop("audit --json");
        assert_eq!(report.code, Some(1));
        let json: serde_json::Value = serde_json::from_str(&report.stdout).expect("JSON");
        assert_eq!(json["clean"], false);
        assert_eq!(json["laws"][0]["broken"], 1);
    }
}

#[test]
fn a_migration_says_what_it_did() {
    for folder in Folder::of_each_engine() {
        let told = folder.shop_succeeds("migrate --currency USD");
        assert!(told.starts_with("created "), "{told}");
        let told = folder.shop_succeeds("migrate");
        assert!(told.contains(" is up to date: schema version "), "{told}");
        folder.shop_fails("migrate --currency KRW", &["USD", "help: "]);
    }
}

#[test]
fn a_database_that_was_cut_off_is_to_be_restored_from_a_backup() {
    let folder = Folder::new();
    let rows: String = (1..=2_000).map(|id| format!("{id},Kim,1000\n")).collect();
    folder.write("users.csv", format!("userId,name,balance\n{rows}"));
    folder.succeed("import users users.csv --database sqlite:shop.db");
    folder.succeed("backup whole.db --database sqlite:shop.db");
    let whole = fs::read(folder.file("whole.db")).expect("the file");
    for length in [whole.len() / 2, 8_192, 4_096, 4_000, 200] {
        folder.write("cut.db", &whole[..length]);
        for command in ["audit", "export orders"] {
            let finished = folder.run(&format!("{command} --database sqlite:cut.db"));
            assert_eq!(finished.code, Some(1), "{command} of {length} bytes");
            let told = finished.stderr + &finished.stdout;
            assert!(
                told.contains("restore a backup"),
                "{command} of {length} bytes: {told}"
            );
            assert!(
                !told.contains("jumun audit"),
                "{command} of {length} bytes: {told}"
            );
        }
    }
}
