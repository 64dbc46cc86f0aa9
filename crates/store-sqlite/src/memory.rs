//! What the writer remembers from one batch to the next.

use rusqlite::Connection;

use crate::gather::Gathered;
use crate::options::MAX_KEPT_ROWS;
use crate::sales::SalesLog;
use crate::states::{Changed, Folding, Log};
use crate::storage::StorageError;

/// The users, products and campaigns of earlier batches, as the last one left
/// them: most orders then read nothing but their key.
///
/// It belongs to one connection and goes with it. What it holds is what the
/// connection would read: SQLite tells of each commit of another one, be it in
/// this process or in another (`PRAGMA data_version`), and then everything is
/// forgotten, as SQLite itself forgets its cached pages.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) rows: Gathered,
    pub(crate) sales: SalesLog,
    pub(crate) log: Log,
    folding: Folding,
    /// SQLite's number for what others had committed when the rows were read.
    version: Option<i64>,
}

impl Memory {
    /// With a log of states that is folded after so many.
    pub(crate) fn folding_after(states: usize) -> Self {
        Self {
            folding: Folding::after(states),
            ..Self::default()
        }
    }

    /// To be called within each transaction before anything is decided: forgets
    /// what the database may no longer hold, or what is too much to keep.
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Result<(), StorageError> {
        let version = connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        if self.version != Some(version) {
            let known = self.log.entries();
            self.log.refresh(connection)?;
            if self.log.entries() != known {
                // It knows nothing of what others have appended, and must not remove it.
                self.folding.forget();
                // What is there is counted anew: it has counted all that ever was.
                self.log = Log::default();
                self.log.refresh(connection)?;
            }
        }
        if self.version != Some(version) || self.rows.set.kept_rows() > MAX_KEPT_ROWS {
            self.rows = Gathered::default();
            self.version = Some(version);
        }
        Ok(())
    }

    /// Appends what a round of a batch has left to the log, and folds some of it.
    pub(crate) fn append(
        &mut self,
        connection: &Connection,
        changed: &Changed,
    ) -> Result<(), StorageError> {
        self.log.append(connection, changed)?;
        self.folding.go_on(connection, &mut self.log, changed)
    }

    /// Forgets everything, after a transaction that was not committed.
    pub(crate) fn forget(&mut self) {
        self.rows = Gathered::default();
        self.sales.forget();
        self.log = Log::default();
        self.folding.forget();
        self.version = None;
    }
}

#[cfg(test)]
mod tests {
    use jumun_domain::{Charge, Command, Decision, RegisterUser, Request, UserId};

    use super::*;
    use crate::batch;
    use crate::connection::{self, Role};
    use crate::options::Options;
    use crate::rows::user;
    use crate::states::{View, fold_all};

    fn charge(user: i64, amount: i64) -> Request {
        let user = UserId::new(user).unwrap();
        Request::new(
            Command::Charge(Charge::new(user, amount, None).unwrap()),
            None,
        )
    }

    fn register(user: i64) -> Request {
        let user = RegisterUser::new(UserId::new(user).unwrap(), None).unwrap();
        Request::new(Command::RegisterUser(user), None)
    }

    struct Shop {
        connection: Connection,
        memory: Memory,
        _folder: tempfile::TempDir,
    }

    impl Shop {
        fn new() -> (Self, Connection) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("shop.db");
            crate::migrate(&path, &Options::default()).unwrap();
            let shop = Self {
                connection: connection::open(&path, Role::Writer).unwrap(),
                memory: Memory::default(),
                _folder: folder,
            };
            let other = connection::open(&path, Role::Writer).unwrap();
            (shop, other)
        }

        fn run(&mut self, request: Request) -> Decision {
            let (outcomes, _) =
                batch::run(&mut self.connection, &[request], &mut [], &mut self.memory)
                    .map_err(|error| error.fault())
                    .unwrap();
            outcomes.into_iter().next().unwrap().unwrap()
        }

        fn balance(&self, user: i64) -> i64 {
            let log = Log::default();
            let view = View::new(&self.connection, &log);
            let found = user::find(&view, UserId::new(user).unwrap());
            found.unwrap().unwrap().user.balance.get()
        }

        fn kept(&self) -> usize {
            self.memory.rows.set.kept_rows()
        }
    }

    #[test]
    fn a_batch_goes_on_with_the_rows_of_the_one_before() {
        let (mut shop, _) = Shop::new();
        shop.run(register(1));
        shop.run(charge(1, 300));
        shop.run(charge(1, 20));
        assert_eq!((shop.balance(1), shop.kept()), (320, 1));
        let chain: i64 = shop
            .connection
            .query_row(
                "SELECT count(*) FROM entries AS entry JOIN entries AS before
                 ON before.key = entry.previous",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(chain, 1, "the chain of entries goes on, too");
    }

    #[test]
    fn what_somebody_else_has_written_is_read_again() {
        let (mut shop, other) = Shop::new();
        shop.run(register(1));
        shop.run(charge(1, 300));
        fold_all(&other).unwrap();
        other
            .execute("UPDATE users SET balance = 1000", [])
            .unwrap();
        shop.run(charge(1, 20));
        assert_eq!(shop.balance(1), 1_020);

        // A user who was known to be absent, too.
        assert!(matches!(shop.run(charge(2, 5)), Decision::Rejected(_)));
        assert_eq!(shop.kept(), 2);
        other
            .execute(
                "INSERT INTO users (user_id, balance, paid, created_at) VALUES (2, 7, 0, 0)",
                [],
            )
            .unwrap();
        shop.run(charge(2, 5));
        assert_eq!(shop.balance(2), 12);
    }

    #[test]
    fn a_checkpoint_by_somebody_else_changes_nothing_and_is_not_taken_for_a_change() {
        let (mut shop, other) = Shop::new();
        shop.run(register(1));
        shop.run(register(2));
        let (pages, done) = crate::checkpoint::passive(&other).unwrap();
        assert!(pages > 0 && done == pages);
        shop.run(charge(1, 300));
        assert_eq!((shop.balance(1), shop.kept()), (300, 2));
    }

    #[test]
    fn after_a_transaction_that_was_not_committed_everything_is_read_again() {
        let (mut shop, _) = Shop::new();
        shop.run(register(1));
        shop.run(charge(1, 300));
        // The entries cannot be written.
        shop.connection
            .execute_batch(
                "CREATE TEMP TRIGGER refuse BEFORE INSERT ON entries
                 BEGIN SELECT raise(ABORT, 'no'); END",
            )
            .unwrap();
        let failed = batch::run(
            &mut shop.connection,
            &[charge(1, 20)],
            &mut [],
            &mut shop.memory,
        );
        assert!(failed.is_err());
        shop.connection
            .execute_batch("DROP TRIGGER refuse")
            .unwrap();
        assert_eq!((shop.balance(1), shop.kept()), (300, 0));
        shop.run(charge(1, 1));
        assert_eq!(shop.balance(1), 301);
    }
}
