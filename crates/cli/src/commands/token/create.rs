//! `jumun token create`.

use std::sync::Arc;
use std::time::Duration;

use jumun_domain::Timestamp;
use jumun_store::access::{Access, Grant, NewToken, TokenText};

use super::Create;
use crate::actor::at_the_command_line;
use crate::database::Purpose;
use crate::failure::Failure;
use crate::{output, time};

/// How often an id is drawn: two tokens of one millisecond have the same one
/// time in a million, so that a fourth draw is never needed.
const DRAWS: usize = 4;

/// The longest time that a token can be given. More was mistyped, and times
/// stay such as the API writes them; who wants for ever leaves the option out.
const MAX_EXPIRY: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

/// Makes a token, and prints it alone on standard output.
///
/// # Errors
///
/// When it is not said whom it stands for, and a database that cannot be written.
pub(super) async fn create(arguments: &Create) -> Result<(), Failure> {
    let now = time::now();
    let grant = arguments.grant()?;
    let expires_at = arguments.expires_at(now)?;
    let engine = arguments.database.engine()?;
    let access = engine
        .access(Purpose::Begin(arguments.currency.currency))
        .await?;
    let label = arguments.label.as_deref().map(Arc::from);
    let text = keep(&*access, |text| NewToken {
        id: text.id(),
        hash: text.hash(),
        grant,
        label: label.clone(),
        created_at: now,
        expires_at,
    })
    .await?;
    output::note(format!(
        "made the token {} for {}; this is the only time that it is shown",
        text.id(),
        super::table::grant(grant),
    ));
    output::note(format!(
        "send it as `Authorization: Bearer …`; `jumun token revoke {}` makes it worthless",
        text.id()
    ));
    output::line(text.reveal())
}

/// Keeps a token that was drawn, and draws again where its id is taken.
async fn keep(
    access: &dyn Access,
    describe: impl Fn(&TokenText) -> NewToken,
) -> Result<TokenText, Failure> {
    for _ in 0..DRAWS {
        let text = TokenText::draw(time::now()).map_err(|error| {
            Failure::new(format!(
                "the operating system gives no random bytes: {error}"
            ))
            .help("check that /dev/urandom is there, and make the token again")
        })?;
        let made = access
            .create_token(&describe(&text), &at_the_command_line())
            .await
            .map_err(Failure::engine)?;
        if made {
            return Ok(text);
        }
    }
    Err(Failure::new("every id that was drawn for the token is taken").help("make it again"))
}

impl Create {
    /// Whom the token stands for: the parser cannot tell, since a value of the
    /// configuration file is none that was given.
    fn grant(&self) -> Result<Grant, Failure> {
        match (self.user, &*self.scope) {
            (Some(user), []) => Ok(Grant::User(user)),
            (None, [_, ..]) => Ok(Grant::Scopes(self.scope.iter().copied().collect())),
            (Some(_), _) => Err(Failure::usage(
                "a token stands for a user or has scopes, and not both",
            )
            .help("make two: one with --user, and one with --scope")),
            (None, []) => Err(Failure::usage("it is not said whom the token stands for")
                .help("add --user ID, or --scope orders:act-as (or another; see --help)")),
        }
    }

    fn expires_at(&self, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
        let Some(period) = self.expires_in else {
            return Ok(None);
        };
        if period > MAX_EXPIRY {
            return Err(
                Failure::usage("a token expires within a hundred years, or never")
                    .help("write a shorter --expires-in, or leave it out"),
            );
        }
        let micros = i64::try_from(period.as_micros()).unwrap_or(i64::MAX);
        let end = now.as_micros().saturating_add(micros);
        Ok(Some(Timestamp::from_micros(end)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Mutex;

    use async_trait::async_trait;
    use jumun_domain::{Actor, ChangeId, UserId};
    use jumun_store::access::{ChangeRecord, Changes, Revocation, Token, TokenId, Tokens};
    use jumun_store::{Fault, Page, PageOf};

    use super::*;

    /// Says of the first ids that they are taken.
    struct Crowded {
        refusals: usize,
        seen: Mutex<HashSet<TokenId>>,
    }

    #[async_trait]
    impl Tokens for Crowded {
        async fn create_token(&self, token: &NewToken, _: &Actor) -> Result<bool, Fault> {
            let mut seen = self.seen.lock().unwrap();
            seen.insert(token.id);
            Ok(seen.len() > self.refusals)
        }
        async fn token(&self, _: TokenId) -> Result<Option<Token>, Fault> {
            unreachable!()
        }
        async fn tokens(&self, _: Page<TokenId>) -> Result<PageOf<Token>, Fault> {
            unreachable!()
        }
        async fn revoke_token(&self, _: TokenId, _: &Actor) -> Result<Option<Token>, Fault> {
            unreachable!()
        }
        async fn newest_revocation(&self) -> Result<u64, Fault> {
            unreachable!()
        }
        async fn revocations(&self, _: u64) -> Result<Vec<Revocation>, Fault> {
            unreachable!()
        }
        async fn tokens_used(&self, _: &[(TokenId, Timestamp)]) -> Result<(), Fault> {
            unreachable!()
        }
    }

    #[async_trait]
    impl Changes for Crowded {
        async fn changes(&self, _: Page<ChangeId>) -> Result<PageOf<ChangeRecord>, Fault> {
            unreachable!()
        }
    }

    #[tokio::test]
    async fn an_id_that_is_taken_is_drawn_again_a_few_times() {
        for (refusals, is_made) in [(0, true), (DRAWS - 1, true), (DRAWS, false)] {
            let access = Crowded {
                refusals,
                seen: Mutex::default(),
            };
            let made = keep(&access, |text| NewToken {
                id: text.id(),
                hash: text.hash(),
                grant: Grant::User(UserId::new(7).unwrap()),
                label: None,
                created_at: time::now(),
                expires_at: None,
            })
            .await;
            assert_eq!(made.is_ok(), is_made, "{refusals} refusals");
            let seen = access.seen.lock().unwrap();
            assert_eq!(seen.len(), (refusals + 1).min(DRAWS));
            if let Ok(text) = made {
                assert!(seen.contains(&text.id()));
            }
        }
    }
}
