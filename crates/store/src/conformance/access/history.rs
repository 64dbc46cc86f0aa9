//! The history of changes as it is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jumun_domain::{ChangeId, Request};
use uuid::Uuid;

use super::fixtures::{operator, token_id};
use super::trial::AccessTrial;
use crate::Page;
use crate::access::ChangeRecord;
use crate::conformance::fixtures::{adjust_stock, charge, register};
use crate::conformance::read_all::read_all;

/// Lines of the list under test: enough for pages of one, of some and of all.
const LINES: usize = 13;

pub(super) async fn changes_are_read_newest_first_in_pages_of_every_size(trial: &AccessTrial) {
    let changes = trial.changes();
    let user = trial.shop.user(0).await;
    let product = trial.shop.product(1, 1).await;
    assert_eq!(trial.lines().await, []);
    let mut all: Vec<ChangeRecord> = Vec::new();
    for number in 0..LINES {
        let command = match number % 3 {
            0 => charge(user, 1),
            1 => adjust_stock(product, 1),
            _ => register(user, None),
        };
        all.insert(0, trial.line_of(command).await);
    }
    assert!(all.is_sorted_by(|a, b| a.id > b.id), "ids rise");
    // Ids that the history does not hold: it goes on below them.
    let (high, low) = all[LINES / 2].id.0.as_u64_pair();
    let foreign = [
        Uuid::nil(),
        Uuid::max(),
        Uuid::from_u64_pair(high + (1 << 16), low),
        Uuid::from_u64_pair(high - (1 << 16), low),
        Uuid::from_u64_pair(high, low + 1),
        Uuid::from_u64_pair(high, low - 1),
    ];
    for limit in 1..=LINES + 1 {
        let read = async |page| changes.changes(page).await;
        assert_eq!(read_all(limit, |it| it.id, read).await, all);
        let held = all.iter().map(|it| it.id);
        for after in held.chain(foreign.map(ChangeId)) {
            let page = Page {
                after: Some(after),
                limit,
            };
            let page = changes.changes(page).await.unwrap();
            let rest: Vec<_> = all.iter().filter(|it| it.id < after).collect();
            let items: Vec<_> = page.items.iter().collect();
            assert_eq!(items, rest[..limit.min(rest.len())], "after {after:?}");
            assert_eq!(page.more, rest.len() > limit, "after {after:?}");
        }
    }
}

pub(super) async fn a_history_that_grows_is_paged_through_without_a_gap_or_a_repeat(
    trial: &AccessTrial,
) {
    const AT_FIRST: usize = 30;
    const WRITERS: usize = 4;
    /// A fast engine must not make the history grow faster than it can be read.
    const WRITES_EACH: usize = 300;
    const ROUNDS: usize = 8;
    /// A page that no list ends on.
    const PAGE: usize = 7;
    let users = trial.shop.users(WRITERS, 0).await;
    for _ in 0..AT_FIRST {
        let request = Request::new(charge(users[0], 1), None).by(operator());
        trial.shop.decide(request).await;
    }
    let first = trial.lines().await;
    assert_eq!(first.len(), AT_FIRST);
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = users
        .into_iter()
        .map(|user| {
            let (shop, stop) = (trial.shop.clone(), stop.clone());
            tokio::spawn(async move {
                for _ in 0..WRITES_EACH {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    shop.decide(Request::new(charge(user, 1), None).by(operator()))
                        .await;
                }
            })
        })
        .collect();
    let changes = trial.changes();
    for _ in 0..ROUNDS {
        let key = |it: &ChangeRecord| it.id;
        let lines = read_all(PAGE, key, async |page| changes.changes(page).await).await;
        assert!(
            lines.is_sorted_by(|a, b| a.id > b.id),
            "newest first, none twice"
        );
        assert!(lines.ends_with(&first), "all that was there");
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
}

pub(super) async fn a_restart_keeps_tokens_revocations_and_changes(trial: &AccessTrial) {
    let user = trial.shop.user(0).await;
    for number in 1..=3 {
        trial.created(number).await;
        trial.line_of(charge(user, 1)).await;
    }
    let revoke = async |number| {
        let (tokens, by) = (trial.tokens(), operator());
        let revoked = tokens.revoke_token(token_id(number), &by).await;
        revoked.unwrap().unwrap();
    };
    revoke(2).await;
    let whole = Page {
        after: None,
        limit: 10,
    };
    let tokens = trial.tokens().tokens(whole).await.unwrap();
    let revocations = trial.tokens().revocations(0).await.unwrap();
    let lines = trial.lines().await;
    trial.shop.restart().await;
    assert_eq!(trial.tokens().tokens(whole).await.unwrap(), tokens);
    assert_eq!(trial.tokens().revocations(0).await.unwrap(), revocations);
    assert_eq!(trial.lines().await, lines);

    // It goes on where it was.
    revoke(1).await;
    assert_eq!(trial.tokens().newest_revocation().await.unwrap(), 2);
    trial.line_of(charge(user, 1)).await;
    assert!(trial.lines().await.ends_with(&lines));
}
