//! A data platform that remembers all that it received and answered, and can
//! kill the server that it talks to.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::request::{Connection, Event};

/// The answer of a platform that takes an event.
pub(super) const TAKEN: u16 = 204;
/// The answer of a platform that is down.
pub(super) const DOWN: u16 = 503;
/// The answer of a platform that wants no more events.
pub(super) const GONE: u16 = 410;

/// What a platform does with every request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// Takes the event.
    Take,
    /// Answers that it is down.
    Refuse,
    /// Answers nothing at all.
    Hang,
}

/// What is done with one request, instead of the part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trap {
    /// What it is answered, if anything.
    pub(super) answer: Option<u16>,
    /// What befalls the server then, before it can have done anything with the
    /// answer.
    pub(super) then: Option<(Pid, Signal)>,
    pub(super) counts: Counts,
    /// With the how manieth of the requests that count.
    pub(super) nth: usize,
}

/// Which requests a trap counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counts {
    All,
    /// Those of events that were taken before.
    Repeats,
}

/// A whole request.
#[derive(Clone, Debug)]
pub(super) struct Receipt {
    /// The door that it came by: each server has one of its own.
    pub(super) door: usize,
    pub(super) at: Instant,
    pub(super) event: Event,
    /// What it was answered, if anything.
    pub(super) answer: Option<u16>,
}

impl Receipt {
    pub(super) fn is_taken(&self) -> bool {
        self.answer == Some(TAKEN)
    }
}

/// A platform, by as many doors as servers talk to it. Closed when dropped.
pub(super) struct Platform {
    state: Arc<Mutex<State>>,
    doors: Vec<tokio::task::JoinHandle<()>>,
}

struct State {
    part: Part,
    trap: Option<Trap>,
    receipts: Vec<Receipt>,
    orders_taken: HashSet<String>,
}

impl Platform {
    pub(super) fn new() -> Self {
        let state = State {
            part: Part::Take,
            trap: None,
            receipts: Vec::new(),
            orders_taken: HashSet::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            doors: Vec::new(),
        }
    }

    /// Opens another door; its number and its URL.
    pub(super) async fn open_door(&mut self) -> (usize, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let (door, state) = (self.doors.len(), self.state.clone());
        self.doors.push(tokio::spawn(async move {
            // Ends with this task.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let state = state.clone();
                connections.spawn(async move {
                    // The server may be killed at any time.
                    let _ = serve(door, Connection::new(stream), state).await;
                });
            }
        }));
        (door, url)
    }

    /// Closes a door for good: whoever comes is refused.
    pub(super) async fn close_door(&mut self, door: usize) {
        self.doors[door].abort();
        // Whether it was cancelled or had ended.
        let _ = (&mut self.doors[door]).await;
    }

    /// Plays this part from now on.
    pub(super) fn play(&self, part: Part) {
        lock(&self.state).part = part;
    }

    /// Sets a trap, which springs once.
    pub(super) fn set(&self, trap: Trap) {
        lock(&self.state).trap = Some(trap);
    }

    /// Whether the last trap has sprung.
    pub(super) fn has_sprung(&self) -> bool {
        lock(&self.state).trap.is_none()
    }

    /// All that came, in the order in which it did.
    pub(super) fn receipts(&self) -> Vec<Receipt> {
        lock(&self.state).receipts.clone()
    }

    /// How many came.
    pub(super) fn count(&self) -> usize {
        lock(&self.state).receipts.len()
    }

    /// Whether it has taken the events of all these orders.
    pub(super) fn knows_all(&self, orders: &[String]) -> bool {
        let state = lock(&self.state);
        orders.iter().all(|it| state.orders_taken.contains(it))
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        for door in &self.doors {
            door.abort();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no panic elsewhere")
}

/// Answers the requests of one connection.
async fn serve(
    door: usize,
    mut connection: Connection,
    state: Arc<Mutex<State>>,
) -> io::Result<()> {
    while let Some(event) = connection.receive().await? {
        let (answer, then) = lock(&state).receive(door, event);
        let answered = match answer {
            Some(status) => connection.answer(status).await,
            None => Ok(()),
        };
        if let Some((process, signal)) = then {
            kill_process(process, signal)?;
        }
        answered?;
        if answer.is_none() {
            connection.end().await;
            return Ok(());
        }
    }
    Ok(())
}

impl State {
    /// Notes a request; what it is answered, and what befalls the server then.
    /// An answer is noted before it is given: what is taken is taken then.
    fn receive(&mut self, door: usize, event: Event) -> (Option<u16>, Option<(Pid, Signal)>) {
        let (answer, then) = match self.springs(&event) {
            Some(trap) => (trap.answer, trap.then),
            None => match self.part {
                Part::Take => (Some(TAKEN), None),
                Part::Refuse => (Some(DOWN), None),
                Part::Hang => (None, None),
            },
        };
        if answer == Some(TAKEN) {
            self.orders_taken.insert(event.order.clone());
        }
        self.receipts.push(Receipt {
            door,
            at: Instant::now(),
            event,
            answer,
        });
        (answer, then)
    }

    /// The trap, if this is the request that springs it.
    fn springs(&mut self, event: &Event) -> Option<Trap> {
        let is_repeat = self.orders_taken.contains(&event.order);
        let trap = self.trap.as_mut()?;
        if trap.counts == Counts::Repeats && !is_repeat {
            return None;
        }
        trap.nth -= 1;
        if trap.nth > 0 {
            return None;
        }
        self.trap.take()
    }
}
