//! What a server has answered, as far as a load generator looks at it.

use httparse::Status;

/// More headers than an answer of the server has, with those of some proxies.
const MAX_HEADERS: usize = 64;

/// An answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// The body, without the framing of the transfer.
    pub body: &'a [u8],
}

/// The head of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    pub(super) status: u16,
    /// Where the body begins.
    pub(super) body_at: usize,
    pub(super) framing: Framing,
    /// Whether the server closes the connection after it.
    pub(super) closes: bool,
}

/// Where a body ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Framing {
    /// After so many bytes.
    Length(usize),
    /// After an empty chunk, as proxies send what they compress or buffer.
    Chunked,
}

/// It is not HTTP/1.1, or its end cannot be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Malformed;

/// Reads the head of an answer; `None` while it is not all there.
pub(super) fn head(received: &[u8]) -> Result<Option<Head>, Malformed> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(received).map_err(|_| Malformed)?;
    let Status::Complete(body_at) = parsed else {
        return Ok(None);
    };
    let status = response.code.ok_or(Malformed)?;
    // Statuses that have no body, and no length.
    let mut framing = matches!(status, 204 | 304).then_some(Framing::Length(0));
    let mut closes = false;
    for header in &*response.headers {
        if header.name.eq_ignore_ascii_case("content-length") {
            framing = framing.or(Some(Framing::Length(length(header.value)?)));
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            framing = Some(Framing::Chunked);
        } else if header.name.eq_ignore_ascii_case("connection") {
            closes = header.value.eq_ignore_ascii_case(b"close");
        }
    }
    Ok(Some(Head {
        status,
        body_at,
        framing: framing.ok_or(Malformed)?,
        closes,
    }))
}

/// Puts chunks together into `body`; whether the last has come.
pub(super) fn unchunk(mut received: &[u8], body: &mut Vec<u8>) -> Result<bool, Malformed> {
    body.clear();
    loop {
        let parsed = httparse::parse_chunk_size(received).map_err(|_| Malformed)?;
        let Status::Complete((from, length)) = parsed else {
            return Ok(false);
        };
        let length = usize::try_from(length).map_err(|_| Malformed)?;
        let until = from.checked_add(length).ok_or(Malformed)?;
        let Some(chunk) = received.get(from..until) else {
            return Ok(false);
        };
        body.extend_from_slice(chunk);
        let rest = &received[until..];
        if length == 0 {
            // Trailers end with an empty line.
            return Ok(rest == b"\r\n" || rest.ends_with(b"\r\n\r\n"));
        }
        match rest {
            [b'\r', b'\n', rest @ ..] => received = rest,
            [] | [b'\r'] => return Ok(false),
            _ => return Err(Malformed),
        }
    }
}

fn length(value: &[u8]) -> Result<usize, Malformed> {
    let text = std::str::from_utf8(value).map_err(|_| Malformed)?;
    text.trim().parse().map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_answer_is_told_by_its_length_or_by_chunks() {
        type Found = Result<Option<(Framing, bool)>, Malformed>;
        let table: &[(&str, Found)] = &[
            (
                "HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\n",
                Ok(Some((Framing::Length(7), false))),
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
                Ok(Some((Framing::Chunked, true))),
            ),
            (
                "HTTP/1.1 204 No Content\r\n\r\n",
                Ok(Some((Framing::Length(0), false))),
            ),
            ("HTTP/1.1 200 OK\r\nContent-", Ok(None)),
            ("HTTP/1.1 200 OK\r\n\r\n", Err(Malformed)),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                Err(Malformed),
            ),
            ("SSH-2.0-OpenSSH_9.2\r\n", Err(Malformed)),
        ];
        for (text, expected) in table {
            let found = head(text.as_bytes()).map(|it| it.map(|it| (it.framing, it.closes)));
            assert_eq!(found, *expected, "{text:?}");
        }
    }

    #[test]
    fn chunks_are_put_together_once_the_last_has_come() {
        let table: &[(&str, Result<bool, Malformed>)] = &[
            ("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", Ok(true)),
            ("2\r\nab\r\n1\r\nc\r\n0\r\nA: b\r\n\r\n", Ok(true)),
            ("2\r\nab\r\n1\r\nc\r\n0\r\n", Ok(false)),
            ("2\r\nab\r\n1\r\nc", Ok(false)),
            ("2\r\nabc", Err(Malformed)),
            ("x\r\n", Err(Malformed)),
        ];
        for (text, expected) in table {
            let mut body = Vec::new();
            assert_eq!(unchunk(text.as_bytes(), &mut body), *expected, "{text:?}");
            if *expected == Ok(true) {
                assert_eq!(body, b"abc", "{text:?}");
            }
        }
    }
}
