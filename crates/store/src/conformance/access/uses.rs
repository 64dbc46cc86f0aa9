//! When tokens were last used.

use jumun_domain::Timestamp;

use super::fixtures::{at, operator, token_id};
use super::trial::AccessTrial;

/// Tokens by number, and the seconds at which they were used.
type Uses<'a> = &'a [(u32, i64)];

/// Notes uses of tokens.
async fn used(trial: &AccessTrial, uses: Uses<'_>) {
    let uses: Vec<_> = uses
        .iter()
        .map(|(number, second)| (token_id(*number), at(*second)))
        .collect();
    trial.tokens().tokens_used(&uses).await.unwrap();
}

async fn last_used(trial: &AccessTrial, number: u32) -> Option<Timestamp> {
    trial.kept(token_id(number)).await.last_used_at
}

pub(super) async fn the_last_use_never_goes_back(trial: &AccessTrial) {
    for number in 1..=3 {
        trial.created(number).await;
    }
    // What is noted, and when the first and the second were last used then.
    let table: [(Uses<'_>, Option<i64>, Option<i64>); 7] = [
        (&[], None, None),
        (&[(1, 50)], Some(50), None),
        (&[(1, 40), (2, 60)], Some(50), Some(60)),
        (&[(2, 59), (1, 51)], Some(51), Some(60)),
        // One of no token does not stand in the way of the others.
        (&[(99, 1), (1, 52), (98, 1)], Some(52), Some(60)),
        // The latest of several counts, wherever it stands.
        (&[(1, 70), (1, 90), (1, 80)], Some(90), Some(60)),
        (&[(2, 61), (1, 89), (2, 60)], Some(90), Some(61)),
    ];
    for (uses, first, second) in table {
        used(trial, uses).await;
        assert_eq!(last_used(trial, 1).await, first.map(at), "{uses:?}");
        assert_eq!(last_used(trial, 2).await, second.map(at), "{uses:?}");
    }
    assert_eq!(last_used(trial, 3).await, None);
}

pub(super) async fn uses_noted_at_once_keep_the_latest(trial: &AccessTrial) {
    const TASKS: i64 = 8;
    const EACH: i64 = 10;
    trial.created(1).await;
    trial.created(2).await;
    let handles = [trial.tokens(), trial.beside().await];
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let tokens = handles[usize::try_from(task).unwrap() % handles.len()].clone();
            tokio::spawn(async move {
                for turn in 0..EACH {
                    let time = at((task * 37 + turn * 13) % (TASKS * EACH));
                    // In either order: two that note at once must not wait for
                    // each other in a circle.
                    let mut uses = [(token_id(1), time), (token_id(2), time)];
                    if task % 2 == 1 {
                        uses.reverse();
                    }
                    tokens.tokens_used(&uses).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let all = (0..TASKS).flat_map(|task| (0..EACH).map(move |turn| task * 37 + turn * 13));
    let latest = all.map(|it| it % (TASKS * EACH)).max().map(at);
    assert_eq!(last_used(trial, 1).await, latest);
    assert_eq!(last_used(trial, 2).await, latest);
}

pub(super) async fn a_use_leaves_no_line_and_revokes_nothing(trial: &AccessTrial) {
    for number in 1..=2 {
        trial.created(number).await;
    }
    let tokens = trial.tokens();
    let revoked = tokens.revoke_token(token_id(2), &operator()).await;
    let revoked = revoked.unwrap().unwrap();
    let (before, lines) = (trial.kept(token_id(1)).await, trial.lines().await);
    used(trial, &[(1, 50), (2, 60)]).await;
    assert_eq!(trial.lines().await, lines);
    assert_eq!(tokens.newest_revocation().await.unwrap(), 1);
    let after = |it: crate::access::Token, second| crate::access::Token {
        last_used_at: Some(at(second)),
        ..it
    };
    assert_eq!(trial.kept(token_id(1)).await, after(before, 50));
    assert_eq!(trial.kept(token_id(2)).await, after(revoked, 60));
}
