//! How idempotency keys and positions of ids are stored.

use jumun_domain::{IdempotencyKey, Scope};
use uuid::Uuid;

/// Before the 16 bytes of a UUID; no byte of a key in text form is zero.
const UUID_MARK: u8 = 0;

/// A scope as one integer.
pub(crate) fn scope_code(scope: Scope) -> i64 {
    match scope {
        Scope::User(id) => id.get() << 2,
        Scope::Product(id) => id.get() << 2 | 1,
        Scope::Campaigns => 2,
    }
}

/// A key as it is stored: a mark and 16 bytes for the canonical text of a
/// UUID, else the text.
pub(crate) fn stored_key(key: &IdempotencyKey) -> Vec<u8> {
    match key.uuid() {
        Some(id) => {
            let mut bytes = Vec::with_capacity(17);
            bytes.push(UUID_MARK);
            bytes.extend_from_slice(id.as_bytes());
            bytes
        }
        None => key.text().as_bytes().to_vec(),
    }
}

/// The least UUID whose millisecond and counter are beyond `position`.
pub(crate) fn least_id_after(position: u64) -> Uuid {
    const COUNTER_BITS: u32 = 12;
    const COUNTER_MASK: u64 = (1 << COUNTER_BITS) - 1;
    const VERSION_7: u64 = 0x7 << COUNTER_BITS;
    let next = position.saturating_add(1);
    let high = (next >> COUNTER_BITS) << 16 | VERSION_7 | (next & COUNTER_MASK);
    Uuid::from_u64_pair(high, 0)
}

#[cfg(test)]
mod tests {
    use jumun_domain::{IdSequence, Timestamp};

    use super::*;

    #[test]
    fn only_the_canonical_text_of_a_uuid_is_stored_as_bytes() {
        let table = [
            ("0199a6e0-0000-7000-8000-000000000001", true),
            ("0199A6E0-0000-7000-8000-000000000001", false),
            ("0199a6e0000070008000000000000001", false),
            ("0199a6e00000-7000-8000-000000000-001", false),
            ("order-1", false),
        ];
        for (text, bytes) in table {
            let key = IdempotencyKey::parse(text).unwrap();
            let stored = stored_key(&key);
            assert_eq!(stored[0] == UUID_MARK, bytes, "{text}");
            assert_eq!(stored == text.as_bytes(), !bytes, "{text}");
        }
        let key = IdempotencyKey::parse("0199a6e0-0000-7000-8000-000000000001").unwrap();
        let bytes = b"\x00\x01\x99\xa6\xe0\x00\x00\x70\x00\x80\x00\x00\x00\x00\x00\x00\x01";
        assert_eq!(stored_key(&key), bytes, "it is stored for ever");
    }

    #[test]
    fn the_least_id_after_a_position_is_between_its_ids_and_the_next() {
        let mut ids = IdSequence::new(None, 7);
        for micros in [0, 1_700_000_000_000_000] {
            for _ in 0..10_000 {
                let before = ids.next(Timestamp::from_micros(micros));
                let bound = least_id_after(ids.position());
                let after = ids.next(Timestamp::from_micros(micros));
                assert!(before < bound && bound <= after, "{before} {bound} {after}");
            }
        }
    }
}
