//! What of the log waits to be written.

use std::ffi::c_int;

/// The longest write that SQLite's unix VFS passes on whole: it masks lengths
/// with this number. Also short enough to stay in the processor's cache between
/// SQLite's copy and the kernel's.
const LONGEST_WRITE_BYTES: usize = 0x1_ffff;

/// The header of a frame, which is a write of its own. No page is as short.
const FRAME_HEADER_BYTES: usize = 24;

/// `Err` is a result code of SQLite.
pub(super) type Written = Result<(), c_int>;

/// Bytes of the log that continue one another, and are not in the file yet.
/// After each commit there are none.
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// Where in the file the first of `bytes` belongs.
    start: i64,
    /// The last write was the header of a commit frame: its page comes next.
    committing: bool,
}

impl Buffer {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(LONGEST_WRITE_BYTES),
            start: 0,
            committing: false,
        }
    }

    /// Takes `bytes` that belong at `offset`. The last of a commit has been
    /// handed to `file`, with all before it, when this returns.
    ///
    /// # Errors
    ///
    /// What `file` returned, perhaps for an earlier write. Nothing is kept then.
    pub(super) fn write(
        &mut self,
        offset: i64,
        bytes: &[u8],
        mut file: impl FnMut(i64, &[u8]) -> Written,
    ) -> Written {
        if !self.has_room_for(offset, bytes.len()) {
            self.flush(&mut file)?;
        }
        if self.bytes.is_empty() {
            self.start = offset;
        }
        self.bytes.extend_from_slice(bytes);
        let ends_commit = std::mem::replace(&mut self.committing, begins_commit_frame(bytes));
        if ends_commit {
            self.flush(file)
        } else {
            Ok(())
        }
    }

    /// Hands what waits to `file`.
    ///
    /// # Errors
    ///
    /// What `file` returned. Nothing is kept then.
    pub(super) fn flush(&mut self, mut file: impl FnMut(i64, &[u8]) -> Written) -> Written {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let written = file(self.start, &self.bytes);
        self.bytes.clear();
        if written.is_err() {
            self.committing = false;
        }
        written
    }

    fn has_room_for(&self, offset: i64, length: usize) -> bool {
        let waiting = self.bytes.len();
        i64::try_from(waiting).is_ok_and(|waiting| self.start.checked_add(waiting) == Some(offset))
            && waiting + length <= LONGEST_WRITE_BYTES
    }
}

