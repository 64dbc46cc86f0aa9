//! What one batch left as bytes. Integers are little-endian; no bytes at all are no
//! rows.
//!
//! States: the number of users in 4 bytes, then the users and the stocks, each a row
//! of integers of 8 bytes.
//!
//! Keys: of each the length of its text in a byte and the text, or else a zero and
//! the 16 bytes of a UUID; the fingerprint; the kind of the answer in a byte; and in
//! 8 bytes each the scope, the key of the answer's row, and of the coupon's use the
//! order, 0 where there is none, and the time.

use jumun_domain::{Fingerprint, Money, ProductId, Units, UserId};

use super::{Changed, LoggedKey, StockState, UserState};
use crate::key::StoredKey;
use crate::remembered::Reference;
use crate::rows::user::Heads;
use crate::storage::{STATE_LOG, StorageError};

/// Of a user: id, balance, paid, the keys of the last order, entry and coupon; 0
/// is no key, since a key has a time in it.
const USER_WORDS: usize = 6;
/// Of a stock: id, stock, sold.
const STOCK_WORDS: usize = 3;

const WORD_BYTES: usize = size_of::<i64>();
const COUNT_BYTES: usize = size_of::<u32>();

pub(super) fn states(changed: &Changed) -> Vec<u8> {
    let words = changed.users.len() * USER_WORDS + changed.stocks.len() * STOCK_WORDS;
    let mut bytes = Vec::with_capacity(COUNT_BYTES + words * WORD_BYTES);
    // A batch has far fewer users than 2^32.
    bytes.extend_from_slice(&(changed.users.len() as u32).to_le_bytes());
    let mut put = |word: i64| bytes.extend_from_slice(&word.to_le_bytes());
    for (id, user) in &changed.users {
        put(id.get());
        put(user.balance.get());
        put(user.paid.get());
        put(user.heads.order.unwrap_or(0));
        put(user.heads.entry.unwrap_or(0));
        put(user.heads.coupon.unwrap_or(0));
    }
    for (id, stock) in &changed.stocks {
        put(id.get());
        put(stock.stock.get());
        put(stock.sold.get());
    }
    bytes
}

pub(super) fn read_states(bytes: &[u8]) -> Result<Changed, StorageError> {
    if bytes.is_empty() {
        return Ok(Changed::default());
    }
    decode_states(bytes).ok_or_else(|| StorageError::corrupt(STATE_LOG, "states cannot be read"))
}

fn decode_states(bytes: &[u8]) -> Option<Changed> {
    let (count, rest) = bytes.split_first_chunk::<COUNT_BYTES>()?;
    let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
    let length = count.checked_mul(USER_WORDS * WORD_BYTES)?;
    let (users, stocks) = rest.split_at_checked(length)?;
    Some(Changed {
        users: rows(users, user)?,
        stocks: rows(stocks, stock)?,
        keys: Vec::new(),
    })
}

/// Reads whole rows of `N` words, and nothing left over.
fn rows<const N: usize, T>(bytes: &[u8], read: impl Fn([i64; N]) -> Option<T>) -> Option<Vec<T>> {
    let rows = bytes.chunks_exact(N * WORD_BYTES);
    if !rows.remainder().is_empty() {
        return None;
    }
    rows.map(|row| {
        let mut words = [0; N];
        for (word, bytes) in words.iter_mut().zip(row.chunks_exact(WORD_BYTES)) {
            *word = i64::from_le_bytes(bytes.try_into().ok()?);
        }
        read(words)
    })
    .collect()
}

fn user(words: [i64; USER_WORDS]) -> Option<(UserId, UserState)> {
    let [id, balance, paid, order, entry, coupon] = words;
    let key = |word: i64| (word != 0).then_some(word);
    let state = UserState {
        balance: Money::new(balance)?,
        paid: Money::new(paid)?,
        heads: Heads {
            order: key(order),
            entry: key(entry),
            coupon: key(coupon),
        },
    };
    Some((UserId::new(id)?, state))
}

fn stock(words: [i64; STOCK_WORDS]) -> Option<(ProductId, StockState)> {
    let [id, stock, sold] = words;
    let state = StockState {
        stock: Units::new(stock)?,
        sold: Units::new(sold)?,
    };
    Some((ProductId::new(id)?, state))
}

/// What a key takes but for its text.
const KEY_BYTES: usize = 2 + size_of::<Fingerprint>() + 4 * WORD_BYTES;

pub(super) fn keys(keys: &[LoggedKey]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(keys.len() * (KEY_BYTES + 16));
    for ((key, scope), reference) in keys {
        match key {
            StoredKey::Uuid(id) => {
                bytes.push(0);
                bytes.extend_from_slice(id);
            }
            StoredKey::Text(text) => {
                // A key has 1 to 255 characters, all of ASCII.
                bytes.push(text.len() as u8);
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        bytes.extend_from_slice(&reference.fingerprint.0);
        bytes.push(reference.kind);
        let (order, at) = reference.used.unwrap_or_default();
        for word in [*scope, reference.key, order, at] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
    }
    bytes
}

pub(super) fn read_keys(bytes: &[u8]) -> Result<Vec<LoggedKey>, StorageError> {
    let mut keys = Vec::with_capacity(bytes.len() / KEY_BYTES);
    let mut rest = bytes;
    while !rest.is_empty() {
        let key = key(&mut rest);
        keys.push(key.ok_or_else(|| StorageError::corrupt(STATE_LOG, "keys cannot be read"))?);
    }
    Ok(keys)
}

fn key(rest: &mut &[u8]) -> Option<LoggedKey> {
    let key = match usize::from(*rest.split_off_first()?) {
        0 => StoredKey::Uuid(*take(rest)?),
        length => {
            let text = rest.split_off(..length)?;
            StoredKey::Text(std::str::from_utf8(text).ok()?.into())
        }
    };
    let fingerprint = Fingerprint(*take(rest)?);
    let kind = *rest.split_off_first()?;
    let mut word = || Some(i64::from_le_bytes(*take(rest)?));
    let (scope, answer, order, at) = (word()?, word()?, word()?, word()?);
    let reference = Reference {
        fingerprint,
        kind,
        key: answer,
        used: (order != 0).then_some((order, at)),
    };
    Some(((key, scope), reference))
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    rest.split_off(..N)?.try_into().ok()
}
