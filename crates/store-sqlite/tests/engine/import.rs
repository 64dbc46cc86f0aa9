//! Imports beside a running server: all of a file or none of it.

use std::ops::ControlFlow;

use crate::support::{Shop, product, user};
use jumun_domain::{Actor, Charge, Command, PutProduct, RegisterUser, Request};
use jumun_store::access::Changes as _;
use jumun_store::{ImportRow, Page, Reads, Store};
use jumun_store_sqlite::{ImportError, Importer, OpenError, Options};

const DIGEST: [u8; 32] = [7; 32];

fn users(ids: std::ops::Range<i64>) -> Vec<ImportRow> {
    let requests = |id| {
        let register = RegisterUser::new(user(id), None).unwrap();
        let charge = Charge::new(user(id), 500, None).unwrap();
        vec![
            Request::new(Command::RegisterUser(register), None),
            Request::new(Command::Charge(charge), None),
        ]
    };
    ids.map(|id| ImportRow {
        line: id as u64,
        requests: requests(id),
    })
    .collect()
}

fn products(ids: std::ops::Range<i64>) -> Vec<ImportRow> {
    let requests = |id| {
        let put = PutProduct::new(product(id), "곶감", 700, Some(9), true, None).unwrap();
        vec![Request::new(Command::PutProduct(put), None)]
    };
    ids.map(|id| ImportRow {
        line: id as u64,
        requests: requests(id),
    })
    .collect()
}

fn go_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

