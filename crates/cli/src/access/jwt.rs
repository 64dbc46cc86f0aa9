//! `--jwks` and what belongs to it: the tokens of the shop's identity provider.

use jumun_server::{AuthMode, DEFAULT_USER_CLAIM, JwksSource, JwtError, JwtSettings, JwtVerifier};

use crate::failure::Failure;

/// Whose JSON Web Tokens are believed.
#[derive(Debug, clap::Args)]
pub(crate) struct JwtOptions {
    /// Also believe JSON Web Tokens that are signed with a key of this JSON Web
    /// Key Set: a FILE or an https:// URL, which is read again now and then
    #[arg(long, value_name = "FILE|URL")]
    jwks: Option<JwksSource>,
    /// The issuer (iss) that these tokens must have
    #[arg(long, value_name = "TEXT")]
    jwt_issuer: Option<String>,
    /// The audience (aud) that these tokens must have: this service
    #[arg(long, value_name = "TEXT")]
    jwt_audience: Option<String>,
    /// The claim with the id of the user [default: sub]
    #[arg(long, value_name = "NAME")]
    jwt_user_claim: Option<String>,
}

impl JwtOptions {
    /// The settings, where there are any.
    ///
    /// # Errors
    ///
    /// When the issuer or the audience is missing, when one of them comes
    /// without the keys, and when the server asks nobody for a token.
    pub(super) fn settings(&self, auth: AuthMode) -> Result<Option<JwtSettings>, Failure> {
        let given = [
            ("--jwks", self.jwks.is_some()),
            ("--jwt-issuer", self.jwt_issuer.is_some()),
            ("--jwt-audience", self.jwt_audience.is_some()),
            ("--jwt-user-claim", self.jwt_user_claim.is_some()),
        ];
        let Some((option, _)) = given.into_iter().find(|(_, is_given)| *is_given) else {
            return Ok(None);
        };
        if auth == AuthMode::None {
            return Err(Failure::usage(format!(
                "{option} is given, and this server asks nobody for a token"
            ))
            .help("add --auth token, or remove it"));
        }
        let Some(jwks) = self.jwks.clone() else {
            return Err(Failure::usage(format!("{option} is given without --jwks"))
                .help("add --jwks FILE|URL, the public keys of the issuer, or remove it"));
        };
        let issuer = needed("--jwt-issuer", "iss", self.jwt_issuer.as_ref())?;
        let audience = needed("--jwt-audience", "aud", self.jwt_audience.as_ref())?;
        let claim = self.jwt_user_claim.as_deref();
        let mut settings = JwtSettings::new(jwks, issuer, audience);
        settings.user_claim = claim.unwrap_or(DEFAULT_USER_CLAIM).to_owned();
        Ok(Some(settings))
    }
}

fn needed(option: &str, claim: &str, given: Option<&String>) -> Result<String, Failure> {
    given.cloned().ok_or_else(|| {
        Failure::usage(format!("--jwks is given without {option}")).help(format!(
            "add {option} TEXT, the `{claim}` of the tokens for this service; else tokens for \
             others would open it"
        ))
    })
}

/// Reads the keys, and keeps them fresh from then on.
///
/// # Errors
///
/// Settings that cannot be used, and keys that cannot be had.
pub(crate) async fn start(settings: Option<JwtSettings>) -> Result<Option<JwtVerifier>, Failure> {
    let Some(settings) = settings else {
        return Ok(None);
    };
    let started = JwtVerifier::start(settings).await;
    started.map(Some).map_err(|error| match error {
        JwtError::BadSource { .. }
        | JwtError::Missing { .. }
        | JwtError::UserClaim { .. }
        | JwtError::Leeway { .. } => Failure::settings(error),
        _ => Failure::engine(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(jwks: bool, issuer: bool, audience: bool, claim: bool) -> JwtOptions {
        let text = |is_given: bool, text: &str| is_given.then(|| text.to_owned());
        JwtOptions {
            jwks: jwks.then(|| "/etc/jwks.json".parse().unwrap()),
            jwt_issuer: text(issuer, "https://id.example.com"),
            jwt_audience: text(audience, "shop"),
            jwt_user_claim: text(claim, "user"),
        }
    }

    #[test]
    fn keys_come_with_an_issuer_and_an_audience_and_only_where_tokens_are_asked_for() {
        for case in 0..16 {
            let [jwks, issuer, audience, claim] = [1, 2, 4, 8].map(|bit| case & bit != 0);
            let options = options(jwks, issuer, audience, claim);
            let is_complete = jwks && issuer && audience;
            let with_tokens = options.settings(AuthMode::Token);
            assert_eq!(with_tokens.is_ok(), case == 0 || is_complete, "{options:?}");
            if is_complete {
                let settings = with_tokens.unwrap().unwrap();
                let expected = if claim { "user" } else { "sub" };
                assert_eq!(settings.user_claim, expected);
            }
            let open = options.settings(AuthMode::None);
            assert_eq!(open.is_ok(), case == 0, "{options:?}");
        }
    }
}
