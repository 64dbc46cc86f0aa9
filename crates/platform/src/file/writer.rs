//! The thread that writes.

use std::borrow::Cow;
use std::path::Path;
use std::thread;
use std::{fs, io};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::line_file::LineFile;
use crate::outcome::{Failure, FailureKind};

/// The most lines of one write: they are copied together, and all wait for its end.
const MAX_BATCH_LINES: usize = 1024;

/// A line to write, and who waits for it.
pub(super) struct Line {
    /// Without an end of line.
    pub(super) text: Bytes,
    /// Told once the disk has it, or why not.
    pub(super) done: oneshot::Sender<Result<(), Failure>>,
}

/// Starts to write what comes, until nobody can send more.
pub(super) fn start(path: &Path, lines: mpsc::Receiver<Line>) -> io::Result<()> {
    let file = LineFile::new(path.to_owned());
    thread::Builder::new()
        .name("file-platform".to_owned())
        .spawn(|| run(file, lines))
        .map(drop)
}

fn run(mut file: LineFile, mut lines: mpsc::Receiver<Line>) {
    let mut batch = Vec::new();
    while lines.blocking_recv_many(&mut batch, MAX_BATCH_LINES) > 0 {
        // Whoever has given up sends again: it must not be written twice for that.
        batch.retain(|line| !line.done.is_closed());
        if batch.is_empty() {
            continue;
        }
        let result = file
            .append(batch.iter().map(|line| &*line.text))
            .map_err(|error| failure(file.path(), &error));
        for line in batch.drain(..) {
            // Whoever gives up at this moment sends again.
            let _ = line.done.send(result.clone());
        }
    }
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => way_to(path),
        io::ErrorKind::PermissionDenied => {
            "let the user of this program read and write it, and its directory".into()
        }
        io::ErrorKind::StorageFull => "free space on its disk".into(),
        io::ErrorKind::QuotaExceeded => "free space, or raise the quota".into(),
        io::ErrorKind::ReadOnlyFilesystem => "make its disk writable".into(),
        io::ErrorKind::IsADirectory | io::ErrorKind::InvalidInput => {
            "name a file in its URL".into()
        }
        _ => "check the file and its disk".into(),
    };
    let text = format!("{} cannot be written ({error}); {remedy}", path.display());
    Failure::new(FailureKind::Other, text)
}

/// What is to be made so that a file can be created there. Where a link leads
/// nowhere, what it leads to is missing, and not the directory that holds it.
fn way_to(path: &Path) -> Cow<'static, str> {
    let dangling = path
        .ancestors()
        .find(|it| it.is_symlink() && !it.exists())
        .and_then(|link| Some((link, fs::read_link(link).ok()?)));
    let Some((link, target)) = dangling else {
        return "create its directory".into();
    };
    let target = target.display();
    if link == path {
        format!("it is a link to {target}: create the directory of that, or mend the link").into()
    } else {
        let link = link.display();
        format!("{link} is a link to {target}: create that directory, or mend the link").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_nobody_waits_for_any_more_are_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("events");
        let (sender, receiver) = mpsc::channel(3);
        let mut waiting = Vec::new();
        for text in ["a", "b", "c"] {
            let (done, written) = oneshot::channel();
            let text = Bytes::from_static(text.as_bytes());
            sender.try_send(Line { text, done }).ok().unwrap();
            waiting.push(written);
        }
        waiting.remove(1);
        drop(sender);
        run(LineFile::new(path.clone()), receiver);
        for written in waiting {
            assert_eq!(written.blocking_recv(), Ok(Ok(())));
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), "a\nc\n");
    }
}
