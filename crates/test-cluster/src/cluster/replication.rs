//! Standbys: copies that follow, and take over.

use std::fs::OpenOptions;
use std::io::Write as _;

use super::Cluster;
use crate::account::run;
use crate::wait;

impl Cluster {
    /// A new standby that follows this cluster, which stays the primary. It
    /// streams when this returns; it can be read, and its settings are those of
    /// the primary.
    ///
    /// No commit waits for it until its [`name`](Self::name) is among the
    /// `synchronous_standby_names` of the primary; see [`Self::set`].
    ///
    /// # Panics
    ///
    /// If it does not stream until the deadline.
    pub fn standby(&self) -> Self {
        let standby = Self::new(self.access.password.clone());
        let mut copy = self.access.client("pg_basebackup");
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync"])
            // The primary keeps for it what it misses while it is stopped.
            .args(["--create-slot", "--slot", &standby.name, "-D"])
            .arg(&standby.data);
        run(copy);
        standby.wait_for_nobody();
        let standby = standby.launch_first();
        let state = format!(
            "SELECT state FROM pg_stat_replication WHERE application_name = '{}'",
            standby.name
        );
        let streams = || self.sql("postgres", &state) == "streaming";
        if wait::until(|| streams().then_some(())).is_err() {
            panic!("a standby does not stream: {}", standby.log());
        }
        standby
    }

    /// Makes this standby a primary, and waits until it takes writes. The old
    /// primary is not told.
    ///
    /// # Panics
    ///
    /// If it is no standby, or is not promoted in time.
    pub fn promote(&self) {
        let wait = format!("SELECT pg_promote(true, {})", wait::DEADLINE.as_secs());
        let promoted = self.sql("postgres", &wait);
        assert_eq!(promoted, "t", "a standby is not promoted: {}", self.log());
    }

    /// Removes from the copied settings that commits wait for the standbys of
    /// the primary: after a promotion they would wait for ever.
    fn wait_for_nobody(&self) {
        let path = self.data.join("postgresql.auto.conf");
        let added = OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(b"synchronous_standby_names = ''\n"));
        if let Err(error) = added {
            panic!("{} cannot be written: {error}", path.display());
        }
    }
}
