//! What `sslmode` and `sslrootcert` ask for together.

use std::path::PathBuf;

use super::parameters::Parameters;
use crate::error::OpenError;

/// How far the way to the server is protected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Encryption {
    /// `disable`.
    Never,
    /// `prefer`: if the server offers it; protects from nobody who can change
    /// what is sent.
    IfOffered,
    /// `require`: protects from those who only listen.
    Unchecked,
    /// `verify-ca`: the server has a certificate of an issuer in this file.
    Issuer(PathBuf),
    /// `verify-full`: the certificate is for the host of the URL, too.
    IssuerAndName(Roots),
}

/// The issuers trusted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Roots {
    /// Those that the operating system trusts.
    System,
    /// Those in a PEM file.
    File(PathBuf),
}

impl Encryption {
    /// As libpq reads the two, except that it never passes over one in silence.
    ///
    /// With the system's issuers only `verify-full` proves anything: anyone can
    /// have a certificate from one of them for a host of their own.
    pub(super) fn read(parameters: &Parameters<'_>) -> Result<Self, OpenError> {
        let roots = parameters
            .get("sslrootcert")
            .map(|value| match value.as_str() {
                "system" => Roots::System,
                path => Roots::File(PathBuf::from(path)),
            });
        let mode = parameters.get("sslmode");
        match (mode.as_deref(), roots) {
            (Some("disable"), None) => Ok(Self::Never),
            (Some("prefer") | None, None) => Ok(Self::IfOffered),
            (Some("require"), None) => Ok(Self::Unchecked),
            (Some("require" | "verify-ca"), Some(Roots::File(path))) => Ok(Self::Issuer(path)),
            (Some("verify-full"), roots) => Ok(Self::IssuerAndName(roots.unwrap_or(Roots::System))),
            (None, Some(Roots::System)) => Ok(Self::IssuerAndName(Roots::System)),
            (Some("verify-ca"), None) => bad(
                "sslmode=verify-ca needs sslrootcert=FILE; with the issuers that this system trusts use sslmode=verify-full",
            ),
            (Some("require" | "verify-ca"), Some(Roots::System)) => {
                bad("sslrootcert=system proves nothing without sslmode=verify-full")
            }
            (Some("disable" | "prefer") | None, Some(_)) => {
                bad("sslrootcert is of no use without sslmode=verify-full or verify-ca")
            }
            (Some(_), _) => {
                bad("sslmode must be one of disable, prefer, require, verify-ca and verify-full")
            }
        }
    }
}

fn bad(reason: &str) -> Result<Encryption, OpenError> {
    Err(OpenError::BadUrl {
        reason: reason.to_owned(),
    })
}
