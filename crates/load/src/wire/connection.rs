//! A keep-alive connection with one request in flight.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::answer::{self, Answer, Framing, Head, Malformed};
use super::stream::Stream;
use super::target::Target;

/// How long an answer may take before it counts as lost, and how long a
/// connection may: longer than a failover of the database, or a drain of the
/// server, and short enough that a run beside a dead server ends.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// Room for an answer to be read at once.
const READ_BYTES: usize = 8 * 1024;

/// No answer to a generator's requests is longer: the longest is a page of a
/// list.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// A connection.
pub struct Connection {
    stream: Stream,
    received: Vec<u8>,
    unchunked: Vec<u8>,
    /// Rings at some time up to the deadline of the request in flight. It is
    /// set anew only when it rings: most answers come long before.
    alarm: Pin<Box<Sleep>>,
    limit: Duration,
    is_spent: bool,
}

/// Why there is no answer. Whether the request was carried out is unknown,
/// except where no connection was made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Loss {
    /// No connection could be made, so nothing was sent.
    NotConnected,
    /// The connection was closed or reset.
    Closed,
    /// Nothing came for [`ANSWER_LIMIT`].
    TimedOut,
    /// What came is not an answer in HTTP.
    Malformed,
}

impl Loss {
    /// How many there are.
    pub(crate) const COUNT: usize = 4;

    /// A name for reports, which never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotConnected => "not-connected",
            Self::Closed => "connection-closed",
            Self::TimedOut => "timed-out",
            Self::Malformed => "malformed-answer",
        }
    }
}

impl From<Malformed> for Loss {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When the server does not accept, or not in time.
    pub async fn open(target: &Target) -> io::Result<Self> {
        let stream = timeout(ANSWER_LIMIT, Stream::open(target)).await??;
        Ok(Self {
            stream,
            received: Vec::with_capacity(READ_BYTES),
            unchunked: Vec::new(),
            alarm: Box::pin(sleep_until(Instant::now() + ANSWER_LIMIT)),
            limit: ANSWER_LIMIT,
            is_spent: false,
        })
    }

    /// Whether no further request can be sent on it: the server has closed it,
    /// or said that it will, or an exchange has failed.
    pub fn is_spent(&self) -> bool {
        self.is_spent || self.stream.is_closed()
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    ///
    /// A [`Loss`], after which the connection is spent.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, Loss> {
        // Until the answer is whole: a caller may stop waiting.
        self.is_spent = true;
        let head = self.whole_answer(request).await?;
        self.is_spent = head.closes;
        let body = match head.framing {
            Framing::Length(_) => &self.received[head.body_at..],
            Framing::Chunked => &self.unchunked,
        };
        Ok(Answer {
            status: head.status,
            body,
        })
    }

    async fn whole_answer(&mut self, request: &[u8]) -> Result<Head, Loss> {
        let deadline = Instant::now() + self.limit;
        self.received.clear();
        let Self {
            stream,
            received,
            unchunked,
            alarm,
            ..
        } = self;
        tokio::select! {
            biased;
            written = stream.send(request) => written.map_err(|_| Loss::Closed)?,
            () = overdue(alarm, deadline) => return Err(Loss::TimedOut),
        }
        loop {
            let count = tokio::select! {
                biased;
                read = stream.receive(received) => read.map_err(|_| Loss::Closed)?,
                () = overdue(alarm, deadline) => return Err(Loss::TimedOut),
            };
            if count == 0 {
                return Err(Loss::Closed);
            }
            if let Some(head) = whole(received, unchunked)? {
                return Ok(head);
            }
            if received.len() > MAX_ANSWER_BYTES {
                return Err(Loss::Malformed);
            }
        }
    }
}

/// The head of an answer that is all there.
fn whole(received: &[u8], unchunked: &mut Vec<u8>) -> Result<Option<Head>, Loss> {
    let Some(head) = answer::head(received)? else {
        return Ok(None);
    };
    let body = &received[head.body_at..];
    let is_whole = match head.framing {
        // More than was asked for belongs to nobody.
        Framing::Length(length) if body.len() > length => return Err(Loss::Malformed),
        Framing::Length(length) => body.len() == length,
        Framing::Chunked => answer::unchunk(body, unchunked)?,
    };
    Ok(is_whole.then_some(head))
}

/// Waits until an answer is overdue.
async fn overdue(alarm: &mut Pin<Box<Sleep>>, deadline: Instant) {
    loop {
        alarm.as_mut().await;
        if Instant::now() >= deadline {
            return;
        }
        alarm.as_mut().reset(deadline);
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    /// A server that says the next of these to each request, and then closes.
    async fn server(answers: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in answers {
                assert!(stream.read(&mut [0; 64]).await.unwrap() > 0);
                for part in answer.split_inclusive('|') {
                    let part = part.trim_end_matches('|');
                    stream.write_all(part.as_bytes()).await.unwrap();
                    stream.flush().await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        });
        address
    }

    #[tokio::test]
    async fn answers_are_read_one_after_the_other_however_they_come() {
        let address = server(&[
            OK,
            "HTTP/1.1 200 OK\r\nCont|ent-Length: 2\r\n\r\n|h|i",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r|\n1\r\ni\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
        ])
        .await;
        let mut connection = Connection::open(&Target::plain(address)).await.unwrap();
        for turn in 0..4 {
            assert!(!connection.is_spent(), "{turn}");
            let answer = connection.exchange(b"GET /\r\n\r\n").await.unwrap();
            let expected = Answer {
                status: 200,
                body: b"hi",
            };
            assert_eq!(answer, expected, "{turn}");
        }
        assert!(connection.is_spent());
    }

    #[tokio::test]
    async fn what_is_no_answer_is_a_loss_and_spends_the_connection() {
        let table: [(&[&str], Loss); 4] = [
            (
                &["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi"],
                Loss::Closed,
            ),
            (&[""], Loss::Closed),
            (&["nonsense\r\n\r\n"], Loss::Malformed),
            (
                &["HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nhi"],
                Loss::Malformed,
            ),
        ];
        for (answers, expected) in table {
            let address = server(answers).await;
            let mut connection = Connection::open(&Target::plain(address)).await.unwrap();
            let found = connection.exchange(b"GET /\r\n\r\n").await;
            assert_eq!(found.err(), Some(expected), "{answers:?}");
            assert!(connection.is_spent());
        }
    }

    #[tokio::test]
    async fn silence_is_a_loss_after_the_limit() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Target::plain(listener.local_addr().unwrap());
        let mut connection = Connection::open(&target).await.unwrap();
        connection.limit = Duration::from_millis(20);
        connection.alarm.as_mut().reset(Instant::now());
        let begun = Instant::now();
        let found = connection.exchange(b"GET /\r\n\r\n").await;
        assert_eq!(found.err(), Some(Loss::TimedOut));
        assert!(begun.elapsed() >= connection.limit && connection.is_spent());
    }
}