/// Whether this is the header of a frame that commits: it then tells how many
/// pages the database has, and 0 otherwise.
fn begins_commit_frame(bytes: &[u8]) -> bool {
    bytes.len() == FRAME_HEADER_BYTES && bytes.get(4..8) != Some(&[0; 4])
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi::{SQLITE_FULL, SQLITE_IOERR_WRITE};

    use super::*;

    const PAGE: usize = 4096;
    const FRAME: usize = FRAME_HEADER_BYTES + PAGE;
    const FRAMES_AT_ONCE: usize = LONGEST_WRITE_BYTES / FRAME;

    /// What SQLite does to the log.
    #[derive(Clone, Copy)]
    enum Step {
        LogHeader,
        /// A frame that does not commit, at this place in a log without header.
        Frame(usize),
        Commit(usize),
        /// A header alone, as where checksums are computed again.
        FrameHeader(usize),
        /// As before a read or a sync.
        Flush,
    }
    use Step::{Commit, Flush, Frame, FrameHeader, LogHeader};

    /// What it shows, what SQLite does, and where how many bytes are written.
    type Case = (&'static str, Vec<Step>, Vec<(usize, usize)>);

    fn header(commits: bool) -> [u8; FRAME_HEADER_BYTES] {
        let mut header = [7; FRAME_HEADER_BYTES];
        let size: u32 = if commits { 1 << 8 } else { 0 };
        header[4..8].copy_from_slice(&size.to_be_bytes());
        header
    }

    fn take(
        buffer: &mut Buffer,
        step: Step,
        mut file: impl FnMut(i64, &[u8]) -> Written,
    ) -> Written {
        let (place, commits) = match step {
            LogHeader => return buffer.write(0, &[7; 32], file),
            Flush => return buffer.flush(file),
            Frame(place) | FrameHeader(place) => (place, false),
            Commit(place) => (place, true),
        };
        let offset = 32 + i64::try_from(place * FRAME).unwrap();
        buffer.write(offset, &header(commits), &mut file)?;
        match step {
            FrameHeader(_) => Ok(()),
            _ => buffer.write(offset + 24, &[7; PAGE], &mut file),
        }
    }

    #[test]
    fn what_continues_is_written_together_and_a_commit_at_its_end() {
        let frames_and_commit = |count: usize| {
            let mut steps: Vec<Step> = (0..count).map(Frame).collect();
            steps.push(Commit(count));
            steps
        };
        let at = |place: usize| 32 + place * FRAME;
        let table: [Case; 9] = [
            (
                "frames wait for their commit",
                vec![Frame(0), Frame(1)],
                vec![],
            ),
            ("one frame", vec![Commit(5)], vec![(at(5), FRAME)]),
            (
                "a transaction",
                frames_and_commit(2),
                vec![(at(0), 3 * FRAME)],
            ),
            (
                "a log that begins",
                vec![LogHeader, Frame(0), Commit(1)],
                vec![(0, 32 + 2 * FRAME)],
            ),
            (
                "a header that is synced by itself",
                vec![LogHeader, Flush, Flush, Commit(0)],
                vec![(0, 32), (at(0), FRAME)],
            ),
            (
                "two transactions",
                vec![Commit(0), Commit(1)],
                vec![(at(0), FRAME), (at(1), FRAME)],
            ),
            (
                "what does not continue comes after what was before it",
                vec![Frame(3), Frame(1), FrameHeader(0), Commit(4)],
                vec![(at(3), FRAME), (at(1), FRAME), (at(0), 24), (at(4), FRAME)],
            ),
            (
                "more than one write takes, the commit's page by itself",
                frames_and_commit(FRAMES_AT_ONCE),
                vec![
                    (at(0), FRAMES_AT_ONCE * FRAME + 24),
                    (at(FRAMES_AT_ONCE) + 24, PAGE),
                ],
            ),
            (
                "more than one write takes, cut in a page's place",
                frames_and_commit(FRAMES_AT_ONCE + 1),
                vec![
                    (at(0), FRAMES_AT_ONCE * FRAME + 24),
                    (at(FRAMES_AT_ONCE) + 24, PAGE + FRAME),
                ],
            ),
        ];
        for (name, steps, expected) in table {
            let mut written = Vec::new();
            let mut buffer = Buffer::new();
            for step in steps {
                take(&mut buffer, step, |offset, bytes| {
                    written.push((usize::try_from(offset).unwrap(), bytes.len()));
                    Ok(())
                })
                .unwrap();
            }
            assert_eq!(written, expected, "{name}");
            assert!(buffer.bytes.capacity() >= LONGEST_WRITE_BYTES, "{name}");
        }
    }

    #[test]
    fn a_write_that_fails_is_told_with_its_code_and_nothing_is_written_later() {
        for code in [SQLITE_FULL, SQLITE_IOERR_WRITE] {
            for failing in [Commit(1), Frame(7), Flush, FrameHeader(0)] {
                let mut buffer = Buffer::new();
                take(&mut buffer, Frame(0), |_, _| Ok(())).unwrap();
                let written = take(&mut buffer, failing, |_, _| Err(code));
                assert_eq!(written, Err(code));
                take(&mut buffer, Flush, |_, _| panic!("nothing was to be kept")).unwrap();

                let mut written = Vec::new();
                let file = |offset: i64, bytes: &[u8]| {
                    written.push((offset, bytes.len()));
                    Ok(())
                };
                take(&mut buffer, Commit(0), file).unwrap();
                assert_eq!(written, [(32, FRAME)], "the next transaction");
            }
        }
    }

    #[test]
    fn a_file_holds_the_same_whether_its_writes_were_gathered_or_not() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..200 {
            let (mut direct, mut gathered) = (vec![0; 1 << 20], vec![0; 1 << 20]);
            let mut buffer = Buffer::new();
            let mut next = 0;
            for _ in 0..60 {
                let length = *random.choice(&[24, 32, 512, PAGE, 65_536]).unwrap();
                if random.u8(..5) == 0 || next + length > direct.len() {
                    next = random.usize(..direct.len() - length);
                }
                let bytes: Vec<u8> = (0..length).map(|_| random.u8(..3)).collect();
                direct[next..next + length].copy_from_slice(&bytes);
                let mut file = |offset: i64, bytes: &[u8]| {
                    assert!(bytes.len() <= LONGEST_WRITE_BYTES);
                    let from = usize::try_from(offset).unwrap();
                    gathered[from..from + bytes.len()].copy_from_slice(bytes);
                    Ok(())
                };
                let offset = i64::try_from(next).unwrap();
                buffer.write(offset, &bytes, &mut file).unwrap();
                if random.u8(..4) == 0 {
                    buffer.flush(&mut file).unwrap();
                    assert!(direct == gathered);
                }
                next += length;
            }
        }
    }
}
