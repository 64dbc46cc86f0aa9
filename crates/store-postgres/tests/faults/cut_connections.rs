//! A connection is cut at each statement of a batch, and at each of the look-up
//! of what became of it. Nobody notices.

use jumun_domain::{Actor, Decision, Request};
use jumun_test_cluster::{Point, Proxy};

use crate::support::asking::{ask, balance, stock};
use crate::support::commands::{charge, keyed, order, plain};
use crate::support::laws;
use crate::support::points::{ANY, PLACES, Place};
use crate::support::runs::is_thorough;
use crate::support::shop::{ISOLATIONS, Instance, PLENTY, PRICE, Shop, behind_a_proxy};

/// The last statement of a batch.
const COMMIT: &str = "COMMIT";

/// At least so many statements there are in a look-up: its beginning and end,
/// the fence, and what it finds.
const STATEMENTS_OF_A_LOOK_UP: usize = 4;

/// A shop of user 1 and product 1 behind a proxy, and what was done there.
struct Trial {
    shop: Shop,
    proxy: Proxy,
    instance: Instance,
    fired: usize,
    orders: i64,
    charges: i64,
    /// Of the charges, those that somebody is named for.
    lines: u64,
}

impl Trial {
    async fn new(level: &str) -> Self {
        let shop = Shop::with_isolation(level);
        shop.fill(1, 1).await;
        let (proxy, instance) = behind_a_proxy(&shop).await;
        Self {
            shop,
            proxy,
            instance,
            fired: 0,
            orders: 0,
            charges: 0,
            lines: 0,
        }
    }

    /// Leaves behind the points that no connection has come to.
    async fn renew_proxy(&mut self) {
        (self.proxy, self.instance) = behind_a_proxy(&self.shop).await;
        self.fired = 0;
    }

    /// A further request: with a key or without, for an order or money.
    fn request(&mut self, kind: Kind) -> Request {
        match kind {
            Kind::KeyedOrder | Kind::Order | Kind::NamedOrder => self.orders += 1,
            Kind::Charge => self.charges += 1,
            Kind::NamedCharge => {
                self.charges += 1;
                self.lines += 1;
            }
        }
        match kind {
            Kind::KeyedOrder => keyed(order(1, &[1]), &format!("order-{}", self.orders)),
            Kind::Order => plain(order(1, &[1])),
            Kind::NamedOrder => plain(order(1, &[1])).by(Actor::local()),
            Kind::Charge => plain(charge(1, 1)),
            Kind::NamedCharge => plain(charge(1, 1)).by(Actor::local()),
        }
    }

    /// Cuts the connections of one request at `points`; whether it came to all
    /// of them. It is done once in any case, and its client is told.
    async fn cuts(&mut self, kind: Kind, points: &[Point]) -> bool {
        let request = self.request(kind);
        for point in points {
            self.proxy.cut_when(point.clone());
        }
        let answer = ask(&self.instance, request.clone()).await;
        let Ok(Decision::Done(first)) = answer else {
            panic!("{points:?}: {request:?} is answered {answer:?}");
        };
        let fired = self.proxy.fired() - self.fired;
        self.fired += fired;
        if fired < points.len() {
            // A point that is left would cut what follows.
            return false;
        }
        if request.idempotency.is_some() {
            let again = ask(&self.instance, request).await;
            let Ok(Decision::Replayed(second)) = again else {
                panic!("{points:?}: {first:?}, then {again:?}");
            };
            assert_eq!(first, second, "{points:?}");
        }
        self.check(points).await;
        true
    }

    async fn check(&self, points: &[Point]) {
        let sold = PLENTY - stock(&self.instance, 1).await;
        assert_eq!(sold, self.orders, "{points:?}");
        let spent = PLENTY - balance(&self.instance, 1).await;
        assert_eq!(spent, self.orders * PRICE - self.charges, "{points:?}");
        let lines = self.shop.count("SELECT count(*) FROM changes");
        assert_eq!(lines, self.lines, "{points:?}");
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    KeyedOrder,
    Order,
    /// One that somebody is named for, who is not kept: it is a shopper's own.
    NamedOrder,
    Charge,
    /// One that leaves a line in the history of changes.
    NamedCharge,
}

impl Kind {
    const ALL: [Self; 4] = [
        Self::KeyedOrder,
        Self::Order,
        Self::Charge,
        Self::NamedCharge,
    ];

    /// At least so many statements there are in a batch with one of these: its
    /// beginning and end, the rows it locks and reads, and those it writes.
    fn least_statements(self) -> usize {
        match self {
            Self::KeyedOrder => 12,
            Self::Order | Self::NamedOrder => 10,
            Self::Charge => 7,
            Self::NamedCharge => 8,
        }
    }
}

/// Which requests are tried at which isolation: what is the same at both is
/// tried at one, unless more is asked for.
fn kinds_at_levels() -> Vec<(Kind, &'static str)> {
    let kinds = Kind::ALL.into_iter();
    let all = kinds.flat_map(|kind| ISOLATIONS.map(|level| (kind, level)));
    let usual = |(kind, level): &(Kind, &str)| *kind == Kind::Order || *level == ISOLATIONS[0];
    all.filter(|it| is_thorough() || usual(it)).collect()
}

/// How many statements a batch with one of these runs: so many cuts it meets,
/// one at a time, before it is not cut any more.
async fn cut_each(trial: &mut Trial, kind: Kind, place: Place) -> usize {
    let mut statements = 0;
    while trial.cuts(kind, &[place(ANY).nth(statements + 1)]).await {
        statements += 1;
    }
    statements
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_connection_is_cut_at_any_statement_is_done_once_and_answered() {
    for (kind, level) in kinds_at_levels() {
        let mut trial = Trial::new(level).await;
        for place in PLACES {
            let statements = cut_each(&mut trial, kind, place).await;
            assert!(statements >= kind.least_statements(), "only {statements}");
            trial.renew_proxy().await;
        }
        laws::check(&trial.shop).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_of_the_history_is_one_statement_more_and_orders_have_none() {
    let mut statements = Vec::new();
    for kind in [
        Kind::Order,
        Kind::NamedOrder,
        Kind::Charge,
        Kind::NamedCharge,
    ] {
        let mut trial = Trial::new(ISOLATIONS[0]).await;
        statements.push(cut_each(&mut trial, kind, Point::before).await);
    }
    let [order, named_order, charge, named_charge] = statements[..] else {
        panic!("{statements:?}")
    };
    assert_eq!(named_order, order);
    assert_eq!(named_charge, charge + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_of_a_lost_answer_that_is_cut_at_any_statement_is_done_again() {
    let mut trial = Trial::new(ISOLATIONS[0]).await;
    let of_the_batch = cut_each(&mut trial, Kind::Order, Point::before).await;
    for (place, level) in PLACES.into_iter().zip(ISOLATIONS.into_iter().cycle()) {
        let mut trial = Trial::new(level).await;
        for lose in PLACES {
            let mut statements = 0;
            let after = |count| place(ANY).nth(of_the_batch + count + 1);
            while trial
                .cuts(Kind::Order, &[lose(COMMIT), after(statements)])
                .await
            {
                statements += 1;
            }
            assert!(statements >= STATEMENTS_OF_A_LOOK_UP, "only {statements}");
            trial.renew_proxy().await;
        }
        laws::check(&trial.shop).await;
    }
}
