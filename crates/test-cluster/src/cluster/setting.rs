//! Settings of a server that runs.

use super::Cluster;
use crate::wait;

impl Cluster {
    /// Changes a setting of the whole server, such as
    /// `synchronous_standby_names`, as `ALTER SYSTEM` and a reload do. When
    /// this returns, every new session and every later commit goes by it;
    /// sessions that run a statement see it after that.
    ///
    /// It is lasting. A setting that needs a restart takes effect at the next
    /// [`start_again`](Self::start_again).
    ///
    /// # Panics
    ///
    /// If the server does not know the setting or refuses the value.
    pub fn set(&self, name: &str, value: &str) {
        let loaded_at = || self.sql("postgres", "SELECT pg_conf_load_time()");
        let before = loaded_at();
        let value = value.replace('\'', "''");
        let change = format!("ALTER SYSTEM SET {name} = '{value}'");
        let statements = [change.as_str(), "SELECT pg_reload_conf()"];
        if let Err(error) = self.access.run("postgres", &statements) {
            panic!("{change}: {error}");
        }
        if wait::until(|| (loaded_at() != before).then_some(())).is_err() {
            panic!("the server does not load its settings: {}", self.log());
        }
        // Whether commits wait for standbys is told to all by the process that
        // makes checkpoints, when it loads the settings: before the next one.
        self.sql("postgres", "CHECKPOINT");
    }
}
