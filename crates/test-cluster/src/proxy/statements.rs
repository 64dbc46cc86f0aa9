//! What a client runs.

use std::collections::HashMap;

use super::message::{body, text};

/// The prepared statements of one connection.
#[derive(Default)]
pub(super) struct Statements {
    /// The text of each by its name.
    texts: HashMap<Vec<u8>, Vec<u8>>,
    /// The text and the parameters that are bound, by the name of the portal.
    portals: HashMap<Vec<u8>, Vec<u8>>,
}

impl Statements {
    /// Takes note of a message of the client. If it runs a statement, this is
    /// its text with its parameters.
    pub(super) fn note(&mut self, sent: &[u8]) -> Option<Vec<u8>> {
        let (first, rest) = text(body(sent));
        match sent.first()? {
            // Query: the text
            b'Q' => Some(first.to_vec()),
            // Parse: a name, the text, types
            b'P' => {
                self.texts.insert(first.to_vec(), text(rest).0.to_vec());
                None
            }
            // Bind: the name of a portal, that of the statement, parameters
            b'B' => {
                let (statement, parameters) = text(rest);
                let statement = self.texts.get(statement).map_or(&[][..], Vec::as_slice);
                // The zero keeps a text from being found across the two.
                let bound = [statement, b"\0", parameters].concat();
                self.portals.insert(first.to_vec(), bound);
                None
            }
            // Execute: the name of a portal
            b'E' => Some(self.portals.get(first).cloned().unwrap_or_default()),
            _ => None,
        }
    }
}
