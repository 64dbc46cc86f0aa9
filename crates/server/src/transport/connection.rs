//! One connection: HTTP/1.1 with a deadline on everything a client can delay.

use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::Router;
use http::HeaderValue;
use http::header::CONNECTION;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use metrics::Gauge;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower_service::Service;

use super::client::ClientAddress;
use super::crew::Crew;
use super::deadline::{Deadlines, Phase, Timed};
use super::door::Guest;
use super::linger::Lingering;
use super::register::{Entry, Register};
use super::unread::{Unread, Watched};
use crate::config::Config;

/// Bytes of a connection's buffer, which also bounds the head of a request:
/// room for long cookies and traces, little enough for ten thousand connections.
const BUFFER_BYTES: usize = 16 * 1024;

/// How long a connection that was just accepted has to bring its first head
/// once it is told to close: its request is most likely under way.
const FRESH_GRACE: Duration = Duration::from_millis(100);

/// What HTTP goes over.
#[derive(Clone)]
pub(crate) enum Over {
    /// The bare socket.
    Tcp,
    /// TLS.
    Tls(TlsAcceptor),
}

/// What all connections of a listener share.
pub(crate) struct Connections<'a> {
    crew: &'a Crew,
    pub(crate) router: Router,
    pub(crate) over: Over,
    pub(crate) register: Register,
    pub(crate) open: Gauge,
    deadlines: Deadlines,
    behind_proxy: bool,
    http: http1::Builder,
}

impl<'a> Connections<'a> {
    pub(crate) fn new(
        crew: &'a Crew,
        router: Router,
        over: Over,
        config: &Config,
        open: Gauge,
    ) -> Self {
        let mut http = http1::Builder::new();
        // `Timed` has the deadlines, and sets no timer for each request.
        http.header_read_timeout(None)
            .max_buf_size(BUFFER_BYTES)
            // Head and body are copied into one piece: an answer is short, and to
            // send two pieces at once costs the kernel more than the copy.
            .writev(false)
            // A client may say that it sends no more and still read its answer.
            .half_close(true);
        Self {
            crew,
            router,
            over,
            register: Register::default(),
            open,
            deadlines: Deadlines {
                head: config.header_deadline,
                idle: config.idle_deadline,
                write: config.write_deadline,
            },
            behind_proxy: config.behind_proxy,
            http,
        }
    }

    /// Serves a connection on a thread of the crew, in a task that holds its seat
    /// until it ends.
    pub(crate) fn spawn(&self, guest: Guest) {
        // An answer is one write; waiting to fill a packet only delays it.
        if let Err(error) = guest.stream.set_nodelay(true) {
            tracing::debug!(%error, "the connection is gone already");
        }
        let phase = Phase::new(guest.accepted);
        let mut exchange = Exchange {
            router: self.router.clone(),
            peer: ClientAddress::of_socket(guest.peer),
            behind_proxy: self.behind_proxy,
            http: self.http.clone(),
            entry: self.register.enter(phase.clone()),
            phase: phase.clone(),
        };
        let deadlines = self.deadlines;
        let (over, open) = (self.over.clone(), self.open.clone());
        let deadline = guest.accepted + self.deadlines.head;
        let seat = guest.seat;
        let serve = |stream| async move {
            let _open = Counted::on(open);
            // Its timers belong to the runtime that drives this.
            let stream = Timed::new(stream, deadlines, phase);
            let outcome = match over {
                Over::Tcp => exchange.serve(stream).await,
                Over::Tls(acceptor) => {
                    let shaken = shake_hands(acceptor, stream, &mut exchange.entry);
                    // What is read and written has deadlines; this is for both in turn.
                    match timeout_at(deadline, shaken).await {
                        Ok(Ok(stream)) => exchange.serve(stream).await,
                        Ok(Err(error)) => Err(error.into()),
                        Err(late) => Err(late.into()),
                    }
                }
            };
            if let Err(error) = outcome {
                tracing::debug!(error, "a connection ended early");
            }
            drop(seat);
        };
        if let Err(error) = self.crew.take_on(guest.stream, serve) {
            tracing::debug!(%error, "a connection could not be served and was closed");
        }
    }
}

/// Counts one open connection, also when its thread ends before it does.
struct Counted(Gauge);

impl Counted {
    fn on(open: Gauge) -> Self {
        open.increment(1);
        Self(open)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// What it takes to serve one connection.
struct Exchange {
    router: Router,
    peer: ClientAddress,
    behind_proxy: bool,
    http: http1::Builder,
    phase: Phase,
    entry: Entry,
}

impl Exchange {
    /// Answers requests until either side has enough.
    async fn serve<S>(mut self, stream: S) -> Result<(), Failed>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let at = self.phase.clone();
        let unread = Unread::default();
        let stream = Lingering::new(stream, unread.clone());
        let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
            at.begin_request();
            let mut request = request.map(|body| Watched::new(body, unread.clone()));
            let client = match self.behind_proxy {
                true => self.peer.forwarded(request.headers()),
                false => self.peer,
            };
            request.extensions_mut().insert(client);
            let mut answer = self.router.clone().call(request);
            let (at, unread) = (at.clone(), unread.clone());
            async move {
                // By reference, since what is awaited by value is kept twice.
                let mut answer = (&mut answer).await;
                at.end_request();
                // It closes then; who is not told could send the next request in vain.
                if (unread.is_left() || at.is_told_to_close())
                    && let Ok(answer) = &mut answer
                {
                    let close = HeaderValue::from_static("close");
                    answer.headers_mut().insert(CONNECTION, close);
                }
                answer
            }
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let outcome = tokio::select! {
            // First, so that a request that has arrived is read before it is told to close.
            biased;
            outcome = connection.as_mut() => outcome,
            () = self.entry.told() => finish(connection, &self.phase).await,
        };
        Ok(outcome?)
    }
}

/// The handshake of TLS. A connection that is told to close has a moment for it.
async fn shake_hands(
    acceptor: TlsAcceptor,
    stream: Timed<TcpStream>,
    entry: &mut Entry,
) -> io::Result<TlsStream<Timed<TcpStream>>> {
    let mut handshake = pin!(acceptor.accept(stream));
    tokio::select! {
        biased;
        outcome = handshake.as_mut() => outcome,
        () = entry.told() => match timeout(FRESH_GRACE, handshake).await {
            Ok(outcome) => outcome,
            Err(late) => Err(late.into()),
        },
    }
}

/// Answers what has been asked, and closes.
async fn finish<C>(mut connection: Pin<&mut C>, phase: &Phase) -> hyper::Result<()>
where
    C: Future<Output = hyper::Result<()>> + Closable,
{
    if phase.is_fresh()
        && let Ok(outcome) = timeout(FRESH_GRACE, connection.as_mut()).await
    {
        return outcome;
    }
    connection.as_mut().close();
    connection.await
}

/// A connection that can be told to end after the request it is at.
trait Closable {
    fn close(self: Pin<&mut Self>);
}

impl<I, B, S> Closable for http1::Connection<I, S>
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

#[cfg(test)]
mod tests;
