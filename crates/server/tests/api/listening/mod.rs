//! What is below HTTP: TLS, deadlines, limits, and who is answered at which door.

mod browsers;
mod deadlines;
mod limits;
mod monitoring;
mod server;
mod tls;

pub(crate) use server::{Over, Server, Wire};

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

/// Longer than any of these tests may take; a hang fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request that is answered at once, on a connection that stays open.
const PING: &[u8] = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// All that the server sends until it closes.
async fn until_closed(wire: &mut impl Wire) -> String {
    let mut answer = Vec::new();
    let closed = timeout(PATIENCE, wire.read_to_end(&mut answer)).await;
    // A reset is a close as well.
    let _ = closed.expect("the server closes the connection");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of the next answer.
async fn status(wire: &mut impl Wire) -> String {
    let mut start = [0; 12];
    timeout(PATIENCE, wire.read_exact(&mut start))
        .await
        .expect("the server answers")
        .expect("the connection is open");
    String::from_utf8_lossy(&start[9..]).into_owned()
}
