//! States in the log and in the tables, by random histories beside a model.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jumun_domain::Fingerprint;
use jumun_domain::{
    AdjustStock, Charge, Command, Decision, IdempotencyKey, ProductId, PutProduct, RegisterUser,
    Request, UserId,
};
use rusqlite::Connection;
use rusqlite::hooks::Action;

use super::encoding::{keys, read_keys, read_states, states};
use super::*;
use crate::batch;
use crate::connection::{self, Role};
use crate::key::StoredKey;
use crate::memory::Memory;
use crate::options::Options;
use crate::remembered::Reference;
use crate::rows::{product, user};

const ROWS: i64 = 12;

fn user_id(id: i64) -> UserId {
    UserId::new(id).unwrap()
}

fn product_id(id: i64) -> ProductId {
    ProductId::new(id).unwrap()
}

fn charge(user: i64, amount: i64) -> Request {
    keyed_charge(user, amount, None)
}

fn keyed_charge(user: i64, amount: i64, key: Option<&str>) -> Request {
    let charge = Charge::new(user_id(user), amount, None).unwrap();
    let key = key.map(|key| IdempotencyKey::parse(key).unwrap());
    Request::new(Command::Charge(charge), key)
}

/// Keys of each kind: rising with time, random, and texts.
fn key(random: &mut fastrand::Rng, number: usize) -> String {
    match random.u8(0..3) {
        0 => format!("0199a6e0-{:04x}-7000-8000-000000000001", number % 0x10000),
        1 => uuid::Uuid::from_u128(random.u128(..)).to_string(),
        _ => format!("charge-{number}"),
    }
}

fn adjust(product: i64, delta: i64) -> Request {
    let adjust = AdjustStock::new(product_id(product), delta, None).unwrap();
    Request::new(Command::AdjustStock(adjust), None)
}

fn rename(user: i64, name: &str) -> Request {
    let register = RegisterUser::new(user_id(user), Some(name)).unwrap();
    Request::new(Command::RegisterUser(register), None)
}

/// What the shop should hold.
#[derive(Clone, PartialEq, Debug, Default)]
struct Model {
    balances: HashMap<i64, i64>,
    stocks: HashMap<i64, i64>,
    names: HashMap<i64, String>,
}

struct Shop {
    path: std::path::PathBuf,
    connection: Connection,
    memory: Memory,
    /// Another process that writes.
    other: (Connection, Memory),
    /// A reader that stays, as those of a server do.
    reader: (Connection, Log),
    model: Model,
    _folder: tempfile::TempDir,
}

impl Shop {
    fn new(fold_after: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        crate::migrate(&path, &Options::default()).unwrap();
        let open = |role| connection::open(&path, role).unwrap();
        let mut shop = Self {
            connection: open(Role::Writer),
            memory: Memory::folding_after(fold_after),
            other: (open(Role::Writer), Memory::folding_after(fold_after)),
            reader: (open(Role::Reader), Log::default()),
            model: Model::default(),
            _folder: folder,
            path,
        };
        for id in 1..=ROWS {
            let put = PutProduct::new(product_id(id), "thing", 5, Some(0), true, None).unwrap();
            shop.run(&[
                Request::new(Command::PutProduct(put), None),
                rename(id, "-"),
            ]);
            shop.model.names.insert(id, "-".to_owned());
            shop.model.balances.insert(id, 0);
            shop.model.stocks.insert(id, 0);
        }
        shop
    }

    fn run(&mut self, requests: &[Request]) {
        let done = batch::run(&mut self.connection, requests, &mut [], &mut self.memory);
        for decision in done.map_err(|error| error.fault()).unwrap().0 {
            assert!(matches!(decision, Ok(Decision::Done(_))), "{decision:?}");
        }
    }

    /// Has the other process take turns with this one from now on.
    fn swap(&mut self) {
        std::mem::swap(&mut self.connection, &mut self.other.0);
        std::mem::swap(&mut self.memory, &mut self.other.1);
    }

