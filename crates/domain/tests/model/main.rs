//! The domain against a second, independent model of the contract.
//!
//! A failing script is shrunk, printed and kept under `proptest-regressions`,
//! from where the next run plays it first. `PROPTEST_CASES=10000` plays more
//! scripts, `PROPTEST_RNG_SEED=7` the same ones again.

mod changes;
mod conservation;
mod coverage;
mod engine;
mod history;
mod model;
mod order_model;
mod player;
mod script;
mod translate;
mod validity;
mod vocabulary;

use proptest::prelude::*;

use crate::engine::Database;
use crate::player::{Player, fresh_ids};

/// Scripts for each property: what an unoptimised build plays in a few seconds.
const CASES: u32 = 300;

/// The most requests of one batch here; a script has about twice as many.
const LARGEST_BATCH: usize = 25;

fn config() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_decision_is_the_one_of_the_contract_and_everything_is_conserved(
        script in script::script(),
    ) {
        let mut player = Player::new();
        for step in &script {
            player.play(step);
        }
    }

    #[test]
    fn a_batch_decides_as_its_requests_would_one_by_one(
        script in script::script(),
        sizes in prop::collection::vec(1..=LARGEST_BATCH, 1..20),
    ) {
        let mut player = Player::new();
        for step in &script {
            player.play(step);
        }
        let mut database = Database::default();
        let mut ids = fresh_ids();
        let mut decisions = Vec::new();
        let mut waiting = player.requests.as_slice();
        for size in sizes.iter().cycle() {
            let (batch, rest) = waiting.split_at((*size).min(waiting.len()));
            decisions.extend(database.batch(batch, &mut ids));
            waiting = rest;
            if waiting.is_empty() {
                break;
            }
        }
        prop_assert_eq!(&decisions, &player.decisions);
        conservation::check(&database);
        prop_assert_eq!(database.history(), player.database.history());
    }
}
