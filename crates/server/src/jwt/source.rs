//! Where keys are read from.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;

use super::error::JwtError;
use super::fetch::Fetcher;
use super::settings::JwksSource;
use super::tls;

/// The largest set of keys: a hundred long ones have some 100 KiB, and what is
/// larger is no set of keys.
pub(super) const MAX_JWKS_BYTES: usize = 256 * 1024;

/// How often a file is looked at: it costs next to nothing, and who has changed
/// it waits for it.
const FILE_PERIOD: Duration = Duration::from_secs(5);

/// How often a URL is asked: a key that was withdrawn is believed for as long.
/// New keys are asked for when a token names one.
const URL_PERIOD: Duration = Duration::from_secs(600);

/// How long a URL is left alone after it was asked for the sake of a token:
/// anyone can make up tokens with keys that nobody knows.
const ASK_GAP: Duration = Duration::from_secs(30);

/// How often keys are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Without being asked.
    pub(super) period: Duration,
    /// At the least between two times that it is for the sake of a token.
    pub(super) ask_gap: Duration,
}

impl Pace {
    /// What suits such a source.
    pub(super) fn of(source: &JwksSource) -> Self {
        let period = match source {
            JwksSource::File(_) => FILE_PERIOD,
            JwksSource::Url(_) => URL_PERIOD,
        };
        let ask_gap = ASK_GAP;
        Self { period, ask_gap }
    }
}

/// A source that is ready to be read.
pub(super) enum Source {
    /// A file.
    File(PathBuf, String),
    /// A URL.
    Url(Box<Fetcher>),
}

impl Source {
    /// Reads nothing of it yet.
    pub(super) fn new(source: &JwksSource) -> Result<Self, JwtError> {
        match source {
            JwksSource::File(path) => Ok(Self::File(path.clone(), path.display().to_string())),
            JwksSource::Url(url) => Ok(Self::Url(Box::new(Fetcher::new(url, tls::system_roots)?))),
        }
    }

    /// As the errors name it.
    pub(super) fn place(&self) -> &str {
        match self {
            Self::File(_, shown) => shown,
            Self::Url(fetcher) => fetcher.place(),
        }
    }

    /// All of it, at most [`MAX_JWKS_BYTES`].
    pub(super) async fn read(&self) -> Result<Vec<u8>, JwtError> {
        let (path, shown) = match self {
            Self::Url(fetcher) => return fetcher.fetch().await,
            Self::File(path, shown) => (path.clone(), shown.clone()),
        };
        let read = spawn_blocking(move || read_file(&path)).await;
        let content = read
            .unwrap_or_else(|failed| Err(io::Error::other(failed)))
            .map_err(|error| JwtError::Unreadable {
                path: shown.clone(),
                reason: error.to_string(),
            })?;
        if content.len() > MAX_JWKS_BYTES {
            return Err(JwtError::TooLarge { place: shown });
        }
        Ok(content)
    }
}

/// One byte more than is allowed, so that the caller can tell.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    // A pipe could keep the thread for ever.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut content = Vec::new();
    let most = MAX_JWKS_BYTES as u64 + 1;
    File::open(path)?.take(most).read_to_end(&mut content)?;
    Ok(content)
}
