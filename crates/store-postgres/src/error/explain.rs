//! Which of our sentences an error of the driver is.

use std::error::Error as _;
use std::io;

use rustls::CertificateError;
use tokio_postgres::error::{DbError, SqlState};

use super::OpenError;

/// Sorts `error`, met at the place shown as `target`.
pub(crate) fn explain_at(target: &str, error: &tokio_postgres::Error) -> OpenError {
    let target = target.to_owned();
    let source = error.source();
    if let Some(answer) = error.as_db_error() {
        return answered(target, answer);
    }
    if let Some(failure) = source.and_then(|source| source.downcast_ref::<io::Error>()) {
        return failed(target, failure);
    }
    let reason = source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
    if error.is_closed() {
        return OpenError::Lost { target, reason };
    }
    // The driver marks these in no other way than in words.
    match source.unwrap_or(error).to_string().as_str() {
        "password missing" => OpenError::PasswordMissing { target },
        "server does not support TLS" => OpenError::TlsNotOffered { target },
        "unexpected message from server" => OpenError::NotPostgres { target, reason },
        _ => OpenError::Server { target, reason },
    }
}

/// An answer of the server.
fn answered(target: String, answer: &DbError) -> OpenError {
    let reason = answer.message().to_owned();
    let code = answer.code();
    if *code == SqlState::INVALID_PASSWORD {
        OpenError::WrongPassword { target, reason }
    } else if wants_tls(code, &reason) {
        OpenError::TlsRequired { target, reason }
    } else if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        OpenError::NotAdmitted { target, reason }
    } else if *code == SqlState::INVALID_CATALOG_NAME {
        OpenError::NoDatabase { target, reason }
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        OpenError::TooManyConnections { target, reason }
    } else if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        OpenError::Forbidden { target, reason }
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        OpenError::ReadOnly { target }
    } else if code.code().starts_with(OPERATOR_INTERVENED) {
        OpenError::NotReady { target, reason }
    } else {
        let reason = format!("{reason} ({})", code.code());
        OpenError::Server { target, reason }
    }
}

/// The server starts, stops or recovers from a crash; 57014 is a statement that
/// was cancelled.
const OPERATOR_INTERVENED: &str = "57P";

/// PostgreSQL says it since version 14 in the first way, before in the second;
/// CockroachDB in the third.
fn wants_tls(code: &SqlState, reason: &str) -> bool {
    (*code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION
        && (reason.ends_with("no encryption") || reason.ends_with("SSL off")))
        || reason.contains("SSL connection required")
}

/// A failure of the way there.
fn failed(target: String, failure: &io::Error) -> OpenError {
    let inner = failure.get_ref();
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return handshake_failed(target, error);
    }
    let reason = failure.to_string();
    match failure.kind() {
        // No socket at the path.
        io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => OpenError::Refused { target },
        io::ErrorKind::TimedOut => OpenError::TimedOut { target },
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => OpenError::Lost { target, reason },
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            OpenError::NotPostgres { target, reason }
        }
        // The driver's, for half a message before the end.
        io::ErrorKind::Other if failure.raw_os_error().is_none() => {
            OpenError::Lost { target, reason }
        }
        _ => OpenError::Unreachable { target, reason },
    }
}

fn handshake_failed(target: String, error: &rustls::Error) -> OpenError {
    let rustls::Error::InvalidCertificate(fault) = error else {
        let reason = error.to_string();
        return OpenError::TlsFailed { target, reason };
    };
    let (reason, remedy) = match fault {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let reason = fault.to_string();
            return OpenError::OtherName { target, reason };
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            "none of the root certificates has issued it".to_owned(),
            "give sslrootcert the certificate of its issuer",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            fault.to_string(),
            "renew it on the server, or set this machine's clock",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            (fault.to_string(), "set the clock of this machine")
        }
        _ => (fault.to_string(), "replace it on the server"),
    };
    OpenError::NotTrusted {
        target,
        reason,
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::pki_types::{ServerName, UnixTime};

    use super::*;

    #[test]
    fn each_fault_of_a_certificate_has_its_remedy() {
        let time = UnixTime::since_unix_epoch(Duration::from_secs(1));
        let expired = CertificateError::ExpiredContext {
            time,
            not_after: time,
        };
        let early = CertificateError::NotValidYetContext {
            time,
            not_before: time,
        };
        let other = CertificateError::NotValidForNameContext {
            expected: ServerName::try_from("shop.example").unwrap(),
            presented: vec![r#"DnsName("db.example")"#.to_owned()],
        };
        for (fault, part) in [
            (CertificateError::UnknownIssuer, "give sslrootcert"),
            (CertificateError::BadSignature, "give sslrootcert"),
            (expired, "renew it on the server"),
            (CertificateError::Expired, "renew it on the server"),
            (early, "set the clock"),
            (CertificateError::BadEncoding, "replace it on the server"),
            (other, "db.example"),
            (CertificateError::NotValidForName, "sslmode=verify-ca"),
        ] {
            let error = rustls::Error::InvalidCertificate(fault.clone());
            let error = io::Error::new(io::ErrorKind::InvalidData, error);
            let message = failed("postgres://h/db".to_owned(), &error).to_string();
            assert!(message.contains(part), "{fault:?}: {message}");
            assert!(
                message.contains("the certificate of postgres://h/db"),
                "{message}"
            );
        }
    }

    #[test]
    fn each_failure_of_the_network_has_its_sentence() {
        for (kind, part) in [
            (io::ErrorKind::ConnectionRefused, "nothing listens"),
            (io::ErrorKind::NotFound, "nothing listens"),
            (io::ErrorKind::TimedOut, "in time"),
            (io::ErrorKind::ConnectionReset, "was lost"),
            (io::ErrorKind::BrokenPipe, "was lost"),
            (io::ErrorKind::UnexpectedEof, "was lost"),
            (io::ErrorKind::Other, "was lost"),
            (io::ErrorKind::HostUnreachable, "cannot be reached"),
            (io::ErrorKind::NetworkUnreachable, "cannot be reached"),
            (io::ErrorKind::PermissionDenied, "cannot be reached"),
            (io::ErrorKind::InvalidData, "is not PostgreSQL"),
        ] {
            let message = failed("postgres://h/db".to_owned(), &kind.into()).to_string();
            assert!(message.contains(part), "{kind}: {message}");
        }
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::ProtocolVersion);
        let alert = io::Error::new(io::ErrorKind::InvalidData, alert);
        let message = failed("postgres://h/db".to_owned(), &alert).to_string();
        assert!(
            message.starts_with("TLS with postgres://h/db failed"),
            "{message}"
        );
    }
}
