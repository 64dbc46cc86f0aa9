//! The smallest engine there can be: tables in memory, gather, decide, apply.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use jumun_domain::{
    Campaign, CampaignId, Change, Coupon, CouponId, Decision, Entry, Event, Hour, IdSequence,
    IdempotencyKey, NotLoaded, Order, OrderId, PlaceOrder, Product, ProductId, Quote, Remembered,
    Request, Sale, Scope, Stamp, StockAdjustment, Table, Timestamp, Units, User, UserId,
    WorkingSet, decide, needs, quote,
};

/// What `needs` promises at most.
const MOST_ROUNDS: usize = 3;

/// Everything that is committed.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Database {
    pub(crate) users: HashMap<UserId, User>,
    pub(crate) products: HashMap<ProductId, Product>,
    pub(crate) campaigns: HashMap<CampaignId, Campaign>,
    pub(crate) coupons: HashMap<CouponId, Coupon>,
    pub(crate) holders: HashMap<(CampaignId, UserId), CouponId>,
    pub(crate) orders: HashMap<OrderId, Arc<Order>>,
    pub(crate) keys: HashMap<(Scope, IdempotencyKey), Remembered>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) adjustments: Vec<StockAdjustment>,
    pub(crate) events: Vec<Event>,
    pub(crate) changes: Vec<Change>,
    pub(crate) sales: HashMap<(Hour, ProductId), Sale>,
    /// Counted once from the orders, carried on from then.
    pub(crate) purchases: HashMap<(ProductId, UserId), Units>,
}

/// What a batch loaded, and the purchases that it counted for the first time.
struct Gathered {
    set: WorkingSet,
    counted: Vec<(ProductId, UserId)>,
}

/// A request and when it is decided.
pub(crate) type Timed = (Timestamp, Request);

impl Database {
    /// One transaction. A request that needs a row only because of an earlier
    /// one of the batch waits until that is written.
    pub(crate) fn batch(&mut self, requests: &[Timed], ids: &mut IdSequence) -> Vec<Decision> {
        let mut decisions = Vec::new();
        while decisions.len() < requests.len() {
            let waiting = &requests[decisions.len()..];
            let mut gathered = self.gather(waiting.iter().map(|(_, request)| request));
            let set = &mut gathered.set;
            let first = decisions.len();
            for (now, request) in waiting {
                let before = set.clone();
                let decided = decide(set, request, &mut Stamp { now: *now, ids });
                if !matches!(decided, Ok(Decision::Done(_))) {
                    assert!(
                        *set == before,
                        "{decided:?} changed the working set: {request:?}"
                    );
                }
                match decided {
                    Ok(decision) => decisions.push(decision),
                    Err(NotLoaded) => break,
                }
            }
            assert!(
                decisions.len() > first,
                "gathered, yet not loaded: {:?}",
                waiting[0]
            );
            self.apply(gathered);
        }
        decisions
    }

    pub(crate) fn quote(&self, order: &PlaceOrder, now: Timestamp) -> Quote {
        let request = Request::new(jumun_domain::Command::PlaceOrder(order.clone()), None);
        quote(&self.gather([&request]).set, order, now).expect("gathered")
    }

