//! The bytes of a file with one kind of line break, their digest, and whether
//! a quote in them stays open.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use super::quotes::Quotes;

/// Passes a file on with `\n` as the only line break, the last line ended too,
/// so that lines can be counted; computes the digest of the bytes as they were.
pub(super) struct Text<F> {
    file: F,
    digest: Sha256,
    /// The last byte was a carriage return, passed on as a line break: a line
    /// feed that follows belongs to it.
    after_return: bool,
    /// The last byte passed on was a line break, or there was none yet.
    at_line_start: bool,
    quotes: Quotes,
    /// Everything was passed on.
    ended: bool,
}

impl<F: Read> Text<F> {
    pub(super) fn new(file: F) -> Self {
        Self {
            file,
            digest: Sha256::new(),
            after_return: false,
            at_line_start: true,
            quotes: Quotes::default(),
            ended: false,
        }
    }

    /// The line of the quote that swallowed the rest of the file, once the end
    /// is reached.
    pub(super) fn quote_left_open(&self) -> Option<u64> {
        self.quotes.open().filter(|_| self.ended)
    }

    /// SHA-256 of what was read.
    pub(super) fn digest(self) -> [u8; 32] {
        self.digest.finalize().into()
    }

    /// Turns the line breaks of a piece into `\n` in place; its new length.
    fn convert(&mut self, piece: &mut [u8]) -> usize {
        let mut length = 0;
        for place in 0..piece.len() {
            let byte = piece[place];
            let belongs_to_return = byte == b'\n' && self.after_return;
            self.after_return = byte == b'\r';
            if !belongs_to_return {
                piece[length] = if byte == b'\r' { b'\n' } else { byte };
                length += 1;
            }
        }
        length
    }
}

impl<F: Read> Read for Text<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = self.file.read(buffer)?;
            self.digest.update(&buffer[..read]);
            let mut length = self.convert(&mut buffer[..read]);
            if read == 0 && !self.at_line_start {
                buffer[0] = b'\n';
                length = 1;
            }
            self.quotes.follow(&buffer[..length]);
            self.ended = read == 0 && length == 0;
            if let Some(last) = buffer[..length].last() {
                self.at_line_start = *last == b'\n';
            }
            // A piece of nothing but the second half of a line break is no end.
            if length > 0 || read == 0 {
                return Ok(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every line break falls apart.
    struct Dribble<'a>(&'a [u8]);

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    #[test]
    fn every_line_ends_in_a_line_feed_however_the_file_is_cut() {
        let table = [
            ("", ""),
            ("a", "a\n"),
            ("a\n", "a\n"),
            ("a\r\nb\r\n", "a\nb\n"),
            ("a\rb", "a\nb\n"),
            ("a\r\n\r\nb", "a\n\nb\n"),
            ("\n", "\n"),
            ("\r", "\n"),
        ];
        for (file, expected) in table {
            let mut text = String::new();
            Text::new(file.as_bytes())
                .read_to_string(&mut text)
                .unwrap();
            assert_eq!(text, expected, "{file:?}");
            let mut text = String::new();
            Text::new(Dribble(file.as_bytes()))
                .read_to_string(&mut text)
                .unwrap();
            assert_eq!(text, expected, "{file:?} byte by byte");
        }
    }
}
