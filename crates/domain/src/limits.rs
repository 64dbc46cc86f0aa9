//! Every bound of the domain, with its reason.

/// The largest magnitude of any integer that crosses the API: 2^53 − 1, the
/// largest that JSON readers which use IEEE doubles still read exactly
/// (RFC 8259, section 6).
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Lines in one order: bounds the rows that one request can lock and the size
/// of its event.
pub const MAX_ORDER_LINES: usize = 100;

/// Characters in the name of a user, product or campaign: fits a list on a screen.
pub const MAX_NAME_CHARS: usize = 200;

/// Characters in a reference or a reason: a sentence or a foreign id.
pub const MAX_NOTE_CHARS: usize = 500;

/// Bytes of an idempotency key, so that it stays a short index entry.
pub const MAX_KEY_BYTES: usize = 255;
