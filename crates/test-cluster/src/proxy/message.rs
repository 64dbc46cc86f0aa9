//! The messages of the PostgreSQL protocol, as far as a proxy looks at them.
//!
//! A stream begins with packets that are a length and a body; from then on each
//! message is a type (one byte), a length that counts itself but not the type
//! (four bytes), and a body.

/// The bytes of a type and a length.
const HEAD_BYTES: usize = 5;

/// The bytes of a length.
const LENGTH_BYTES: usize = 4;

/// The longest first packet that a server reads. What says that it is longer is
/// something else, such as the greeting of TLS.
const MAX_STARTUP_BYTES: usize = 10_000;

/// What the first packet of a client asks for, in place of a version.
const TLS_REQUEST: u32 = 80_877_103;
const GSSAPI_REQUEST: u32 = 80_877_104;

/// The length of the first message in a stream, as far as it has arrived.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// It has arrived.
    Complete(usize),
    /// More has to arrive.
    Partial,
    /// It is no message.
    Unknown,
}

/// The length of the packet with which a stream begins.
pub(super) fn startup_length(stream: &[u8]) -> Length {
    match number(stream) {
        None => Length::Partial,
        Some(length) if !(LENGTH_BYTES..=MAX_STARTUP_BYTES).contains(&length) => Length::Unknown,
        Some(length) => arrived(stream, length),
    }
}

/// The length of a message.
pub(super) fn length(stream: &[u8]) -> Length {
    match stream.get(1..).and_then(number) {
        None => Length::Partial,
        Some(length) if length < LENGTH_BYTES => Length::Unknown,
        Some(length) => arrived(stream, 1 + length),
    }
}

/// Whether this first packet asks whether the connection can be encrypted,
/// which one byte answers.
pub(super) fn asks_for_encryption(packet: &[u8]) -> bool {
    let code = packet.get(LENGTH_BYTES..).and_then(number);
    [TLS_REQUEST, GSSAPI_REQUEST]
        .iter()
        .any(|&request| code == Some(request as usize))
}

/// The body of a message.
pub(super) fn body(message: &[u8]) -> &[u8] {
    message.get(HEAD_BYTES..).unwrap_or_default()
}

/// The text up to the next zero byte, and what follows that.
pub(super) fn text(body: &[u8]) -> (&[u8], &[u8]) {
    match body.iter().position(|&byte| byte == 0) {
        Some(end) => (&body[..end], &body[end + 1..]),
        None => (body, &[]),
    }
}

fn number(bytes: &[u8]) -> Option<usize> {
    let bytes = *bytes.first_chunk::<LENGTH_BYTES>()?;
    usize::try_from(u32::from_be_bytes(bytes)).ok()
}

fn arrived(stream: &[u8], length: usize) -> Length {
    if stream.len() < length {
        Length::Partial
    } else {
        Length::Complete(length)
    }
}
