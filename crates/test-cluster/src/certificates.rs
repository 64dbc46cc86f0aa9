//! Certificates for tests of TLS.

use std::path::{Path, PathBuf};

use crate::account::{Account, run};
use crate::guard::Guard;
use crate::settings::Tls;

/// What every request for a key and a certificate says: elliptic keys are made
/// at once, and two days outlast every test.
const NEW: [&str; 9] = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
];

/// A certificate authority of a test's own, and a certificate that it has given
/// to a server at `127.0.0.1` or `localhost`. The files go with this.
pub struct Certificates {
    guard: Guard,
}

impl Certificates {
    /// Makes new ones with `openssl`, which Debian installs along with PostgreSQL.
    ///
    /// # Panics
    ///
    /// If that fails, with what it says.
    pub fn create() -> Self {
        let created = Self {
            guard: Guard::new(|_| Vec::new()),
        };
        let mut authority = Account::get().command("openssl");
        authority
            .args(NEW)
            .args(["-subj", "/CN=test authority", "-keyout"])
            .arg(created.file("authority.key"))
            .arg("-out")
            .arg(created.authority());
        run(authority);
        let mut server = Account::get().command("openssl");
        server
            .args(NEW)
            .args(["-subj", "/CN=localhost"])
            .args(["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"])
            // Clients accept no authority as a server.
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-CA")
            .arg(created.authority())
            .arg("-CAkey")
            .arg(created.file("authority.key"))
            .arg("-keyout")
            .arg(created.file("server.key"))
            .arg("-out")
            .arg(created.file("server.crt"));
        run(server);
        created
    }

    /// The certificate of the authority, for clients that check the server.
    pub fn authority(&self) -> PathBuf {
        self.file("authority.crt")
    }

    /// What the server needs.
    pub fn tls(&self) -> Tls {
        Tls {
            certificate: self.file("server.crt"),
            key: self.file("server.key"),
        }
    }

    fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.guard.directory().join(name)
    }
}
