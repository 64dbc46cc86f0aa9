//! The shop that secrets are planted in.

use std::fs;

use jumun_test_cluster::{Certificates, Cluster, Settings};

use super::canaries::Canaries;
use super::trail::Trail;
use crate::support::{AUDIENCE, Folder, ISSUER, Server};

/// The password of the database's user.
const PASSWORD: &str = "curlewOfTheDatabase";

/// A folder with a database whose password is a secret, and a certificate.
pub(super) struct Shop {
    folder: Folder,
    certificates: Certificates,
    // Dropped after the database on it.
    cluster: Option<Cluster>,
}

impl Shop {
    /// On the embedded engine.
    pub(super) fn in_file() -> Self {
        Self {
            folder: Folder::new(),
            certificates: Certificates::create(),
            cluster: None,
        }
    }

    /// On a PostgreSQL server that asks for a password.
    pub(super) fn on_server() -> Self {
        let cluster = Cluster::start(Settings {
            password: Some(PASSWORD.to_owned()),
            ..Settings::default()
        });
        let folder = Folder::on(cluster.create_database());
        assert!(folder.url().contains(PASSWORD), "{}", folder.url());
        Self {
            folder,
            certificates: Certificates::create(),
            cluster: Some(cluster),
        }
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The database's password, where it has one.
    pub(super) fn password(&self) -> Option<&'static str> {
        self.cluster.as_ref().map(|_| PASSWORD)
    }

    /// The private key of the server.
    pub(super) fn tls_key(&self) -> String {
        fs::read_to_string(self.certificates.tls().key).expect("a key")
    }

    /// The certificate that vouches for it.
    pub(super) fn authority(&self) -> std::path::PathBuf {
        self.certificates.authority()
    }

    /// A server with all settings that have secrets, that logs what it can.
    pub(super) fn serve(&self, with_tls: bool) -> Server {
        let mut options: Vec<String> = [
            "--listen=127.0.0.1:0",
            "--config=jumun.toml",
            "--auth=token",
            "--log-level=trace",
            "--jwks=jwks.json",
        ]
        .map(str::to_owned)
        .to_vec();
        options.push(format!("--jwt-issuer={ISSUER}"));
        options.push(format!("--jwt-audience={AUDIENCE}"));
        if with_tls {
            let tls = self.certificates.tls();
            options.push(format!("--tls-cert={}", tls.certificate.display()));
            options.push(format!("--tls-key={}", tls.key.display()));
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        Server::start_in(&self.folder, &options, &[("PGPASSWORD", PASSWORD)])
    }

    /// Runs every command that prints something of the shop.
    pub(super) fn print_everything(&self, canaries: &Canaries, trail: &mut Trail) {
        let lines = [
            "token list",
            "token list --json",
            "changes",
            "changes --format jsonl",
            "events list",
            "events list billing",
            "events list billing --json",
            "export orders",
            "export events",
            "audit",
            "audit --json",
            "serve --help --config jumun.toml",
            "doctor --config jumun.toml --auth token",
            "doctor --config jumun.toml --json",
            "token revoke 00000000000000ff",
            "serve --auth token --listen 0.0.0.0:0 --config jumun.toml",
        ];
        for line in lines {
            let told = self.folder.shop(line);
            trail.add(line, told.stdout);
            trail.add(line, told.stderr);
        }
        // What is mistyped is quoted, unless it may be a secret.
        for (_, form) in canaries.forms() {
            let Ok(text) = std::str::from_utf8(form) else {
                continue;
            };
            let wrong = format!("https://me:{text}@host/?{text}");
            let told = self.folder.shop(&format!("events pause {wrong}"));
            trail.add("events pause", told.stderr);
        }
    }

    /// What was logged so far.
    pub(super) fn log(&self) -> Vec<u8> {
        fs::read(self.folder.file("serve.log")).expect("a log")
    }

    /// All that is in the database: its files, or every row of every table.
    pub(super) fn dump(&self) -> Vec<u8> {
        if self.cluster.is_none() {
            let files = ["shop.db", "shop.db-wal"].map(|it| fs::read(self.folder.file(it)));
            return files.into_iter().flatten().flatten().collect();
        }
        let tables = self.folder.sql(
            "SELECT string_agg(quote_ident(schemaname) || '.' || quote_ident(tablename), ' ') \
             FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
        );
        let rows = |table: &str| {
            let statement = format!("SELECT string_agg(it::text, E'\\n') FROM {table} it");
            self.folder.sql(&statement)
        };
        let all: Vec<String> = tables.split(' ').map(rows).collect();
        all.concat().into_bytes()
    }
}
