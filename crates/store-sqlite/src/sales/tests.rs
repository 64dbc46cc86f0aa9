//! Figures beside a model, however far the log is folded.

use std::collections::BTreeMap;

use jumun_domain::{Journal, Sale, Timestamp};

use super::*;
use crate::connection::Role;
use crate::options::Options;

const HOUR_MICROS: i64 = 3_600_000_000;

struct Shop {
    connection: Connection,
    _folder: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        crate::migrate(&path, &Options::default()).unwrap();
        Self {
            connection: crate::connection::open(&path, Role::Writer).unwrap(),
            _folder: folder,
        }
    }

    fn rows(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        self.connection
            .query_row(&sql, [], |row| row.get(0))
            .unwrap()
    }

    /// Pieces of each product from an hour on.
    fn pieces_since(&self, hour: i64) -> BTreeMap<i64, i64> {
        let found = totals(&self.connection, hour).unwrap();
        let pieces = found.into_iter().map(|(id, it)| {
            assert_eq!(it.amount, i128::from(it.quantity) * 100, "product {id}");
            (id, it.quantity)
        });
        pieces.collect()
    }
}

/// Hours, products and pieces, which cost 100 each.
fn journal(sales: &[(i64, i64, i64)]) -> Journal {
    let mut journal = Journal::default();
    for (hour, product, quantity) in sales {
        let key = (
            Timestamp::from_micros(hour * HOUR_MICROS).hour(),
            ProductId::new(*product).unwrap(),
        );
        let sale = Sale {
            quantity: Units::new(*quantity).unwrap(),
            amount: Money::new(quantity * 100).unwrap(),
        };
        journal.sales.insert(key, sale);
    }
    journal
}

#[test]
fn figures_are_the_same_however_far_the_log_is_folded() {
    const BATCHES: usize = 300;
    for seed in 0..20 {
        let mut random = fastrand::Rng::with_seed(seed);
        let shop = Shop::new();
        let limit = random.usize(1..60);
        let mut log = SalesLog::folding_after(limit);
        let mut model = BTreeMap::new();
        for _ in 0..BATCHES {
            let mut sales = BTreeMap::new();
            for _ in 0..random.usize(1..=8) {
                // Less than none: a cancel of an order of that hour.
                let quantity = random.i64(-3..10);
                sales.insert((random.i64(1..=3), random.i64(1..=9)), quantity);
            }
            let sales: Vec<_> = sales.into_iter().map(|((a, b), c)| (a, b, c)).collect();
            for (hour, product, quantity) in &sales {
                *model.entry((*hour, *product)).or_insert(0) += quantity;
            }
            log.append(&shop.connection, &journal(&sales)).unwrap();
            if random.u8(..10) == 0 {
                // A transaction that was not committed, or a restart.
                log.forget();
            }
            let since = random.i64(0..=3);
            let mut expected = BTreeMap::new();
            for ((hour, product), quantity) in &model {
                if *hour >= since {
                    *expected.entry(*product).or_insert(0) += quantity;
                }
            }
            assert_eq!(shop.pieces_since(since), expected, "seed {seed}");
        }
        assert!(shop.rows("sales") > 0, "seed {seed}: nothing was folded");
    }
}

#[test]
fn the_log_is_folded_and_gets_short_again() {
    const LIMIT: usize = 100;
    let shop = Shop::new();
    let mut log = SalesLog::folding_after(LIMIT);
    let (mut longest, mut least) = (0, i64::MAX);
    for batch in 0..1_000 {
        let sales = [(1, batch % 7 + 1, 1), (1, 8, 1)];
        log.append(&shop.connection, &journal(&sales)).unwrap();
        longest = longest.max(shop.rows("sales_log"));
        if batch > 200 {
            least = least.min(shop.rows("sales_log"));
        }
    }
    // A part is LIMIT / 2 batches, and removed while the next one grows.
    assert!((50..=110).contains(&longest), "{longest} entries");
    assert!(least <= 20, "{least} entries");
    assert_eq!(shop.rows("sales"), 8);
    assert_eq!(shop.pieces_since(0)[&8], 1_000);
}

#[test]
fn no_batch_folds_much_more_than_it_has_appended() {
    let shop = Shop::new();
    let mut log = SalesLog::folding_after(500);
    let mut folded = 0;
    for product in 1..1_000 {
        log.append(&shop.connection, &journal(&[(1, product, 1)]))
            .unwrap();
        let now = shop.rows("sales");
        assert!(now - folded <= 2, "{} figures at once", now - folded);
        folded = now;
    }
    assert_eq!(folded, 500, "each figure of the first part");
}

#[test]
fn the_log_stays_short_however_many_hours_a_batch_touches() {
    const LIMIT: usize = 200;
    let shop = Shop::new();
    let mut log = SalesLog::folding_after(LIMIT);
    // Cancels of orders of the last day: an entry for each hour.
    let sales: Vec<_> = (1..=24).map(|hour| (hour, hour, 1)).collect();
    for _ in 0..500 {
        log.append(&shop.connection, &journal(&sales)).unwrap();
        let entries = shop.rows("sales_log");
        assert!(entries <= 2 * 200 + 24, "{entries} entries");
    }
}
