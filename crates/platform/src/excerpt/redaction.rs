//! What an excerpt of an answer must not tell.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::percent_decode;

use super::{MAX_EXCERPT_BYTES, excerpt};
use crate::settings::HttpTarget;

/// What stands in the place of a secret.
const MASK: &[u8] = b"***";

/// The shortest user, query or value of a query that is masked wherever it
/// stands: a shorter one is part of ordinary words.
const MIN_BYTES: usize = 4;

/// What is secret of a request: whoever answers may repeat it.
///
/// It knows the user, the password and what both are sent as, and the query
/// with each of its values, as written and decoded. It is never printed.
pub(crate) struct Redaction {
    secrets: Vec<Vec<u8>>,
}

impl Redaction {
    /// What is secret of every request to this target.
    pub(crate) fn of(target: &HttpTarget) -> Self {
        let mut redaction = Self {
            secrets: Vec::new(),
        };
        if let Some(query) = target.uri.query() {
            redaction.add_query(query);
        }
        let value = target.authorization.as_ref();
        if let Some(value) = value.and_then(|value| value.to_str().ok()) {
            redaction.add_authorization(value);
        }
        redaction
    }

    /// How much of an answer is to be read, so that a secret which begins
    /// within an excerpt's limit is there to its end.
    pub(crate) fn readable_bytes(&self) -> usize {
        let longest = self.secrets.iter().map(Vec::len).max();
        MAX_EXCERPT_BYTES + longest.unwrap_or(0)
    }

    /// The excerpt of a text, with `***` for each secret in it.
    ///
    /// Of a secret that the end of the text has cut, the beginning is masked
    /// like the whole, unless it is too short to tell.
    pub(crate) fn excerpt(&self, text: &[u8]) -> String {
        let masked = self.masked(text);
        // A later secret may be cut by the end of what was read: no more is
        // taken, however short the mask has made what is before.
        let end = text.len().min(MAX_EXCERPT_BYTES);
        let mut kept = Vec::with_capacity(end);
        for index in 0..end {
            if !masked[index] {
                kept.push(text[index]);
            } else if index == 0 || !masked[index - 1] {
                kept.extend_from_slice(MASK);
            }
        }
        excerpt(&kept)
    }

    /// Which bytes are of a secret. Secrets may overlap.
    fn masked(&self, text: &[u8]) -> Vec<bool> {
        let mut masked = vec![false; text.len()];
        for secret in &self.secrets {
            for begin in 0..text.len() {
                let rest = &text[begin..];
                let length = rest.len().min(secret.len());
                let is_cut = length < secret.len();
                if is_cut && length < MIN_BYTES {
                    break;
                }
                // Receivers write the digits of % in either case.
                if rest[..length].eq_ignore_ascii_case(&secret[..length]) {
                    masked[begin..begin + length].fill(true);
                }
            }
        }
        masked
    }

    fn add_query(&mut self, query: &str) {
        if query.len() < MIN_BYTES {
            self.add(format!("?{query}").into_bytes());
        } else {
            self.add_decoded_too(query);
        }
        for parameter in query.split('&') {
            let value = parameter.split_once('=').map_or(parameter, |(_, it)| it);
            if value.len() >= MIN_BYTES {
                self.add_decoded_too(value);
            }
        }
    }

    fn add_authorization(&mut self, value: &str) {
        // The name of the scheme is none of it.
        let encoded = value.rsplit(' ').next().unwrap_or(value);
        self.add(encoded.as_bytes().to_vec());
        let Ok(credentials) = BASE64.decode(encoded) else {
            return;
        };
        if let Some(colon) = credentials.iter().position(|byte| *byte == b':') {
            let (user, password) = (&credentials[..colon], &credentials[colon + 1..]);
            if user.len() >= MIN_BYTES {
                self.add(user.to_vec());
            }
            self.add(password.to_vec());
        }
        self.add(credentials);
    }

    /// Adds a text of a query as written, and as what it may be read as.
    fn add_decoded_too(&mut self, text: &str) {
        self.add(text.as_bytes().to_vec());
        let spaced = text.replace('+', " ");
        for text in [text, &spaced] {
            let decoded: Vec<u8> = percent_decode(text.as_bytes()).collect();
            if decoded.len() >= MIN_BYTES {
                self.add(decoded);
            }
        }
    }

    fn add(&mut self, secret: Vec<u8>) {
        if !secret.is_empty() && !self.secrets.contains(&secret) {
            self.secrets.push(secret);
        }
    }
}

#[cfg(test)]
mod tests;
