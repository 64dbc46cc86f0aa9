//! Answers on their way back to who waits for them.
//!
//! A runtime of one thread is woken from outside by a system call, each time. So
//! the answers of a batch go to each runtime together, and one task there hands
//! them out: whoever waits is then woken from within.

use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Where the answer to one request goes.
pub struct Reply<T> {
    sender: oneshot::Sender<T>,
    /// Which runtime the one who waits lives in.
    runtime: Handle,
}

/// What an answer is waited for with. It is an error when the reply was dropped:
/// nobody will answer any more.
pub type Awaited<T> = oneshot::Receiver<T>;

impl<T> Reply<T> {
    /// A reply to who asks here and now, and what the answer is waited for with,
    /// in the same runtime.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime; call it from async code only.
    pub fn expected() -> (Self, Awaited<T>) {
        let (sender, awaited) = oneshot::channel();
        let runtime = Handle::current();
        (Self { sender, runtime }, awaited)
    }

    /// Answers this one alone.
    pub fn send(self, answer: T) {
        // Nobody may be waiting any more.
        let _ = self.sender.send(answer);
    }
}

/// Answers a whole batch, by one task in each runtime where somebody waits. From
/// any thread; it waits for nobody. A runtime that has ended drops its answers,
/// as it has dropped who waited for them.
pub fn answer_all<T: Send + 'static>(answers: impl IntoIterator<Item = (Reply<T>, T)>) {
    for (runtime, group) in by_runtime(answers) {
        runtime.spawn(async move {
            for (reply, answer) in group {
                reply.send(answer);
            }
        });
    }
}

type Groups<T> = Vec<(Handle, Vec<(Reply<T>, T)>)>;

/// The answers of each runtime. There are about as many as processors, so a look
/// through them is short.
fn by_runtime<T>(answers: impl IntoIterator<Item = (Reply<T>, T)>) -> Groups<T> {
    let mut groups = Groups::new();
    for (reply, answer) in answers {
        let id = reply.runtime.id();
        match groups.iter_mut().find(|(runtime, _)| runtime.id() == id) {
            Some((_, group)) => group.push((reply, answer)),
            None => groups.push((reply.runtime.clone(), vec![(reply, answer)])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::runtime::{Builder, Runtime};
    use tokio::time::timeout;

    use super::*;

    /// Far longer than an answer takes, so that a lost one fails the test.
    const DEADLINE: Duration = Duration::from_secs(30);

    fn runtime() -> Runtime {
        Builder::new_current_thread().enable_all().build().unwrap()
    }

    /// What somebody in `runtime` asks with.
    fn ask(runtime: &Runtime) -> (Reply<u32>, Awaited<u32>) {
        let _inside = runtime.enter();
        Reply::expected()
    }

    /// What comes of it: `None` when it was dropped.
    fn told(runtime: &Runtime, awaited: Awaited<u32>) -> Option<u32> {
        let told = runtime.block_on(async { timeout(DEADLINE, awaited).await });
        told.expect("an answer or its end in time").ok()
    }

    #[test]
    fn answers_arrive_in_every_runtime_where_somebody_waits() {
        let runtimes = [runtime(), runtime()];
        // The two take turns, as connections do.
        let places = [0, 1, 0, 1, 1];
        let (replies, awaited): (Vec<_>, Vec<_>) =
            places.iter().map(|place| ask(&runtimes[*place])).unzip();
        std::thread::spawn(move || answer_all(replies.into_iter().zip(0..)))
            .join()
            .unwrap();
        for ((place, awaited), expected) in places.into_iter().zip(awaited).zip(0..) {
            assert_eq!(told(&runtimes[place], awaited), Some(expected));
        }
    }

    #[test]
    fn a_batch_is_one_group_for_each_runtime() {
        let runtimes = [runtime(), runtime()];
        let places = [0, 1, 0, 1, 1];
        let replies = places.iter().map(|place| ask(&runtimes[*place]).0);
        let groups = by_runtime(replies.zip(0..));
        let answers = |group: &Vec<(_, u32)>| group.iter().map(|it| it.1).collect();
        let answers: Vec<Vec<u32>> = groups.iter().map(|it| answers(&it.1)).collect();
        assert_eq!(answers, [vec![0, 2], vec![1, 3, 4]]);
    }

    #[test]
    fn who_does_not_wait_any_more_harms_nobody() {
        let runtime = runtime();
        let (gone, _) = ask(&runtime);
        let (waiting, awaited) = ask(&runtime);
        answer_all([(gone, 1), (waiting, 2)]);
        assert_eq!(told(&runtime, awaited), Some(2));
    }

    #[test]
    fn a_runtime_that_has_ended_harms_nobody() {
        let (ended, running) = (runtime(), runtime());
        let (lost, never) = ask(&ended);
        let (waiting, awaited) = ask(&running);
        ended.shutdown_background();
        answer_all([(lost, 1), (waiting, 2)]);
        assert_eq!(told(&running, awaited), Some(2));
        assert_eq!(told(&running, never), None, "it ends, and is no answer");
    }
}