async fn assert_clean(shop: &Shop) {
    let report = jumun_store_sqlite::audit(&shop.path(), &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_brought_in_beside_a_running_server() {
    let shop = Shop::open().await;
    let mut importer = Importer::open(&shop.path(), &Options::default()).unwrap();
    let mut told = Vec::new();
    let imported = importer
        .import(&DIGEST, &users(100..1_700), &mut |done| {
            told.push(done);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!((imported.rows, imported.resumed), (1_600, 0));
    assert_eq!(told.last(), Some(&1_600));
    shop.order(1, true).await;
    let imported = shop.store.user(user(1_699)).await.unwrap().unwrap();
    assert_eq!(imported.balance.get(), 500);
    assert_clean(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_exists_takes_back_the_whole_import() {
    let shop = Shop::open().await;
    let mut importer = Importer::open(&shop.path(), &Options::default()).unwrap();
    let mut rows = users(100..1_300);
    rows.push(ImportRow {
        line: 1_300,
        requests: users(2..3)[0].requests.clone(),
    });
    let error = importer.import(&DIGEST, &rows, &mut go_on).unwrap_err();
    assert!(
        matches!(error, ImportError::Row { line: 1_300, .. }),
        "{error}"
    );
    assert_eq!(shop.store.user(user(100)).await.unwrap(), None);
    assert_eq!(
        shop.store
            .user(user(2))
            .await
            .unwrap()
            .unwrap()
            .balance
            .get(),
        100_000
    );
    assert_clean(&shop).await;

    let mut rows = products(100..700);
    rows.push(ImportRow {
        line: 700,
        requests: products(1..2)[0].requests.clone(),
    });
    let error = importer.import(&[8; 32], &rows, &mut go_on).unwrap_err();
    assert!(
        matches!(error, ImportError::Row { line: 700, .. }),
        "{error}"
    );
    assert_eq!(shop.store.product(product(100)).await.unwrap(), None);
    assert_clean(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_cut_short_is_finished_by_running_it_again() {
    let shop = Shop::open().await;
    let rows = users(100..1_300);
    let mut importer = Importer::open(&shop.path(), &Options::default()).unwrap();
    // The progress callback stands for the kill: the first chunk is committed.
    let cut = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        importer.import(&DIGEST, &rows, &mut |_| panic!("killed"))
    }));
    assert!(cut.is_err());
    drop(importer);
    let mut importer = Importer::open(&shop.path(), &Options::default()).unwrap();
    let done = importer.already_done(&DIGEST).unwrap();
    assert!(done > 0 && done < 1_200, "{done}");
    let imported = importer.import(&DIGEST, &rows, &mut go_on).unwrap();
    assert_eq!((imported.rows, imported.resumed), (1_200 - done, done));
    assert_eq!(importer.already_done(&DIGEST).unwrap(), 0);
    let existing = importer
        .existing_users(&[user(99), user(100), user(1_299)])
        .unwrap();
    assert_eq!(existing, [user(100), user(1_299)]);
    assert_clean(&shop).await;
    shop.store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_import_at_the_same_time_is_refused_also_through_a_link() {
    let shop = Shop::open().await;
    let link = shop.folder().join("link.db");
    std::os::unix::fs::symlink(shop.path(), &link).unwrap();
    let mut first = Importer::open(&shop.path(), &Options::default()).unwrap();
    for path in [shop.path(), link] {
        let error = match Importer::open(&path, &Options::default()) {
            Err(error) => error,
            Ok(_) => panic!("two imports at once"),
        };
        let own = Some(std::process::id());
        assert!(
            matches!(&error, OpenError::ImportUnderWay { holder, .. } if *holder == own),
            "{error}"
        );
        assert!(
            error.to_string().contains("; wait until it has ended"),
            "{error}"
        );
    }
    first.import(&DIGEST, &users(100..200), &mut go_on).unwrap();
    drop(first);
    let second = Importer::open(&shop.path(), &Options::default()).unwrap();
    assert_eq!(second.existing_users(&[user(100)]).unwrap(), [user(100)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_someone_has_changed_since_is_not_taken_back() {
    let shop = Shop::open().await;
    let rename = |name| Command::RegisterUser(RegisterUser::new(user(101), Some(name)).unwrap());
    let put = |id, name, price, active, limit| {
        Command::PutProduct(PutProduct::new(product(id), name, price, None, active, limit).unwrap())
    };
    // Each acknowledged while the import runs; the last two change nothing that lasts.
    let users_changed = [rename("이주문")];
    let products_changed = [
        put(101, "감말랭이", 700, true, None),
        put(102, "곶감", 701, true, None),
        put(103, "곶감", 700, false, None),
        put(104, "곶감", 700, true, Some(3)),
        put(105, "곶감", 700, true, Some(3)),
        put(105, "곶감", 700, true, None),
    ];
    let cases = [
        (users(100..1_300), users(2..3), users_changed.to_vec(), 1),
        (
            products(100..700),
            products(1..2),
            products_changed.to_vec(),
            5,
        ),
    ];
    for (mut rows, existing, changes, expected) in cases {
        let bad = rows.len() as u64;
        rows.push(ImportRow {
            line: bad,
            requests: existing[0].requests.clone(),
        });
        let mut importer = Importer::open(&shop.path(), &Options::default()).unwrap();
        let mut changes = Some(changes);
        let error = importer
            .import(&DIGEST, &rows, &mut |_| {
                for change in changes.take().into_iter().flatten() {
                    let done = shop.store.execute(Request::new(change, None));
                    tokio::task::block_in_place(|| {
                        tokio::runtime::Handle::current().block_on(done).unwrap();
                    });
                }
                ControlFlow::Continue(())
            })
            .unwrap_err();
        assert!(
            matches!(error, ImportError::Kept { kept, .. } if kept == expected),
            "{error}"
        );
    }
    let kept = shop.store.user(user(101)).await.unwrap().unwrap();
    assert_eq!(kept.name.as_deref(), Some("이주문"));
    for id in 101..=105 {
        assert!(
            shop.store.product(product(id)).await.unwrap().is_some(),
            "{id}"
        );
    }
    for id in [100, 106] {
        assert_eq!(shop.store.user(user(id)).await.unwrap(), None);
        assert_eq!(shop.store.product(product(id)).await.unwrap(), None);
    }
    assert_clean(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_import_takes_back_is_in_the_history_as_well() {
    let shop = Shop::open().await;
    for (mut rows, existing, subject) in [
        (users(100..701), users(2..3), "user:100"),
        (products(100..701), products(1..2), "product:100"),
    ] {
        let by = Actor::command_line("haneul");
        rows.push(ImportRow {
            line: 999,
            requests: existing[0].requests.clone(),
        });
        for request in rows.iter_mut().flat_map(|row| &mut row.requests) {
            request.actor = Some(by.clone());
        }
        let mut importer = Importer::open(&shop.path(), &Options::default()).unwrap();
        let bad = importer.import(&DIGEST, &rows, &mut go_on).unwrap_err();
        assert!(matches!(bad, ImportError::Row { line: 999, .. }), "{bad}");

        let doors = shop.store.access();
        let (after, limit) = (None, 10_000);
        let lines = doors.changes(Page { after, limit }).await.unwrap().items;
        let of_one = lines.iter().filter(|line| &*line.subject == subject);
        let newest = of_one.clone().next().unwrap();
        assert_eq!((&*newest.action, &newest.actor), ("import.take-back", &by));
        assert!(newest.before.is_some() && newest.after.is_none());
        let told = |action: &str| {
            of_one
                .clone()
                .filter(|line| &*line.action == action)
                .count()
        };
        assert_eq!(told("import.take-back"), 1);
        assert_eq!(told("user.put") + told("product.put"), 1);
    }
    assert_clean(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_can_be_stopped_after_a_transaction_and_is_told_of_until_it_is_finished() {
    let shop = Shop::open().await;
    let rows = users(100..1_300);
    let mut importer = Importer::open(&shop.path(), &Options::default()).unwrap();
    let stopped = importer
        .import(&DIGEST, &rows, &mut |_| ControlFlow::Break(()))
        .unwrap_err();
    let done = importer.already_done(&DIGEST).unwrap();
    assert!(done > 0 && done < 1_200, "{done}");
    assert!(
        matches!(stopped, ImportError::Stopped { done: told, total: 1_200 } if told == done),
        "{stopped}"
    );
    assert_eq!(importer.unfinished().unwrap(), [done]);
    importer.import(&DIGEST, &rows, &mut go_on).unwrap();
    assert!(importer.unfinished().unwrap().is_empty());
    // Asked to stop when all is in, it is done.
    let last = importer.import(&[9; 32], &users(2_000..2_100), &mut |_| {
        ControlFlow::Break(())
    });
    assert_eq!(last.unwrap().rows, 100);
    assert_clean(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_cut_short_while_it_takes_back_does_not_count_what_is_gone() {
    let shop = Shop::open().await;
    let mut rows = users(100..1_300);
    rows.push(ImportRow {
        line: 1_300,
        requests: users(2..3)[0].requests.clone(),
    });
    // No user of the first transaction can be removed: the storage fails there.
    rusqlite::Connection::open(shop.path())
        .unwrap()
        .execute_batch(
            "CREATE TRIGGER stop BEFORE DELETE ON users WHEN old.user_id = 100
             BEGIN SELECT RAISE(ABORT, 'cut short'); END",
        )
        .unwrap();
    let mut importer = Importer::open(&shop.path(), &Options::default()).unwrap();
    let error = importer.import(&DIGEST, &rows, &mut go_on).unwrap_err();
    let left = importer.already_done(&DIGEST).unwrap();
    assert!(
        matches!(error, ImportError::Storage { done, .. } if done == left),
        "{error}"
    );
    let left = i64::try_from(left).unwrap();
    assert!(left > 0 && left < 1_200, "{left}");
    for (id, there) in [
        (100, true),
        (99 + left, true),
        (100 + left, false),
        (1_299, false),
    ] {
        let found = shop.store.user(user(id)).await.unwrap().is_some();
        assert_eq!(found, there, "{id} of {left} left");
    }
}
