//! One user's requests go to two instances in turn.

use jumun_domain::Answer;
use jumun_store::{Page, Reads as _};

use crate::support::asking::done;
use crate::support::commands::{charge, order, user};
use crate::support::follower::Follower;
use crate::support::laws;
use crate::support::shop::{ISOLATIONS, PLENTY, PRICE, Shop};

/// Orders and charges of each user.
const ROUNDS: usize = 20;

/// Users at the same time.
const USERS: i64 = 4;

/// What one user was answered, in the order of the answers.
#[derive(Default)]
struct Told {
    orders: Vec<jumun_domain::OrderId>,
    entries: Vec<jumun_domain::EntryId>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ledger_and_events_of_a_user_are_in_the_order_of_the_answers() {
    for level in ISOLATIONS {
        let shop = Shop::with_isolation(level);
        shop.fill(USERS, 1).await;
        let instances = [shop.instance().await, shop.instance().await];
        let mut users = tokio::task::JoinSet::new();
        for id in 1..=USERS {
            let instances = instances.clone();
            users.spawn(async move {
                let mut told = Told::default();
                for round in 0..ROUNDS {
                    let (one, two) = (&instances[round % 2], &instances[(round + 1) % 2]);
                    match done(one, order(id, &[1])).await {
                        Answer::OrderPlaced(order) => told.orders.push(order.id),
                        other => panic!("no order: {other:?}"),
                    }
                    match done(two, charge(id, 1)).await {
                        Answer::Credited(entry) => told.entries.push(entry.id),
                        other => panic!("no entry: {other:?}"),
                    }
                }
                (id, told)
            });
        }
        let told = users.join_all().await;
        let seen = Follower::start(instances[0].clone())
            .has_seen_all(&shop)
            .await;
        for (id, told) in told {
            let of_user = seen.iter().map(|it| &it.event.order);
            let of_user = of_user.filter(|it| it.user_id == user(id)).map(|it| it.id);
            assert_eq!(of_user.collect::<Vec<_>>(), told.orders, "{level}: {id}");
            let page = Page {
                after: None,
                limit: 3 * ROUNDS,
            };
            let entries = instances[1].entries(user(id), page).await;
            let mut entries = entries.expect("they are read").expect("a user").items;
            entries.reverse();
            let (mut balance, mut charges) = (0, Vec::new());
            for entry in &entries {
                balance += entry.amount.get();
                assert_eq!(entry.balance_after.get(), balance, "{level}: {entry:?}");
                if entry.amount.get() == 1 {
                    charges.push(entry.id);
                }
            }
            assert_eq!(charges, told.entries, "{level}: {id}");
            let spent = ROUNDS as i64 * (PRICE - 1);
            assert_eq!(balance, PLENTY - spent, "{level}: {id}");
        }
        laws::check(&shop).await;
    }
}
