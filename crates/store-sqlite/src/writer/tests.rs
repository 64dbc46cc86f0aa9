//! Batches that fail, as a whole or in a part.

use jumun_domain::{Answer, Command, RegisterUser, UserId};
use tokio::sync::oneshot;

use super::*;
use crate::options::Options;

/// A writer that has given up its connection after a failed commit.
fn without_connection(path: &Path) -> Writer {
    let shared = Shared {
        queue: Queue::new(1),
        trouble: Mutex::new(Some("the storage failed".to_owned())),
        checkpoints: Arc::default(),
        fold_after: Options::default().fold_after,
        news: watch::Sender::default(),
    };
    Writer {
        path: path.to_owned(),
        open: None,
        shared: Arc::new(shared),
    }
}

fn register() -> Request {
    let register = RegisterUser::new(UserId::new(1).unwrap(), None).unwrap();
    Request::new(Command::RegisterUser(register), None)
}

#[tokio::test]
async fn after_a_failed_commit_the_log_is_emptied_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    crate::migrate(&path, &Options::default()).unwrap();
    // What the failed commit may have left: a log that is not yet in the file.
    let earlier = open(&path, &without_connection(&path).shared).unwrap();
    earlier.execute("UPDATE shop SET last_key = 7", []).unwrap();
    let log = folder.path().join("shop.db-wal");
    assert!(std::fs::metadata(&log).unwrap().len() > 0);

    let mut writer = without_connection(&path);
    drop(writer.reopen().map_err(|_| "not reopened").unwrap());
    assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);

    let outcomes = writer.write(&[register()], &mut []).0;
    assert!(
        matches!(
            outcomes[0],
            Ok(Decision::Done(Answer::User { created: true, .. }))
        ),
        "{outcomes:?}"
    );
    assert_eq!(writer.shared.trouble(), None);
}

#[tokio::test]
async fn a_database_that_cannot_be_reopened_refuses_every_request_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = without_connection(&folder.path().join("gone.db"));
    let outcomes = writer.write(&[register(), register()], &mut []).0;
    assert_eq!(outcomes.len(), 2);
    for outcome in &outcomes {
        let Err(Fault::Determinate(cause)) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(
            cause
                .to_string()
                .starts_with("the database could not be reopened"),
            "{cause}"
        );
    }
    assert!(writer.shared.trouble().is_some());
}

/// A change that registers a platform, and then fails if it is told to.
fn platform(name: &'static str, fails: bool) -> (Box<dyn Change>, oneshot::Receiver<bool>) {
    struct Registration {
        name: &'static str,
        fails: bool,
        reply: oneshot::Sender<bool>,
    }
    impl Change for Registration {
        fn write(&mut self, connection: &Connection) -> Result<(), StorageError> {
            let insert = "INSERT INTO platforms
                (name, created_at, starts_after, position, records, epoch, term)
                VALUES (?1, 0, 0, 0, 0, 1, 0)";
            connection.execute(insert, [self.name])?;
            match self.fails {
                true => Err(StorageError::Refused("as it was told".to_owned())),
                false => Ok(()),
            }
        }

        fn answer(self: Box<Self>, outcome: Result<(), Fault>) {
            self.reply.send(outcome.is_ok()).unwrap();
        }
    }
    let (reply, answer) = oneshot::channel();
    (Box::new(Registration { name, fails, reply }), answer)
}

#[tokio::test]
async fn a_change_that_fails_spoils_neither_requests_nor_other_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    crate::migrate(&path, &Options::default()).unwrap();
    let mut writer = without_connection(&path);
    let (mut changes, answers): (Vec<_>, Vec<_>) = [
        platform("first", false),
        platform("refused", true),
        // Breaks a constraint.
        platform("first", false),
        platform("last", false),
    ]
    .into_iter()
    .unzip();
    let (outcomes, changed) = writer.write(&[register(), register()], &mut changes);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    writer.answer_changes(changes, changed);
    let mut told = Vec::new();
    for answer in answers {
        told.push(answer.await.unwrap());
    }
    assert_eq!(told, [true, false, false, true]);
    let connection = connection::open(&path, Role::Reader).unwrap();
    let names: String = connection
        .query_row(
            "SELECT group_concat(name ORDER BY name) FROM platforms",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(names, "first,last");
}

#[tokio::test]
async fn changes_without_requests_are_committed_or_told_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let mut gone = without_connection(&path);
    let (change, answer) = platform("lost", false);
    let mut changes = vec![change];
    let (_, changed) = gone.write(&[], &mut changes);
    gone.answer_changes(changes, changed);
    assert!(!answer.await.unwrap());

    crate::migrate(&path, &Options::default()).unwrap();
    let mut writer = without_connection(&path);
    let (change, answer) = platform("kept", false);
    let mut changes = vec![change];
    let (outcomes, changed) = writer.write(&[], &mut changes);
    assert!(outcomes.is_empty());
    writer.answer_changes(changes, changed);
    assert!(answer.await.unwrap());
    let connection = connection::open(&path, Role::Reader).unwrap();
    let count: i64 = connection
        .query_row("SELECT count(*) FROM platforms", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1);
}
