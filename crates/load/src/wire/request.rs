//! Requests as bytes.

use std::fmt;
use std::io::Write as _;

use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::target::Target;

/// Stands where the key goes in a request that was written ahead.
pub(crate) const NO_KEY_YET: Uuid = Uuid::nil();

/// Writes the requests to one server.
#[derive(Clone)]
pub struct Writer {
    base_path: String,
    /// Every header that all requests have.
    common: Vec<u8>,
    /// Where a body is put together, since its length comes first.
    body: Vec<u8>,
}

impl Writer {
    /// Writes requests to this server.
    pub fn new(target: &Target) -> Self {
        let mut common = format!("Host: {}\r\n", target.authority());
        if let Some(token) = target.token() {
            common.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        Self {
            base_path: target.base_path().to_owned(),
            common: common.into_bytes(),
            body: Vec::new(),
        }
    }

    /// Puts a GET into `request`, in place of what is there.
    pub fn get(&self, request: &mut Vec<u8>, path: fmt::Arguments<'_>) {
        self.begin(request, "GET", path);
        request.extend_from_slice(b"\r\n");
    }

    /// Puts a PUT into `request`, in place of what is there.
    pub fn put(
        &mut self,
        request: &mut Vec<u8>,
        path: fmt::Arguments<'_>,
        body: fmt::Arguments<'_>,
    ) {
        self.begin(request, "PUT", path);
        self.end(request, body);
    }

    /// The same, for what must not be there yet.
    pub fn create(
        &mut self,
        request: &mut Vec<u8>,
        path: fmt::Arguments<'_>,
        body: fmt::Arguments<'_>,
    ) {
        self.begin(request, "PUT", path);
        request.extend_from_slice(b"If-None-Match: *\r\n");
        self.end(request, body);
    }

    /// Puts a POST into `request`, in place of what is there; where its key is.
    pub fn post(
        &mut self,
        request: &mut Vec<u8>,
        path: fmt::Arguments<'_>,
        key: Option<Uuid>,
        body: fmt::Arguments<'_>,
    ) -> Option<usize> {
        self.begin(request, "POST", path);
        let key_at = key.map(|key| {
            request.extend_from_slice(b"Idempotency-Key: ");
            let key_at = request.len();
            let mut text = [0; Hyphenated::LENGTH];
            let text = key.hyphenated().encode_lower(&mut text);
            request.extend_from_slice(text.as_bytes());
            request.extend_from_slice(b"\r\n");
            key_at
        });
        self.end(request, body);
        key_at
    }

    fn begin(&self, request: &mut Vec<u8>, method: &str, path: fmt::Arguments<'_>) {
        request.clear();
        // Here and below: writing into a vector cannot fail.
        let _ = write!(request, "{method} {}{path} HTTP/1.1\r\n", self.base_path);
        request.extend_from_slice(&self.common);
    }

    fn end(&mut self, request: &mut Vec<u8>, body: fmt::Arguments<'_>) {
        self.body.clear();
        let _ = self.body.write_fmt(body);
        let length = self.body.len();
        request.extend_from_slice(b"Content-Type: application/json\r\nContent-Length: ");
        let _ = write!(request, "{length}\r\n\r\n");
        request.extend_from_slice(&self.body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_name_host_token_and_key_and_the_length_of_their_body() {
        let target = Target::parse("http://127.0.0.1:8080/shop/", Some("jumun_1")).unwrap();
        let mut writer = Writer::new(&target);
        let mut request = b"left over".to_vec();
        writer.get(&mut request, format_args!("/users/{}", 7));
        let expected = "GET /shop/users/7 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\
                        Authorization: Bearer jumun_1\r\n\r\n";
        assert_eq!(String::from_utf8_lossy(&request), expected);

        let (path, body) = ("/orders", "{}");
        let key_at = writer.post(
            &mut request,
            format_args!("{path}"),
            Some(NO_KEY_YET),
            format_args!("{body}"),
        );
        let expected = "POST /shop/orders HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\
                        Authorization: Bearer jumun_1\r\n\
                        Idempotency-Key: 00000000-0000-0000-0000-000000000000\r\n\
                        Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(String::from_utf8_lossy(&request), expected);
        assert!(request[key_at.unwrap()..].starts_with(b"00000000-"));
        let without = writer.post(&mut request, format_args!("/x"), None, format_args!(""));
        assert_eq!(without, None);
    }
}
