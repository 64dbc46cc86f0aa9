//! Receives events as a consumer of the stream.

use anyhow::{Context, bail, ensure};
use async_nats::jetstream::consumer::{AckPolicy, push};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Shared;
use crate::nats::STREAM;

/// Where the server sends what the stream has.
const INBOX: &str = "bench.inbox";
/// Tells the server who this is, and that it wants what comes to [`INBOX`].
const HELLO: &str = "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"rust\",\
     \"version\":\"1\",\"headers\":true}\r\nSUB bench.inbox 1\r\nPING\r\n";
/// Room for what comes at once.
const READ_BYTES: usize = 256 * 1024;
/// The line between the parts.
const END: &[u8] = b"\r\n";

/// Subscribes, and notes what comes from then on.
///
/// It speaks NATS itself, since of a message no more is needed than where its
/// body is.
pub(super) async fn receive(address: &str, book: Shared) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(HELLO.as_bytes()).await?;
    let client = async_nats::connect(address).await?;
    async_nats::jetstream::new(client)
        .get_stream(STREAM)
        .await?
        .create_consumer(push::Config {
            deliver_subject: INBOX.to_owned(),
            ack_policy: AckPolicy::None,
            ..push::Config::default()
        })
        .await?;
    tokio::task::spawn_local(async move {
        let Err(error) = read(stream, &book).await;
        book.borrow_mut().fail(format!("the NATS server: {error}"));
    });
    Ok(())
}

async fn read(mut stream: TcpStream, book: &Shared) -> anyhow::Result<std::convert::Infallible> {
    let mut received = Vec::with_capacity(READ_BYTES);
    loop {
        let count = stream.read_buf(&mut received).await?;
        ensure!(count > 0, "it has closed the connection");
        let mut done = 0;
        while let Some((part, length)) = part(&received[done..])? {
            match part {
                Part::Ping => stream.write_all(b"PONG\r\n").await?,
                Part::Event(body) => book.borrow_mut().note(body),
                Part::Other => {}
            }
            done += length;
        }
        received.drain(..done);
    }
}

enum Part<'a> {
    Ping,
    Event(&'a [u8]),
    Other,
}

/// The first part of what has come and its length; `None` while it is not whole.
fn part(received: &[u8]) -> anyhow::Result<Option<(Part<'_>, usize)>> {
    let Some(end) = received.windows(END.len()).position(|it| it == END) else {
        return Ok(None);
    };
    let line = std::str::from_utf8(&received[..end])?;
    let begin = end + END.len();
    let mut words = line.split(' ');
    let sizes = match words.next().unwrap_or_default() {
        "PING" => return Ok(Some((Part::Ping, begin))),
        // HMSG subject sid [reply] headers total; MSG has no headers.
        "HMSG" => (words.next_back(), words.next_back()),
        "MSG" => (words.next_back(), Some("0")),
        "-ERR" => bail!("{line}"),
        _ => return Ok(Some((Part::Other, begin))),
    };
    let size = |text: Option<&str>| -> anyhow::Result<usize> {
        Ok(text.context("a message without a length")?.parse()?)
    };
    let (total, headers) = (size(sizes.0)?, size(sizes.1)?);
    let whole = begin + total + END.len();
    if received.len() < whole {
        return Ok(None);
    }
    let body = &received[begin + headers..begin + total];
    Ok(Some((Part::Event(body), whole)))
}
