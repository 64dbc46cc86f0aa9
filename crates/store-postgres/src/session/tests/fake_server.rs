//! A server that answers as a test wants, for what no real one does on demand.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

/// Plays `part` on each connection; returns the URL of a database there.
pub(super) fn start(part: impl Fn(&mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // Ends with the process of the tests.
    thread::spawn(move || {
        for stream in listener.incoming() {
            part(&mut stream.unwrap());
        }
    });
    format!(
        "postgres://u:{}@127.0.0.1:{port}/db",
        super::PASSWORD_IN_URL
    )
}

/// Reads the client's first message.
pub(super) fn read_startup(stream: &mut TcpStream) {
    read_body(stream);
}

/// Reads one message; none if the client has gone.
pub(super) fn read_message(stream: &mut TcpStream) -> Option<u8> {
    let mut kind = [0];
    stream.read_exact(&mut kind).ok()?;
    read_body(stream);
    Some(kind[0])
}

fn read_body(stream: &mut TcpStream) {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut body = vec![0; u32::from_be_bytes(length) as usize - length.len()];
    stream.read_exact(&mut body).unwrap();
}

/// Sends bytes; the client may have gone.
pub(super) fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
}

/// The message `kind` with `body`.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[kind][..], &length.to_be_bytes(), body].concat()
}

/// An error that ends the session.
pub(super) fn fatal(code: &str, text: &str) -> Vec<u8> {
    let fields = format!("SFATAL\0VFATAL\0C{code}\0M{text}\0\0");
    message(b'E', fields.as_bytes())
}

/// Lets the client in.
pub(super) fn welcome() -> Vec<u8> {
    [message(b'R', &0_u32.to_be_bytes()), ready()].concat()
}

/// The answer to the statements that set a session up.
pub(super) fn settings(values: &[Option<&str>]) -> Vec<u8> {
    let count = u16::try_from(values.len()).unwrap().to_be_bytes();
    let mut columns = count.to_vec();
    let mut row = count.to_vec();
    for value in values {
        // Without a name, of type text, in text.
        columns.extend(
            [
                &[0][..],
                &[0; 6],
                &25_u32.to_be_bytes(),
                &[0xff; 6],
                &[0; 2],
            ]
            .concat(),
        );
        match value {
            Some(value) => {
                row.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
                row.extend(value.as_bytes());
            }
            None => row.extend((-1_i32).to_be_bytes()),
        }
    }
    [
        message(b'T', &columns),
        message(b'D', &row),
        message(b'C', b"SELECT 1\0"),
        ready(),
    ]
    .concat()
}

fn ready() -> Vec<u8> {
    message(b'Z', b"I")
}
