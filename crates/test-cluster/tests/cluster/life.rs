//! What a cluster promises to the tests that use it.

use jumun_test_cluster::{Cluster, Mode, Settings};

#[test]
fn a_new_database_is_empty_and_its_own() {
    let cluster = Cluster::shared();
    let (one, two) = (cluster.create_database(), cluster.create_database());
    one.sql("CREATE TABLE item (id int)");
    assert_eq!(two.sql("SELECT to_regclass('item') IS NULL"), "t");
    assert_ne!(one.url(), two.url());
}

#[test]
fn what_was_committed_survives_a_kill_and_every_stop() {
    let cluster = Cluster::start(Settings::default());
    cluster.sql("postgres", "CREATE TABLE item (id int)");
    let ends: [(&str, &dyn Fn()); 4] = [
        ("kill", &|| cluster.kill()),
        ("smart", &|| cluster.stop(Mode::Smart)),
        ("fast", &|| cluster.stop(Mode::Fast)),
        ("immediate", &|| cluster.stop(Mode::Immediate)),
    ];
    for (count, (name, end)) in ends.into_iter().enumerate() {
        cluster.sql("postgres", &format!("INSERT INTO item VALUES ({count})"));
        end();
        assert!(cluster.try_sql("postgres", "SELECT 1").is_err(), "{name}");
        cluster.start_again();
        let seen = cluster.sql("postgres", "SELECT max(id) FROM item");
        assert_eq!(seen, count.to_string(), "{name}: {}", cluster.log());
    }
}
