//! Imports beside a running server: all of a file or none of it.

use crate::support::{Shop, product, user};
use jumun_domain::{Charge, Command, PutProduct, RegisterUser, Request};
use jumun_store::{Reads, Store};
use jumun_store_sqlite::{ImportError, ImportRow, Importer, OpenError, Options};

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
        .import(&DIGEST, &users(100..1_700), &mut |done| told.push(done))
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
    let error = importer.import(&DIGEST, &rows, &mut |_| {}).unwrap_err();
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
    let error = importer.import(&[8; 32], &rows, &mut |_| {}).unwrap_err();
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
    let imported = importer.import(&DIGEST, &rows, &mut |_| {}).unwrap();
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
    first
        .import(&DIGEST, &users(100..200), &mut |_| {})
        .unwrap();
    drop(first);
    let second = Importer::open(&shop.path(), &Options::default()).unwrap();
    assert_eq!(second.existing_users(&[user(100)]).unwrap(), [user(100)]);
}
