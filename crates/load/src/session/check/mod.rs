//! Whether the server has what it has acknowledged, and nothing was oversold.

mod doubts;
mod figures;
mod orders;
mod verdict;

pub use doubts::Resolved;
pub use verdict::{Finding, Verdict};

use super::{Context, Prepared, Trouble, crew};
use crate::books::Books;

/// Resolves what is unknown, and compares the books with what the server tells;
/// blocks until that is done. Nobody else may use the users and products of the
/// load meanwhile.
///
/// # Errors
///
/// When the server does not answer. What does not fit is no error, but in the
/// verdict.
pub fn check(books: Books, prepared: &Prepared, context: &Context) -> Result<Verdict, Trouble> {
    crew::reach(&context.target, crew::PATIENCE)?;
    let mut verdict = Verdict::default();
    let mut books = books;
    verdict.resolved = doubts::resolve(&mut books, context)?;
    verdict.unresolved = books.unresolved;
    verdict.acknowledged = books.orders;
    if books.unreadable > 0 {
        let count = books.unreadable;
        verdict.found(
            Finding::Unreadable,
            format!("{count} answers say that something was done, and not what"),
        );
    }
    figures::stock(&books, prepared, context, &mut verdict)?;
    figures::balances(&books, context, &mut verdict)?;
    orders::read_back(books, context, &mut verdict)?;
    Ok(verdict)
}
