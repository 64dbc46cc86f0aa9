//! Threads that come, serve and go.

use std::future::pending;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::*;

/// Far longer than any step takes, so that one which never ends fails the test.
const DEADLINE: Duration = Duration::from_secs(30);

/// Both ends of a connection: the client's, and the one that was accepted.
async fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    (client.unwrap(), accepted.unwrap().0)
}

/// What comes of `step`, in time.
async fn soon<T>(step: impl Future<Output = T>) -> T {
    timeout(DEADLINE, step).await.expect("it ends in time")
}

/// Waits until the other side has closed the connection.
async fn closed(mut client: TcpStream) {
    // A reset is an end, too.
    let read = soon(client.read(&mut [0])).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn connections_are_served_by_the_threads_in_turn() {
    let table: [(usize, &[&str]); 3] = [
        (2, &["http-0", "http-1", "http-0", "http-1"]),
        (1, &["http-0", "http-0"]),
        // There is always one.
        (0, &["http-0", "http-0"]),
    ];
    for (threads, expected) in table {
        let crew = Crew::start(threads).await.unwrap();
        let mut served_by = Vec::new();
        for _ in expected {
            let (mut client, accepted) = connection().await;
            let (tell, mut told) = mpsc::unbounded_channel();
            let serve = move |stream: TcpStream| async move {
                stream.writable().await.unwrap();
                stream.try_write(b"x").unwrap();
                let name = std::thread::current().name().map(str::to_owned);
                tell.send(name.unwrap()).unwrap();
            };
            crew.take_on(accepted, serve).unwrap();
            assert_eq!(soon(client.read_u8()).await.unwrap(), b'x');
            served_by.push(soon(told.recv()).await.unwrap());
        }
        assert_eq!(served_by, expected, "{threads} threads");
        soon(crew.stop()).await;
    }
}

#[tokio::test]
async fn what_is_unfinished_when_the_threads_end_is_dropped_and_its_connection_closed() {
    let crew = Crew::start(2).await.unwrap();
    let (held, mut dropped) = mpsc::channel::<()>(1);
    let mut clients = Vec::new();
    for _ in 0..4 {
        let (client, accepted) = connection().await;
        let held = held.clone();
        let serve = |stream: TcpStream| async move {
            pending::<()>().await;
            drop((stream, held));
        };
        crew.take_on(accepted, serve).unwrap();
        clients.push(client);
    }
    drop(held);
    soon(crew.stop()).await;
    // All are gone before `stop` returns.
    assert_eq!(
        dropped.try_recv(),
        Err(mpsc::error::TryRecvError::Disconnected)
    );
    for client in clients {
        closed(client).await;
    }
}

#[tokio::test]
async fn threads_that_nobody_stops_end_with_their_crew() {
    let crew = Crew::start(1).await.unwrap();
    let (client, accepted) = connection().await;
    let serve = |stream: TcpStream| async move {
        pending::<()>().await;
        drop(stream);
    };
    crew.take_on(accepted, serve).unwrap();
    drop(crew);
    closed(client).await;
}

#[tokio::test]
async fn the_end_does_not_wait_for_work_that_blocks() {
    let crew = Crew::start(1).await.unwrap();
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let (tell, mut told) = mpsc::unbounded_channel();
    let (_client, accepted) = connection().await;
    let serve = |_: TcpStream| async move {
        let work = move || {
            tell.send("begun").unwrap();
            // An error is its end.
            let _ = wait.recv();
            tell.send("finished").unwrap();
        };
        tokio::task::spawn_blocking(work).await.unwrap();
    };
    crew.take_on(accepted, serve).unwrap();
    assert_eq!(soon(told.recv()).await, Some("begun"));
    soon(crew.stop()).await;
    assert!(told.try_recv().is_err(), "it still works");
    drop(go_on);
    assert_eq!(soon(told.recv()).await, Some("finished"));
}

#[tokio::test]
async fn a_connection_for_a_thread_that_is_gone_is_closed_and_gives_back_what_it_held() {
    let mut crew = Crew::start(1).await.unwrap();
    // As after a panic outside of all tasks.
    let (stop, _) = oneshot::channel();
    drop(std::mem::replace(&mut crew.members[0].stop, stop));
    assert!(soon(&mut crew.members[0].ended).await.is_err());

    let (client, accepted) = connection().await;
    let (held, mut dropped) = mpsc::channel::<()>(1);
    let serve = |stream: TcpStream| async move { drop((stream, held)) };
    let outcome = crew.take_on(accepted, serve);
    assert!(outcome.is_err());
    assert_eq!(soon(dropped.recv()).await, None);
    closed(client).await;
}

#[test]
fn an_error_says_what_to_raise() {
    let error = not_started(io::ErrorKind::OutOfMemory.into());
    assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
    assert_eq!(
        error.to_string(),
        "a thread for HTTP cannot be started (out of memory); raise the limits on threads and \
         open files for this user, and start the server again"
    );
}
