//! HTTP as far as a platform needs it, so that a test knows to the byte what was
//! read and what was answered.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A connection of a server to its platform.
pub(super) struct Connection(BufReader<TcpStream>);

/// The event of a request.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Event {
    pub(super) sequence: u64,
    pub(super) id: String,
    pub(super) order: String,
    pub(super) user: String,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(BufReader::new(stream))
    }

    /// Waits for a whole request; `None` when the other side is gone.
    pub(super) async fn receive(&mut self) -> io::Result<Option<Event>> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await? == 0 {
                return Ok(None);
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        let body = serde_json::from_slice(&body).expect("an event in JSON");
        Ok(Some(Event::of(&body)))
    }

    /// Answers; all is handed over when this returns.
    pub(super) async fn answer(&mut self, status: u16) -> io::Result<()> {
        let length = match status {
            204 => "",
            _ => "content-length: 0\r\n",
        };
        let head = format!("HTTP/1.1 {status} said\r\n{length}\r\n");
        self.0.get_mut().write_all(head.as_bytes()).await
    }

    /// Waits until the other side is gone.
    pub(super) async fn end(mut self) {
        // However it goes.
        let _ = self.0.read_u8().await;
    }
}

impl Event {
    /// An event, as it is sent and as it is listed.
    pub(super) fn of(body: &Value) -> Self {
        let text = |name: &str| body[name].as_str().expect("text").to_owned();
        Self {
            sequence: text("sequence").parse().expect("a number"),
            id: text("id"),
            order: text("subject"),
            user: text("partitionkey"),
        }
    }
}
