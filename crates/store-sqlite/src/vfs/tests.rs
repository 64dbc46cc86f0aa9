//! Databases whose log is gathered, beside a look from outside: through a
//! connection as ever, and in copies of the files as a crash leaves them.

use std::path::PathBuf;

use rusqlite::{Connection, OpenFlags};

/// More pages than [`SMALL_CACHE_PAGES`], so that SQLite would like to spill.
const MANY_ROWS: i64 = 1_500;
const SMALL_CACHE_PAGES: i64 = 10;

/// A database with one table, and a connection whose log is gathered.
struct Shop {
    folder: tempfile::TempDir,
    connection: Connection,
}

impl Shop {
    fn new(page_size: u32, synchronous: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        let plain = Connection::open(&path).unwrap();
        plain.pragma_update(None, "page_size", page_size).unwrap();
        plain
            .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
            .unwrap();
        let table = "CREATE TABLE goods (id INTEGER PRIMARY KEY, name BLOB) STRICT";
        plain.execute(table, []).unwrap();
        plain.close().unwrap();
        let connection = super::open(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        for (pragma, value) in [("wal_autocheckpoint", 0), ("cache_size", SMALL_CACHE_PAGES)] {
            connection.pragma_update(None, pragma, value).unwrap();
        }
        connection
            .pragma_update(None, "synchronous", synchronous)
            .unwrap();
        Self { folder, connection }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("shop.db-wal")
    }

    fn log_bytes(&self) -> u64 {
        std::fs::metadata(self.log()).unwrap().len()
    }

    fn add(&self, rows: i64) {
        add(&self.connection, rows);
    }

    fn run(&self, sql: &str) {
        self.connection.execute_batch(sql).unwrap();
    }

    /// A process that has opened the database as ever.
    fn neighbour(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    /// What is there after a crash now, and what others see.
    #[track_caller]
    fn assert_rows(&self, expected: i64) {
        assert_eq!(count(&self.neighbour()), expected, "what others see");
        let after = tempfile::tempdir().unwrap();
        let copy = after.path().join("shop.db");
        std::fs::copy(self.path(), &copy).unwrap();
        std::fs::copy(self.log(), after.path().join("shop.db-wal")).unwrap();
        let recovered = Connection::open(&copy).unwrap();
        assert_eq!(count(&recovered), expected, "what a crash leaves");
        let verdict: String = recovered
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(verdict, "ok");
    }
}

/// Adds rows of random bytes, about three to a page of 4096.
fn add(connection: &Connection, rows: i64) {
    let sql = "INSERT INTO goods (name) SELECT randomblob(1200) FROM
        (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT i FROM n)";
    connection.execute(sql, [rows]).unwrap();
}

fn count(connection: &Connection) -> i64 {
    connection
        .query_row("SELECT count(*) FROM goods", [], |row| row.get(0))
        .unwrap()
}

/// Calls of the system that this thread has made to write.
#[cfg(target_os = "linux")]
fn write_calls() -> u64 {
    let counters = std::fs::read_to_string("/proc/thread-self/io").unwrap();
    let calls = counters.lines().find_map(|it| it.strip_prefix("syscw: "));
    calls.unwrap().parse().unwrap()
}

#[test]
fn each_commit_is_in_the_file_when_it_is_seen_whatever_the_sync_and_the_size_of_pages() {
    for synchronous in ["OFF", "NORMAL", "FULL", "EXTRA"] {
        for page_size in [512, 4_096, 65_536] {
            let shop = Shop::new(page_size, synchronous);
            let mut rows = 0;
            for more in [1, 2, 40, 1, MANY_ROWS / 10, 1] {
                shop.add(more);
                rows += more;
                shop.assert_rows(rows);
            }
        }
    }
}

#[test]
fn the_log_ends_with_the_frame_that_commits() {
    let shop = Shop::new(4_096, "FULL");
    shop.run("UPDATE goods SET name = NULL");
    shop.run("INSERT INTO goods VALUES (1, NULL)");
    // Its header, and a frame of one page: nothing fills up a sector.
    assert_eq!(shop.log_bytes(), 32 + 24 + 4_096);
}

#[test]
fn a_transaction_larger_than_the_cache_writes_nothing_before_it_commits() {
    let shop = Shop::new(4_096, "FULL");
    shop.add(1);
    let before = shop.log_bytes();
    shop.run("BEGIN IMMEDIATE");
    shop.add(MANY_ROWS);
    assert_eq!(count(&shop.connection), 1 + MANY_ROWS);
    assert_eq!(shop.log_bytes(), before);
    shop.assert_rows(1);
    shop.run("COMMIT");
    shop.assert_rows(1 + MANY_ROWS);
}

#[test]
fn what_was_rolled_back_never_overwrites_what_another_process_commits_in_its_place() {
    let shop = Shop::new(4_096, "FULL");
    let neighbour = shop.neighbour();
    let mut rows = 0;
    // From a few pages above the cache to many.
    for rolled_back in [36, 48, 72, MANY_ROWS] {
        for theirs in [1, 30, 100] {
            shop.run("BEGIN IMMEDIATE");
            shop.add(rolled_back);
            shop.run("ROLLBACK");
            add(&neighbour, theirs);
            shop.add(1);
            rows += theirs + 1;
            shop.assert_rows(rows);
        }
    }
}

#[test]
fn savepoints_are_rolled_back_and_released_as_ever() {
    let shop = Shop::new(4_096, "FULL");
    shop.run("BEGIN IMMEDIATE");
    shop.add(5);
    shop.run("SAVEPOINT first");
    shop.add(MANY_ROWS);
    shop.run("ROLLBACK TO first");
    shop.add(7);
    shop.run("SAVEPOINT second");
    shop.add(MANY_ROWS);
    shop.run("RELEASE second; RELEASE first; COMMIT");
    shop.assert_rows(12 + MANY_ROWS);
}

#[test]
fn a_log_that_begins_anew_is_written_over_and_cut() {
    let shop = Shop::new(4_096, "FULL");
    let limit: u32 = 1 << 20;
    shop.connection
        .pragma_update(None, "journal_size_limit", limit)
        .unwrap();
    let neighbour = shop.neighbour();
    let mut rows = 0;
    for round in 0..6 {
        shop.add(MANY_ROWS);
        assert!(shop.log_bytes() > limit.into());
        let checkpoint = match round % 3 {
            0 => "PRAGMA wal_checkpoint(PASSIVE)",
            1 => "PRAGMA wal_checkpoint(RESTART)",
            _ => "PRAGMA wal_checkpoint(TRUNCATE)",
        };
        let by = if round % 2 == 0 {
            &neighbour
        } else {
            &shop.connection
        };
        let (busy, log, done): (i64, i64, i64) = by
            .query_row(checkpoint, [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .unwrap();
        assert_eq!((busy, log), (0, done), "{checkpoint}");
        shop.add(1);
        rows += MANY_ROWS + 1;
        assert!(shop.log_bytes() <= limit.into(), "{checkpoint}");
        shop.assert_rows(rows);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_commit_of_a_hundred_pages_is_written_in_a_handful_of_calls() {
    let shop = Shop::new(4_096, "FULL");
    shop.add(1);
    let (calls, bytes) = (write_calls(), shop.log_bytes());
    shop.add(300);
    let frames = (shop.log_bytes() - bytes) / (24 + 4_096);
    assert!(frames >= 100, "{frames} frames");
    let calls = write_calls() - calls;
    assert!((1..=frames / 31 + 1).contains(&calls), "{calls} calls");

    let neighbour = shop.neighbour();
    let calls = write_calls();
    add(&neighbour, 300);
    assert!(write_calls() - calls >= 2 * frames, "the control");
}

#[test]
fn a_checkpoint_that_is_synced_bit_by_bit_is_whole() {
    for page_size in [512, 4_096, 65_536] {
        let shop = Shop::new(page_size, "FULL");
        shop.add(3 * MANY_ROWS);
        let done: i64 = shop
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2))
            .unwrap();
        assert!(done * i64::from(page_size) > 4 << 20, "several syncs");
        // Nothing of it is in the log alone.
        std::fs::remove_file(shop.log()).unwrap();
        std::fs::write(shop.log(), []).unwrap();
        shop.assert_rows(3 * MANY_ROWS);
    }
}
