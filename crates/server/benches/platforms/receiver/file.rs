//! Receives events by reading the file that they are appended to.

use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

use super::Shared;

/// How often it looks for more: the runtime's timers are no finer.
const PAUSE: Duration = Duration::from_millis(1);
/// What is read at once.
const READ_BYTES: usize = 256 * 1024;

/// Reads to the end, again and again. A line counts as received when it can be
/// read, which may be a moment before it is synced.
pub(super) async fn receive(path: String, book: Shared) {
    let mut reader = Reader {
        path,
        file: None,
        buffer: vec![0; READ_BYTES],
        rest: Vec::new(),
    };
    loop {
        if let Err(error) = reader.read(&book) {
            book.borrow_mut().fail(format!("its file: {error}"));
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

struct Reader {
    path: String,
    /// None before there is one.
    file: Option<File>,
    buffer: Vec<u8>,
    /// The beginning of a line whose end is not there yet.
    rest: Vec<u8>,
}

impl Reader {
    fn read(&mut self, book: &Shared) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => match File::open(&self.path) {
                Ok(file) => self.file.insert(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
            },
        };
        loop {
            let count = file.read(&mut self.buffer)?;
            if count == 0 {
                return Ok(());
            }
            self.rest.extend_from_slice(&self.buffer[..count]);
            let mut book = book.borrow_mut();
            let mut done = 0;
            for line in self.rest.split_inclusive(|byte| *byte == b'\n') {
                if line.ends_with(b"\n") {
                    book.note(line);
                    done += line.len();
                }
            }
            self.rest.drain(..done);
        }
    }
}
