//! What a client sends, message by message, as far as a gate looks at it.

use std::collections::HashMap;

/// The bytes of a length.
const LENGTH_BYTES: usize = 4;

/// Splits what one client sends.
#[derive(Default)]
pub(crate) struct Messages {
    has_begun: bool,
    /// The text of each prepared statement by its name.
    texts: HashMap<Vec<u8>, String>,
}

/// A message.
pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
    /// The text of the statement that it runs.
    text: Option<String>,
}

impl Message {
    /// Whether it runs a statement with this text.
    pub(crate) fn runs(&self, text: &str) -> bool {
        self.text.as_ref().is_some_and(|it| it.contains(text))
    }
}

impl Messages {
    /// Takes the next message off what was sent, once all of it is there.
    pub(crate) fn next(&mut self, sent: &mut Vec<u8>) -> Option<Message> {
        // The first has no type before its length.
        let head = usize::from(self.has_begun);
        let length = sent.get(head..head + LENGTH_BYTES)?.try_into().ok()?;
        let end = head + usize::try_from(u32::from_be_bytes(length)).ok()?;
        if sent.len() < end {
            return None;
        }
        let bytes: Vec<u8> = sent.drain(..end).collect();
        let text = match (self.has_begun, bytes.get(head + LENGTH_BYTES..)) {
            (true, Some(body)) => self.note(bytes[0], body),
            _ => None,
        };
        self.has_begun = true;
        Some(Message { bytes, text })
    }

    fn note(&mut self, kind: u8, body: &[u8]) -> Option<String> {
        let mut parts = body.splitn(3, |byte| *byte == 0);
        let (first, second) = (parts.next()?, parts.next()?);
        match kind {
            // Query: the text
            b'Q' => Some(String::from_utf8_lossy(first).into_owned()),
            // Parse: a name, the text
            b'P' => {
                let text = String::from_utf8_lossy(second).into_owned();
                self.texts.insert(first.to_vec(), text);
                None
            }
            // Bind: the name of a portal, that of the statement
            b'B' => self.texts.get(second).cloned(),
            _ => None,
        }
    }
}
