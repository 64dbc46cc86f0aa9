//! Encryption of the way to one host.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use url::Host;

use crate::settings::{PlatformSettings, SettingsError};
use crate::tls::{Encryption, client_config};

/// What encrypts, and the name that the server must prove to have.
pub(super) fn connector(
    settings: &PlatformSettings,
    host: &Host,
) -> Result<(TlsConnector, ServerName<'static>), SettingsError> {
    let roots = settings.root_certificates.as_deref();
    let mut config = client_config(roots, Encryption::Required)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = match host {
        Host::Ipv4(address) => ServerName::from(IpAddr::from(*address)),
        Host::Ipv6(address) => ServerName::from(IpAddr::from(*address)),
        Host::Domain(name) => {
            ServerName::try_from(name.clone()).map_err(|_| SettingsError::BadUrl {
                reason: "its host is no name that a certificate can be for".to_owned(),
            })?
        }
    };
    Ok((TlsConnector::from(Arc::new(config)), name))
}
