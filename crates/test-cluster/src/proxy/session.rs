//! What client and server have said to each other on one connection.

use super::answers::Answers;
use super::message::{self, Length};
use super::point::{Place, Points};
use super::statements::Statements;

/// What to do with a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Pass it on.
    Pass,
    /// Keep it from the other side.
    Withhold,
    /// Keep it from the other side, and cut the connection.
    Cut,
    /// Pass it on, and cut the connection.
    PassAndCut,
}

/// The state of one connection.
#[derive(Default)]
pub(super) struct Session {
    phase: Phase,
    statements: Statements,
    answers: Answers,
    /// Set when the statement of a point was sent.
    pending: Option<Pending>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// The client has not begun a session.
    #[default]
    Startup,
    /// The client has asked for encryption and waits for the answer.
    Asking,
    /// Messages in both directions.
    Messages,
    /// Encrypted, or something else.
    Opaque,
}

/// A cut that is about to come.
#[derive(Clone, Copy)]
struct Pending {
    place: Place,
    /// The number of the answer that the client does not get.
    answer: u64,
}

impl Session {
    /// The length of the first message in what the client has sent; none as
    /// long as it has not arrived.
    pub(super) fn length_from_client(&mut self, stream: &[u8]) -> Option<usize> {
        let length = match self.phase {
            Phase::Startup | Phase::Asking => message::startup_length(stream),
            Phase::Messages => message::length(stream),
            Phase::Opaque => Length::Unknown,
        };
        self.known(length, stream)
    }

    /// The length of the first message in what the server has sent; none as
    /// long as it has not arrived.
    pub(super) fn length_from_server(&mut self, stream: &[u8]) -> Option<usize> {
        let length = match self.phase {
            Phase::Asking if matches!(stream.first(), Some(b'S' | b'N' | b'G')) => {
                Length::Complete(1)
            }
            Phase::Startup | Phase::Asking | Phase::Messages => message::length(stream),
            Phase::Opaque => Length::Unknown,
        };
        self.known(length, stream)
    }

    /// Takes note of a message of the client.
    pub(super) fn client_sends(&mut self, sent: &[u8], points: &mut Points) -> Verdict {
        match self.phase {
            Phase::Startup | Phase::Asking if message::asks_for_encryption(sent) => {
                self.phase = Phase::Asking;
                Verdict::Pass
            }
            Phase::Startup | Phase::Asking => {
                self.phase = Phase::Messages;
                self.answers.call(false);
                Verdict::Pass
            }
            Phase::Messages => self.request(sent, points),
            Phase::Opaque => Verdict::Pass,
        }
    }

    /// Takes note of a message of the server.
    pub(super) fn server_sends(&mut self, received: &[u8], points: &mut Points) -> Verdict {
        match self.phase {
            Phase::Asking => {
                self.phase = match received {
                    b"N" => Phase::Startup,
                    b"S" | b"G" => Phase::Opaque,
                    _ => Phase::Messages,
                };
                Verdict::Pass
            }
            Phase::Messages => self.answer(received, points),
            Phase::Startup | Phase::Opaque => Verdict::Pass,
        }
    }

    /// What is no message is passed on as it is, from now on.
    fn known(&mut self, length: Length, stream: &[u8]) -> Option<usize> {
        match length {
            Length::Complete(length) => Some(length),
            Length::Partial => None,
            Length::Unknown => {
                self.phase = Phase::Opaque;
                (!stream.is_empty()).then_some(stream.len())
            }
        }
    }

    fn request(&mut self, sent: &[u8], points: &mut Points) -> Verdict {
        if let Some(statement) = self.statements.note(sent)
            && self.pending.is_none()
        {
            match points.run(&statement) {
                Some(Place::Before) => {
                    points.fire();
                    return Verdict::Cut;
                }
                Some(place) => {
                    let answer = self.answers.next();
                    self.pending = Some(Pending { place, answer });
                }
                None => {}
            }
        }
        match sent.first() {
            // Query
            Some(b'Q') => self.answers.call(true),
            // Sync, FunctionCall
            Some(b'S' | b'F') => self.answers.call(false),
            // CopyDone, CopyFail
            Some(b'c' | b'f') => {
                self.answers.end_copy();
                return Verdict::Pass;
            }
            _ => return Verdict::Pass,
        }
        match self.pending {
            Some(Pending {
                place: Place::After,
                ..
            }) => {
                points.fire();
                Verdict::PassAndCut
            }
            _ => Verdict::Pass,
        }
    }

    fn answer(&mut self, received: &[u8], points: &mut Points) -> Verdict {
        let due = self.answers.due();
        let is_last = received.first() == Some(&b'Z');
        if is_last {
            self.answers.receive();
        }
        match self.pending {
            Some(pending) if due < pending.answer => Verdict::Pass,
            Some(Pending {
                place: Place::AfterAnswer,
                ..
            }) if is_last => {
                points.fire();
                Verdict::Cut
            }
            Some(_) => Verdict::Withhold,
            None => Verdict::Pass,
        }
    }
}

#[cfg(test)]
mod tests;
