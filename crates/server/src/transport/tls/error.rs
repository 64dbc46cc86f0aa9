//! Why TLS cannot be used.

use std::fmt;
use std::path::PathBuf;

/// What is wrong with a certificate or its key. Its sentences end in `; ` and
/// what to do, and say nothing of what is in the files.
#[derive(Debug)]
pub enum TlsError {
    /// A file cannot be read.
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file has no certificate.
    NoCertificate(PathBuf),
    /// A file has no private key.
    NoKey(PathBuf),
    /// The key is of another certificate.
    Apart {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// The library refuses them.
    Unusable(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, error } => write!(
                formatter,
                "cannot read {}: {error}; check the path, and that the user of this process may \
                 read it",
                path.display()
            ),
            Self::NoCertificate(path) => write!(
                formatter,
                "{} holds no certificate in PEM; name the file that begins with the server's \
                 certificate, followed by those of its chain",
                path.display()
            ),
            Self::NoKey(path) => write!(
                formatter,
                "{} holds no private key in PEM that can be read without a passphrase; name the \
                 file of the certificate's key, as PKCS #8, SEC 1 or PKCS #1",
                path.display()
            ),
            Self::Apart { certificate, key } => write!(
                formatter,
                "the key in {} is not that of the certificate in {}; put the two there that were \
                 made together",
                key.display(),
                certificate.display()
            ),
            Self::Unusable(error) => write!(
                formatter,
                "the certificate or its key cannot be used ({error}); use an ECDSA key on P-256 \
                 or P-384, an RSA key of 2048 bits or more, or an Ed25519 key"
            ),
        }
    }
}

impl std::error::Error for TlsError {}
