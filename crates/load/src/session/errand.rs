//! The same question about many things, one after the other.

use std::time::Instant;

use super::{Context, Trouble, crew};
use crate::driver::{Outcome, Traffic};
use crate::tally::code;
use crate::wire::{Answer, Writer};

/// Of so many answers one is told to who watches.
const TOLD_EACH: u64 = 64;

/// Characters of an answer without a code that an error shows.
const MAX_SHOWN_CHARS: usize = 100;

/// What is asked.
pub(super) struct Errand {
    /// Such as `create a product`.
    pub(super) what: &'static str,
    /// Such as `products`.
    pub(super) things: &'static str,
    /// How many.
    pub(super) count: u64,
    /// No more is asked from then on.
    pub(super) until: Option<Instant>,
}

/// An errand under way.
struct Course<W, R, S> {
    errand: Errand,
    write: W,
    read: R,
    state: S,
    context: Context,
    writer: Writer,
    turn: u64,
    done: u64,
    trouble: Option<Trouble>,
}

impl Errand {
    /// Asks about all of them, or until the time is up: `write` writes the
    /// request about one of them, counted from 0, and `read` takes the answer
    /// into `state`, and says whether it can be used. What was taken in.
    ///
    /// # Errors
    ///
    /// The first answer that cannot be used, silence, or that it was stopped.
    pub(super) fn run<W, R, S>(
        self,
        context: &Context,
        state: S,
        write: W,
        read: R,
    ) -> Result<S, Trouble>
    where
        W: FnMut(u64, &mut Writer, &mut Vec<u8>) + Send + 'static,
        R: FnMut(&mut S, u64, &Answer<'_>) -> bool + Send + 'static,
        S: Send + 'static,
    {
        let course = Course {
            writer: Writer::new(&context.target),
            context: context.clone(),
            errand: self,
            write,
            read,
            state,
            turn: 0,
            done: 0,
            trouble: None,
        };
        let course = crew::ask_all(&context.target, course)?;
        match course.trouble {
            Some(trouble) => Err(trouble),
            None => Ok(course.state),
        }
    }
}

impl<W, R, S> Traffic for Course<W, R, S>
where
    W: FnMut(u64, &mut Writer, &mut Vec<u8>) + Send + 'static,
    R: FnMut(&mut S, u64, &Answer<'_>) -> bool + Send + 'static,
    S: Send + 'static,
{
    const KINDS: &'static [&'static str] = &[];

    /// Which of the things it is about.
    type Ticket = u64;

    fn next_into(&mut self, request: &mut Vec<u8>) -> Option<u64> {
        if self.context.control.is_stopped() {
            self.trouble.get_or_insert(Trouble::Stopped);
        }
        let is_time_up = self.errand.until.is_some_and(|it| Instant::now() >= it);
        if self.turn >= self.errand.count || is_time_up || self.trouble.is_some() {
            return None;
        }
        let turn = self.turn;
        self.turn += 1;
        (self.write)(turn, &mut self.writer, request);
        Some(turn)
    }

    fn settled(&mut self, turn: u64, _request: &[u8], outcome: &Outcome<'_>) {
        let what = self.errand.what;
        match outcome {
            Ok(answer) if (self.read)(&mut self.state, turn, answer) => {
                self.done += 1;
                if self.done.is_multiple_of(TOLD_EACH) {
                    let of = self.errand.until.is_none().then_some(self.errand.count);
                    (self.context.progress)(self.errand.things, self.done, of);
                }
            }
            Ok(answer) => {
                let code = code(answer).map_or_else(|| shown(answer.body), |it| it.into_owned());
                self.trouble.get_or_insert(Trouble::Refused {
                    what,
                    status: answer.status,
                    code,
                });
            }
            Err(loss) => {
                let why = loss.name();
                self.trouble.get_or_insert(Trouble::Silent { what, why });
            }
        }
    }
}

fn shown(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let plain = text.chars().filter(|it| !it.is_control());
    plain.take(MAX_SHOWN_CHARS).collect()
}