    fn gather<'a>(&self, requests: impl IntoIterator<Item = &'a Request> + Clone) -> Gathered {
        let mut set = WorkingSet::default();
        let mut counted = Vec::new();
        let mut may_miss_more = true;
        for _ in 0..=MOST_ROUNDS {
            let mut missing = jumun_domain::Needs::default();
            for request in requests.clone() {
                needs(&set, request, &mut missing);
            }
            if missing.is_empty() {
                return Gathered { set, counted };
            }
            assert!(
                may_miss_more,
                "rows that were said to name no further ones: {missing:?}"
            );
            may_miss_more = missing.can_name_further_rows();
            load(&mut set.users, missing.users, &self.users);
            load(&mut set.products, missing.products, &self.products);
            load(&mut set.campaigns, missing.campaigns, &self.campaigns);
            load(&mut set.coupons, missing.coupons, &self.coupons);
            load(&mut set.holders, missing.holders, &self.holders);
            load(&mut set.orders, missing.orders, &self.orders);
            load(&mut set.keys, missing.keys, &self.keys);
            for pair in missing.purchases {
                let stored = self.purchases.get(&pair).copied();
                let bought = stored.unwrap_or_else(|| {
                    counted.push(pair);
                    self.bought(pair)
                });
                set.purchases.load(pair, Some(bought));
            }
            if missing.next_campaign {
                let count = i64::try_from(self.campaigns.len()).expect("few");
                set.next_campaign = CampaignId::new(count + 1);
            }
        }
        panic!("rows are still missing after {MOST_ROUNDS} rounds");
    }

    /// The history alone: when purchases are counted for the first time is the
    /// engine's own affair, and they are checked by the laws.
    pub(crate) fn history(&self) -> Self {
        Self {
            purchases: HashMap::new(),
            ..self.clone()
        }
    }

    /// Counted afresh from the orders.
    pub(crate) fn bought(&self, (product_id, user_id): (ProductId, UserId)) -> Units {
        let paid = self
            .orders
            .values()
            .filter(|order| order.cancellation.is_none());
        let lines = paid
            .filter(|order| order.user_id == user_id)
            .flat_map(|order| &order.lines);
        let pieces = lines.filter(|line| line.product_id == product_id);
        Units::new(pieces.map(|line| line.quantity.get()).sum()).expect("never more than sold")
    }

    fn apply(&mut self, Gathered { set, counted }: Gathered) {
        store(&mut self.users, &set.users);
        store(&mut self.products, &set.products);
        store(&mut self.campaigns, &set.campaigns);
        store(&mut self.coupons, &set.coupons);
        store(&mut self.holders, &set.holders);
        store(&mut self.orders, &set.orders);
        store(&mut self.keys, &set.keys);
        for pair in counted
            .iter()
            .chain(set.purchases.updated().map(|(pair, _)| pair))
        {
            let count = set.purchases.get(pair).ok().flatten().expect("loaded");
            self.purchases.insert(*pair, *count);
        }
        assert_eq!(
            set.purchases.inserted().count(),
            0,
            "the engine counts purchases"
        );
        let placed = set.journal.placed.iter().map(|order| order.id);
        assert!(
            placed.eq(sorted(set.orders.inserted().map(|(id, _)| *id))),
            "{:?}",
            set.journal
        );
        assert_eq!(set.journal.remembered.len(), set.keys.inserted().count());
        self.entries.extend(set.journal.entries);
        self.adjustments.extend(set.journal.adjustments);
        self.events.extend(set.journal.events);
        self.changes.extend(set.journal.changes);
        for (hour, change) in set.journal.sales {
            let sale = self.sales.entry(hour).or_default();
            sale.quantity = sale.quantity.saturating_add(change.quantity);
            sale.amount = sale.amount.saturating_add(change.amount);
        }
    }
}

fn sorted<T: Ord>(rows: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows.into_iter()
}

fn load<K: Clone + Eq + Hash, V: Clone>(
    table: &mut Table<K, V>,
    keys: impl IntoIterator<Item = K>,
    rows: &HashMap<K, V>,
) {
    for key in keys {
        let row = rows.get(&key).cloned();
        table.load(key, row);
    }
}

fn store<K: Clone + Eq + Hash + Debug, V: Clone>(rows: &mut HashMap<K, V>, table: &Table<K, V>) {
    for (key, row) in table.inserted() {
        assert!(
            rows.insert(key.clone(), row.clone()).is_none(),
            "{key:?} was there already"
        );
    }
    for (key, row) in table.updated() {
        assert!(
            rows.insert(key.clone(), row.clone()).is_some(),
            "{key:?} was not there"
        );
    }
}
