//! What is in afterwards, and which row is told when it is nothing.

use std::ops::ControlFlow;
use std::time::Instant;

use jumun_domain::{Actor, AdjustmentId, EntryId, EntryKind};
use jumun_store::{Page, Reads as _};
use jumun_store_postgres::{ImportError, Importer, Options, Target};
use jumun_test_cluster::Cluster;
use tokio_postgres::NoTls;

use crate::support::{DEADLINE, Shop, go_on, product, products, told, user, users};

/// User 1 and product 1 with their histories, and nothing else.
const AS_BEFORE: &str = "1|1|1|1";

/// Some round trips.
const MANY: i64 = 5_000;

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_brought_in_as_requests_would_have_done_it() {
    let shop = Shop::open().await;
    let mut importer = shop.importer().await;
    let mut seen = Vec::new();
    let outcome = importer
        .import(&users(100..100 + MANY), &mut |done| {
            seen.push(done);
            ControlFlow::Continue(())
        })
        .await;
    assert_eq!(told(outcome), format!("imported {MANY}"));
    assert!(seen.is_sorted() && seen.len() > 1, "{seen:?}");
    assert_eq!(seen.last(), Some(&(MANY as u64)));
    let outcome = importer.import(&products(2..4), &mut go_on).await;
    assert_eq!(told(outcome), "imported 2");

    let page = Page::<EntryId> {
        after: None,
        limit: 10,
    };
    let entries = shop.store.entries(user(100), page).await.unwrap().unwrap();
    assert_eq!(entries.items.len(), 1);
    let entry = &entries.items[0];
    assert_eq!(entry.kind, EntryKind::Charge);
    assert_eq!((entry.amount.get(), entry.balance_after.get()), (500, 500));
    assert_eq!(shop.balance(100 + MANY - 1).await, Some(500));
    let page = Page::<AdjustmentId> {
        after: None,
        limit: 10,
    };
    let adjustments = shop.store.stock_adjustments(product(2), page).await;
    let adjustments = adjustments.unwrap().unwrap().items;
    assert_eq!(adjustments.len(), 1);
    assert!(adjustments[0].opening);
    assert_eq!(adjustments[0].stock.get(), 9);
    shop.order(3).await;
    let sold = shop.store.product(product(3)).await.unwrap().unwrap();
    assert_eq!(sold.stock.get(), 8);
    // The opening charge and the order's payment are in one chain.
    let unchained = "SELECT count(*) FROM users WHERE last_entry IS NULL";
    assert_eq!(shop.database.sql(unchained), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_somebody_is_named_for_leave_their_lines() {
    let shop = Shop::open().await;
    let mut importer = shop.importer().await;
    let mut rows = users(100..103);
    for request in rows.iter_mut().flat_map(|row| &mut row.requests) {
        *request = request.clone().by(Actor::command_line("haneul"));
    }
    assert_eq!(told(importer.import(&rows, &mut go_on).await), "imported 3");
    let outcome = told(importer.import(&rows, &mut go_on).await);
    assert!(outcome.contains("exists already"), "{outcome}");
    let lines = shop
        .database
        .sql("SELECT actor, action, subject FROM changes ORDER BY change_id");
    let of = |id| format!("cli:haneul|user.put|user:{id}\ncli:haneul|balance.charge|user:{id}");
    assert_eq!(lines, [100, 101, 102].map(of).join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_creates_the_shop_in_an_empty_schema() {
    let database = Cluster::shared().create_database();
    let target = Target::parse(&database.url()).unwrap();
    let mut importer = Importer::open(&target, &Options::default()).await.unwrap();
    let outcome = importer.import(&users(1..3), &mut go_on).await;
    assert_eq!(told(outcome), "imported 2");
    let outcome = importer.import(&[], &mut go_on).await;
    assert_eq!(told(outcome), "imported 0");
    assert_eq!(database.sql("SELECT count(*) FROM users"), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_exist_are_found_before() {
    let shop = Shop::open().await;
    let importer = shop.importer().await;
    let found = importer.existing_users(&[user(1), user(2)]).await.unwrap();
    assert_eq!(found, [user(1)]);
    let found = importer.existing_products(&[product(1), product(2)]).await;
    assert_eq!(found.unwrap(), [product(1)]);
    let nobody: Vec<_> = (2..30_000).map(user).collect();
    assert!(importer.existing_users(&nobody).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_exists_or_is_there_twice_is_named_and_nothing_is_imported() {
    let shop = Shop::open().await;
    let with = |extra: i64| users((100..100 + MANY).chain([extra]));
    let table = [
        (
            with(1),
            "line 1: user 1 exists already; nothing was imported",
        ),
        (
            with(101),
            "line 101: user 101 exists already; nothing was imported",
        ),
        (
            products((100..100 + MANY).chain([1])),
            "line 1: product 1 exists already; nothing was imported",
        ),
    ];
    let mut importer = shop.importer().await;
    for (rows, expected) in table {
        assert_eq!(told(importer.import(&rows, &mut go_on).await), expected);
        assert_eq!(shop.counts(), AS_BEFORE, "{expected}");
    }
    assert_eq!(shop.balance(1).await, Some(100_000));
    // The connection is as good as before.
    let outcome = importer.import(&users(100..102), &mut go_on).await;
    assert_eq!(told(outcome), "imported 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_adds_meanwhile_is_named_and_nothing_is_imported() {
    let shop = Shop::open().await;
    let mut importer = shop.importer().await;
    let last = 100 + MANY - 1;
    let mut added = false;
    let outcome = importer
        .import(&users(100..=last), &mut |_| {
            if !std::mem::replace(&mut added, true) {
                shop.database.sql(&insert_user(last));
            }
            ControlFlow::Continue(())
        })
        .await;
    let expected = format!("line {last}: user {last} exists already; nothing was imported");
    assert_eq!(told(outcome), expected);
    assert_eq!(shop.balance(100).await, None);
    assert_eq!(shop.balance(last).await, Some(7));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_waits_for_one_who_adds_the_same_row_and_goes_by_how_that_ends() {
    for (end, expected) in [
        (
            "COMMIT",
            "line 100: user 100 exists already; nothing was imported",
        ),
        ("ROLLBACK", "imported 2"),
    ] {
        let shop = Shop::open().await;
        let mut importer = shop.importer().await;
        let (other, connection) = tokio_postgres::connect(&shop.database.url(), NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let begin = format!("BEGIN; {}", insert_user(100));
        other.batch_execute(&begin).await.unwrap();
        let import =
            tokio::spawn(async move { importer.import(&users(100..102), &mut go_on).await });
        let waiting = "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let deadline = Instant::now() + DEADLINE;
        while other
            .query_one(waiting, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            == 0
        {
            assert!(!import.is_finished(), "it did not wait");
            assert!(Instant::now() < deadline, "it does nothing");
        }
        other.batch_execute(end).await.unwrap();
        assert_eq!(told(import.await.unwrap()), expected, "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_told_to_stop_imports_nothing_and_can_be_run_again() {
    let shop = Shop::open().await;
    let mut importer = shop.importer().await;
    let rows = users(100..100 + MANY);
    let outcome = importer
        .import(&rows, &mut |_| ControlFlow::Break(()))
        .await;
    let Err(ImportError::Stopped { done, total }) = outcome else {
        panic!("{}", told(outcome));
    };
    assert!(done > 0 && done < total && total == MANY as u64, "{done}");
    assert_eq!(shop.counts(), AS_BEFORE);
    let outcome = importer.import(&rows, &mut go_on).await;
    assert_eq!(told(outcome), format!("imported {MANY}"));
}

fn insert_user(id: i64) -> String {
    format!(
        "INSERT INTO users (user_id, balance, paid, last_key, created_at) \
         VALUES ({id}, 7, 0, 0, 0)"
    )
}
