//! Clients that still send when they are answered.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

use super::*;

/// More than the kernel's buffers hold, so that some is still on its way.
const BODY_BYTES: usize = 16 << 20;

const ANSWER: &[u8] = b"no";

/// The client's end of a connection, and ours.
async fn pair(is_left: bool) -> (TcpStream, Lingering<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let unread = Unread::default();
    unread.set(is_left);
    let ours = Lingering::new(accepted.unwrap().0, unread);
    (client.unwrap(), ours)
}

async fn answer(mut ours: Lingering<TcpStream>) {
    ours.write_all(ANSWER).await.unwrap();
    ours.shutdown().await.unwrap();
}

#[tokio::test]
async fn who_sends_a_body_that_nobody_reads_gets_the_answer() {
    let (mut client, ours) = pair(true).await;
    let asking = async {
        client.write_all(&vec![b'x'; BODY_BYTES]).await.unwrap();
        let mut told = Vec::new();
        client.read_to_end(&mut told).await.unwrap();
        drop(client);
        told
    };
    let ((), told) = tokio::join!(answer(ours), asking);
    assert_eq!(told, ANSWER);
}

#[tokio::test]
async fn only_after_a_body_is_the_client_waited_for_and_not_for_long() {
    for (is_left, at_least) in [(true, LINGER), (false, Duration::ZERO)] {
        // It neither sends nor closes.
        let (_client, ours) = pair(is_left).await;
        let begun = Instant::now();
        timeout(LINGER * 10, answer(ours)).await.unwrap();
        let took = begun.elapsed();
        assert!(took >= at_least, "{is_left}: {took:?}");
        assert_eq!(took >= LINGER, is_left, "{took:?}");
    }
}
