//! From settings to a client.

use std::sync::Arc;

use crate::client::Client;
use crate::file::FileClient;
use crate::http::HttpClient;
#[cfg(feature = "kafka")]
use crate::kafka::KafkaClient;
use crate::nats::NatsClient;
use crate::settings::{PlatformSettings, SettingsError, Target};

/// Makes the client of one platform.
///
/// It reads the root certificates for a platform behind TLS, but connects to
/// nothing: that is for the first message, so that a platform that is away does
/// not keep a shop from starting.
///
/// # Errors
///
/// [`SettingsError`] names the setting that cannot be used and what it may be.
pub fn connect(settings: &PlatformSettings) -> Result<Arc<dyn Client>, SettingsError> {
    settings.check()?;
    match &settings.url.target {
        Target::Http(target) => Ok(Arc::new(HttpClient::new(settings, target)?)),
        Target::Nats(target) => Ok(Arc::new(NatsClient::new(settings, target)?)),
        Target::File(path) => Ok(Arc::new(FileClient::new(settings, path)?)),
        #[cfg(feature = "kafka")]
        Target::Kafka(target) => Ok(Arc::new(KafkaClient::new(settings, target)?)),
        #[cfg(not(feature = "kafka"))]
        Target::Kafka(_) => Err(SettingsError::NoKafka {
            name: settings.name.clone(),
        }),
    }
}
