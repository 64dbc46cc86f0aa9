//! A listener: who comes in, and what happens when it is full.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::addresses::{Addresses, Place};
use super::figures::Figures;
use super::register::Register;
use super::throttle::Throttle;

/// How long to wait after an accept failed for want of file descriptors or
/// memory: connections end all the time, and a busy loop would help nobody.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// How long a connection that was told to close is waited for before the next
/// one is told: it may have an answer to finish.
const EVICTION_PERIOD: Duration = Duration::from_millis(50);

/// How many may come in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections in all.
    pub(crate) connections: usize,
    /// Connections of one address; loopback addresses have no limit, since
    /// there is nobody to tell apart. `None` where all come from a proxy.
    pub(crate) per_address: Option<usize>,
}

/// A listener with its limits.
pub(crate) struct Door {
    listener: TcpListener,
    size: usize,
    slots: Arc<Semaphore>,
    addresses: Option<Addresses>,
    register: Register,
    figures: Figures,
    /// Accepted, and waiting for a slot.
    held: Option<Guest>,
    when_full: Throttle,
    when_refused: Throttle,
}

/// A connection that came in.
pub(crate) struct Guest {
    pub(crate) stream: TcpStream,
    pub(crate) peer: SocketAddr,
    pub(crate) accepted: Instant,
    pub(crate) seat: Seat,
}

/// What a connection takes up, given back when dropped.
#[derive(Default)]
pub(crate) struct Seat {
    _place: Option<Place>,
    _slot: Option<OwnedSemaphorePermit>,
}

impl Door {
    pub(crate) fn new(
        listener: TcpListener,
        limits: Limits,
        register: Register,
        figures: Figures,
    ) -> Self {
        let is_loopback = |address: IpAddr| address.is_loopback();
        let addresses = |limit| Addresses::new(limit, is_loopback);
        Self {
            listener,
            size: limits.connections,
            slots: Arc::new(Semaphore::new(limits.connections)),
            addresses: limits.per_address.map(addresses),
            register,
            figures,
            held: None,
            when_full: Throttle::default(),
            when_refused: Throttle::default(),
        }
    }

    /// Lets connections in, and gives each to `serve`. When all slots are taken,
    /// the connection that has waited longest for a request is closed for a new
    /// one; if none has waited for long, one new connection is held, and others
    /// wait in the kernel's queue, which is bounded too.
    pub(crate) async fn open(&mut self, serve: impl Fn(Guest)) -> Infallible {
        loop {
            if self.held.is_none() {
                self.held = self.guest().await;
            } else if let Some(slot) = self.slot().await
                && let Some(guest) = self.held.take()
            {
                serve(guest.on(slot));
            }
        }
    }

    /// Lets in who is waiting, as far as there are slots, and closes. The kernel
    /// has completed these connections, and their clients may have sent
    /// requests: closing the listener at once would reset them.
    pub(crate) fn close(mut self, serve: impl Fn(Guest)) -> io::Result<Closed> {
        // Asked of the kernel itself, since the runtime may not have heard of them yet.
        let listener = self.listener.into_std()?;
        let mut held = self.held.take();
        while let Ok(slot) = self.slots.clone().try_acquire_owned() {
            let guest = match held.take() {
                Some(guest) => guest,
                None => match listener.accept() {
                    Ok((stream, peer)) => {
                        stream.set_nonblocking(true)?;
                        Guest::new(TcpStream::from_std(stream)?, peer, None)
                    }
                    Err(_) => break,
                },
            };
            serve(guest.on(slot));
        }
        self.register.close_all();
        Ok(Closed {
            size: self.size,
            slots: self.slots,
        })
    }

    /// The next connection of an address that may have one more.
    async fn guest(&mut self) -> Option<Guest> {
        let (stream, peer) = match self.listener.accept().await {
            Ok(accepted) => accepted,
            // The client's doing; the next one may be fine.
            Err(error) if is_of_one_connection(&error) => return None,
            Err(error) => {
                tracing::error!(%error, "cannot accept connections; raise the limit of open files");
                sleep(ACCEPT_BACKOFF).await;
                return None;
            }
        };
        let place = self.addresses.as_ref().map(|it| it.admit(peer.ip()));
        match place.transpose() {
            Ok(place) => Some(Guest::new(stream, peer, place.flatten())),
            Err(_) => {
                self.figures.refused.increment(1);
                if let Some(connections) = self.when_refused.note(Instant::now()) {
                    tracing::warn!(
                        address = %peer.ip(),
                        connections,
                        "closed connections at once: their address has as many as \
                         --max-connections-per-address allows"
                    );
                }
                None
            }
        }
    }

    /// A slot, for which somebody may be told to go.
    async fn slot(&mut self) -> Option<OwnedSemaphorePermit> {
        if let Ok(slot) = self.slots.clone().try_acquire_owned() {
            return Some(slot);
        }
        let now = Instant::now();
        let makes_room = self.register.close_longest_waiting(now);
        if makes_room {
            self.figures.evicted.increment(1);
        }
        if let Some(times) = self.when_full.note(now) {
            tracing::warn!(
                times,
                makes_room,
                "all connections are taken; those that wait longest for a request are closed"
            );
        }
        let slot = self.slots.clone().acquire_owned();
        // The semaphore is never closed.
        timeout(EVICTION_PERIOD, slot).await.ok()?.ok()
    }
}

/// A door that lets nobody in any more.
pub(crate) struct Closed {
    size: usize,
    slots: Arc<Semaphore>,
}

impl Closed {
    /// Waits until everybody has left.
    pub(crate) async fn emptied(&self) {
        let all = u32::try_from(self.size).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let _ = self.slots.acquire_many(all).await;
    }
}

impl Guest {
    fn new(stream: TcpStream, peer: SocketAddr, place: Option<Place>) -> Self {
        let seat = Seat {
            _place: place,
            _slot: None,
        };
        let accepted = Instant::now();
        Self {
            stream,
            peer,
            accepted,
            seat,
        }
    }

    fn on(mut self, slot: OwnedSemaphorePermit) -> Self {
        self.seat._slot = Some(slot);
        self
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

#[cfg(test)]
mod tests;
