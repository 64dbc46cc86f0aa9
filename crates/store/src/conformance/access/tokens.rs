//! Tokens as they are made and found.

use std::sync::Arc;

use jumun_domain::{Actor, UserId};

use super::fixtures::{at, new_token, operator, token_id};
use super::trial::AccessTrial;
use crate::Page;
use crate::access::{Grant, NewToken, Scope, Scopes, Token, TokenId};
use crate::conformance::read_all::read_all;

fn as_made(made: NewToken, created_by: Actor) -> Token {
    Token {
        made,
        created_by,
        last_used_at: None,
        revoked_at: None,
    }
}

pub(super) async fn a_token_comes_back_as_it_was_made(trial: &AccessTrial) {
    let everything: Scopes = Scope::ALL.iter().copied().collect();
    let grants = [
        Grant::User(UserId::new(1).unwrap()),
        Grant::User(UserId::new(jumun_domain::limits::MAX_SAFE_INTEGER).unwrap()),
        Grant::Scopes([Scope::Admin].into_iter().collect()),
        Grant::Scopes(everything),
        Grant::Session(token_id(77)),
    ];
    let labels = [None, Some("it's \"the\" \\ 'one'; --"), Some("é 가 🦀")];
    let ends = [None, Some(at(-5)), Some(at(5))];
    let makers = [Actor::local(), Actor::command_line("하늘"), operator()];
    let mut made = Vec::new();
    for (number, grant) in (1..).zip(grants) {
        for turn in 0..labels.len() {
            let token = NewToken {
                grant,
                label: labels[turn].map(Arc::from),
                expires_at: ends[(turn + 1) % ends.len()],
                ..new_token(number * 10 + u32::try_from(turn).unwrap())
            };
            let by = &makers[(turn + 2) % makers.len()];
            assert!(trial.tokens().create_token(&token, by).await.unwrap());
            made.push(as_made(token, by.clone()));
        }
    }
    let beside = trial.beside().await;
    for token in made {
        let found = trial.kept(token.made.id).await;
        assert_eq!(found, token);
        assert_eq!(beside.token(token.made.id).await.unwrap(), Some(token));
    }
}

pub(super) async fn of_tokens_under_one_id_the_first_is_kept(trial: &AccessTrial) {
    const AT_ONCE: u32 = 10;
    let first = trial.created(1).await;
    let again = NewToken {
        id: first.id,
        grant: Grant::User(UserId::new(7).unwrap()),
        ..new_token(2)
    };
    let tokens = trial.tokens();
    assert!(!tokens.create_token(&again, &Actor::local()).await.unwrap());
    let kept = as_made(first, operator());
    assert_eq!(trial.kept(kept.made.id).await, kept);

    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|number| {
            let tokens = trial.tokens();
            let token = NewToken {
                id: token_id(3),
                ..new_token(100 + number)
            };
            tokio::spawn(async move {
                let kept = tokens.create_token(&token, &operator()).await.unwrap();
                kept.then_some(token)
            })
        })
        .collect();
    let mut kept = Vec::new();
    for task in tasks {
        kept.extend(task.await.unwrap());
    }
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(trial.kept(token_id(3)).await.made, kept[0]);
    assert_eq!(trial.lines().await.len(), 2, "one for each that was kept");
}

pub(super) async fn a_token_that_is_not_there_is_none(trial: &AccessTrial) {
    let tokens = trial.tokens();
    trial.created(5).await;
    for id in [
        token_id(4),
        token_id(6),
        TokenId::from_key(0).unwrap(),
        TokenId::from_key(i64::MAX).unwrap(),
    ] {
        assert_eq!(tokens.token(id).await.unwrap(), None);
        assert_eq!(tokens.revoke_token(id, &operator()).await.unwrap(), None);
    }
    assert_eq!(tokens.newest_revocation().await.unwrap(), 0);
    assert_eq!(tokens.revocations(0).await.unwrap(), []);
    assert_eq!(trial.lines().await.len(), 1, "of the one that is there");
}

pub(super) async fn tokens_are_listed_newest_first_in_pages_of_every_size(trial: &AccessTrial) {
    const TOKENS: u32 = 11;
    let tokens = trial.tokens();
    let nothing = Page {
        after: None,
        limit: 3,
    };
    assert_eq!(tokens.tokens(nothing).await.unwrap().items, []);
    // Made in another order than that of their ids, which are even.
    for number in 1..=TOKENS {
        trial.created(number * 5 % TOKENS * 2 + 2).await;
    }
    tokens
        .revoke_token(token_id(4), &operator())
        .await
        .unwrap()
        .unwrap();
    let mut all = Vec::new();
    for number in (1..=TOKENS).rev() {
        all.push(trial.kept(token_id(number * 2)).await);
    }
    for limit in 1..=all.len() + 1 {
        let read = async |page| tokens.tokens(page).await;
        assert_eq!(read_all(limit, |it| it.made.id, read).await, all);
        // After each of them, and after ids between them.
        for after in 1..=TOKENS * 2 + 1 {
            let page = Page {
                after: Some(token_id(after)),
                limit,
            };
            let page = tokens.tokens(page).await.unwrap();
            let rest: Vec<_> = all
                .iter()
                .filter(|it| it.made.id < token_id(after))
                .collect();
            let items: Vec<_> = page.items.iter().collect();
            assert_eq!(
                items,
                rest[..limit.min(rest.len())],
                "{limit} after {after}"
            );
            assert_eq!(page.more, rest.len() > limit, "{limit} after {after}");
        }
    }
}
