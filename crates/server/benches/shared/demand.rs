//! What the shoppers of the bench order, as an engine's command or as HTTP.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;
use fastrand::Rng;
use jumun_domain::{IdSequence, Timestamp};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// What is ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Workload {
    /// 1 to 3 lines of any products.
    Uniform,
    /// 1 to 3 lines; the product of rank n is wanted n times less often than
    /// the first (Zipf's law), as in a real shop.
    Skewed,
    /// One line of the one product that everybody wants.
    Hot,
}

/// Which idempotency keys the requests carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Keys {
    /// UUIDv7, which the documentation recommends.
    TimeOrdered,
    /// Keys without any order.
    Random,
    /// No keys.
    None,
}

/// How large a shop is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Size {
    /// Users, numbered from 1.
    pub(crate) users: i64,
    /// Products, numbered from 1.
    pub(crate) products: i64,
}

impl Size {
    /// The shop that is measured.
    pub(crate) const FULL: Self = Self {
        users: 100_000,
        products: 10_000,
    };
    /// A shop that is quickly filled, for the smoke run.
    pub(crate) const SMALL: Self = Self {
        users: 1_000,
        products: 100,
    };
}

/// The product that everybody wants.
const HOT_PRODUCT: i64 = 1;
/// Most lines of an order: an ordinary basket.
const MAX_LINES: usize = 3;
/// Most pieces of a line.
const MAX_QUANTITY: i64 = 3;
/// Requests written before the load starts, so that the generator spends its
/// time on sockets: more than a run's connections, small beside the memory.
const PREPARED_REQUESTS: usize = 1 << 16;
/// Stands where the key goes in a prepared request.
const NO_KEY_YET: &str = "00000000-0000-0000-0000-000000000000";

/// One order as a shopper wants it.
pub(crate) struct Basket {
    /// Who orders.
    pub(crate) user_id: i64,
    /// Pairs of product and quantity.
    pub(crate) items: Vec<(i64, i64)>,
}

impl Basket {
    /// Any user's order.
    pub(crate) fn any(rng: &mut Rng, workload: Workload, size: Size) -> Self {
        let user_id = rng.i64(1..=size.users);
        let items = match workload {
            Workload::Hot => vec![(HOT_PRODUCT, 1)],
            Workload::Uniform => lines(rng, |rng| rng.i64(1..=size.products)),
            Workload::Skewed => lines(rng, |rng| by_rank(rng, size.products)),
        };
        Self { user_id, items }
    }

    fn to_json(&self) -> String {
        let items: Vec<String> = self
            .items
            .iter()
            .map(|(product, quantity)| {
                format!(r#"{{"productId":{product},"quantity":{quantity}}}"#)
            })
            .collect();
        format!(
            r#"{{"userId":{},"items":[{}]}}"#,
            self.user_id,
            items.join(",")
        )
    }
}

fn lines(rng: &mut Rng, mut product: impl FnMut(&mut Rng) -> i64) -> Vec<(i64, i64)> {
    (0..rng.usize(1..=MAX_LINES))
        .map(|_| (product(rng), rng.i64(1..=MAX_QUANTITY)))
        .collect()
}

/// A rank that comes up in inverse proportion to itself.
fn by_rank(rng: &mut Rng, products: i64) -> i64 {
    let rank = (products as f64).powf(rng.f64()) as i64;
    rank.clamp(1, products)
}

/// Mints idempotency keys, none twice.
pub(crate) struct KeyMint {
    keys: Keys,
    ids: IdSequence,
    rng: Rng,
}

impl KeyMint {
    /// A mint of keys of this kind.
    pub(crate) fn new(keys: Keys) -> Self {
        let mut rng = Rng::new();
        Self {
            keys,
            ids: IdSequence::new(None, rng.u64(..)),
            rng,
        }
    }

    /// The next key; `None` where requests carry none.
    pub(crate) fn next(&mut self) -> Option<Uuid> {
        match self.keys {
            Keys::TimeOrdered => Some(self.ids.next(now())),
            Keys::Random => {
                Some(uuid::Builder::from_random_bytes(self.rng.u128(..).to_be_bytes()).into_uuid())
            }
            Keys::None => None,
        }
    }
}

/// What time it is, by the clock that all processes of the machine share.
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

/// Requests ready to be sent, each sent again and again with a new key.
pub(crate) struct Requests {
    prepared: Vec<Prepared>,
    turn: usize,
    mint: KeyMint,
}

struct Prepared {
    bytes: Vec<u8>,
    /// Where the key is; 0 where there is none.
    key_at: usize,
}

impl Requests {
    /// Writes the requests of a run.
    pub(crate) fn prepare(workload: Workload, keys: Keys, size: Size) -> Self {
        let mut rng = Rng::new();
        let prepared = (0..PREPARED_REQUESTS)
            .map(|_| Prepared::new(&Basket::any(&mut rng, workload, size), keys))
            .collect();
        Self {
            prepared,
            turn: 0,
            mint: KeyMint::new(keys),
        }
    }

    /// Puts the next request into `buffer`, in place of what is there.
    pub(crate) fn next_into(&mut self, buffer: &mut Vec<u8>) {
        self.turn = (self.turn + 1) % self.prepared.len();
        let request = &self.prepared[self.turn];
        buffer.clear();
        buffer.extend_from_slice(&request.bytes);
        if let Some(key) = self.mint.next() {
            let place = &mut buffer[request.key_at..request.key_at + Hyphenated::LENGTH];
            key.hyphenated().encode_lower(place);
        }
    }
}

impl Prepared {
    fn new(basket: &Basket, keys: Keys) -> Self {
        let body = basket.to_json();
        let mut bytes = b"POST /orders HTTP/1.1\r\nHost: localhost\r\n".to_vec();
        let mut key_at = 0;
        if keys != Keys::None {
            bytes.extend_from_slice(b"Idempotency-Key: ");
            key_at = bytes.len();
            bytes.extend_from_slice(NO_KEY_YET.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"Content-Type: application/json\r\nContent-Length: ");
        // Writing into a vector cannot fail.
        let _ = write!(bytes, "{}\r\n\r\n{body}", body.len());
        Self { bytes, key_at }
    }
}
