//! A throw-away cluster to try something on, until standard input ends:
//! says the URL of its database, and where its data is.
//!
//! The tests kill it, to see that it leaves nothing behind.

use std::io::{self, Read as _, Write as _};

use jumun_test_cluster::{Cluster, Settings};

fn main() -> io::Result<()> {
    let cluster = Cluster::start(Settings::default());
    let data = cluster.sql("postgres", "SHOW data_directory");
    writeln!(io::stdout(), "{}\n{data}", cluster.url("postgres"))?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
