//! What is noted of an event.

use jumun_domain::Timestamp;
use uuid::Uuid;

/// The length of a packed receipt.
pub(crate) const RECEIPT_BYTES: usize = 56;

/// An event that a platform has received.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Receipt {
    /// Which event.
    pub(crate) event: Uuid,
    /// Of which order.
    pub(crate) order: Uuid,
    /// Its place among all.
    pub(crate) sequence: u64,
    /// Of which user.
    pub(crate) user: u64,
    /// When it had come.
    pub(crate) at: Timestamp,
}

impl Receipt {
    /// Reads what it needs of an event, in the order in which it is written,
    /// and nothing of the rest: a receiver shall cost little.
    pub(super) fn of(event: &[u8], at: Timestamp) -> Option<Self> {
        let mut rest = event;
        Some(Self {
            event: Uuid::try_parse_ascii(value(&mut rest, br#""id":""#)?).ok()?,
            order: Uuid::try_parse_ascii(value(&mut rest, br#""subject":""#)?).ok()?,
            sequence: number(value(&mut rest, br#""sequence":""#)?)?,
            user: number(value(&mut rest, br#""partitionkey":""#)?)?,
            at,
        })
    }

    /// As bytes.
    pub(super) fn pack(&self) -> [u8; RECEIPT_BYTES] {
        let mut packed = [0; RECEIPT_BYTES];
        packed[..16].copy_from_slice(self.event.as_bytes());
        packed[16..32].copy_from_slice(self.order.as_bytes());
        packed[32..40].copy_from_slice(&self.sequence.to_le_bytes());
        packed[40..48].copy_from_slice(&self.user.to_le_bytes());
        packed[48..].copy_from_slice(&self.at.as_micros().to_le_bytes());
        packed
    }

    /// What [`Receipt::pack`] gave.
    pub(crate) fn unpack(packed: &[u8; RECEIPT_BYTES]) -> Self {
        let [a, b, c, d, e, f, g] = std::array::from_fn(|index| {
            let mut word = [0; 8];
            word.copy_from_slice(&packed[index * 8..index * 8 + 8]);
            word
        });
        Self {
            event: Uuid::from_u64_pair(u64::from_be_bytes(a), u64::from_be_bytes(b)),
            order: Uuid::from_u64_pair(u64::from_be_bytes(c), u64::from_be_bytes(d)),
            sequence: u64::from_le_bytes(e),
            user: u64::from_le_bytes(f),
            at: Timestamp::from_micros(i64::from_le_bytes(g)),
        }
    }
}

/// The text between the next `name` and the quote that ends it.
fn value<'a>(rest: &mut &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let place = rest.windows(name.len()).position(|bytes| bytes == name)?;
    let text = &rest[place + name.len()..];
    let end = text.iter().position(|byte| *byte == b'"')?;
    *rest = &text[end..];
    Some(&text[..end])
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
