//! What a session is, against a real server.
