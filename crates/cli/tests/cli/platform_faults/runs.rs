//! How often a fault is caused, and many shops at a time.

use std::thread;

use crate::support::Folder;

/// Kills in a normal run, for each engine; `JUMUN_FAULT_RUNS` asks for more.
pub(super) const RUNS: usize = 21;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// How many rounds each of so many shops has, to have `runs` of them together.
pub(super) fn rounds(runs: usize, shops: usize) -> usize {
    let asked = number("JUMUN_FAULT_RUNS").and_then(|it| usize::try_from(it).ok());
    asked.unwrap_or(runs).div_ceil(shops)
}

/// Where what is random begins; `JUMUN_FAULT_SEED` runs it again.
pub(super) fn seed() -> u64 {
    number("JUMUN_FAULT_SEED").unwrap_or_else(|| fastrand::u64(..))
}

/// Runs each case on a thread and a runtime of its own, all at the same time:
/// most of the time they wait for leases to end. What fails says its name.
pub(super) fn all_at_once<C: Send>(
    cases: impl IntoIterator<Item = (String, C)>,
    run: impl AsyncFn(C) + Sync,
) {
    thread::scope(|scope| {
        for (name, case) in cases {
            let run = &run;
            let start = move || {
                // One worker, for customers and the platform, while this thread
                // waits for processes.
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(1)
                    .enable_all()
                    .build()
                    .expect("a runtime");
                runtime.block_on(run(case));
            };
            let thread = thread::Builder::new().name(name);
            thread.spawn_scoped(scope, start).expect("a thread");
        }
    });
}

/// A shop on each engine, by its name.
pub(super) fn each_engine() -> [(String, Folder); 2] {
    Folder::of_each_engine().map(|it| (it.url(), it))
}
