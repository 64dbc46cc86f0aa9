//! A shop in a database of its own, and rows to import into it.

use std::ops::ControlFlow;
use std::time::Duration;

use jumun_domain::{
    Answer, Charge, Command, Decision, OrderId, PlaceOrder, ProductId, PutProduct, RegisterUser,
    Request, UserId,
};
use jumun_store::{ImportRow, Imported, Reads as _, Store as _};
use jumun_store_postgres::{ImportError, Importer, Options, PostgresStore, Target};
use jumun_test_cluster::{Cluster, Database};

/// For what has to come within moments; a loaded machine takes its time.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A database that goes with the test.
pub(crate) struct Shop {
    pub(crate) database: Database,
    pub(crate) store: PostgresStore,
}

pub(crate) fn user(id: i64) -> UserId {
    UserId::new(id).unwrap()
}

pub(crate) fn product(id: i64) -> ProductId {
    ProductId::new(id).unwrap()
}

/// One row a user, with a charge of 500; the line is the id.
pub(crate) fn users(ids: impl IntoIterator<Item = i64>) -> Vec<ImportRow> {
    rows(ids, |id| {
        let register = RegisterUser::new(user(id), Some("김주문")).unwrap();
        let charge = Charge::new(user(id), 500, None).unwrap();
        vec![Command::RegisterUser(register), Command::Charge(charge)]
    })
}

/// One row a product, of which 9 are there; the line is the id.
pub(crate) fn products(ids: impl IntoIterator<Item = i64>) -> Vec<ImportRow> {
    rows(ids, |id| {
        let put = PutProduct::new(product(id), "곶감", 700, Some(9), true, None).unwrap();
        vec![Command::PutProduct(put)]
    })
}

fn rows(
    ids: impl IntoIterator<Item = i64>,
    commands: impl Fn(i64) -> Vec<Command>,
) -> Vec<ImportRow> {
    let row = |id| ImportRow {
        line: u64::try_from(id).unwrap(),
        requests: commands(id)
            .into_iter()
            .map(|command| Request::new(command, None))
            .collect(),
    };
    ids.into_iter().map(row).collect()
}

pub(crate) fn go_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What an import says, in the words of its errors.
pub(crate) fn told(outcome: Result<Imported, ImportError>) -> String {
    match outcome {
        Ok(imported) => format!("imported {}", imported.rows),
        Err(error) => error.to_string(),
    }
}

impl Shop {
    /// User 1 with 100,000 and product 1 at 1,000 with 100 pieces.
    pub(crate) async fn open() -> Self {
        let database = Cluster::shared().create_database();
        Self::open_in(database).await
    }

    pub(crate) async fn open_in(database: Database) -> Self {
        let target = Target::parse(&database.url()).unwrap();
        let store = PostgresStore::open(&target, &Options::default())
            .await
            .unwrap();
        let shop = Self { database, store };
        let register = RegisterUser::new(user(1), None).unwrap();
        shop.done(Command::RegisterUser(register)).await;
        let charge = Charge::new(user(1), 100_000, None).unwrap();
        shop.done(Command::Charge(charge)).await;
        let put = PutProduct::new(product(1), "동백 비누", 1_000, Some(100), true, None);
        shop.done(Command::PutProduct(put.unwrap())).await;
        shop
    }

    pub(crate) fn target(&self) -> Target {
        Target::parse(&self.database.url()).unwrap()
    }

    pub(crate) async fn importer(&self) -> Importer {
        Importer::open(&self.target(), &Options::default())
            .await
            .unwrap()
    }

    pub(crate) async fn done(&self, command: Command) -> Answer {
        let request = Request::new(command, None);
        match self.store.execute(request).await.unwrap() {
            Decision::Done(answer) => answer,
            other => panic!("not done: {other:?}"),
        }
    }

    /// One piece of `product_id` for user 1.
    pub(crate) async fn order(&self, product_id: i64) -> OrderId {
        let lines = [(product_id, 1)].into_iter();
        let order = PlaceOrder::new(user(1), lines, None, None).unwrap();
        match self.done(Command::PlaceOrder(order)).await {
            Answer::OrderPlaced(order) => order.id,
            other => panic!("no order: {other:?}"),
        }
    }

    /// How many users and products there are, with their histories.
    pub(crate) fn counts(&self) -> String {
        self.database.sql(
            "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM products), \
             (SELECT count(*) FROM entries), (SELECT count(*) FROM stock_adjustments)",
        )
    }

    pub(crate) async fn balance(&self, id: i64) -> Option<i64> {
        let user = self.store.user(user(id)).await.unwrap();
        user.map(|user| user.balance.get())
    }
}