    /// Sends a request again whose answer was lost, say.
    fn repeat(&mut self, request: &Request) {
        let one = std::slice::from_ref(request);
        let done = batch::run(&mut self.connection, one, &mut [], &mut self.memory);
        let decision = done.map_err(|error| error.fault()).unwrap().0.remove(0);
        assert!(
            matches!(decision, Ok(Decision::Replayed(_))),
            "{decision:?}"
        );
    }

    /// What a reader sees.
    fn seen(connection: &Connection, log: &Log) -> Model {
        let snapshot = connection.unchecked_transaction().unwrap();
        let view = View::new(&snapshot, log);
        let mut model = Model::default();
        for id in 1..=ROWS {
            let user = user::find(&view, user_id(id)).unwrap().unwrap().user;
            model.balances.insert(id, user.balance.get());
            model.names.insert(id, user.name.unwrap().to_string());
        }
        for product in product::list(&view, 0, ROWS).unwrap() {
            let one = product::find(&view, product.id).unwrap().unwrap();
            assert_eq!(one.stock, product.stock);
            model.stocks.insert(product.id.get(), product.stock.get());
        }
        model
    }

    fn check(&self) {
        let (reader, log) = &self.reader;
        assert_eq!(Self::seen(reader, log), self.model, "who has read before");
        let newcomer = connection::open(&self.path, Role::Reader).unwrap();
        let seen = Self::seen(&newcomer, &Log::default());
        assert_eq!(seen, self.model, "who reads for the first time");
    }

    fn check_that_large_batches_make_the_log_short(&mut self) {
        let all: Vec<_> = (1..=ROWS).map(|id| charge(id, 1)).collect();
        for _ in 0..25 {
            self.run(&all);
        }
        let left = self.log_entries();
        assert!(left <= 30, "{left} entries");
    }

    fn log_entries(&self) -> i64 {
        self.connection
            .query_row("SELECT count(*) FROM state_log", [], |row| row.get(0))
            .unwrap()
    }

    /// As an import does before it takes rows back, from another process.
    fn fold_all_elsewhere(&self) {
        let mut other = connection::open(&self.path, Role::Writer).unwrap();
        let transaction = other.transaction().unwrap();
        fold_all(&transaction).unwrap();
        transaction.commit().unwrap();
        assert!(self.log_entries() <= 1);
    }

    /// What the tables say by themselves.
    fn tables(&self) -> Model {
        let mut model = self.model.clone();
        for id in 1..=ROWS {
            let of = |sql: &str| -> i64 {
                self.connection
                    .query_row(sql, [id], |row| row.get(0))
                    .unwrap()
            };
            let balance = of("SELECT balance FROM users WHERE user_id = ?1");
            model.balances.insert(id, balance);
            let stock = of("SELECT stock FROM stocks WHERE product_id = ?1");
            model.stocks.insert(id, stock);
        }
        model
    }
}

#[test]
fn everybody_sees_the_newest_state_however_far_the_log_is_folded() {
    const STEPS: usize = 120;
    const MOST_AT_ONCE: usize = 6;
    for seed in 0..12 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut shop = Shop::new(random.usize(1..20));
        let mut sent = Vec::new();
        for _ in 0..STEPS {
            match random.u8(0..20) {
                // A transaction that was not committed, or a restart.
                0 => shop.memory.forget(),
                1 => shop.fold_all_elsewhere(),
                5 => shop.swap(),
                2 | 3 if !sent.is_empty() => {
                    let request: &Request = random.choice(&sent).unwrap();
                    shop.repeat(request);
                }
                4 => {
                    let (id, name) = (random.i64(1..=ROWS), random.alphabetic().to_string());
                    shop.run(&[rename(id, &name)]);
                    shop.model.names.insert(id, name);
                }
                _ => {
                    let mut requests = Vec::new();
                    for _ in 0..random.usize(1..=MOST_AT_ONCE) {
                        let (id, amount) = (random.i64(1..=ROWS), random.i64(1..100));
                        let change = if random.bool() {
                            let key = key(&mut random, sent.len());
                            let request = keyed_charge(id, amount, Some(&key));
                            sent.push(request.clone());
                            requests.push(request);
                            shop.model.balances.get_mut(&id)
                        } else {
                            requests.push(adjust(id, amount));
                            shop.model.stocks.get_mut(&id)
                        };
                        *change.unwrap() += amount;
                    }
                    shop.run(&requests);
                }
            }
            // The one that stays does not look each time.
            if random.bool() {
                shop.check();
            }
        }
        shop.check();
        shop.fold_all_elsewhere();
        assert_eq!(shop.tables(), shop.model, "seed {seed}");
        for request in &sent {
            shop.repeat(request);
        }
        let keys: i64 = shop
            .connection
            .query_row("SELECT count(*) FROM idempotency_keys", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(usize::try_from(keys).unwrap(), sent.len(), "seed {seed}");
    }
}

