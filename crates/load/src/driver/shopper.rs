//! What goes on at one connection.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;

use super::control::Control;
use super::line::Line;
use super::{Outcome, Traffic};
use crate::tally::{CREATED, Tally, Window};
use crate::wire::{Connection, Target};

/// Between two attempts to connect to a server that does not accept: it is
/// noticed soon when it does, and not kept from starting.
const RECONNECTION_PAUSE: Duration = Duration::from_millis(50);

/// What the connections of a thread share.
pub(super) struct Shared<T> {
    pub(super) target: Target,
    pub(super) line: Line,
    pub(super) window: Window,
    pub(super) traffic: RefCell<T>,
    pub(super) tally: RefCell<Tally>,
    pub(super) control: std::sync::Arc<Control>,
    /// There is nothing left to ask for.
    pub(super) is_exhausted: Cell<bool>,
    pub(super) exhausted: Notify,
}

/// Sends one request after the other, until there are no more turns.
pub(super) async fn shop<T: Traffic>(shared: Rc<Shared<T>>, mut connection: Option<Connection>) {
    let mut request = Vec::with_capacity(512);
    loop {
        let Some(mut open) = shared.connected(connection.take()).await else {
            return;
        };
        let Some(turn) = shared.line.turn().await else {
            return;
        };
        // The server may have closed it while there was nothing to send.
        while open.is_spent() {
            match shared.connected(None).await {
                Some(fresh) => open = fresh,
                None => {
                    shared
                        .tally
                        .borrow_mut()
                        .count_not_sent(&shared.window, turn.due);
                    return;
                }
            }
        }
        let Some(ticket) = shared.traffic.borrow_mut().next_into(&mut request) else {
            shared.is_exhausted.set(true);
            shared.exhausted.notify_one();
            return;
        };
        if turn.has_waited {
            shared
                .tally
                .borrow_mut()
                .count_waiting(&shared.window, turn.due);
        }
        let outcome = open.exchange(&request).await;
        shared.settle(ticket, turn.due, &request, &outcome);
        connection = (!open.is_spent()).then_some(open);
    }
}

impl<T: Traffic> Shared<T> {
    /// The connection, or another in its place; `None` when the load ends.
    async fn connected(&self, connection: Option<Connection>) -> Option<Connection> {
        if connection.is_some() {
            return connection;
        }
        while !self.line.has_ended() {
            if let Ok(connection) = Connection::open(&self.target).await {
                self.tally.borrow_mut().count_reconnection();
                return Some(connection);
            }
            self.tally.borrow_mut().count_refused_connection();
            tokio::time::sleep(RECONNECTION_PAUSE).await;
        }
        None
    }

    fn settle(
        &self,
        ticket: T::Ticket,
        due: std::time::Instant,
        request: &[u8],
        outcome: &Outcome<'_>,
    ) {
        let kind = T::kind(&ticket);
        let is_order = kind == 0 && matches!(outcome, Ok(it) if it.status == CREATED);
        self.control.count(is_order, outcome.is_ok());
        self.tally
            .borrow_mut()
            .count(&self.window, kind, due, outcome);
        self.traffic.borrow_mut().settled(ticket, request, outcome);
    }
}
