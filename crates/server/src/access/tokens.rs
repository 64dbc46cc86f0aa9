//! Tokens of ours, and those of the shop's identity provider.

use std::sync::Arc;
use std::time::Duration;

use jumun_domain::Timestamp;
use jumun_store::Fault;
use jumun_store::access::{
    Access, Grant, MAX_REVOCATIONS, TOKEN_PREFIX, Token, TokenId, TokenText,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval};

use super::known::Known;
use super::principal::Principal;
use crate::jwt::{JwtRefusal, JwtVerifier, Verdict};
use crate::problem::{Denied, Problem};

/// Requests that can wait for one look at the revocations: as many as a server
/// commonly has connections.
const MAX_WAITING: usize = 16_384;

/// How often uses are written down.
const USES_PERIOD: Duration = Duration::from_secs(10);

/// Who waits to hear that all revocations so far are taken into account.
type Waiting = oneshot::Sender<Result<(), Fault>>;

/// What turns a bearer token into a caller.
pub(crate) struct TokenDoor {
    kept: Arc<dyn Access>,
    known: Arc<Known>,
    looks: mpsc::Sender<Waiting>,
    jwt: Option<JwtVerifier>,
}

impl TokenDoor {
    /// Opens it, with a task that looks at the revocations for all requests.
    ///
    /// # Errors
    ///
    /// Where the database cannot be read.
    pub(crate) async fn open_with(
        kept: Arc<dyn Access>,
        jwt: Option<JwtVerifier>,
    ) -> Result<Self, Fault> {
        let known = Arc::new(Known::default());
        let newest = kept.newest_revocation().await?;
        known.take_in(&kept.revocations(newest.saturating_sub(1)).await?);
        let (looks, asked) = mpsc::channel(MAX_WAITING);
        tokio::spawn(look_for_all(asked, kept.clone(), known.clone()));
        Ok(Self {
            kept,
            known,
            looks,
            jwt,
        })
    }

    /// Who has this token.
    ///
    /// # Errors
    ///
    /// `401 unauthenticated`; `503 overloaded` where the database cannot be read.
    pub(super) async fn open(&self, text: &str, now: Timestamp) -> Result<Principal, Problem> {
        match &self.jwt {
            Some(jwt) if !text.starts_with(TOKEN_PREFIX) => open_jwt(jwt, text, now).await,
            _ => {
                let token = self.open_ours(text, now).await?;
                Principal::of(token.made.id, token.made.grant)
                    .ok_or_else(|| Problem::denied(Denied::Worthless))
            }
        }
    }

    /// Who has a session with this token. It ends with the token that it was
    /// begun with, and has what that has.
    ///
    /// # Errors
    ///
    /// As [`TokenDoor::open`]; a token that is no session's is worth nothing here.
    pub(super) async fn open_session(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Principal, Problem> {
        let session = self.open_ours(text, now).await?;
        let worthless = || Problem::denied(Denied::Worthless);
        let Grant::Session(begun_with) = session.made.grant else {
            return Err(worthless());
        };
        match self.find(begun_with, |_| true).await? {
            Some(token) if token.is_good(now) => match token.made.grant {
                Grant::Scopes(scopes) => Ok(Principal::Holder(session.made.id, scopes)),
                Grant::User(_) | Grant::Session(_) => Err(worthless()),
            },
            _ => Err(worthless()),
        }
    }

    async fn open_ours(&self, text: &str, now: Timestamp) -> Result<Token, Problem> {
        let text = TokenText::parse(text).map_err(|_| Problem::denied(Denied::NotAToken))?;
        let hash = text.hash();
        let has_secret = |token: &Token| token.made.hash == hash;
        // After this, what is known is as of a moment after the request came.
        self.look().await?;
        // Only who has the secret makes us remember.
        let token = self.find(text.id(), has_secret).await?;
        match token.filter(|it| has_secret(it) && it.is_good(now)) {
            Some(token) => {
                self.known.note_use(text.id(), now);
                Ok(token)
            }
            None => Err(Problem::denied(Denied::Worthless)),
        }
    }

    /// A token that is remembered, or is looked up and remembered if `is_worth_it`.
    async fn find(
        &self,
        id: TokenId,
        is_worth_it: impl FnOnce(&Token) -> bool,
    ) -> Result<Option<Token>, Fault> {
        if let Some(token) = self.known.get(id) {
            return Ok(Some(token));
        }
        let as_of = self.known.as_of();
        let found = self.kept.token(id).await?;
        if let Some(token) = found.as_ref().filter(|it| is_worth_it(it)) {
            self.known.remember(token, as_of);
        }
        Ok(found)
    }

    /// Waits for a look at the revocations that begins now or later.
    async fn look(&self) -> Result<(), Fault> {
        let (tell, told) = oneshot::channel();
        if self.looks.try_send(tell).is_err() {
            return Err(Fault::Overloaded);
        }
        told.await.unwrap_or(Err(Fault::Overloaded))
    }

    /// Writes down when tokens were last used, before the server ends.
    pub(crate) async fn close(&self) {
        write_down_uses(&*self.kept, &self.known).await;
    }
}

async fn open_jwt(jwt: &JwtVerifier, text: &str, now: Timestamp) -> Result<Principal, Problem> {
    let verdict = match jwt.verify(text, now) {
        Verdict::Refused(JwtRefusal::UnknownKey) => jwt.verify_after_refresh(text, now).await,
        verdict => verdict,
    };
    match verdict {
        Verdict::User(user) => Ok(Principal::User(user)),
        Verdict::Refused(refusal) => Err(Problem::denied(Denied::Jwt(refusal))),
    }
}

/// Looks at the revocations once for all requests that wait at that time; those
/// that come meanwhile wait for the next look. Ends with the door.
async fn look_for_all(
    mut asked: mpsc::Receiver<Waiting>,
    kept: Arc<dyn Access>,
    known: Arc<Known>,
) {
    let mut uses = interval(USES_PERIOD);
    uses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut waiting = Vec::new();
    loop {
        tokio::select! {
            count = asked.recv_many(&mut waiting, MAX_WAITING) => {
                if count == 0 {
                    return;
                }
                let outcome = look(&*kept, &known).await;
                for tell in waiting.drain(..) {
                    // Who has hung up need not know.
                    let _ = tell.send(outcome.clone());
                }
            }
            _ = uses.tick() => {
                // A write takes long; nobody's look shall wait for it.
                let (kept, known) = (kept.clone(), known.clone());
                tokio::spawn(async move { write_down_uses(&*kept, &known).await });
            }
        }
    }
}

async fn look(kept: &dyn Access, known: &Known) -> Result<(), Fault> {
    loop {
        // The one that is known comes again, which tells that it is still there.
        let after = known.as_of().map_or(0, |last| last.number - 1);
        let told = kept.revocations(after).await?;
        let is_all = told.len() < MAX_REVOCATIONS;
        if known.take_in(&told) && is_all {
            return Ok(());
        }
    }
}

async fn write_down_uses(kept: &dyn Access, known: &Known) {
    let used = known.take_used();
    if used.is_empty() {
        return;
    }
    if let Err(fault) = kept.tokens_used(&used).await {
        // A figure for people: it comes right with the next use.
        tracing::warn!(%fault, "could not note when tokens were last used");
    }
}
