//! Orders that are written ahead, and sent again and again with new keys.

use std::sync::Arc;

use fastrand::Rng;
use jumun_domain::Timestamp;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::{Basket, Baskets, KeyMint, Keys, Shop, Workload, write_body};
use crate::driver::{Outcome, Traffic};
use crate::wire::{NO_KEY_YET, Target, Writer};

/// Requests written before the load starts, so that the generator spends its
/// time on sockets: more than a run's connections, small beside the memory.
const PREPARED_REQUESTS: usize = 1 << 16;

/// An order that was sent.
#[derive(Clone, Copy, Debug)]
pub struct OrderSent<'a> {
    /// What was ordered.
    pub basket: &'a Basket,
    /// The request as bytes.
    pub request: &'a [u8],
    /// Whether it carries an idempotency key.
    pub has_key: bool,
}

/// Hears of every order of a load. `()` hears nothing. There is one for each
/// thread.
pub trait Observer: Clone + Send + 'static {
    /// The load begins; what is counted begins at this time.
    fn begins(&mut self, _counted_from: Timestamp) {}

    /// Something has become of an order, whether it is counted or not.
    fn settled(&mut self, _order: &OrderSent<'_>, _outcome: &Outcome<'_>) {}

    /// Takes in what the observer of another thread has kept. Nothing, where
    /// clones share what they keep.
    fn merge(&mut self, _other: Self) {}
}

impl Observer for () {}

/// Orders of one of the workloads that need nothing but users and products.
pub struct Orders<O> {
    prepared: Arc<[Prepared]>,
    turn: usize,
    mint: KeyMint,
    observer: O,
}

struct Prepared {
    basket: Basket,
    bytes: Vec<u8>,
    /// Where the key is, in requests that carry one.
    key_at: Option<usize>,
}

impl<O: Observer> Orders<O> {
    /// Writes the orders ahead; as many generators of them as there are threads.
    pub fn prepare(
        target: &Target,
        (workload, keys): (Workload, Keys),
        shop: Shop,
        threads: usize,
        observer: &O,
    ) -> Vec<Self> {
        let (mut rng, baskets) = (Rng::new(), Baskets::new(workload, shop));
        let mut writer = Writer::new(target);
        let prepared: Arc<[Prepared]> = (0..PREPARED_REQUESTS)
            .map(|_| Prepared::new(baskets.draw(&mut rng), keys, &shop, &mut writer))
            .collect();
        (0..threads)
            .map(|thread| Self {
                prepared: Arc::clone(&prepared),
                turn: thread * PREPARED_REQUESTS / threads,
                mint: KeyMint::new(keys),
                observer: observer.clone(),
            })
            .collect()
    }

    /// What it has told of its orders.
    pub fn into_observer(self) -> O {
        self.observer
    }
}

impl<O: Observer> Traffic for Orders<O> {
    const KINDS: &'static [&'static str] = &["order"];

    /// Which of the prepared orders it was.
    type Ticket = usize;

    fn begins(&mut self, counted_from: Timestamp) {
        self.observer.begins(counted_from);
    }

    fn next_into(&mut self, request: &mut Vec<u8>) -> Option<usize> {
        self.turn = (self.turn + 1) % self.prepared.len();
        let prepared = &self.prepared[self.turn];
        request.clear();
        request.extend_from_slice(&prepared.bytes);
        if let (Some(at), Some(key)) = (prepared.key_at, self.mint.mint()) {
            let place = &mut request[at..at + Hyphenated::LENGTH];
            key.hyphenated().encode_lower(place);
        }
        Some(self.turn)
    }

    fn settled(&mut self, ticket: usize, request: &[u8], outcome: &Outcome<'_>) {
        let prepared = &self.prepared[ticket];
        let order = OrderSent {
            basket: &prepared.basket,
            request,
            has_key: prepared.key_at.is_some(),
        };
        self.observer.settled(&order, outcome);
    }
}

impl Prepared {
    fn new(basket: Basket, keys: Keys, shop: &Shop, writer: &mut Writer) -> Self {
        let mut bytes = Vec::new();
        let key: Option<Uuid> = (keys != Keys::None).then_some(NO_KEY_YET);
        let mut body = String::new();
        // Writing into text cannot fail.
        let _ = write_body(&mut body, &basket, None, shop);
        let (path, body) = (format_args!("/orders"), format_args!("{body}"));
        let key_at = writer.post(&mut bytes, path, key, body);
        Self {
            basket,
            bytes,
            key_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(keys: Keys) -> Vec<String> {
        let target = Target::plain(([127, 0, 0, 1], 80).into());
        let shop = Shop::from_one(10, 10);
        let traffic = Orders::prepare(&target, (Workload::Uniform, keys), shop, 2, &());
        let mut request = Vec::new();
        let mut all = Vec::new();
        for mut it in traffic {
            for _ in 0..100 {
                it.next_into(&mut request).unwrap();
                all.push(String::from_utf8(request.clone()).unwrap());
            }
        }
        all
    }

    #[test]
    fn every_order_carries_a_key_of_its_own_or_none() {
        let key = |request: &String| {
            let line = request
                .lines()
                .find_map(|it| it.strip_prefix("Idempotency-Key: "));
            line.map(|it| it.parse::<Uuid>().unwrap())
        };
        for keys in [Keys::TimeOrdered, Keys::Random] {
            let mut minted: Vec<Uuid> = sent(keys).iter().filter_map(key).collect();
            minted.sort();
            minted.dedup();
            assert_eq!(minted.len(), 200, "{keys:?}");
            assert!(!minted.contains(&NO_KEY_YET), "{keys:?}");
        }
        assert!(sent(Keys::None).iter().all(|it| key(it).is_none()));
    }

    #[test]
    fn threads_begin_at_different_orders() {
        let sent = sent(Keys::None);
        assert_ne!(sent[..100], sent[100..]);
    }
}
