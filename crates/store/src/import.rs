//! Bulk imports, as every engine takes them.

use jumun_domain::{Answer, Decision, Rejection, Request};

use crate::fault::Fault;

/// One row of a file, as the commands that bring it in. The first registers
/// the user or creates the product.
#[derive(Clone, Debug)]
pub struct ImportRow {
    /// The line of the file, for messages.
    pub line: u64,
    /// What to do for it, in order.
    pub requests: Vec<Request>,
}

/// What an import did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Imported {
    /// Rows brought in by this run.
    pub rows: u64,
    /// Rows that an earlier run of the same file, cut short, had brought in.
    pub resumed: u64,
}

/// A row that cannot be brought in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadRow {
    /// The line of the file.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl ImportRow {
    /// Looks at what became of the row's requests: all of them have to be done,
    /// and the first has to have made something new.
    ///
    /// # Errors
    ///
    /// The first outcome that is not what an import wants; whatever the row has
    /// changed is to be taken back.
    pub fn check(
        &self,
        outcomes: impl Iterator<Item = Result<Decision, Fault>>,
    ) -> Result<(), BadRow> {
        for outcome in outcomes {
            let objection = match outcome {
                Ok(decision) => objection(&decision),
                Err(fault) => Some(fault.to_string()),
            };
            if let Some(reason) = objection {
                return Err(BadRow {
                    line: self.line,
                    reason,
                });
            }
        }
        Ok(())
    }
}

/// Why an outcome is not what an import wants.
fn objection(decision: &Decision) -> Option<String> {
    match decision {
        Decision::Done(Answer::User {
            user,
            created: false,
        }) => Some(format!("user {} exists already", user.id)),
        Decision::Done(Answer::Product {
            product,
            created: false,
        }) => Some(format!("product {} exists already", product.id)),
        Decision::Done(_) | Decision::Replayed(_) => None,
        Decision::Rejected(rejections) => {
            let codes: Vec<_> = rejections.iter().map(Rejection::code).collect();
            Some(codes.join(", "))
        }
    }
}