#[test]
fn the_log_is_folded_and_gets_short_again() {
    let mut shop = Shop::new(20);
    let mut longest = 0;
    for round in 0..200 {
        let id = round % ROWS + 1;
        shop.run(&[charge(id, 1), adjust(id, 1)]);
        longest = longest.max(shop.log_entries());
    }
    assert!((10..=60).contains(&longest), "{longest} entries");
}

#[test]
fn a_log_of_few_rows_is_folded_although_batches_fail() {
    let mut shop = Shop::new(20);
    let mut longest = 0;
    for _ in 0..100 {
        shop.run(&[charge(1, 1), adjust(1, 1)]);
        shop.memory.forget();
        longest = longest.max(shop.log_entries());
    }
    assert!(longest <= 40, "{longest} entries");
}

#[test]
fn no_part_grows_beyond_the_ones_before() {
    // All states are of other rows, which is as much as there can be to write.
    const USERS: i64 = 3_000;
    let mut shop = Shop::new(300);
    for id in ROWS + 1..=USERS {
        shop.run(&[rename(id, "-")]);
    }
    let mut longest = 0;
    for id in 1..=USERS {
        // A user and a key.
        shop.run(&[keyed_charge(id, 1, Some(&format!("charge-{id}")))]);
        longest = longest.max(shop.log_entries());
    }
    assert!(longest <= 300, "{longest} entries");
}

#[test]
fn no_batch_writes_users_alone() {
    const USERS: i64 = 600;
    const AT_ONCE: usize = 10;
    // Of a user and a key each, half as many again as were appended.
    const ROWS_A_BATCH: usize = AT_ONCE * 2 * 3 / 2;
    let mut shop = Shop::new(400);
    for id in ROWS + 1..=USERS {
        shop.run(&[rename(id, "-")]);
    }
    let written = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&written);
    let count = move |_: Action, _: &str, table: &str, _: i64| {
        if table == "users" {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    };
    shop.connection.update_hook(Some(count)).unwrap();
    let (mut all, mut most) = (0, 0);
    let ids: Vec<i64> = (1..=USERS).collect();
    for some in ids.chunks(AT_ONCE) {
        let keyed = |id: &i64| keyed_charge(*id, 1, Some(&format!("charge-{id}")));
        shop.run(&some.iter().map(keyed).collect::<Vec<_>>());
        let users = written.swap(0, Ordering::Relaxed);
        (all, most) = (all + users, most.max(users));
    }
    assert!(all >= 200, "{all} users in all");
    assert!(most <= ROWS_A_BATCH / 2 + 1, "{most} users in one batch");
}

#[test]
fn small_entries_go_in_time_when_batches_grow() {
    let mut shop = Shop::new(300);
    for round in 0..300 {
        shop.run(&[charge(round % ROWS + 1, 1)]);
    }
    shop.check_that_large_batches_make_the_log_short();
}

