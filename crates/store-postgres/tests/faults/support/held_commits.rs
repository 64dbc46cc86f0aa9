//! Commits that the server holds up.

use tokio_postgres::Client;

use super::session::session;
use super::shop::Shop;
use super::wait::eventually;

/// Lets the commit of each order of user 1 wait for a lock that the test
/// has: its check is put off until COMMIT and takes that lock. By then all of
/// the batch is written, and nothing of it is seen.
const TRIGGER: &str = "CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$; \
     CREATE CONSTRAINT TRIGGER held_up AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED \
     FOR EACH ROW WHEN (NEW.user_id = 1) EXECUTE FUNCTION wait_for_the_test()";

/// Commits of orders of user 1 wait until this is dropped.
pub(crate) struct HeldCommits {
    session: Client,
}

impl HeldCommits {
    pub(crate) async fn in_shop(shop: &Shop) -> Self {
        let session = session(shop).await;
        let taken = session.batch_execute("SELECT pg_advisory_lock(1)").await;
        taken.expect("the lock is free");
        session.batch_execute(TRIGGER).await.expect("a trigger");
        Self { session }
    }

    /// Waits until one commit is held up.
    pub(crate) async fn hold_one(&self) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND query = 'COMMIT' AND wait_event = 'advisory'";
        eventually("a commit waits", async || {
            let row = self.session.query_one(waiting, &[]).await;
            row.expect("an answer").get::<_, i64>(0) == 1
        })
        .await;
    }
}
