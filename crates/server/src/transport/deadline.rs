//! Deadlines below HTTP: on a client that asks for nothing more, on a head that
//! dribbles in, and on a client that does not take its answer. Hyper has one for
//! the wait before a head and the head together, which it sets anew for each
//! request; and a client may be idle for longer than it may dribble.
//!
//! They are below TLS, too: a handshake counts as a part of the first head, and
//! what waits to be sent is what the socket has not taken.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a client may take.
#[derive(Clone, Copy)]
pub(crate) struct Deadlines {
    /// From the accept to the end of the first head, and from the first byte to
    /// the end of a later one.
    pub(crate) head: Duration,
    /// From the last byte of an answer to the first of the next head.
    pub(crate) idle: Duration,
    /// To take at least one byte of what is written.
    pub(crate) write: Duration,
}

/// What a connection is at; shared by the stream, which sees bytes, the service,
/// which sees requests, and who looks for one to close.
#[derive(Clone)]
pub(crate) struct Phase(Arc<State>);

struct State {
    accepted: Instant,
    phase: AtomicU8,
    /// Whether the next answer is the last.
    is_told: AtomicBool,
    /// Microseconds from the accept to when the socket last took a part of an answer.
    answered_us: AtomicU64,
}

/// Accepted, and no head has come yet.
const FRESH: u8 = 0;
/// Some bytes of a head have come.
const HEAD: u8 = 1;
/// A request is being served.
const REQUEST: u8 = 2;
/// The answer is known, and nothing of it is sent.
const ANSWER: u8 = 3;
/// At least a part of the answer is sent. It waits for the next request, or for
/// room to send the rest.
const IDLE: u8 = 4;

impl Phase {
    /// That of a connection accepted at this time.
    pub(crate) fn new(accepted: Instant) -> Self {
        Self(Arc::new(State {
            accepted,
            phase: AtomicU8::new(FRESH),
            is_told: AtomicBool::new(false),
            answered_us: AtomicU64::new(0),
        }))
    }

    fn get(&self) -> u8 {
        self.0.phase.load(Ordering::Relaxed)
    }

    fn set(&self, phase: u8) {
        self.0.phase.store(phase, Ordering::Relaxed);
    }

    /// When the connection was accepted.
    pub(crate) fn accepted(&self) -> Instant {
        self.0.accepted
    }

    /// Whether no request has come yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.get() == FRESH
    }

    /// Since when it waits for a request, if it does.
    pub(crate) fn waiting_since(&self) -> Option<Instant> {
        match self.get() {
            FRESH => Some(self.0.accepted),
            IDLE => Some(self.answered()),
            _ => None,
        }
    }

    /// The connection shall close after the answer that is made now or next.
    pub(crate) fn tell_to_close(&self) {
        self.0.is_told.store(true, Ordering::Relaxed);
    }

    /// Whether it has been told so.
    pub(crate) fn is_told_to_close(&self) -> bool {
        self.0.is_told.load(Ordering::Relaxed)
    }

    /// A whole head has come.
    pub(crate) fn begin_request(&self) {
        self.set(REQUEST);
    }

    /// The answer is known.
    pub(crate) fn end_request(&self) {
        self.set(ANSWER);
    }

    /// The socket has taken some bytes, of an answer where there is one.
    pub(crate) fn sent(&self) {
        if matches!(self.get(), ANSWER | IDLE) {
            let elapsed_us = self.0.accepted.elapsed().as_micros();
            let answered_us = u64::try_from(elapsed_us).unwrap_or(u64::MAX);
            self.0.answered_us.store(answered_us, Ordering::Relaxed);
            self.set(IDLE);
        }
    }

    fn answered(&self) -> Instant {
        let answered_us = self.0.answered_us.load(Ordering::Relaxed);
        self.0.accepted + Duration::from_micros(answered_us)
    }
}

/// A stream that fails when a deadline passes. On the fast path, where a head
/// arrives in one piece and an answer leaves in one, it sets no timer.
pub(crate) struct Timed<S> {
    stream: S,
    deadlines: Deadlines,
    phase: Phase,
    head_timer: Timer,
    idle_timer: Timer,
    write_timer: Timer,
}

impl<S> Timed<S> {
    pub(crate) fn new(stream: S, deadlines: Deadlines, phase: Phase) -> Self {
        Self {
            stream,
            deadlines,
            phase,
            head_timer: Timer::default(),
            idle_timer: Timer::default(),
            write_timer: Timer::default(),
        }
    }

    /// Passes on what a write came to, unless the client has taken nothing for too long.
    fn written<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_pending() {
            let deadline = self.deadlines.write;
            ready!(self.write_timer.poll(context, || Instant::now() + deadline));
            return Poll::Ready(Err(timed_out("the client does not take the answer")));
        }
        self.write_timer.stop();
        self.phase.sent();
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
            (phase @ (FRESH | HEAD), Poll::Pending) => {
                let begun = || match phase {
                    FRESH => this.phase.accepted(),
                    // It has just begun: the timer is set at the first pause.
                    _ => Instant::now(),
                };
                let deadline = || begun() + this.deadlines.head;
                ready!(this.head_timer.poll(context, deadline));
                Poll::Ready(Err(timed_out(
                    "the head of the request did not arrive in time",
                )))
            }
            (IDLE, Poll::Pending) => {
                let deadline = || this.phase.answered() + this.deadlines.idle;
                ready!(this.idle_timer.poll_moving(context, deadline));
                Poll::Ready(Err(timed_out("no request came in time")))
            }
            (ANSWER | IDLE, Poll::Ready(outcome)) => {
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
    fn poll(&mut self, context: &mut Context<'_>, at: impl FnOnce() -> Instant) -> Poll<()> {
        self.0
            .get_or_insert_with(|| Box::pin(sleep_until(at())))
            .as_mut()
            .poll(context)
    }

    /// The same for a deadline that moves with every request: the timer is left
    /// as it was, and set to where the deadline is by then when it ends.
    fn poll_moving(
        &mut self,
        context: &mut Context<'_>,
        deadline: impl Fn() -> Instant,
    ) -> Poll<()> {
        let timer = self
            .0
            .get_or_insert_with(|| Box::pin(sleep_until(deadline())));
        loop {
            ready!(timer.as_mut().poll(context));
            let deadline = deadline();
            if timer.deadline() >= deadline {
                return Poll::Ready(());
            }
            timer.as_mut().reset(deadline);
        }
    }

    fn stop(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests;
