//! Which answer of the server is whose.

/// Counts the answers of one connection. Each ends with a `ReadyForQuery`, and
/// there is one to the beginning of the session, one to each simple query and
/// one to each `Sync`.
#[derive(Default)]
pub(super) struct Answers {
    /// How many the client has called for.
    called_for: u64,
    received: u64,
    /// Whether a simple query was the last to call for one.
    by_query: bool,
}

impl Answers {
    /// The client has sent a message that calls for one.
    pub(super) fn call(&mut self, is_query: bool) {
        self.called_for += 1;
        self.by_query = is_query;
    }

    /// The client has ended its copying. The server has ignored each `Sync`
    /// that came during it.
    pub(super) fn end_copy(&mut self) {
        if !self.by_query {
            self.called_for = self.received;
        }
    }

    /// The server has ended one.
    pub(super) fn receive(&mut self) {
        self.received += 1;
    }

    /// The number of the answer that the next message to call for one gets.
    pub(super) fn next(&self) -> u64 {
        self.called_for + 1
    }

    /// The number of the answer that the server is giving.
    pub(super) fn due(&self) -> u64 {
        self.received + 1
    }
}
