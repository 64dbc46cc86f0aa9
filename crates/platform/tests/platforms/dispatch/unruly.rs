//! An HTTP receiver that can do anything but lose what it took.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jumun_platform::signature::Received;
use tokio::net::{TcpListener, TcpStream};

use super::shop::SECRET;
use super::taken::Taken;

/// What it does with one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    /// Takes it.
    Take,
    /// Takes it after this long.
    TakeAfter(Duration),
    /// Answers with this status, and takes it only if that says so.
    Answer(u16),
    /// Answers 429 and wants to be left alone for so many seconds.
    Later(u64),
    /// Answers nothing at all.
    Hang,
    /// Takes it, and closes the connection without an answer.
    TakeAndClose,
    /// Closes the connection without an answer.
    Close,
}

type Play = dyn FnMut(&str) -> Part + Send;

/// A receiver on a port of its own, that can be away.
pub(crate) struct Unruly {
    address: SocketAddr,
    pub(crate) taken: Taken,
    play: Arc<Mutex<Box<Play>>>,
    server: Option<tokio::task::JoinHandle<()>>,
}

impl Unruly {
    /// Plays a part for each request, chosen by its body.
    pub(crate) async fn start(play: impl FnMut(&str) -> Part + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let mut unruly = Self {
            address: listener.local_addr().unwrap(),
            taken: Taken::default(),
            play: Arc::new(Mutex::new(Box::new(play))),
            server: None,
        };
        unruly.listen(listener);
        unruly
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/events", self.address)
    }

    /// Plays another part from now on.
    pub(crate) fn play(&self, play: impl FnMut(&str) -> Part + Send + 'static) {
        *self.play.lock().unwrap() = Box::new(play);
    }

    /// Goes away with all its connections.
    pub(crate) async fn leave(&mut self) {
        if let Some(server) = self.server.take() {
            server.abort();
            let _ = server.await;
        }
    }

    /// Comes back at the same address.
    pub(crate) async fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.listen(listener);
    }

    fn listen(&mut self, listener: TcpListener) {
        let (taken, play) = (self.taken.clone(), self.play.clone());
        self.server = Some(tokio::spawn(async move {
            // Ends with this task.
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(serve(stream, taken.clone(), play.clone()));
            }
        }));
    }
}

async fn serve(stream: TcpStream, taken: Taken, play: Arc<Mutex<Box<Play>>>) {
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        assert_signed(&head.headers, &body);
        let part = (play.lock().unwrap())(std::str::from_utf8(&body).unwrap());
        let answer = |status: u16| {
            let answer = Response::builder().status(status);
            Ok::<_, std::io::Error>(answer.body(Full::new(Bytes::new())).unwrap())
        };
        match part {
            Part::Take => {
                taken.take(&body);
                answer(204)
            }
            Part::TakeAfter(pause) => {
                tokio::time::sleep(pause).await;
                taken.take(&body);
                answer(200)
            }
            Part::Answer(status) => {
                if (200..300).contains(&status) {
                    taken.take(&body);
                }
                answer(status)
            }
            Part::Later(seconds) => {
                let answer = Response::builder()
                    .status(429)
                    .header("retry-after", seconds);
                Ok(answer.body(Full::new(Bytes::new())).unwrap())
            }
            Part::Hang => std::future::pending::<Result<_, Infallible>>()
                .await
                .map_err(|never| match never {}),
            Part::TakeAndClose => {
                taken.take(&body);
                Err(std::io::Error::other("closed"))
            }
            Part::Close => Err(std::io::Error::other("closed")),
        }
    });
    // The client may go at any time.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn assert_signed(headers: &http::HeaderMap, body: &[u8]) {
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let received = Received {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body,
    };
    received
        .verify(&[SECRET.parse().unwrap()], since.as_secs())
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body["id"], header("webhook-id"));
    assert_eq!(header("content-type"), "application/cloudevents+json");
}
