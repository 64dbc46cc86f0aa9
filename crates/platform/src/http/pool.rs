//! Connections that are kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, interval};

use super::connector::{ConnectFault, Connector};

/// How long a connection that is not used is kept: shorter than the five
/// seconds after which many servers close theirs, which a message that is just
/// being sent could meet.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// How often those that were not used for so long are closed.
const SWEEP_PERIOD: Duration = Duration::from_secs(1);

/// The most bytes of an answer's head: a server that sends more is broken, and
/// each connection may hold as much.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum RequestFault {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectFault),
    /// It ended, or something senseless came.
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// The connections to one platform. Each carries one request at a time.
///
/// It does less than a client for any URL would: there is one place to connect
/// to, and a request is ready to be written.
pub(super) struct Pool {
    connector: Connector,
    idle: Arc<Mutex<Vec<Idle>>>,
    /// How many may be idle.
    most: usize,
    sweeper: std::sync::Once,
}

/// A connection that waits for its next request; the last used is the last.
struct Idle {
    sender: SendRequest<Full<Bytes>>,
    since: Instant,
}

/// A connection that has answered, to be given back once the answer is read.
pub(super) struct Used(SendRequest<Full<Bytes>>);

impl Pool {
    pub(super) fn new(connector: Connector, most: usize) -> Self {
        Self {
            connector,
            idle: Arc::default(),
            most,
            sweeper: std::sync::Once::new(),
        }
    }

    /// Sends a request, of which the connection's host is a header already, and
    /// waits for the head of its answer.
    ///
    /// On a connection that turns out to be closed nothing was sent: then
    /// another is taken.
    pub(super) async fn request(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Used), RequestFault> {
        while let Some(mut sender) = self.take() {
            if sender.ready().await.is_err() {
                continue;
            }
            match sender.try_send_request(request).await {
                Ok(answer) => return Ok((answer, Used(sender))),
                Err(mut error) => match error.take_message() {
                    Some(not_sent) => request = not_sent,
                    None => return Err(error.into_error().into()),
                },
            }
        }
        let stream = self.connector.connect().await?;
        let (mut sender, connection) = Builder::new()
            .max_buf_size(MAX_HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await?;
        // It ends with its sender, and tells that one of its errors.
        tokio::spawn(async move { drop(connection.await) });
        let answer = sender.send_request(request).await?;
        Ok((answer, Used(sender)))
    }

    /// Keeps the connection for the next request. One whose answer was not read
    /// to its end closes by itself.
    pub(super) fn give_back(&self, used: Used) {
        let Used(sender) = used;
        if sender.is_closed() {
            return;
        }
        self.sweeper
            .call_once(|| drop(tokio::spawn(sweep(Arc::downgrade(&self.idle)))));
        let mut idle = lock(&self.idle);
        if idle.len() < self.most {
            let since = Instant::now();
            idle.push(Idle { sender, since });
        }
    }

    fn take(&self) -> Option<SendRequest<Full<Bytes>>> {
        let last = lock(&self.idle).pop()?;
        // Those before it were used even longer ago.
        (last.since.elapsed() < KEEP_IDLE).then_some(last.sender)
    }
}

/// Closes what was not used for long, as long as there is a pool.
async fn sweep(idle: Weak<Mutex<Vec<Idle>>>) {
    let mut ticks = interval(SWEEP_PERIOD);
    loop {
        ticks.tick().await;
        let Some(idle) = idle.upgrade() else { return };
        lock(&idle).retain(|it| it.since.elapsed() < KEEP_IDLE && !it.sender.is_closed());
    }
}

// Whole between any two statements.
fn lock(idle: &Mutex<Vec<Idle>>) -> MutexGuard<'_, Vec<Idle>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
