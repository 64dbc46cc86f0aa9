//! The orders that both runs of a pair place.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{anyhow, ensure};
use clap::ValueEnum;
use fastrand::Rng;
use jumun_domain::{
    Command, Fingerprint, IdSequence, Idempotency, IdempotencyKey, PlaceOrder, Request, Timestamp,
};
use uuid::Uuid;

use crate::fill::{PRODUCTS, USERS, user_id};

/// Most lines of an order: an ordinary basket.
const MAX_LINES: usize = 3;
/// Most pieces of a line.
const MAX_QUANTITY: i64 = 3;
/// Orders drawn before the run, so that drawing them is not measured.
const PREPARED: usize = 1 << 16;

/// Which idempotency keys the orders carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Keys {
    /// UUIDv7, which the documentation recommends.
    TimeOrdered,
    /// Keys without any order.
    Random,
    /// No keys.
    None,
}

/// Orders without end.
pub(crate) struct Demand {
    orders: Vec<(PlaceOrder, Fingerprint)>,
    turn: AtomicUsize,
    mint: Mutex<(IdSequence, Rng)>,
    keys: Keys,
}

impl Demand {
    /// Any users' orders of any products.
    pub(crate) fn new(keys: Keys) -> Self {
        let mut rng = Rng::new();
        let orders = (0..PREPARED)
            .filter_map(|_| any_order(&mut rng).ok())
            .collect();
        let mint = Mutex::new((IdSequence::new(None, rng.u64(..)), rng));
        Self {
            orders,
            turn: AtomicUsize::new(0),
            mint,
            keys,
        }
    }

    /// The next order, its fingerprint and its key.
    pub(crate) fn next(&self) -> (&PlaceOrder, Fingerprint, Option<Uuid>) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.orders.len();
        let (order, fingerprint) = &self.orders[turn];
        (order, *fingerprint, self.key())
    }

    /// The next order as the engine takes it.
    pub(crate) fn next_request(&self) -> anyhow::Result<Request> {
        let (order, fingerprint, key) = self.next();
        let idempotency = match key {
            None => None,
            Some(key) => {
                let key = IdempotencyKey::parse(&key.to_string());
                let key = key.map_err(|_| anyhow!("a UUID is a key"))?;
                Some(Idempotency { key, fingerprint })
            }
        };
        Ok(Request {
            command: Command::PlaceOrder(order.clone()),
            idempotency,
            actor: None,
        })
    }

    fn key(&self) -> Option<Uuid> {
        let mut mint = self.mint.lock().unwrap_or_else(PoisonError::into_inner);
        match self.keys {
            Keys::TimeOrdered => Some(mint.0.next(now())),
            Keys::Random => Some(Uuid::from_u128(mint.1.u128(..))),
            Keys::None => None,
        }
    }
}

fn any_order(rng: &mut Rng) -> anyhow::Result<(PlaceOrder, Fingerprint)> {
    let items: Vec<_> = (0..rng.usize(1..=MAX_LINES))
        .map(|_| (rng.i64(1..=PRODUCTS), rng.i64(1..=MAX_QUANTITY)))
        .collect();
    let user = user_id(rng.i64(1..=USERS))?;
    let order = PlaceOrder::new(user, items.into_iter(), None, None);
    let order = order.map_err(|violations| anyhow!("{violations:?}"))?;
    ensure!(!order.lines.is_empty(), "an order has a line");
    let fingerprint = Fingerprint::of(&Command::PlaceOrder(order.clone()));
    Ok((order, fingerprint))
}

/// The system's clock.
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}
