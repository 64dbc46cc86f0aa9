//! Why a deployment could not be asked, in words.

use std::io;

use rustls::{CertificateError, Error};

/// What to do where nothing more is known.
const LOOK: &str = "check the URL, that the server runs, and what is between";

/// What stood in the way of a request, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Obstacle {
    /// What it is.
    pub(super) reason: String,
    /// What to do about it.
    pub(super) remedy: &'static str,
}

impl Obstacle {
    /// No answer came in time.
    pub(super) fn silence(seconds: u64) -> Self {
        Self::new(format!("no answer within {seconds} s"), LOOK)
    }

    fn new(reason: impl Into<String>, remedy: &'static str) -> Self {
        let reason = reason.into();
        Self { reason, remedy }
    }

    /// The library shows most of its errors as its code names them.
    fn of_tls(error: &Error) -> Self {
        match error {
            Error::InvalidCertificate(error) => Self::of_certificate(error),
            Error::AlertReceived(_) | Error::PeerIncompatible(_) => Self::new(
                "it and this program found no TLS in common",
                "let it offer TLS 1.2 or 1.3 to clients without a certificate",
            ),
            _ => Self::new(
                "what answers there speaks no TLS that can be understood",
                "check the host and the port of the URL, and that TLS is served there",
            ),
        }
    }

    fn of_certificate(error: &CertificateError) -> Self {
        use CertificateError as Of;
        match error {
            Of::Expired | Of::ExpiredContext { .. } => Self::new(
                "its certificate has ended",
                "renew the certificate, and check the clock of this machine",
            ),
            Of::NotValidYet | Of::NotValidYetContext { .. } => Self::new(
                "its certificate has not begun yet",
                "check the clock of this machine, and the dates of the certificate",
            ),
            Of::NotValidForName | Of::NotValidForNameContext { .. } => Self::new(
                "its certificate is not for the host of the URL",
                "use a host that the certificate names, or mend the certificate",
            ),
            _ => Self::new(
                "its certificate is not trusted by this machine",
                "name the right authority in SSL_CERT_FILE and check again, or mend the \
                 certificate: one of an authority, not one that signed itself",
            ),
        }
    }
}

impl From<io::Error> for Obstacle {
    fn from(error: io::Error) -> Self {
        let inner = error.get_ref().and_then(|it| it.downcast_ref::<Error>());
        match inner {
            Some(of_tls) => Self::of_tls(of_tls),
            None => Self::new(error.to_string(), LOOK),
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{AlertDescription, InvalidMessage, OtherError};
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_hinders_tls_is_told_in_words_and_with_what_to_do() {
        let certificate = Error::InvalidCertificate;
        let other = OtherError(Arc::new(io::Error::other("CaUsedAsEndEntity")));
        let time = UnixTime::since_unix_epoch(Duration::from_secs(1));
        let expected = ServerName::try_from("shop.example.com").unwrap();
        let presented = Vec::new();
        let trust = ["not trusted by this machine", "SSL_CERT_FILE"];
        let name = ["not for the host", "a host that the certificate names"];
        let not_after = time;
        let table = [
            (certificate(CertificateError::UnknownIssuer), trust),
            (certificate(CertificateError::Other(other)), trust),
            (certificate(CertificateError::BadSignature), trust),
            (
                certificate(CertificateError::Expired),
                ["has ended", "renew"],
            ),
            (
                certificate(CertificateError::ExpiredContext { time, not_after }),
                ["has ended", "renew"],
            ),
            (
                certificate(CertificateError::NotValidYet),
                ["not begun", "clock"],
            ),
            (certificate(CertificateError::NotValidForName), name),
            (
                certificate(CertificateError::NotValidForNameContext {
                    expected,
                    presented,
                }),
                name,
            ),
            (
                Error::AlertReceived(AlertDescription::HandshakeFailure),
                ["no TLS in common", "TLS 1.2"],
            ),
            (
                Error::InvalidMessage(InvalidMessage::InvalidContentType),
                ["no TLS", "port"],
            ),
        ];
        for (error, [reason, remedy]) in table {
            let code = format!("{error:?}");
            let told = Obstacle::from(io::Error::new(io::ErrorKind::InvalidData, error));
            assert!(told.reason.contains(reason), "{code}: {told:?}");
            assert!(told.remedy.contains(remedy), "{code}: {told:?}");
            assert!(!told.reason.contains(['(', '{']), "{code}: {told:?}");
        }
        let refused = Obstacle::from(io::Error::other("connection refused"));
        assert_eq!(refused, Obstacle::new("connection refused", LOOK));
    }
}
