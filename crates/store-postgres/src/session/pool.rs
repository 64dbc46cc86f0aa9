//! Sessions that many share in turn.

use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Pool, RecycleError, RecycleResult};

use super::{Connector, Session};
use crate::error::{OpenError, explain};
use crate::planning;

/// How long a caller waits for a session that is free: those before it take
/// milliseconds each, so a longer wait means that the server hangs.
const WAIT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long opening a session may take, with all addresses that are tried on the
/// way, unless the URL gives its servers more time together.
const CREATE_TIMEOUT: Duration = Duration::from_secs(20);

/// A pool of sessions for reads.
pub(crate) type SessionPool = Pool<SessionManager>;

/// Opens sessions for a pool, and gives up those whose connection has ended.
pub(crate) struct SessionManager {
    connector: Connector,
}

impl Manager for SessionManager {
    type Type = Session;
    type Error = OpenError;

    async fn create(&self) -> Result<Session, OpenError> {
        let session = self.connector.connect().await?;
        planning::by_key(&session)
            .await
            .map_err(|error| explain(self.connector.target(), &error))?;
        Ok(session)
    }

    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<OpenError> {
        if session.is_closed() {
            return Err(RecycleError::message("the connection has ended"));
        }
        Ok(())
    }
}

/// A pool of at most `size` sessions; none is opened before it is needed.
///
/// # Panics
///
/// Never: the builder refuses only time-outs without a runtime.
pub(crate) fn pool(connector: Connector, size: usize) -> SessionPool {
    let target = connector.target();
    let servers = u32::try_from(target.places().len()).unwrap_or(u32::MAX);
    let of_url = target.connect_timeout().saturating_mul(servers);
    Pool::builder(SessionManager { connector })
        .max_size(size)
        .wait_timeout(Some(WAIT_TIMEOUT))
        .create_timeout(Some(CREATE_TIMEOUT.max(of_url)))
        .runtime(Runtime::Tokio1)
        .build()
        .expect("the builder was given a runtime")
}
