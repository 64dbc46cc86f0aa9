//! The processes of a server, as `/proc` shows them.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use crate::wait;

/// Whether the process has ended. One that nobody has waited for yet counts:
/// it holds nothing any more.
pub(crate) fn has_ended(process: Pid) -> bool {
    look(process).is_none_or(|seen| seen.state == 'Z')
}

/// Waits until the process has ended.
///
/// # Panics
///
/// If it has not until the deadline.
pub(crate) fn wait_for_end(process: Pid) {
    if wait::until(|| has_ended(process).then_some(())).is_err() {
        panic!(
            "process {} of a server has not ended in time",
            process.as_raw_pid()
        );
    }
}

/// Stops the server's main process and then all others, so that none can be
/// started meanwhile. Returns all of them, the main process first.
///
/// # Panics
///
/// If they have not stopped until the deadline.
pub(crate) fn freeze(main: Pid) -> Vec<Pid> {
    stop(&[main]);
    let children = children(main);
    stop(&children);
    std::iter::once(main).chain(children).collect()
}

/// Sends a signal to a process that has perhaps ended already.
pub(crate) fn signal(process: Pid, signal: Signal) {
    let _ = kill_process(process, signal);
}

/// The processes that `parent` has started: a server starts all of its
/// processes from its main process.
pub(crate) fn children(parent: Pid) -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else {
        panic!("there is no /proc: the test clusters need Linux");
    };
    entries
        .filter_map(|entry| {
            let process = Pid::from_raw(entry.ok()?.file_name().to_str()?.parse().ok()?)?;
            (look(process)?.parent == parent.as_raw_pid()).then_some(process)
        })
        .collect()
}

/// Stops these processes, and waits until they stand still: until the signal
/// has arrived they go on.
fn stop(processes: &[Pid]) {
    for &process in processes {
        signal(process, Signal::STOP);
    }
    let stands = |&process| look(process).is_none_or(|seen| matches!(seen.state, 'T' | 'Z'));
    if wait::until(|| processes.iter().all(stands).then_some(())).is_err() {
        panic!("the processes {processes:?} of a server do not stand still");
    }
}

/// What is seen of a process.
struct Seen {
    /// A letter: `T` is stopped, `Z` has ended.
    state: char,
    parent: i32,
}

fn look(process: Pid) -> Option<Seen> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_pid())).ok()?;
    // The name comes before, in parentheses, and can hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    Some(Seen {
        state: fields.next()?.chars().next()?,
        parent: fields.next()?.parse().ok()?,
    })
}
