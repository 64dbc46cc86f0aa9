//! The bad rows of a file, as many of them as a person reads.

use std::collections::BTreeMap;
use std::fmt;

use jumun_domain::{Rule, Violation};

/// Bad rows that are named one by one: enough to see the pattern.
const MAX_NAMED: usize = 20;

/// Bad rows, each by its line, in whichever order they are found.
#[derive(Default, Debug)]
pub(super) struct Problems {
    /// The first ones of the file. No two rows begin on the same line.
    named: BTreeMap<u64, String>,
    total: usize,
}

impl Problems {
    /// Notes a bad row.
    pub(super) fn add(&mut self, line: u64, what: impl fmt::Display) {
        self.total += 1;
        self.named.insert(line, what.to_string());
        if self.named.len() > MAX_NAMED {
            self.named.pop_last();
        }
    }

    /// Whether every row is good.
    pub(super) fn is_empty(&self) -> bool {
        self.total == 0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = if self.total == 1 {
            "row is"
        } else {
            "rows are"
        };
        write!(formatter, "{} {rows} bad; nothing was imported", self.total)?;
        for (line, what) in &self.named {
            write!(formatter, "\n  line {line}: {what}")?;
        }
        match self.total - self.named.len() {
            0 => Ok(()),
            more => write!(formatter, "\n  and {more} more"),
        }
    }
}

/// What is wrong with a value, in a sentence that names its column.
pub(super) fn sentence(violation: &Violation, column: &str) -> String {
    match violation.rule {
        Rule::IntegerBetween { min, max } => {
            format!("{column} has to be from {min} to {max}")
        }
        Rule::LengthBetween { min, max } => {
            format!("{column} has to have {min} to {max} characters")
        }
        Rule::NoControlCharacters => {
            format!("{column} has a control character, such as a tab or a line break")
        }
        Rule::NotZero => format!("{column} must not be zero"),
        Rule::WithinSafeRange => format!("{column} is too large"),
        // No column of a file can break these.
        Rule::ItemsBetween { .. } | Rule::AfterValidFrom => format!("{column} is not accepted"),
    }
}

/// An integer in a cell.
///
/// # Errors
///
/// A sentence that names the column and what was found.
pub(super) fn integer(column: &str, cell: &str) -> Result<i64, String> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Err(format!("{column} is missing; write 0 for none"));
    }
    cell.parse().map_err(|_| {
        // The start of it is enough to find it.
        let shown: String = cell.chars().take(40).collect();
        format!("{column} `{shown}` is not a whole number without separators")
    })
}
