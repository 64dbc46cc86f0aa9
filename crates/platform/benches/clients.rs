//! How many messages a second a client sends, and what of the processor that takes.
//!
//! ```text
//! cargo bench -p jumun-platform --bench clients
//! cargo bench -p jumun-platform --bench clients -- nats://127.0.0.1:4222/orders
//! ```
//!
//! It posts signed messages to a receiver in a process of its own, which
//! answers at once, and appends to a file in the directory for temporary files.
//! URLs of other platforms can be named. `CPU us` is the processor time of this
//! process alone, for each message. Without `--bench`, which `cargo bench` adds,
//! it is a short smoke run.

#![allow(clippy::print_stdout, reason = "a bench reports on stdout")]
#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jumun_domain::UserId;
use jumun_platform::{Message, Outcome, PlatformSettings, connect};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Makes this process the receiver.
const RECEIVER: &str = "receiver";

/// How long each client is measured.
const MEASURED: Duration = Duration::from_secs(5);

/// How many messages a smoke run sends.
const SMOKE: u64 = 200;

/// About what the event of an order of three lines takes.
const BODY_BYTES: usize = 1_200;

/// Of `/proc/self/stat`, on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == RECEIVER) {
        return receive().await;
    }
    let is_measured = arguments.iter().any(|argument| argument == "--bench");
    let (mut receiver, url) = start_receiver();
    let directory = tempfile::tempdir().unwrap();
    let file = format!("file://{}", directory.path().join("events.jsonl").display());
    let named = arguments.into_iter().filter(|url| url.contains("://"));
    println!(
        "{:>12} {:>10} {:>9}  platform",
        "messages/s", "CPU us", "in flight"
    );
    for url in [url, file].into_iter().chain(named) {
        measure(&url, is_measured).await;
    }
    receiver.kill().unwrap();
    receiver.wait().unwrap();
}

async fn measure(url: &str, is_measured: bool) {
    let mut settings = PlatformSettings::new(url).unwrap();
    settings.allow_private_addresses = true;
    if url.starts_with("http") {
        settings.secrets = vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap()];
    }
    let client = connect(&settings).unwrap();
    let in_flight = settings.max_in_flight.get();
    let next = Arc::new(AtomicU64::new(0));
    let (begun, cpu_before_s) = (Instant::now(), cpu_s());
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..in_flight {
        let (client, next) = (Arc::clone(&client), Arc::clone(&next));
        senders.spawn(async move {
            let mut sent = 0_u64;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let is_over = begun.elapsed() >= MEASURED;
                if is_over || (!is_measured && number >= SMOKE) {
                    return sent;
                }
                let delivery = client.send(&message(number)).await;
                let is_delivered = matches!(delivery.outcome, Outcome::Delivered { .. });
                assert!(is_delivered, "{delivery:?}");
                sent += 1;
            }
        });
    }
    let sent: u64 = senders.join_all().await.into_iter().sum();
    let rate = sent as f64 / begun.elapsed().as_secs_f64();
    let cpu_us = (cpu_s() - cpu_before_s) * 1e6 / sent as f64;
    println!(
        "{rate:>12.0} {cpu_us:>10.1} {in_flight:>9}  {}",
        settings.name
    );
}

fn message(number: u64) -> Message {
    let head = format!(r#"{{"specversion":"1.0","id":"{number}","data":""#);
    let body = format!("{head}{}\"}}", "x".repeat(BODY_BYTES - head.len() - 2));
    Message {
        sequence: number,
        id: Uuid::now_v7(),
        user_id: UserId::new(1).unwrap(),
        body: Bytes::from(body),
    }
}

/// The receiver's process, and its URL.
fn start_receiver() -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg(RECEIVER)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut url).unwrap();
    (child, url.trim_end().to_owned())
}

/// Reads every request to its end and answers 204.
async fn receive() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    println!("http://{}/", listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| async {
                request.into_body().collect().await.unwrap();
                let mut answer = Response::new(Full::<Bytes>::default());
                *answer.status_mut() = http::StatusCode::NO_CONTENT;
                Ok::<_, Infallible>(answer)
            });
            // The bench ends with its connections open.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// The processor time that this process has taken.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name comes before, in parentheses, and can hold anything.
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let ticks = rest.split_whitespace().skip(11).take(2);
    ticks
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / TICKS_PER_SECOND
}
