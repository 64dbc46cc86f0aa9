//! Whether a platform can be reached, for who checks a deployment.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::http;
use crate::settings::{PlatformSettings, Target};

/// Connects as a delivery would, with TLS where the URL has it for HTTP, and
/// sends nothing. Of a file, its folder must be there.
///
/// # Errors
///
/// What hinders it, in words without a secret.
pub async fn reach(settings: &PlatformSettings) -> Result<(), String> {
    match &settings.url.target {
        Target::Http(target) => http::reach(settings, target).await,
        Target::Nats(target) => {
            let address = target.server.trim_start_matches("nats://");
            connect(address, settings.timeout).await
        }
        Target::Kafka(target) => connect(&target.broker, settings.timeout).await,
        Target::File(path) => match path.parent() {
            Some(folder) if !folder.is_dir() => {
                Err(format!("there is no folder {}", folder.display()))
            }
            _ => Ok(()),
        },
    }
}

async fn connect(address: &str, limit: Duration) -> Result<(), String> {
    match timeout(limit, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("cannot connect to {address}: {error}")),
        Err(_) => Err(format!("{address} did not answer within {limit:?}")),
    }
}
