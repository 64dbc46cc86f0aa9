//! A receiver that breaks the rules of HTTP.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The pause between two bytes of a receiver that drips.
const DRIP: Duration = Duration::from_secs(1);

/// What is done once a request has come.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// Nothing; the connection stays open.
    Nothing,
    /// The connection is reset.
    Reset,
    /// The connection is closed in good order.
    Close,
    /// This is sent, and the connection closed.
    Send(&'static [u8]),
    /// The first is sent, then one byte a second of the other.
    Drip(&'static str, &'static str),
}

/// Plays this part on each connection; the URL.
pub(super) async fn start(part: Part) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    // Ends with the runtime of the test.
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(play(stream, part));
        }
    });
    url
}

async fn play(mut stream: TcpStream, part: Part) {
    // One request is small, and comes in one piece.
    let _ = stream.read(&mut [0; 4096]).await;
    match part {
        Part::Nothing => std::future::pending().await,
        // Then the end of the connection is a reset.
        Part::Reset => stream.set_zero_linger().unwrap(),
        Part::Close => {}
        Part::Send(bytes) => stream.write_all(bytes).await.unwrap(),
        Part::Drip(at_once, slowly) => {
            let _ = stream.write_all(at_once.as_bytes()).await;
            for byte in slowly.bytes() {
                tokio::time::sleep(DRIP).await;
                // The client has gone.
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
    }
}
