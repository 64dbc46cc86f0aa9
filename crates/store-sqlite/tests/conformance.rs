//! The suite of the `store` crate on this engine.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jumun_store::conformance::Harness;
use jumun_store::{AuditReport, Store};
use jumun_store_sqlite::{Options, SqliteStore, audit};
use tempfile::TempDir;

/// A database file in a directory of its own.
struct File(TempDir);

impl File {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a writable directory for temporary files"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("shop.db")
    }
}

#[async_trait]
impl Harness for File {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.path(), &Options::default()).expect("the file opens"))
    }

    async fn audit(&self) -> AuditReport {
        let path = self.path();
        let work = move || audit(&path, &mut |_| {});
        let report = tokio::task::spawn_blocking(work)
            .await
            .expect("the audit does not panic");
        report.expect("a live database can be audited")
    }
}

jumun_store::conformance_suite!(File::new());
