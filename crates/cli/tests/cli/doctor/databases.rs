//! Databases that are not as a shop needs them.

use jumun_test_cluster::{Cluster, Settings};

use super::check;
use crate::support::Folder;

#[test]
fn a_file_that_is_missing_foreign_or_old_is_wrong() {
    let folder = Folder::new();
    check(&folder, "").says("database", "wrong");
    assert!(!folder.file("shop.db").exists());
    folder.write(
        "shop.db",
        "not a database, and longer than a header of one has to be ".repeat(9),
    );
    check(&folder, "").says("database", "wrong");
    let folder = Folder::new();
    folder.shop_succeeds("migrate");
    check(&folder, "").says("database", "ok");
    folder.sql("DELETE FROM refinery_schema_history WHERE version > 2");
    check(&folder, "").says("database", "wrong");
}

#[test]
fn a_file_in_which_readers_and_the_writer_stop_each_other_is_wrong() {
    let folder = Folder::new();
    folder.shop_succeeds("migrate");
    check(&folder, "").says("durability", "ok");
    folder.sql("PRAGMA journal_mode=DELETE");
    check(&folder, "").says("durability", "wrong");
}

#[test]
fn a_server_that_loses_what_it_has_answered_is_wrong() {
    let safe = |name: &str, value: &str| {
        Cluster::start(Settings {
            fsync: true,
            extra: vec![(name.to_owned(), value.to_owned())],
            ..Settings::default()
        })
    };
    for (name, value, verdict) in [
        ("full_page_writes", "on", "ok"),
        ("full_page_writes", "off", "wrong"),
        ("fsync", "off", "wrong"),
    ] {
        let cluster = safe(name, value);
        let folder = Folder::on(cluster.create_database());
        folder.shop_succeeds("migrate");
        let report = check(&folder, "");
        report.says("durability", verdict);
        report.says("database connection", "ok");
        report.says("database version", "ok");
        // The tests are the superuser, whom a server should not be.
        report.says("database rights", "warning");
    }
}

#[test]
fn a_role_without_the_rights_of_a_server_is_wrong() {
    let folder = Folder::on_server();
    folder.shop_succeeds("migrate");
    folder.sql(
        "DO $$ BEGIN CREATE ROLE doctor_of_tests LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    folder.sql(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO doctor_of_tests",
    );
    let url = folder.url().replacen("postgres@", "doctor_of_tests@", 1);
    let as_role = |command: &str| {
        let line = format!("{command} --database {url}");
        super::Report::of(&mut folder.command(line.split_whitespace()))
    };
    as_role("doctor").says("database rights", "ok");
    folder.sql("REVOKE INSERT ON changes FROM doctor_of_tests");
    let report = as_role("doctor");
    report.says("database rights", "wrong");
    let told = format!("{:?}", report.checks);
    assert!(told.contains("INSERT on changes"), "{told}");
    folder.sql("DROP OWNED BY doctor_of_tests");
    folder.sql("DROP ROLE doctor_of_tests");
}

#[test]
fn a_server_that_is_away_is_wrong() {
    let folder = Folder::new();
    let line = "doctor --json --database postgres://me:zebra@127.0.0.1:9/shop";
    let told = folder.run(line);
    assert_eq!(told.code, Some(1), "{}", told.stderr);
    assert!(told.stdout.contains("nothing listens"), "{}", told.stdout);
    assert!(!told.stdout.contains("zebra"), "{}", told.stdout);
    let misspelt = folder.run("doctor --database postgres://me:zebra@127.0.0.1:9/shop?ssl=maybe");
    assert_eq!(misspelt.code, Some(1), "{}", misspelt.stderr);
    assert!(!misspelt.stdout.contains("zebra"), "{}", misspelt.stdout);
}
