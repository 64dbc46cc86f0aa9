//! Requests whose answer was lost are sent again, with the same key.

use crate::books::{Books, Doubt};
use crate::driver::{Outcome, Traffic};
use crate::session::{Context, Trouble, crew};
use crate::tally::is_doubtful;

/// What became of requests whose answer was lost.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Resolved {
    /// They were carried out, now if not before.
    pub done: u64,
    /// They were refused, and had not been carried out before.
    pub refused: u64,
}

/// Sends them again until each is answered. Those that are not stay unknown.
pub(super) fn resolve(books: &mut Books, context: &Context) -> Result<Resolved, Trouble> {
    let doubts = std::mem::take(&mut books.doubts);
    if doubts.is_empty() {
        return Ok(Resolved::default());
    }
    let again = Again {
        books: books.clone(),
        count: doubts.len() as u64,
        doubts,
        resolved: Resolved::default(),
        settled: 0,
        context: context.clone(),
    };
    let again = crew::ask_all(&context.target, again)?;
    *books = again.books;
    Ok(again.resolved)
}

struct Again {
    books: Books,
    doubts: Vec<Doubt>,
    count: u64,
    settled: u64,
    resolved: Resolved,
    context: Context,
}

impl Traffic for Again {
    const KINDS: &'static [&'static str] = &[];

    type Ticket = Doubt;

    fn next_into(&mut self, request: &mut Vec<u8>) -> Option<Doubt> {
        let doubt = self.doubts.pop()?;
        request.clear();
        request.extend_from_slice(&doubt.request);
        Some(doubt)
    }

    fn settled(&mut self, doubt: Doubt, _request: &[u8], outcome: &Outcome<'_>) {
        self.settled += 1;
        (self.context.progress)("lost answers", self.settled, Some(self.count));
        match outcome {
            Ok(answer) if !is_doubtful(answer) && !matches!(answer.status, 429 | 503) => {
                if answer.status < 300 {
                    self.resolved.done += 1;
                } else {
                    self.resolved.refused += 1;
                }
                self.books.acknowledge(doubt.effect, answer);
            }
            _ => self.books.give_up(doubt.effect),
        }
    }
}
