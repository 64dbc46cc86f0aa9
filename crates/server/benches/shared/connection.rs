//! A keep-alive HTTP/1.1 connection with one request in flight, and no more of
//! HTTP than that.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Room for an answer to be read at once.
const READ_BYTES: usize = 8 * 1024;
/// Headers of an answer; the server sends fewer than ten.
const MAX_HEADERS: usize = 32;
/// No answer of the bench's requests is longer.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// How long the answer to a single question may take.
const QUESTION_LIMIT: Duration = Duration::from_secs(30);

/// A connection to a server of the bench.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer, as far as the bench looks at it.
pub(crate) struct Answer<'a> {
    /// The status code.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: &'a [u8],
}

struct Head {
    status: u16,
    length: usize,
    total: usize,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context("the server does not accept")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(READ_BYTES),
        })
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream
            .write_all(request)
            .await
            .context("the server closed the connection")?;
        self.received.clear();
        let head = loop {
            let count = self.stream.read_buf(&mut self.received).await?;
            ensure!(
                count > 0,
                "the server closed the connection instead of answering"
            );
            match parse(&self.received)? {
                Some(head) if self.received.len() >= head.total => break head,
                _ => ensure!(
                    self.received.len() < MAX_ANSWER_BYTES,
                    "an answer has no end"
                ),
            }
        };
        ensure!(
            self.received.len() == head.total,
            "an answer is longer than it says"
        );
        let body = &self.received[head.total - head.length..];
        Ok(Answer {
            status: head.status,
            body,
        })
    }
}

/// Runs a question to a server, within a limit.
pub(crate) fn ask<T>(question: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime
        .block_on(async { tokio::time::timeout(QUESTION_LIMIT, question).await })
        .context("the server did not answer a single question in time; look at its log")?
}

/// The head of an answer; `None` while it is not all there.
fn parse(received: &[u8]) -> anyhow::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head_length) = response.parse(received)? else {
        return Ok(None);
    };
    let Some(status) = response.code else {
        bail!("an answer has no status")
    };
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .context("an answer has no Content-Length, which the bench needs")?;
    let length: usize = std::str::from_utf8(length.value)?.trim().parse()?;
    Ok(Some(Head {
        status,
        length,
        total: head_length + length,
    }))
}
