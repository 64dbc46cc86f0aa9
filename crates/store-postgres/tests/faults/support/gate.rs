//! A relay in front of a server that keeps back what one client sends.
//!
//! A proxy can cut a connection at a statement; this can let a statement wait,
//! with all that follows it, while other connections go on: what the network
//! does to a packet that is late.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::messages::Messages;
use super::wait::in_time;

/// A gate on a port of its own of 127.0.0.1. It ends with the test.
pub(crate) struct Gate {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    /// From which statement on the next connection to run it is held.
    armed: Mutex<Option<&'static str>>,
    is_held: watch::Sender<bool>,
    is_cut_off: watch::Sender<bool>,
    is_released: watch::Sender<bool>,
    /// What the server said to what was kept back.
    answer: watch::Sender<Option<String>>,
}

impl Gate {
    /// A gate before `target`, as `127.0.0.1:5432`, which lets everything pass.
    pub(crate) async fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let task = tokio::spawn(accept(listener, target.to_owned(), shared.clone()));
        Self {
            address,
            shared,
            task,
        }
    }

    /// The URL of a database by way of this gate.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@{}/{database}?sslmode=disable",
            self.address
        )
    }

    /// From the next statement with `text` on, nothing of the connection that
    /// runs it is passed on, in either direction. Other connections go on.
    pub(crate) fn hold_from(&self, text: &'static str) {
        *self.shared.armed.lock().expect("no panic") = Some(text);
    }

    /// Waits until all has been kept back that the client has sent, up to its COMMIT.
    pub(crate) async fn is_held(&self) {
        let mut held = self.shared.is_held.subscribe();
        let held = held.wait_for(|it| *it);
        in_time("a COMMIT is kept back", held)
            .await
            .expect("a gate");
    }

    /// Ends the client's side of the connection that is held. The server does
    /// not notice.
    pub(crate) fn cut_off(&self) {
        self.shared.is_cut_off.send_replace(true);
    }

    /// Lets the server have what was kept back; all that it says to that.
    pub(crate) async fn release(&self) -> String {
        self.shared.is_released.send_replace(true);
        let mut answer = self.shared.answer.subscribe();
        let answer = in_time("an answer", answer.wait_for(Option::is_some)).await;
        answer.expect("a gate").clone().unwrap_or_default()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, target: String, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (target, shared) = (target.clone(), shared.clone());
        connections.spawn(async move {
            let server = TcpStream::connect(&target).await?;
            relay(client, server, &shared).await
        });
    }
}

/// Passes on what both sides send, until one of them ends or is held.
async fn relay(
    mut client: TcpStream,
    mut server: TcpStream,
    shared: &Shared,
) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let mut messages = Messages::default();
    let (mut sent, mut answered) = (Vec::new(), Vec::new());
    loop {
        let count = tokio::select! {
            count = client.read_buf(&mut sent) => count?,
            count = server.read_buf(&mut answered) => count?,
        };
        if count == 0 {
            return Ok(());
        }
        client.write_all(&answered).await?;
        answered.clear();
        while let Some(message) = messages.next(&mut sent) {
            let held = {
                let mut armed = shared.armed.lock().expect("no panic");
                armed.take_if(|text| message.runs(text))
            };
            match held {
                None => server.write_all(&message.bytes).await?,
                Some(_) => {
                    let mut kept = message.bytes;
                    keep_commit(&mut client, &mut messages, &mut sent, &mut kept).await?;
                    return hold(client, server, kept, shared).await;
                }
            }
        }
    }
}

/// Reads what the client sends, up to its COMMIT.
async fn keep_commit(
    client: &mut TcpStream,
    messages: &mut Messages,
    sent: &mut Vec<u8>,
    kept: &mut Vec<u8>,
) -> std::io::Result<()> {
    let mut has_commit = kept.ends_with(b"COMMIT\0");
    while !has_commit {
        while let Some(message) = messages.next(sent) {
            has_commit |= message.runs("COMMIT");
            kept.extend(message.bytes);
        }
        if !has_commit && client.read_buf(sent).await? == 0 {
            return Ok(());
        }
    }
    Ok(())
}

/// Says good-bye: the server ends the connection when it has answered the rest.
const TERMINATE: &[u8] = b"X\0\0\0\x04";

async fn hold(
    client: TcpStream,
    mut server: TcpStream,
    mut kept: Vec<u8>,
    shared: &Shared,
) -> std::io::Result<()> {
    shared.is_held.send_replace(true);
    let (mut cut_off, mut released) = (
        shared.is_cut_off.subscribe(),
        shared.is_released.subscribe(),
    );
    // Their senders are there as long as the gate is.
    let released = released.wait_for(|it| *it);
    let cut_off = async {
        let _ = cut_off.wait_for(|it| *it).await;
        drop(client);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = released => {}
        () = cut_off => {}
    }
    kept.extend_from_slice(TERMINATE);
    // Perhaps the server has ended the session by now; then it has said why.
    let _ = server.write_all(&kept).await;
    let mut answer = Vec::new();
    let _ = server.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    shared.answer.send_replace(Some(answer));
    Ok(())
}