#[test]
fn small_entries_go_in_time_when_others_append_too() {
    let mut shop = Shop::new(300);
    for round in 0..3_000 {
        shop.run(&[charge(round % ROWS + 1, 1)]);
    }
    shop.fold_all_elsewhere();
    for round in 0..290 {
        shop.run(&[charge(round % ROWS + 1, 1)]);
    }
    shop.swap();
    shop.run(&[charge(1, 1)]);
    shop.swap();
    shop.check_that_large_batches_make_the_log_short();
}

#[test]
fn a_number_of_the_log_is_never_used_twice() {
    let mut shop = Shop::new(usize::MAX);
    shop.run(&[charge(1, 1)]);
    let last = |shop: &Shop| -> i64 {
        shop.connection
            .query_row("SELECT max(entry) FROM state_log", [], |row| row.get(0))
            .unwrap()
    };
    let before = last(&shop);
    shop.fold_all_elsewhere();
    shop.fold_all_elsewhere();
    shop.run(&[charge(1, 1)]);
    assert_eq!(last(&shop), before + 2, "one for all that was folded");
}

#[test]
fn who_has_read_a_state_does_not_lay_it_over_a_row_that_was_folded_since() {
    let mut shop = Shop::new(usize::MAX);
    shop.run(&[charge(1, 5)]);
    shop.model.balances.insert(1, 5);
    shop.check();
    shop.fold_all_elsewhere();
    shop.connection
        .execute("UPDATE users SET balance = 70 WHERE user_id = 1", [])
        .unwrap();
    shop.model.balances.insert(1, 70);
    shop.check();
}

fn some() -> Changed {
    let heads = Heads {
        order: Some(7),
        entry: None,
        coupon: Some(i64::MAX),
    };
    let user = |balance: i64| UserState {
        balance: Money::new(balance).unwrap(),
        paid: Money::MAX,
        heads,
    };
    let stock = StockState {
        stock: Units::ZERO,
        sold: Units::new(3).unwrap(),
    };
    Changed {
        users: vec![(user_id(1), user(0)), (user_id(2), user(9))],
        stocks: vec![(product_id(5), stock)],
        keys: Vec::new(),
    }
}

fn some_keys() -> Vec<LoggedKey> {
    let to = |used| Reference {
        fingerprint: Fingerprint([9; 16]),
        kind: 5,
        key: i64::MAX,
        used,
    };
    let text = |text: &str| StoredKey::Text(text.into());
    vec![
        ((StoredKey::Uuid([3; 16]), 4), to(None)),
        ((text("a"), i64::MAX), to(Some((1, -1)))),
        ((text(&"z".repeat(255)), 2), to(Some((i64::MAX, 0)))),
    ]
}

#[test]
fn states_and_keys_survive_being_bytes() {
    for changed in [some(), Changed::default()] {
        let read = read_states(&states(&changed)).unwrap();
        assert_eq!((read.users, read.stocks), (changed.users, changed.stocks));
    }
    assert_eq!(read_states(&[]).unwrap().len(), 0);
    assert_eq!(read_keys(&keys(&some_keys())).unwrap(), some_keys());
    assert_eq!(read_keys(&[]).unwrap(), []);
}

#[test]
fn bytes_that_are_no_rows_are_refused() {
    let whole = states(&some());
    for length in 1..whole.len() {
        // Without its last stock it is whole again.
        if length != whole.len() - 24 {
            assert!(read_states(&whole[..length]).is_err(), "{length} bytes");
        }
    }
    let mut negative = whole.clone();
    negative[4 + 15] = 0x80;
    assert!(read_states(&negative).is_err(), "a balance below zero");
    let mut many = whole;
    many[..4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(read_states(&many).is_err(), "more users than bytes");
    let three = keys(&some_keys());
    let ends: Vec<usize> = (0..3)
        .map(|count| keys(&some_keys()[..count]).len())
        .collect();
    for length in (0..three.len()).filter(|it| !ends.contains(it)) {
        assert!(read_keys(&three[..length]).is_err(), "{length} bytes");
    }
}
