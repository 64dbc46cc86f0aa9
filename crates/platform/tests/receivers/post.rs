//! Requests that the client would not send.

use std::time::{SystemTime, UNIX_EPOCH};

use jumun_platform::signature::{ID_HEADER, SIGNATURE_HEADER, Signable, TIMESTAMP_HEADER};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::sender::{OLD, message};

/// More than all buffers between the two sides hold.
const FLOOD_BYTES: usize = 64 << 20;

/// A request, part by part.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) body: String,
}

impl Post {
    /// The first event, sent this many seconds ago and signed with [`OLD`].
    pub(crate) fn genuine(seconds_ago: i64) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let timestamp_s = since.as_secs().checked_add_signed(-seconds_ago).unwrap();
        let message = message(1);
        let id = message.id.to_string();
        let signable = Signable {
            id: &id,
            timestamp_s,
            body: &message.body,
        };
        Self {
            signature: signable.sign(&[OLD.parse().unwrap()]),
            timestamp: timestamp_s.to_string(),
            body: String::from_utf8(message.body.to_vec()).unwrap(),
            id,
        }
    }

    /// Sends it there; the status of the answer. A header without a value is
    /// left out.
    pub(crate) async fn send(&self, url: &str) -> u16 {
        let headers = [
            (ID_HEADER, &self.id),
            (TIMESTAMP_HEADER, &self.timestamp),
            (SIGNATURE_HEADER, &self.signature),
        ];
        let mut request = format!(
            "POST / HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.body.len()
        );
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        request.push_str(&self.body);
        exchange(url, request.as_bytes()).await
    }
}

/// Whether a receiver ends the connection before it has all of a body that no
/// event has.
pub(crate) async fn is_cut_off(url: &str) -> bool {
    let mut stream = connect(url).await;
    let head = format!("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: {FLOOD_BYTES}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let flood = vec![b' '; FLOOD_BYTES];
    stream.write_all(&flood).await.is_err()
}

/// Sends these bytes; the status of the answer.
async fn exchange(url: &str, request: &[u8]) -> u16 {
    let mut stream = connect(url).await;
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let status = answer.split(' ').nth(1).map(str::parse);
    status.unwrap().unwrap()
}

async fn connect(url: &str) -> TcpStream {
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    TcpStream::connect(address).await.unwrap()
}
