//! Databases that cannot hold a shop, and one that stops being one.

use jumun_domain::{Command, RegisterUser, Request, UserId};
use jumun_store::{Fault, Readiness, Store as _};
use jumun_store_postgres::{OpenError, Options, PostgresStore, Target, migrate};
use jumun_test_cluster::Cluster;

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
    for table in ["users", "orders", "batches"] {
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
