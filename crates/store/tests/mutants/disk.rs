//! A shop in memory that outlives its store, as a disk would.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jumun_domain::{
    Answer, CampaignId, ChangeId, Decision, Entry, Event, Hour, IdSequence, IdempotencyKey, Needs,
    Order, OrderId, ProductId, Request, Sale, Scope, Stamp, StockAdjustment, Table, Timestamp,
    UserId, WorkingSet, decide, needs,
};
use jumun_store::access::{ChangeLine, ChangeRecord, Token, TokenId};

use crate::mutation::Mutation;

/// Random bits of ids: nothing here depends on them.
const ENTROPY: u64 = 7;

/// Everything that is kept. The working set is never emptied, so that it is the
/// table of each kind of row.
pub(crate) struct Disk {
    pub(crate) mutation: Mutation,
    pub(crate) set: WorkingSet,
    pub(crate) entries: Vec<Entry>,
    pub(crate) adjustments: Vec<StockAdjustment>,
    pub(crate) events: BTreeMap<u64, Event>,
    pub(crate) sales: BTreeMap<(Hour, ProductId), Sale>,
    pub(crate) orders_by_key: BTreeMap<(UserId, IdempotencyKey), OrderId>,
    pub(crate) tokens: BTreeMap<TokenId, Token>,
    pub(crate) revocations: Vec<TokenId>,
    pub(crate) changes: BTreeMap<ChangeId, ChangeRecord>,
    /// Lines that were ever to be written.
    lines: u64,
    ids: IdSequence,
}

/// A disk that a harness and its stores share.
#[derive(Clone)]
pub(crate) struct SharedDisk(Arc<Mutex<Disk>>);

impl SharedDisk {
    pub(crate) fn new(mutation: Mutation) -> Self {
        Self(Arc::new(Mutex::new(Disk {
            mutation,
            set: WorkingSet::default(),
            entries: Vec::new(),
            adjustments: Vec::new(),
            events: BTreeMap::new(),
            sales: BTreeMap::new(),
            orders_by_key: BTreeMap::new(),
            tokens: BTreeMap::new(),
            revocations: Vec::new(),
            changes: BTreeMap::new(),
            lines: 0,
            ids: IdSequence::new(None, ENTROPY),
        })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Disk> {
        // A case that fails may poison it, and has failed then anyway.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk {
    /// Decides a request. The histories it adds are kept by
    /// [`Disk::write_journal`].
    pub(crate) fn decide(&mut self, request: &Request) -> Decision {
        let mutation = self.mutation;
        let request = mutation.read_request(request);
        self.gather(&request);
        mutation.tamper_with_rows(&mut self.set, &request);
        let mut stamp = Stamp {
            now: now(),
            ids: &mut self.ids,
        };
        let decision = decide(&mut self.set, &request, &mut stamp).expect("all was gathered");
        if mutation == Mutation::RepeatsLines && matches!(decision, Decision::Replayed(_)) {
            self.repeat_the_last_line();
        }
        mutation.answer(&mut self.set, decision)
    }

    pub(crate) fn gather(&mut self, request: &Request) {
        loop {
            let mut lacking = Needs::default();
            needs(&self.set, request, &mut lacking);
            if lacking.is_empty() {
                return;
            }
            // What is there is loaded already: all that is lacking is absent.
            let set = &mut self.set;
            let products = lacking.products.into_iter();
            products.for_each(|it| set.products.load(it, None));
            let campaigns = lacking.campaigns.into_iter();
            campaigns.for_each(|it| set.campaigns.load(it, None));
            lacking
                .users
                .into_iter()
                .for_each(|it| set.users.load(it, None));
            lacking
                .coupons
                .into_iter()
                .for_each(|it| set.coupons.load(it, None));
            lacking
                .holders
                .into_iter()
                .for_each(|it| set.holders.load(it, None));
            lacking
                .orders
                .into_iter()
                .for_each(|it| set.orders.load(it, None));
            lacking
                .keys
                .into_iter()
                .for_each(|it| set.keys.load(it, None));
            if lacking.next_campaign {
                set.next_campaign = Some(CampaignId::FIRST);
            }
            for (product, user) in lacking.purchases {
                let bought = self.mutation.bought(&self.set, product, user);
                self.set.purchases.load((product, user), Some(bought));
            }
        }
    }

    /// Keeps the histories that decisions have added.
    pub(crate) fn write_journal(&mut self) {
        let journal = std::mem::take(&mut self.set.journal);
        self.entries.extend(journal.entries);
        self.adjustments.extend(journal.adjustments);
        for event in journal.events {
            self.mutation.write_event(&mut self.events, event);
        }
        for (key, sale) in journal.sales {
            let sale = self.mutation.sale(sale);
            let row = self.sales.entry(key).or_default();
            row.quantity = row.quantity.saturating_add(sale.quantity);
            row.amount = row.amount.saturating_add(sale.amount);
        }
        for change in journal.changes {
            self.write_line(change.id, change.at, ChangeLine::of(&change));
        }
        for (scope, key, remembered) in journal.remembered {
            if let (Scope::User(user), Answer::OrderPlaced(order)) = (scope, remembered.answer) {
                self.orders_by_key.insert((user, key), order.id);
            }
        }
    }

    /// Adds a line that no decision has left.
    pub(crate) fn add_line(&mut self, at: Timestamp, line: ChangeLine) {
        let id = ChangeId(self.ids.next(at));
        self.write_line(id, at, line);
    }

    fn write_line(&mut self, id: ChangeId, at: Timestamp, line: ChangeLine) {
        let record = ChangeRecord {
            id,
            at,
            actor: line.actor,
            action: line.action.into(),
            subject: line.subject.into(),
            before: line.before.map(Into::into),
            after: line.after.map(Into::into),
            reason: line.reason.map(Into::into),
        };
        self.mutation
            .write_line(&mut self.changes, self.lines, record);
        self.lines += 1;
    }

    fn repeat_the_last_line(&mut self) {
        let id = ChangeId(self.ids.next(now()));
        if let Some(last) = self.changes.values().next_back().cloned() {
            self.changes.insert(id, ChangeRecord { id, ..last });
        }
    }

    /// Every order, oldest first.
    pub(crate) fn orders(&self) -> Vec<Arc<Order>> {
        rows(&self.set.orders)
    }
}

/// Every row of a table, by its key.
pub(crate) fn rows<K: Ord + Hash + Clone, V: Clone>(table: &Table<K, V>) -> Vec<V> {
    let all = table.inserted().chain(table.updated());
    let sorted: BTreeMap<K, V> = all.map(|(key, row)| (key.clone(), row.clone())).collect();
    sorted.into_values().collect()
}

pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let micros = since.map_or(0, |it| it.as_micros());
    Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}
