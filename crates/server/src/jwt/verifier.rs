//! The way in: from a token to its user.

use std::sync::Arc;

use jumun_domain::{Timestamp, UserId};

use super::claims::Rules;
use super::error::JwtError;
use super::refresh::FreshKeys;
use super::refusal::JwtRefusal;
use super::settings::JwtSettings;
use super::source::{Pace, Source};
use super::token::Token;

/// What became of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is this user's.
    User(UserId),
    /// It is not believed.
    Refused(JwtRefusal),
}

/// Verifies tokens by keys that it keeps fresh. A clone shares them; the task
/// that reads them ends with the last clone.
#[derive(Clone, Debug)]
pub struct JwtVerifier {
    rules: Arc<Rules>,
    keys: FreshKeys,
}

impl JwtVerifier {
    /// Reads the keys once, and spawns the task that reads them again: a file
    /// every few seconds, a URL every ten minutes, and either for the sake of a
    /// token at most once in 30 seconds. Where that fails, the log says so and
    /// the last keys are kept. To be called within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// If the settings cannot be used, or there are no keys now: [`JwtError`]
    /// says what to do.
    pub async fn start(settings: JwtSettings) -> Result<Self, JwtError> {
        let pace = Pace::of(&settings.jwks);
        Self::start_at(settings, pace).await
    }

    /// With a pace of its own, for tests that cannot wait.
    pub(super) async fn start_at(settings: JwtSettings, pace: Pace) -> Result<Self, JwtError> {
        settings.check()?;
        let source = Source::new(&settings.jwks)?;
        Ok(Self {
            rules: Arc::new(Rules::new(&settings)),
            keys: FreshKeys::start(source, pace).await?,
        })
    }

    /// What the token is worth at `now`, by the keys that are known. It waits
    /// for nothing.
    pub fn verify(&self, token: &str, now: Timestamp) -> Verdict {
        match self.user(token, now) {
            Ok(user) => Verdict::User(user),
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    /// As [`verify`](Self::verify), but a token with an unknown key has the keys
    /// read again first: the issuer may have begun to sign with a new one. It
    /// waits for them no longer than some seconds.
    pub async fn verify_after_refresh(&self, token: &str, now: Timestamp) -> Verdict {
        let verdict = self.verify(token, now);
        if verdict != Verdict::Refused(JwtRefusal::UnknownKey) {
            return verdict;
        }
        self.keys.refresh().await;
        self.verify(token, now)
    }

    fn user(&self, token: &str, now: Timestamp) -> Result<UserId, JwtRefusal> {
        let token = Token::parse(token)?;
        self.keys.get().check(&token)?;
        self.rules.user(&token.payload()?, now)
    }
}
