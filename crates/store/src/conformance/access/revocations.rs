//! Tokens that are taken back, and who hears of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jumun_domain::Actor;

use super::fixtures::{new_token, operator, token_id};
use super::trial::AccessTrial;
use crate::access::{MAX_REVOCATIONS, Revocation, TokenId, Tokens};

/// Takes a token back, which must be there.
async fn revoke(tokens: &Arc<dyn Tokens>, id: TokenId) {
    let revoked = tokens.revoke_token(id, &operator()).await.unwrap();
    assert!(revoked.unwrap().revoked_at.is_some());
}

pub(super) async fn a_token_is_revoked_once_and_for_good(trial: &AccessTrial) {
    let tokens = trial.tokens();
    let made = trial.created(1).await;
    let other = trial.created(2).await;
    let before = trial.kept(made.id).await;
    let began = trial.shop.now().await;
    let revoked = tokens.revoke_token(made.id, &operator()).await;
    let revoked = revoked.unwrap().unwrap();
    let ended = trial.shop.now().await;
    let at = revoked.revoked_at.unwrap();
    assert!((began..=ended).contains(&at), "{began:?} {at:?} {ended:?}");
    assert_eq!(
        revoked,
        crate::access::Token {
            revoked_at: Some(at),
            ..before
        }
    );
    assert!(!revoked.is_good(made.created_at));
    assert_eq!(trial.kept(made.id).await, revoked);

    let again = tokens.revoke_token(made.id, &Actor::local()).await;
    assert_eq!(again.unwrap(), Some(revoked), "as it was");
    assert_eq!(tokens.newest_revocation().await.unwrap(), 1);
    assert_eq!(tokens.revocations(0).await.unwrap().len(), 1);
    let kept = tokens.create_token(&made, &operator()).await.unwrap();
    assert!(!kept, "its id stays taken");
    assert_eq!(trial.kept(other.id).await.revoked_at, None);
}

pub(super) async fn a_look_tells_the_revocations_above_a_number_in_their_order(
    trial: &AccessTrial,
) {
    let tokens = trial.tokens();
    let mut expected = Vec::new();
    // In another order than that of the ids.
    for (token, number) in [3, 1, 4, 2, 5].into_iter().zip(1..) {
        trial.created(token).await;
        revoke(&tokens, token_id(token)).await;
        let id = token_id(token);
        expected.push(Revocation { number, id });
        assert_eq!(tokens.newest_revocation().await.unwrap(), number);
    }
    for after in 0..=expected.len() {
        let told = tokens.revocations(after as u64).await.unwrap();
        assert_eq!(told, expected[after..], "above {after}");
    }
    assert_eq!(tokens.revocations(u64::MAX).await.unwrap(), []);
}

pub(super) async fn a_look_gives_so_many_revocations_and_no_more(trial: &AccessTrial) {
    const TASKS: usize = 32;
    let count = MAX_REVOCATIONS + 3;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let tokens = trial.tokens();
            tokio::spawn(async move {
                for number in (task..count).step_by(TASKS) {
                    let token = new_token(u32::try_from(number).unwrap());
                    assert!(tokens.create_token(&token, &operator()).await.unwrap());
                    revoke(&tokens, token.id).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let tokens = trial.tokens();
    let mut all = tokens.revocations(0).await.unwrap();
    assert_eq!(all.len(), MAX_REVOCATIONS);
    let rest = tokens.revocations(MAX_REVOCATIONS as u64).await.unwrap();
    assert_eq!(rest.len(), 3);
    all.extend(rest);
    assert_each_once(&all, count);
}

/// The numbers from 1 to `count`, each with another token.
fn assert_each_once(told: &[Revocation], count: usize) {
    let numbers: Vec<_> = told.iter().map(|it| it.number).collect();
    assert_eq!(numbers, (1..=count as u64).collect::<Vec<_>>());
    let mut ids: Vec<_> = told.iter().map(|it| it.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "no token twice");
}

pub(super) async fn a_revocation_is_seen_by_every_handle_at_once(trial: &AccessTrial) {
    const ROUNDS: u32 = 12;
    let handles = [trial.tokens(), trial.beside().await, trial.beside().await];
    for round in 0..ROUNDS {
        let turn = round as usize % handles.len();
        let token = new_token(round + 1);
        let maker = &handles[(turn + 1) % handles.len()];
        assert!(maker.create_token(&token, &operator()).await.unwrap());
        for handle in &handles {
            assert!(handle.token(token.id).await.unwrap().is_some());
            let looked = handle.revocations(u64::from(round)).await.unwrap();
            assert_eq!(looked, [], "round {round}");
        }
        revoke(&handles[turn], token.id).await;
        let expected = Revocation {
            number: u64::from(round) + 1,
            id: token.id,
        };
        for handle in &handles {
            let looked = handle.revocations(u64::from(round)).await.unwrap();
            assert_eq!(looked, [expected], "round {round}");
            let newest = handle.newest_revocation().await.unwrap();
            assert_eq!(newest, expected.number);
            let found = handle.token(token.id).await.unwrap().unwrap();
            assert!(found.revoked_at.is_some());
        }
    }
}

pub(super) async fn revocations_at_once_leave_no_gap(trial: &AccessTrial) {
    const TOKENS: u32 = 40;
    const TASKS: u32 = 8;
    for number in 1..=TOKENS {
        trial.created(number).await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let follower = tokio::spawn(follow(trial.beside().await, stop.clone()));
    let handles = [trial.tokens(), trial.beside().await];
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let tokens = handles[task as usize % handles.len()].clone();
            // Each token twice, by both handles, from different ends.
            let mine = (1..=TOKENS).filter(move |it| it % (TASKS / 2) == task / 2);
            tokio::spawn(async move {
                let mut mine: Vec<_> = mine.collect();
                if task % 2 == 1 {
                    mine.reverse();
                }
                for number in mine {
                    revoke(&tokens, token_id(number)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    stop.store(true, Ordering::SeqCst);
    let followed = follower.await.unwrap();
    assert_each_once(&followed, TOKENS as usize);
    let tokens = trial.tokens();
    assert_eq!(tokens.revocations(0).await.unwrap(), followed);
    assert_eq!(tokens.newest_revocation().await.unwrap(), u64::from(TOKENS));
    let lines = trial.lines().await;
    let revoked = lines.iter().filter(|it| &*it.action == "token.revoke");
    assert_eq!(revoked.count(), TOKENS as usize);
}

/// Looks again and again from the last number seen, and once more when told to
/// stop.
async fn follow(tokens: Arc<dyn Tokens>, stop: Arc<AtomicBool>) -> Vec<Revocation> {
    let mut seen: Vec<Revocation> = Vec::new();
    loop {
        let last_look = stop.load(Ordering::SeqCst);
        let after = seen.last().map_or(0, |it| it.number);
        seen.extend(tokens.revocations(after).await.unwrap());
        if last_look {
            return seen;
        }
        tokio::task::yield_now().await;
    }
}
