//! A server of a test: it answers every request alike, in a mood.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// How it answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mood {
    /// As it should.
    Answers,
    /// It stops for so long, so long after the first request.
    Stalls { after: Duration, length: Duration },
    /// It says that it closes the connection, and does.
    ClosesAfterEach,
    /// It closes the connection instead of answering.
    HangsUp,
    /// What it says is not HTTP.
    Babbles,
    /// It answers 500.
    Fails,
}

/// A running server; gone when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    answered: Arc<AtomicU64>,
    _runtime: Runtime,
}

impl Server {
    pub(crate) fn start(mood: Mood) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), mood)
    }

    pub(crate) fn start_at(address: SocketAddr, mood: Mood) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind(address));
        let listener = listener.expect("the port is free");
        let address = listener.local_addr().expect("an address");
        let answered = Arc::new(AtomicU64::new(0));
        let (counter, first) = (Arc::clone(&answered), Arc::new(std::sync::OnceLock::new()));
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let (counter, first) = (Arc::clone(&counter), Arc::clone(&first));
                tokio::spawn(async move {
                    // The generator closes when it is done.
                    let _ = serve(stream, mood, &counter, &first).await;
                });
            }
        });
        Self {
            address,
            answered,
            _runtime: runtime,
        }
    }

    /// Requests that were answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

async fn serve(
    mut stream: TcpStream,
    mood: Mood,
    answered: &AtomicU64,
    first: &std::sync::OnceLock<Instant>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let answer = match mood {
        Mood::Answers | Mood::Stalls { .. } => {
            "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
        }
        Mood::ClosesAfterEach => {
            "HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
        }
        Mood::HangsUp => "",
        Mood::Babbles => "220 mail.example.com ESMTP\r\n\r\n",
        Mood::Fails => "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}",
    };
    // Requests of the tests are a single packet each.
    let mut request = [0; 4_096];
    while stream.read(&mut request).await? > 0 {
        if let Mood::Stalls { after, length } = mood {
            let begin = *first.get_or_init(Instant::now) + after;
            if (begin..begin + length).contains(&Instant::now()) {
                tokio::time::sleep_until((begin + length).into()).await;
            }
        }
        answered.fetch_add(1, Ordering::Relaxed);
        stream.write_all(answer.as_bytes()).await?;
        if matches!(mood, Mood::ClosesAfterEach | Mood::HangsUp) {
            return Ok(());
        }
    }
    Ok(())
}
