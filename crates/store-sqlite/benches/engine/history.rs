//! The rows that orders come to, computed in memory: what the engine would
//! write, in the order in which it would write it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jumun_domain::{IdSequence, PlaceOrder};
use uuid::Uuid;

use crate::demand::{Demand, now};
use crate::fill::{BALANCE, STOCK, name, price};

/// An id as the schema stores it: its key and its random bits.
pub(crate) type StoredId = (i64, i64);

/// The rows of a batch, table by table.
#[derive(Default)]
pub(crate) struct Batch {
    /// New orders.
    pub(crate) orders: Vec<OrderRow>,
    /// New ledger entries.
    pub(crate) entries: Vec<EntryRow>,
    /// New events: sequence, id and the order's key.
    pub(crate) events: Vec<(i64, StoredId, i64)>,
    /// New idempotency keys.
    pub(crate) keys: Vec<KeyRow>,
    /// Changed users.
    pub(crate) users: Vec<(i64, Account)>,
    /// Changed products: id, stock and sold.
    pub(crate) products: Vec<(i64, i64, i64)>,
    /// Best-seller figures, as the row of the log has them: product, quantity
    /// and amount of each.
    pub(crate) sales: String,
    /// The hour of those.
    pub(crate) hour: i64,
    /// The key of the batch's last id.
    pub(crate) last_key: i64,
}

/// What varies in a row of `orders`.
pub(crate) struct OrderRow {
    pub(crate) id: StoredId,
    pub(crate) user: i64,
    pub(crate) previous: Option<i64>,
    pub(crate) subtotal: i64,
    pub(crate) balance_after: i64,
    pub(crate) created_at: i64,
    pub(crate) lines: String,
}

/// A payment.
pub(crate) struct EntryRow {
    pub(crate) id: StoredId,
    pub(crate) user: i64,
    pub(crate) previous: Option<i64>,
    pub(crate) amount: i64,
    pub(crate) balance_after: i64,
    pub(crate) order_key: i64,
    pub(crate) created_at: i64,
}

/// What varies in a row of `idempotency_keys`.
pub(crate) struct KeyRow {
    pub(crate) key: Uuid,
    pub(crate) scope: i64,
    pub(crate) fingerprint: [u8; 16],
    pub(crate) order_key: i64,
}

/// The shop as far as its rows depend on earlier ones.
pub(crate) struct Shop {
    ids: IdSequence,
    sequence: i64,
    users: BTreeMap<i64, Account>,
    sold: BTreeMap<i64, i64>,
}

/// What orders change of a user.
#[derive(Clone, Copy, Default)]
pub(crate) struct Account {
    pub(crate) paid: i64,
    pub(crate) last_order: Option<i64>,
    pub(crate) last_entry: Option<i64>,
}

impl Default for Shop {
    fn default() -> Self {
        let ids = IdSequence::new(None, 1);
        Self {
            ids,
            sequence: 0,
            users: BTreeMap::new(),
            sold: BTreeMap::new(),
        }
    }
}

impl Shop {
    /// The rows of the next `size` orders.
    pub(crate) fn next_batch(&mut self, size: usize, demand: &Demand) -> anyhow::Result<Batch> {
        let mut batch = Batch::default();
        let mut users = BTreeMap::new();
        let mut sales = BTreeMap::new();
        for _ in 0..size {
            let (order, fingerprint, key) = demand.next();
            let order_key = self.place(order, &mut batch, &mut sales)?;
            let user = order.user_id.get();
            users.insert(user, self.users.get(&user).copied().unwrap_or_default());
            if let Some(key) = key {
                let (scope, fingerprint) = (user << 2, fingerprint.0);
                batch.keys.push(KeyRow {
                    key,
                    scope,
                    fingerprint,
                    order_key,
                });
            }
        }
        batch.users = users.into_iter().collect();
        let mut deltas = Vec::with_capacity(sales.len());
        for (product, (quantity, amount)) in sales {
            let sold = self.sold.entry(product).or_default();
            *sold += quantity;
            batch.products.push((product, STOCK - *sold, *sold));
            deltas.push(format!("[{product},{quantity},{amount}]"));
        }
        batch.sales = format!("[{}]", deltas.join(","));
        batch.hour = now().hour().get();
        Ok(batch)
    }

    fn place(
        &mut self,
        order: &PlaceOrder,
        batch: &mut Batch,
        sales: &mut BTreeMap<i64, (i64, i64)>,
    ) -> anyhow::Result<i64> {
        let at = now();
        let [order_id, entry_id, event_id] = [(); 3].map(|()| split(self.ids.next(at)));
        let mut lines = String::from("[");
        let mut subtotal = 0;
        for line in &order.lines {
            let (id, quantity) = (line.product_id.get(), line.quantity.get());
            let comma = if subtotal == 0 { "" } else { "," };
            write!(
                lines,
                "{comma}[{id},{quantity},{},0,\"{}\"]",
                price(id),
                name(id)
            )?;
            subtotal += price(id) * quantity;
            let sale = sales.entry(id).or_default();
            *sale = (sale.0 + quantity, sale.1 + price(id) * quantity);
        }
        lines.push(']');
        let user = order.user_id.get();
        let account = self.users.entry(user).or_default();
        account.paid += subtotal;
        let balance_after = BALANCE - account.paid;
        let created_at = at.as_micros();
        let previous = account.last_order.replace(order_id.0);
        let id = order_id;
        batch.orders.push(OrderRow {
            id,
            user,
            previous,
            subtotal,
            balance_after,
            created_at,
            lines,
        });
        let previous = account.last_entry.replace(entry_id.0);
        let (id, amount, order_key) = (entry_id, -subtotal, order_id.0);
        batch.entries.push(EntryRow {
            id,
            user,
            previous,
            amount,
            balance_after,
            order_key,
            created_at,
        });
        self.sequence += 1;
        batch.events.push((self.sequence, event_id, order_key));
        batch.last_key = event_id.0;
        Ok(order_id.0)
    }
}

/// An id as the two integers that the schema stores.
fn split(id: Uuid) -> StoredId {
    const COUNTER_BITS: u32 = 12;
    const COUNTER_MASK: u64 = (1 << COUNTER_BITS) - 1;
    const LOW_MASK: u64 = (1 << 62) - 1;
    let (high, low) = id.as_u64_pair();
    let key = (high >> 16) << COUNTER_BITS | (high & COUNTER_MASK);
    // 60 and 62 bits: both fit a positive i64.
    (key as i64, (low & LOW_MASK) as i64)
}
