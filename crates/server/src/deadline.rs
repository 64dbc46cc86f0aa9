//! Deadlines below HTTP: on a head that dribbles in, and on a client that does
//! not take its answer. Hyper has one for the wait before a head and the head
//! together; a client may be idle for longer than it may dribble.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long a client may take.
#[derive(Clone, Copy)]
pub(crate) struct Deadlines {
    /// From the accept, or from the first byte, to the end of a head.
    pub(crate) head: Duration,
    /// To take at least one byte of what is written.
    pub(crate) write: Duration,
}

/// What a connection is at; shared by the stream, which sees bytes, and the
/// service, which sees requests.
#[derive(Clone, Default)]
pub(crate) struct Phase(Arc<AtomicU8>);

/// Accepted, and no head has come yet.
const FRESH: u8 = 0;
/// Some bytes of a head have come.
const HEAD: u8 = 1;
/// A request is being served.
const REQUEST: u8 = 2;
/// Waiting for the next request.
const IDLE: u8 = 3;

impl Phase {
    fn get(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, phase: u8) {
        self.0.store(phase, Ordering::Relaxed);
    }

    /// Whether no request has come yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.get() == FRESH
    }

    /// A whole head has come.
    pub(crate) fn begin_request(&self) {
        self.set(REQUEST);
    }

    /// The answer is known.
    pub(crate) fn end_request(&self) {
        self.set(IDLE);
    }
}

/// A stream that fails when a deadline passes. On the fast path, where a head
/// arrives in one piece and an answer leaves in one, it sets no timer.
pub(crate) struct Timed<S> {
    stream: S,
    deadlines: Deadlines,
    phase: Phase,
    head_timer: Timer,
    write_timer: Timer,
}

impl<S> Timed<S> {
    pub(crate) fn new(stream: S, deadlines: Deadlines, phase: Phase) -> Self {
        let (head_timer, write_timer) = (Timer::default(), Timer::default());
        Self {
            stream,
            deadlines,
            phase,
            head_timer,
            write_timer,
        }
    }

    /// Passes on what a write came to, unless the client has taken nothing for too long.
    fn written<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_pending() {
            ready!(self.write_timer.poll(context, self.deadlines.write));
            return Poll::Ready(Err(timed_out("the client does not take the answer")));
        }
        self.write_timer.stop();
        outcome
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_read(context, buffer);
        match (this.phase.get(), outcome) {
            (FRESH | HEAD, Poll::Pending) => {
                ready!(this.head_timer.poll(context, this.deadlines.head));
                Poll::Ready(Err(timed_out(
                    "the head of the request did not arrive in time",
                )))
            }
            (IDLE, Poll::Ready(outcome)) => {
                this.head_timer.stop();
                this.phase.set(HEAD);
                Poll::Ready(outcome)
            }
            (FRESH | HEAD, ready) => ready,
            (_, outcome) => {
                this.head_timer.stop();
                outcome
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.written(context, outcome)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.written(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

fn timed_out(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

/// A timer that exists while something is waited for.
#[derive(Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    fn poll(&mut self, context: &mut Context<'_>, after: Duration) -> Poll<()> {
        self.0
            .get_or_insert_with(|| Box::pin(sleep(after)))
            .as_mut()
            .poll(context)
    }

    fn stop(&mut self) {
        self.0 = None;
    }
}
