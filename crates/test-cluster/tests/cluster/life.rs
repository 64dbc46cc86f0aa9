//! Clusters and databases come, are broken, and come back.

use jumun_test_cluster::{Cluster, Mode, Settings};

use crate::support::{connect, poll, runtime, states_of_processes_in};

#[test]
fn a_new_database_is_empty_and_its_own() {
    let cluster = Cluster::shared();
    let (one, two) = (cluster.create_database(), cluster.create_database());
    one.sql("CREATE TABLE item (id int)");
    assert_eq!(two.sql("SELECT to_regclass('item') IS NULL"), "t");
    assert_ne!(one.url(), two.url());
}

#[test]
fn a_database_of_a_template_holds_what_that_holds() {
    let cluster = Cluster::shared();
    let template = cluster.create_database();
    template.sql("CREATE TABLE item AS SELECT 7 AS id");
    let copy = cluster.create_database_from(template.name());
    assert_eq!(copy.sql("SELECT id FROM item"), "7");
}

#[test]
fn a_database_goes_with_its_sessions_when_it_is_dropped() {
    let cluster = Cluster::shared();
    let database = cluster.create_database();
    let name = database.name().to_owned();
    let url = database.url();
    let session = std::thread::spawn(move || {
        runtime().block_on(async {
            connect(&url)
                .await?
                .batch_execute("SELECT pg_sleep(600)")
                .await
        })
    });
    let sleeps = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND wait_event = 'PgSleep'"
    );
    poll(|| cluster.sql("postgres", &sleeps) == "1");
    drop(database);
    let error = session.join().expect("no panic").expect_err("it is ended");
    assert!(error.to_string().contains("connection") || error.as_db_error().is_some());
    let left = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    assert_eq!(cluster.sql("postgres", &left), "0");
}

#[test]
fn what_was_committed_survives_a_kill_and_every_stop() {
    let cluster = Cluster::start(Settings::default());
    cluster.sql("postgres", "CREATE TABLE item (id int)");
    let ends: [(&str, &dyn Fn()); 5] = [
        ("kill", &|| cluster.kill()),
        ("kill while paused", &|| {
            cluster.pause();
            cluster.kill();
        }),
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

#[test]
fn a_kill_leaves_no_process_and_loses_what_was_not_committed() {
    let cluster = Cluster::start(Settings::default());
    cluster.sql("postgres", "CREATE TABLE item (id int)");
    runtime().block_on(async {
        let client = connect(&cluster.url("postgres")).await.expect("a session");
        client
            .batch_execute("BEGIN; INSERT INTO item VALUES (1)")
            .await
            .expect("it is inserted");
        cluster.kill();
        client
            .batch_execute("COMMIT")
            .await
            .expect_err("there is no server");
    });
    cluster.start_again();
    let data = cluster.sql("postgres", "SHOW data_directory");
    assert_eq!(cluster.sql("postgres", "SELECT count(*) FROM item"), "0");
    assert!(
        cluster.log().contains("was not properly shut down"),
        "{}",
        cluster.log()
    );
    cluster.kill();
    assert_eq!(states_of_processes_in(&data), []);
}

#[test]
fn a_paused_server_stands_still_and_keeps_its_sessions() {
    let cluster = Cluster::start(Settings::default());
    let data = cluster.sql("postgres", "SHOW data_directory");
    runtime().block_on(async {
        let client = connect(&cluster.url("postgres")).await.expect("a session");
        client
            .batch_execute("SET application_name = 'kept'")
            .await
            .expect("it runs");
        cluster.pause();
        let states = states_of_processes_in(&data);
        assert!(
            states.len() > 1 && states.iter().all(|&state| state == 'T'),
            "{states:?}"
        );
        cluster.resume();
        let name = client
            .query_one("SHOW application_name", &[])
            .await
            .expect("it runs");
        assert_eq!(name.get::<_, &str>(0), "kept");
    });
}
