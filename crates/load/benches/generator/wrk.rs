//! `wrk`, which is a program of its own.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use crate::server::Server;

/// The order of [`crate::ours`], with a key that is the same every time.
const SCRIPT: &str = r#"wrk.method = "POST"
wrk.path = "/orders"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Idempotency-Key"] = "01a1f82f-cfbe-7003-83b6-411d9531985d"
wrk.body = '{"userId":1,"items":[{"productId":1,"quantity":1}]}'
"#;

/// Whether it is there.
pub(crate) fn check() -> anyhow::Result<()> {
    // It prints its version and then fails for the want of a URL.
    match Command::new("wrk").arg("--version").output() {
        Ok(_) => Ok(()),
        Err(_) => bail!("there is no wrk; install it, as with: apt-get install wrk"),
    }
}

/// Requests a second of `wrk` on one thread.
pub(crate) fn per_second(
    server: &Server,
    connections: usize,
    length: Duration,
) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("order.lua");
    std::fs::write(&script, SCRIPT)?;
    let output = Command::new("wrk")
        .args(["--threads", "1"])
        .args(["--connections", &connections.to_string()])
        .args(["--duration", &format!("{}s", length.as_secs())])
        .arg("--script")
        .arg(&script)
        .arg(format!("http://{}", server.address))
        .output()?;
    let report = String::from_utf8_lossy(&output.stdout);
    let is_good = !report.contains("Non-2xx") && !report.contains("Socket errors");
    ensure!(is_good, "wrk was refused something:\n{report}");
    let mut lines = report.lines();
    let rate = lines.find_map(|line| line.strip_prefix("Requests/sec:"));
    let rate = rate.with_context(|| format!("wrk has reported no rate:\n{report}"))?;
    Ok(rate.trim().parse()?)
}
