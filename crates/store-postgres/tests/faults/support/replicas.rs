//! A primary whose commits wait for a standby.

use std::sync::Arc;

use jumun_test_cluster::{Cluster, Settings};

/// How many sessions wait for the standby.
pub(crate) const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

/// Two clusters, of which the first is the primary.
pub(crate) struct Replicas {
    pub(crate) primary: Cluster,
    pub(crate) standby: Arc<Cluster>,
}

impl Replicas {
    /// Starts both.
    pub(crate) fn start() -> Self {
        let primary = Cluster::start(Settings::default());
        let standby = Arc::new(primary.standby());
        primary.set("synchronous_standby_names", standby.name());
        Self { primary, standby }
    }

    /// Stops the standby, so that commits wait for it, until this is dropped.
    pub(crate) fn lag(&self) -> Lag<'_> {
        self.standby.pause();
        Lag(&self.standby)
    }

    /// The URL of a database at whichever of the two takes writes.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@{},{}/{database}?target_session_attrs=read-write",
            self.primary.host_port(),
            self.standby.host_port()
        )
    }
}

/// A standby that has stopped. A test that fails lets it go on, too: what
/// cleans up on the primary would wait for it.
pub(crate) struct Lag<'a>(&'a Cluster);

impl Drop for Lag<'_> {
    fn drop(&mut self) {
        self.0.resume();
    }
}
