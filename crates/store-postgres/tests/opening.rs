//! Databases that cannot hold a shop, and one that stops being one.

use std::time::Duration;

use jumun_domain::{Actor, Command, RegisterUser, Request, UserId};
use jumun_store::access::{Changes as _, Tokens as _};
use jumun_store::delivery::{Outbox as _, Platforms as _};
use jumun_store::{Fault, Page, Readiness, Reads as _, Store as _};
use jumun_store_postgres::{
    OpenError, Options, PostgresAccess, PostgresPlatforms, PostgresStore, Target, migrate,
};
use jumun_test_cluster::Cluster;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_keep_every_text_is_refused() {
    let cluster = Cluster::shared();
    for encoding in ["LATIN1", "EUC_KR", "SQL_ASCII"] {
        let name = format!("opening_{}", encoding.to_lowercase());
        cluster.sql(
            "postgres",
            &format!("CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"),
        );
        let target = Target::parse(&cluster.url(&name)).unwrap();
        let refused = migrate(&target, &Options::default()).await.unwrap_err();
        assert!(
            matches!(&refused, OpenError::OtherEncoding { found, .. } if found == encoding),
            "{refused}"
        );
        assert_eq!(
            cluster.sql(
                &name,
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ),
            "0"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_something_else_is_left_as_it_is() {
    for table in [
        "users",
        "orders",
        "batches",
        "platforms",
        "tokens",
        "changes",
    ] {
        let database = Cluster::shared().create_database();
        database.sql(&format!(
            "CREATE TABLE {table} (singleton smallint PRIMARY KEY, note text)"
        ));
        let target = Target::parse(&database.url()).unwrap();
        let refused = migrate(&target, &Options::default()).await.unwrap_err();
        assert!(
            matches!(&refused, OpenError::NotOurs { table: named, .. } if named == table),
            "{refused}"
        );
        assert_eq!(database.sql(&format!("SELECT count(*) FROM {table}")), "0");
    }
}

fn register(id: i64) -> Request {
    let id = UserId::new(id).expect("a small number");
    let register = RegisterUser::new(id, Some("민지 😀")).expect("a short name");
    Request::new(Command::RegisterUser(register), None)
}

/// Makes a shop what it was before tokens and changes were known.
const BACK_TO_VERSION_2: &str = "DROP TABLE tokens, revocations, revocation_counter, changes; \
     DROP FUNCTION keep_changes; DELETE FROM refinery_schema_history WHERE version > 2";

/// Makes such a shop what it was before platforms were known.
const BACK_TO_VERSION_1: &str = "DROP TABLE platforms, pending_deliveries, delivery_attempts, delivery_log, replays; \
     DELETE FROM refinery_schema_history WHERE version > 1";

/// Longer than a test takes.
const TERM: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_of_an_older_version_is_refused_until_it_is_migrated_and_keeps_what_it_has() {
    let versions = [
        (1, [BACK_TO_VERSION_2, BACK_TO_VERSION_1].join(";"), 0),
        (2, BACK_TO_VERSION_2.to_owned(), 1),
    ];
    for (version, back, platforms) in versions {
        let database = Cluster::shared().create_database();
        let target = Target::parse(&database.url()).unwrap();
        let options = Options::default();
        let store = PostgresStore::open(&target, &options).await.unwrap();
        store.execute(register(1)).await.unwrap();
        let leased = store.take_lease("warehouse", Uuid::nil(), TERM).await;
        assert!(leased.unwrap().is_some());
        database.sql(&back);

        let older = |refused: Option<OpenError>| {
            let told =
                matches!(&refused, Some(OpenError::Older { found, .. }) if *found == version);
            assert!(told, "{refused:?}");
        };
        older(PostgresStore::open(&target, &options).await.err());
        older(PostgresPlatforms::open(&target).await.err());
        older(PostgresAccess::open(&target).await.err());

        let migration = migrate(&target, &options).await.unwrap();
        assert_eq!(migration.from, version);
        // What runs goes on as it did.
        store.execute(register(2)).await.unwrap();
        let newer = PostgresStore::open(&target, &options).await.unwrap();
        for id in [1, 2] {
            let id = UserId::new(id).expect("a small number");
            assert!(newer.user(id).await.unwrap().is_some());
        }
        let operators = PostgresPlatforms::open(&target).await.unwrap();
        assert_eq!(operators.platforms().await.unwrap().len(), platforms);
        has_a_history(&target, &newer).await;
        newer.close().await;
        store.close().await;
    }
}

/// Its history is empty at first, and gets the line of what is done by name.
async fn has_a_history(target: &Target, store: &PostgresStore) {
    let doors = PostgresAccess::open(target).await.expect("a shop");
    assert_eq!(doors.newest_revocation().await.expect("no fault"), 0);
    let page = Page {
        after: None,
        limit: 10,
    };
    assert_eq!(doors.changes(page).await.expect("no fault").items, []);
    store
        .execute(register(3).by(Actor::local()))
        .await
        .expect("no fault");
    let lines = doors.changes(page).await.expect("no fault").items;
    let told: Vec<_> = lines.iter().map(|it| (&*it.action, &*it.subject)).collect();
    assert_eq!(told, [("user.put", "user:3")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_not_ready_while_its_batches_find_no_tables() {
    let database = Cluster::shared().create_database();
    let target = Target::parse(&database.url()).unwrap();
    let store = PostgresStore::open(&target, &Options::default())
        .await
        .unwrap();
    store.execute(register(1)).await.unwrap();
    assert_eq!(store.readiness().await, Readiness::Ready);

    database.sql("ALTER TABLE users RENAME TO people");
    let told = store.execute(register(2)).await;
    assert!(matches!(told, Err(Fault::Determinate(_))), "{told:?}");
    let told = store.readiness().await;
    assert!(matches!(told, Readiness::NotReady(_)), "{told:?}");

    database.sql("ALTER TABLE people RENAME TO users");
    assert_eq!(store.readiness().await, Readiness::Ready);
    store.execute(register(2)).await.unwrap();
    store.close().await;
}
