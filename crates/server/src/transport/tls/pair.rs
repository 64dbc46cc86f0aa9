//! A certificate and its key, as they are in their files.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};

use super::error::TlsError;

/// The largest file that is read: chains have a few certificates of 2 KiB, and
/// a device or a log that was named by mistake shall not fill the memory.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Where the two are.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// What was in the files. Holds a private key, so it has no `Debug`.
pub(super) struct Content {
    certificate: io::Result<Vec<u8>>,
    key: io::Result<Vec<u8>>,
}

/// Tells two contents apart without keeping them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Print(u64);

impl Files {
    /// Reads both; what goes wrong is told when they are used.
    pub(super) fn read(&self) -> Content {
        Content {
            certificate: content(&self.certificate),
            key: content(&self.key),
        }
    }
}

impl Content {
    /// The same for the same content, or for the same failure to read it.
    pub(super) fn print(&self) -> Print {
        let mut hasher = DefaultHasher::new();
        for content in [&self.certificate, &self.key] {
            content.as_ref().map_err(io::Error::kind).hash(&mut hasher);
        }
        Print(hasher.finish())
    }

    /// Certificate and key, if they belong together.
    pub(super) fn pair(self, files: &Files) -> Result<Arc<CertifiedKey>, TlsError> {
        let chain = readable(self.certificate, &files.certificate)?;
        let key = readable(self.key, &files.key)?;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&chain)
            .collect::<Result<_, _>>()
            .map_err(|_| TlsError::NoCertificate(files.certificate.clone()))?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate(files.certificate.clone()));
        }
        let key =
            PrivateKeyDer::from_pem_slice(&key).map_err(|_| TlsError::NoKey(files.key.clone()))?;
        CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map(Arc::new)
            .map_err(|error| match error {
                Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::Apart {
                    certificate: files.certificate.clone(),
                    key: files.key.clone(),
                },
                other => TlsError::Unusable(other),
            })
    }
}

fn content(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?
        .take(MAX_FILE_BYTES)
        .read_to_end(&mut content)?;
    Ok(content)
}

fn readable(content: io::Result<Vec<u8>>, path: &Path) -> Result<Vec<u8>, TlsError> {
    content.map_err(|error| TlsError::Unreadable {
        path: path.to_owned(),
        error,
    })
}
