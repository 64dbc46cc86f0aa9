//! Standbys follow and take over.

use jumun_test_cluster::{Cluster, Settings};

use crate::support::poll;

#[test]
fn a_promoted_standby_has_all_that_was_committed_synchronously() {
    let primary = Cluster::start(Settings::default());
    let standby = primary.standby();
    primary.set("synchronous_standby_names", standby.name());
    primary.sql("postgres", "CREATE TABLE item AS SELECT 1 AS id");
    primary.kill();
    assert_eq!(standby.sql("postgres", "SELECT pg_is_in_recovery()"), "t");
    standby.promote();
    standby.sql("postgres", "INSERT INTO item VALUES (2)");
    assert_eq!(standby.sql("postgres", "SELECT sum(id) FROM item"), "3");
}

#[test]
fn a_commit_waits_for_a_synchronous_standby_and_for_no_other() {
    let primary = Cluster::start(Settings::default());
    let standby = primary.standby();
    primary.sql("postgres", "CREATE TABLE item (id int)");
    standby.pause();
    primary.sql("postgres", "INSERT INTO item VALUES (1)");
    primary.set("synchronous_standby_names", standby.name());
    std::thread::scope(|scope| {
        let insert = scope.spawn(|| primary.sql("postgres", "INSERT INTO item VALUES (2)"));
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        poll(|| primary.sql("postgres", waits) == "1");
        assert!(!insert.is_finished());
        standby.resume();
        insert.join().expect("it is inserted");
    });
}

#[test]
fn a_standby_catches_up_after_a_kill() {
    let primary = Cluster::start(Settings::default());
    let standby = primary.standby();
    standby.kill();
    primary.sql("postgres", "CREATE TABLE item AS SELECT 1 AS id");
    standby.start_again();
    poll(|| standby.sql("postgres", "SELECT to_regclass('item') IS NOT NULL") == "t");
}

#[test]
fn a_standby_of_a_cluster_that_waits_for_standbys_is_promoted_without_any() {
    let primary = Cluster::start(Settings {
        synchronous_standby_names: "*".to_owned(),
        password: Some("secret".to_owned()),
        ..Settings::default()
    });
    let standby = primary.standby();
    primary.sql("postgres", "CREATE TABLE item AS SELECT 1 AS id");
    drop(primary);
    standby.promote();
    standby.sql("postgres", "INSERT INTO item VALUES (2)");
}
