//! A stream of bytes to the server, encrypted or not.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::target::Target;

/// One of the two.
pub(super) enum Stream {
    /// Plain TCP.
    Plain(TcpStream),
    /// TLS, which is a kilobyte of state.
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Connects to the first of the server's addresses that answers.
    pub(super) async fn open(target: &Target) -> io::Result<Self> {
        let stream = TcpStream::connect(&*target.addresses).await?;
        // Where nobody listens, a connection can be made with itself, and would
        // keep the server from its port.
        if stream.local_addr()? == stream.peer_addr()? {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        stream.set_nodelay(true)?;
        Ok(match &target.encryption {
            None => Self::Plain(stream),
            Some(it) => {
                let stream = it.connector.connect(it.name.clone(), stream).await?;
                Self::Encrypted(Box::new(stream))
            }
        })
    }

    /// Writes all of it.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes).await,
            Self::Encrypted(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
        }
    }

    /// Appends what has come; how much it was, 0 at the end of the stream.
    pub(super) async fn receive(&mut self, into: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read_buf(into).await,
            Self::Encrypted(stream) => stream.read_buf(into).await,
        }
    }

    /// Whether the other side has closed a stream on which nothing is expected.
    /// Under TLS only the next request tells.
    pub(super) fn is_closed(&self) -> bool {
        match self {
            // Without news of the stream this asks the kernel nothing.
            Self::Plain(stream) => !matches!(
                stream.try_read(&mut [0]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock
            ),
            Self::Encrypted(_) => false,
        }
    }
}
