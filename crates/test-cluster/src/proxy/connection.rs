//! The connections of a proxy.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::control::Control;
use super::session::{Session, Verdict};

/// How much is read at once: enough for most messages.
const CHUNK_BYTES: usize = 16 * 1024;

/// Accepts connections, and passes on what comes. Never returns, and panics
/// when the process has no room for more connections.
pub(super) async fn accept(listener: TcpListener, target: String, control: Arc<Control>) {
    loop {
        let client = match listener.accept().await {
            Ok((client, _)) => client,
            // It ends the proxy, and the test with what it needs it for.
            Err(error) => panic!("a proxy accepts no connection: {error}"),
        };
        if control.is_refusing() {
            continue;
        }
        let mut connection = control.enter();
        let (target, control) = (target.clone(), Arc::clone(&control));
        tokio::spawn(async move {
            // An error is the end of the connection, which both sides see.
            let _ = pass_on(client, &target, &control, &mut connection).await;
        });
    }
}

/// Passes on what comes, until either side ends or the connection is cut.
async fn pass_on(
    client: TcpStream,
    target: &str,
    control: &Control,
    connection: &mut watch::Receiver<bool>,
) -> io::Result<()> {
    let session = Mutex::new(Session::default());
    let relay = async {
        control.unblocked().await;
        let server = TcpStream::connect(target).await?;
        // What is passed on has waited long enough.
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            ended = relay(from_client, to_server, Side::Client, &session, control) => ended,
            ended = relay(from_server, to_client, Side::Server, &session, control) => ended,
        }
    };
    tokio::select! {
        ended = relay => ended,
        _ = connection.wait_for(|is_cut| *is_cut) => Ok(()),
    }
}

/// Who has sent something.
#[derive(Clone, Copy)]
enum Side {
    Client,
    Server,
}

/// Passes on what one side sends, until it ends or the connection is cut.
async fn relay(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    side: Side,
    session: &Mutex<Session>,
    control: &Control,
) -> io::Result<()> {
    let mut stream = Vec::with_capacity(CHUNK_BYTES);
    loop {
        let is_open = from.read_buf(&mut stream).await? > 0;
        control.unblocked().await;
        if !is_open {
            return Ok(());
        }
        let (passed, is_cut) = judge(&mut stream, side, session, control);
        to.write_all(&passed).await?;
        if is_cut {
            return Ok(());
        }
    }
}

/// Takes all messages that have arrived off the stream; what of them is to be
/// passed on, and whether the connection is to be cut after that.
fn judge(
    stream: &mut Vec<u8>,
    side: Side,
    session: &Mutex<Session>,
    control: &Control,
) -> (Vec<u8>, bool) {
    let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
    let mut points = control.points();
    let mut passed = Vec::new();
    loop {
        let length = match side {
            Side::Client => session.length_from_client(stream),
            Side::Server => session.length_from_server(stream),
        };
        let Some(length) = length else {
            return (passed, false);
        };
        let mut message: Vec<u8> = stream.drain(..length).collect();
        let verdict = match side {
            Side::Client => session.client_sends(&message, &mut points),
            Side::Server => session.server_sends(&message, &mut points),
        };
        match verdict {
            Verdict::Pass => passed.append(&mut message),
            Verdict::Withhold => {}
            Verdict::Cut => return (passed, true),
            Verdict::PassAndCut => {
                passed.append(&mut message);
                return (passed, true);
            }
        }
    }
}
