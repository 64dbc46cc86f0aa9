//! What an operator says of the tokens that this service believes.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use url::{Host, Url};

use super::error::JwtError;

/// The claim that names the user where no other is set: the subject.
pub const DEFAULT_USER_CLAIM: &str = "sub";

/// How far the clocks of issuer and service may be apart where nothing else is
/// set: what machines that set theirs over the network keep easily.
pub const DEFAULT_LEEWAY: Duration = Duration::from_secs(60);

/// The longest leeway: for as long an expired token still opens the shop, and
/// clocks that are further apart need setting.
pub(super) const MAX_LEEWAY: Duration = Duration::from_secs(600);

/// Claims with a meaning of their own, which are no user.
const NO_USER_CLAIMS: [&str; 5] = ["iss", "aud", "exp", "nbf", "iat"];

/// Which tokens are believed, and who their user is.
#[derive(Clone, Debug)]
pub struct JwtSettings {
    /// Where the issuer's public keys are.
    pub jwks: JwksSource,
    /// The `iss` that a token must have, letter by letter.
    pub issuer: String,
    /// The `aud` that a token must have, alone or among others. It is
    /// obligatory: a token for another service of the issuer must not open this one.
    pub audience: String,
    /// The claim that names the user, a member at the top of the token.
    pub user_claim: String,
    /// How far the clocks of issuer and service may be apart.
    pub leeway: Duration,
}

impl JwtSettings {
    /// Settings with the user in [`DEFAULT_USER_CLAIM`] and [`DEFAULT_LEEWAY`].
    pub fn new(jwks: JwksSource, issuer: String, audience: String) -> Self {
        Self {
            jwks,
            issuer,
            audience,
            user_claim: DEFAULT_USER_CLAIM.to_owned(),
            leeway: DEFAULT_LEEWAY,
        }
    }

    /// Whether they can be used at all.
    pub(super) fn check(&self) -> Result<(), JwtError> {
        let needed = [
            ("issuer", &self.issuer),
            ("audience", &self.audience),
            ("user claim", &self.user_claim),
        ];
        for (setting, value) in needed {
            if value.is_empty() {
                return Err(JwtError::Missing { setting });
            }
        }
        if NO_USER_CLAIMS.contains(&self.user_claim.as_str()) {
            let claim = self.user_claim.clone();
            return Err(JwtError::UserClaim { claim });
        }
        if self.leeway > MAX_LEEWAY {
            let leeway = self.leeway;
            return Err(JwtError::Leeway { leeway });
        }
        match &self.jwks {
            JwksSource::File(_) => Ok(()),
            JwksSource::Url(url) => check_url(url),
        }
    }
}

/// Where a JSON Web Key Set is. It prints without the query of a URL, which may
/// hold a token.
#[derive(Clone, PartialEq, Eq)]
pub enum JwksSource {
    /// A file, which is read again when it changes.
    File(PathBuf),
    /// An `https://` URL, which is asked again from time to time. `http://` is
    /// for loopback addresses only: whoever can change the answer on its way
    /// could sign for every user.
    Url(Url),
}

impl FromStr for JwksSource {
    type Err = JwtError;

    /// Takes what begins with `https://` or `http://` for a URL, and everything
    /// else without a scheme for a path.
    ///
    /// ```
    /// use jumun_server::JwksSource;
    ///
    /// assert!("https://id.example.com/jwks.json".parse::<JwksSource>().is_ok());
    /// assert!("/etc/jumun/jwks.json".parse::<JwksSource>().is_ok());
    /// assert!("http://id.example.com/jwks.json".parse::<JwksSource>().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`JwtError::BadSource`], which quotes nothing of it.
    fn from_str(text: &str) -> Result<Self, JwtError> {
        if text.is_empty() {
            return Err(bad("it is empty"));
        }
        if !text.contains("://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let url = Url::parse(text).map_err(|_| bad("it is not a URL that can be read"))?;
        check_url(&url)?;
        Ok(Self::Url(url))
    }
}

impl fmt::Display for JwksSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(formatter),
            // Credentials are refused, but these may not have been checked yet.
            Self::Url(url) => write!(
                formatter,
                "{}://{}{}",
                url.scheme(),
                &url[url::Position::BeforeHost..url::Position::AfterPort],
                url.path()
            ),
        }
    }
}

impl fmt::Debug for JwksSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "JwksSource({self})")
    }
}

fn check_url(url: &Url) -> Result<(), JwtError> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "it has a user or a password, and public keys need none",
        ));
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err(bad(
            "http:// is for loopback addresses only, since the keys could be changed on their way",
        )),
        _ => Err(bad("its scheme is neither https:// nor http://")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn bad(reason: &'static str) -> JwtError {
    JwtError::BadSource { reason }
}
