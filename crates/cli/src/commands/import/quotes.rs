//! Follows the quotes of a CSV file: the reader of rows ends a quoted cell at
//! the end of the file without a word, and a forgotten quote would look like
//! one long row.

/// Where in a cell the last byte was.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Place {
    /// Before the first byte of a cell: only here does a quote open.
    #[default]
    Start,
    /// In a cell without quotes, or after those of a quoted one.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote between quotes, which closes unless another follows.
    Closing,
}

/// The state of the quotes after the bytes so far, whose lines end in `\n`.
#[derive(Debug)]
pub(super) struct Quotes {
    place: Place,
    line: u64,
    opened: u64,
}

impl Default for Quotes {
    fn default() -> Self {
        Self {
            place: Place::Start,
            line: 1,
            opened: 1,
        }
    }
}

impl Quotes {
    /// Goes on over the next bytes.
    pub(super) fn follow(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.place = match (self.place, byte) {
                (Place::Start, b'"') => {
                    self.opened = self.line;
                    Place::Quoted
                }
                (Place::Quoted, b'"') => Place::Closing,
                (Place::Quoted, _) | (Place::Closing, b'"') => Place::Quoted,
                (_, b',' | b'\n') => Place::Start,
                (Place::Start | Place::Plain | Place::Closing, _) => Place::Plain,
            };
            self.line += u64::from(*byte == b'\n');
        }
    }

    /// The line on which the quote was opened that is still open.
    pub(super) fn open(&self) -> Option<u64> {
        (self.place == Place::Quoted).then_some(self.opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_opens_at_the_start_of_a_cell_and_closes_unless_it_is_doubled() {
        let table: &[(&[u8], Option<u64>)] = &[
            (b"", None),
            (b"a,b\n", None),
            (b"\"", Some(1)),
            (b"\"a\"", None),
            (b"\"a\"\"", Some(1)),
            (b"\"a\"\"\"\n", None),
            (b"a\"b\n", None),
            (b"a\n\xb1,\"b\n\nc\n", Some(2)),
            (b"\"a\n\",\"b\n", Some(2)),
            (b"\"a\"b\"c\n", None),
        ];
        for (bytes, expected) in table {
            let mut quotes = Quotes::default();
            quotes.follow(bytes);
            let text = String::from_utf8_lossy(bytes);
            assert_eq!(quotes.open(), *expected, "{text:?}");
        }
    }
}
