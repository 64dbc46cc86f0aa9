//! The database refuses what one request of a batch writes. Its neighbours are
//! done, and it is not tried for ever.

use jumun_domain::{Command, Decision};
use jumun_store::Fault;

use crate::support::asking::{balance, stock};
use crate::support::commands::{charge, charge_for, order, plain};
use crate::support::laws;
use crate::support::one_batch::hand_over_as_one;
use crate::support::shop::{ISOLATIONS, PLENTY, Shop};

/// Requests in one batch.
const BATCH: usize = 100;

/// A batch of so many is cut in two until one is alone: so often it is tried.
const MOST_TRIES: u64 = 8;

/// A key that is there already may be another batch's doing, so that is tried
/// again each time.
const MOST_TRIES_OF_A_KEY: u64 = MOST_TRIES * 9;

/// What counts the tries: it is not taken back with a transaction.
const COUNT: &str = "CREATE SEQUENCE tries; \
     CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN PERFORM nextval('tries'); RAISE EXCEPTION 'poison'; END $$; \
     CREATE FUNCTION count_try() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN PERFORM nextval('tries'); RETURN NEW; END $$; \
     CREATE TRIGGER counted BEFORE INSERT ON entries FOR EACH ROW \
     WHEN (NEW.reference = 'poison') EXECUTE FUNCTION count_try();";

/// What refuses which request.
struct Poison {
    name: &'static str,
    sql: &'static str,
    command: fn() -> Command,
    most_tries: u64,
}

const POISONS: [Poison; 4] = [
    Poison {
        name: "an exception for a reference",
        sql: "CREATE TRIGGER refused AFTER INSERT ON entries FOR EACH ROW \
              WHEN (NEW.reference = 'poison') EXECUTE FUNCTION refuse()",
        command: || charge_for(1, 1, "poison"),
        // Each is counted twice.
        most_tries: 2 * MOST_TRIES,
    },
    Poison {
        name: "an exception for a product",
        sql: "CREATE TRIGGER refused BEFORE INSERT OR UPDATE ON products FOR EACH ROW \
              WHEN (NEW.product_id = 2) EXECUTE FUNCTION refuse()",
        command: || order(1, &[2]),
        most_tries: MOST_TRIES,
    },
    Poison {
        name: "a check",
        sql: "ALTER TABLE entries ADD CHECK (reference <> 'poison')",
        command: || charge_for(1, 1, "poison"),
        most_tries: MOST_TRIES,
    },
    Poison {
        name: "a unique key",
        sql: "CREATE UNIQUE INDEX ON entries (coalesce(reference, '1')) \
              WHERE reference = 'poison' OR user_id = 3; \
              UPDATE entries SET reference = 'poison' WHERE user_id = 3",
        command: || charge_for(1, 1, "poison"),
        most_tries: MOST_TRIES_OF_A_KEY,
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_cannot_be_written_leaves_its_neighbours_alone() {
    for (poison, level) in POISONS.iter().zip(ISOLATIONS.into_iter().cycle()) {
        let name = poison.name;
        let shop = Shop::with_isolation(level);
        shop.fill(3, 2).await;
        shop.sql(COUNT);
        shop.sql(poison.sql);
        let instance = shop.narrow_instance().await;

        let mut requests: Vec<_> = (0..BATCH)
            .map(|place| match place % 2 {
                0 => plain(order(1, &[1])),
                _ => plain(charge(2, 1)),
            })
            .collect();
        let place = BATCH / 3;
        requests[place] = plain((poison.command)());
        let batch = hand_over_as_one(&shop, &instance, requests).await;
        let answers = batch.all().await;
        for (at, answer) in answers.iter().enumerate() {
            let right = match answer {
                Ok(Decision::Done(_)) => at != place,
                Err(Fault::Determinate(_)) => at == place,
                _ => false,
            };
            assert!(right, "{name}: {at}: {answer:?}");
        }
        let tries = shop.count("SELECT last_value FROM tries");
        assert!(tries <= poison.most_tries, "{name}: tried {tries} times");
        let orders = (0..BATCH).filter(|at| at % 2 == 0 && *at != place).count() as i64;
        let charges = (0..BATCH).filter(|at| at % 2 == 1 && *at != place).count() as i64;
        assert_eq!(stock(&instance, 1).await, PLENTY - orders, "{name}");
        assert_eq!(balance(&instance, 2).await, PLENTY + charges, "{name}");
        laws::check(&shop).await;
    }
}
