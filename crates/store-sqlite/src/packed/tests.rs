use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included};

use fastrand::Rng;
use rusqlite::Connection;

use super::*;

const ITEMS: Packed<3> = Packed { table: "items" };
const MOST: usize = Packed::<3>::MOST;

fn table() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE items (first INTEGER PRIMARY KEY, last INTEGER NOT NULL,
             items BLOB NOT NULL) STRICT",
        )
        .unwrap();
    connection
}

fn item(number: i64) -> [i64; 3] {
    [number, -number, i64::MIN + number]
}

fn rows(connection: &Connection) -> i64 {
    connection
        .query_row("SELECT count(*) FROM items", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_full_row_fits_twice_into_a_page() {
    let (page, header, cells) = (4_096, 8, 2 * 2);
    // Lengths and the record's own header, and the two numbers.
    let overhead = 2 + 9 + 5 + 2 * 8;
    assert!(2 * (MOST_BYTES + overhead) + header + cells <= page);
}

#[test]
fn a_batch_takes_as_few_rows_as_it_can() {
    let connection = table();
    assert_eq!(ITEMS.last(&connection).unwrap(), None);
    let (mut next, mut expected) = (1, 0);
    for (count, rows_taken) in [(0, 0), (1, 1), (MOST, 1), (MOST + 1, 2), (3 * MOST, 3)] {
        let count = count as i64;
        let items: Vec<_> = (next..next + count).map(item).collect();
        ITEMS.append(&connection, &items).unwrap();
        next += count;
        expected += rows_taken;
        assert_eq!(rows(&connection), expected, "{count}");
    }
    assert_eq!(ITEMS.last(&connection).unwrap(), Some(next - 1));
    let all = ITEMS.read(&connection, (0, i64::MAX), usize::MAX).unwrap();
    assert_eq!(all, (1..next).map(item).collect::<Vec<_>>());
}

#[test]
fn numbers_rise() {
    let connection = table();
    for items in [[item(2), item(1)], [item(3), item(3)]] {
        ITEMS.append(&connection, &items).unwrap_err();
    }
    ITEMS.append(&connection, &[item(2)]).unwrap();
    for first in [1, 2] {
        let refused = ITEMS.append(&connection, &[item(first), item(3)]);
        assert!(matches!(refused, Err(StorageError::Refused(_))));
    }
    assert_eq!(rows(&connection), 1);
}

#[test]
fn a_row_that_no_version_wrote_is_told() {
    let good = [item(4), item(6)];
    for damage in [
        "items = x''",
        "items = x'00'",
        "items = substr(items, 1, 40)",
        "items = substr(items, 1, 24)",
        "items = CAST(substr(items, 25) || substr(items, 1, 24) AS BLOB)",
        "items = CAST(substr(items, 25) || substr(items, 1, 24) AS BLOB), first = 6, last = 4",
        "last = 7",
        "first = 3",
    ] {
        let connection = table();
        ITEMS.append(&connection, &good).unwrap();
        let sql = format!("UPDATE items SET {damage}");
        assert_eq!(connection.execute(&sql, []).unwrap(), 1);
        for error in [
            ITEMS.find(&connection, 6).unwrap_err(),
            ITEMS.read(&connection, (0, 9), 9).unwrap_err(),
        ] {
            let told = matches!(error, StorageError::Corrupt { table: "items", .. });
            assert!(told, "{damage}: {error}");
        }
    }
}

#[test]
fn rows_that_overlap_are_told() {
    for (last, overlapping) in [(5, vec![]), (6, vec![6]), (7, vec![6])] {
        let connection = table();
        for items in [[item(3), item(5)], [item(6), item(8)], [item(9), item(10)]] {
            ITEMS.append(&connection, &items).unwrap();
        }
        let sql = "UPDATE items SET last = ?1 WHERE first = 3";
        connection.execute(sql, [last]).unwrap();
        assert_eq!(ITEMS.overlapping(&connection).unwrap(), overlapping);
    }
}

/// Whatever the batches, items are found by number and by range as in a map.
#[test]
fn items_are_found_as_in_a_map() {
    for seed in 0..100 {
        let mut rng = Rng::with_seed(seed);
        let connection = table();
        let mut model = BTreeMap::new();
        let mut number = 0;
        for _ in 0..rng.usize(0..6) {
            let mut batch = Vec::new();
            for _ in 0..rng.usize(0..3 * MOST) {
                number += rng.i64(1..4);
                batch.push(item(number));
                model.insert(number, item(number));
            }
            ITEMS.append(&connection, &batch).unwrap();
        }
        let last = ITEMS.last(&connection).unwrap();
        assert_eq!(last, model.keys().next_back().copied(), "seed {seed}");
        for _ in 0..20 {
            let (after, last) = (rng.i64(-2..number + 2), rng.i64(-2..number + 2));
            let limit = rng.usize(0..4 * MOST);
            let expected: Vec<_> = if after < last {
                let range = model.range((Excluded(after), Included(last)));
                range.map(|(_, it)| *it).take(limit).collect()
            } else {
                Vec::new()
            };
            let read = ITEMS.read(&connection, (after, last), limit).unwrap();
            assert_eq!(read, expected, "seed {seed}: {after}, {last}, {limit}");
            let found = ITEMS.find(&connection, after).unwrap();
            assert_eq!(found, model.get(&after).copied(), "seed {seed}: {after}");
        }
    }
}
