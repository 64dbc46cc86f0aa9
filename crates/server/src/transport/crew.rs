//! The threads on which connections are served.
//!
//! A connection stays on one of them for as long as it lives, and so does all that
//! answers its requests: nothing of a request wanders between processors but what
//! goes to the engine and comes back.
//!
//! What is begun on one of these threads ends with it. By then that harms nobody:
//! a read in SQLite under way finishes on its own and gives its connection back; a
//! session with PostgreSQL that was opened for a request is found to be lost, and
//! another takes its place. All that lives longer than a request (dispatchers,
//! batches, looks at revocations, keys of an identity provider, certificates) is
//! begun on the caller's runtime.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

/// Threads that take connections in turn. When it is dropped they end by themselves,
/// and close what they serve.
pub(crate) struct Crew {
    members: Vec<Member>,
    taken: AtomicUsize,
}

/// One thread, and the runtime that is driven by it.
struct Member {
    runtime: Handle,
    /// Dropped to have the thread end.
    stop: oneshot::Sender<()>,
    /// Dropped when it has.
    ended: oneshot::Receiver<()>,
    thread: JoinHandle<()>,
}

impl Crew {
    /// Starts the threads; at least one, whatever `threads` is.
    ///
    /// # Errors
    ///
    /// When the operating system gives no more threads or files to this process;
    /// it says what to raise.
    pub(crate) async fn start(threads: usize) -> io::Result<Self> {
        let mut members = Vec::with_capacity(threads);
        for index in 0..threads.max(1) {
            let name = format!("http-{index}");
            members.push(Member::start(name).await.map_err(not_started)?);
        }
        Ok(Self {
            members,
            taken: AtomicUsize::new(0),
        })
    }

    /// Has the next thread serve a connection until `serve` has ended.
    ///
    /// # Errors
    ///
    /// When the connection cannot be moved to that thread: it is closed, and
    /// `serve` is dropped without being called.
    pub(crate) fn take_on<S>(
        &self,
        connection: TcpStream,
        serve: impl FnOnce(TcpStream) -> S,
    ) -> io::Result<()>
    where
        S: Future<Output = ()> + Send + 'static,
    {
        let turn = self.taken.fetch_add(1, Ordering::Relaxed);
        let runtime = &self.members[turn % self.members.len()].runtime;
        // It stays with the runtime in which it is made.
        let connection = connection.into_std()?;
        let _inside = runtime.enter();
        let connection = TcpStream::from_std(connection)?;
        runtime.spawn(serve(connection));
        Ok(())
    }

    /// Ends the threads. What is still served is dropped, and its connection closed.
    pub(crate) async fn stop(self) {
        let mut leaving = Vec::with_capacity(self.members.len());
        // All are told before one is waited for.
        for member in self.members {
            drop(member.stop);
            leaving.push((member.ended, member.thread));
        }
        for (ended, thread) in leaving {
            // It ends by being dropped.
            let _ = ended.await;
            // The thread has nothing more to do, so this blocks for no longer than
            // it takes to go.
            if thread.join().is_err() {
                tracing::error!("a thread that served connections had panicked");
            }
        }
    }
}

impl Member {
    /// The runtime is made on its thread, and ends there: one that is dropped
    /// within another panics.
    async fn start(name: String) -> io::Result<Self> {
        let (begin, begun) = oneshot::channel();
        let (stop, asked) = oneshot::channel::<()>();
        let (ending, ended) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name(name).spawn(move || {
            let _ending = ending;
            match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => run(runtime, begin, asked),
                // Who has started the thread waits for this.
                Err(error) => drop(begin.send(Err(error))),
            }
        })?;
        let gone = |_| io::Error::other("it ended at once");
        let runtime = begun.await.map_err(gone).flatten()?;
        Ok(Self {
            runtime,
            stop,
            ended,
            thread,
        })
    }
}

/// Serves until it is told to stop, or nobody is left to tell it.
fn run(runtime: Runtime, begin: oneshot::Sender<io::Result<Handle>>, asked: oneshot::Receiver<()>) {
    if begin.send(Ok(runtime.handle().clone())).is_ok() {
        // An error is the sender's end.
        let _ = runtime.block_on(asked);
    }
    // A read in the database that is under way is not waited for.
    runtime.shutdown_background();
}

fn not_started(error: io::Error) -> io::Error {
    let kind = error.kind();
    let message = format!(
        "a thread for HTTP cannot be started ({error}); raise the limits on threads and open \
         files for this user, and start the server again"
    );
    io::Error::new(kind, message)
}

#[cfg(test)]
mod tests;
