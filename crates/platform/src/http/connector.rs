//! Connections to one platform, each to an address that was checked.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use url::Host;

use super::addresses::is_public;
use super::stream::Stream;
use super::tls;
use crate::settings::{HttpTarget, PlatformSettings, SettingsError};

/// The part of an attempt that the way there may take: as much is left for the
/// answer, and the failure can tell the one from the other.
const SHARE_OF_TIMEOUT: u32 = 2;

/// Why there is no connection. The caller names the platform.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectFault {
    #[error("its name was not found ({0}); check the host in its URL and this machine's DNS")]
    NotFound(#[source] io::Error),
    #[error(
        "its name leads to {0}, which is not public; allow private addresses for this platform if it is meant"
    )]
    Private(IpAddr),
    #[error("{1} cannot be reached ({0}); check host, port and firewall")]
    Unreachable(#[source] io::Error, SocketAddr),
    #[error("no connection to {1} within {0:?}; check host, port and firewall")]
    TimedOut(Duration, String),
    #[error(
        "TLS with it failed ({0}); check its certificate and host, or name who vouches for it as its root certificates"
    )]
    Tls(#[source] io::Error),
}

/// Connects to the one host and port of the settings.
///
/// The check is of the very address that is connected to, after the name was
/// resolved: a name that leads elsewhere the next time is checked again.
pub(super) struct Connector {
    host: Host,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    allow_private_addresses: bool,
    timeout: Duration,
}

impl Connector {
    /// Fails at once where the URL itself names an address that is not allowed.
    pub(super) fn new(
        settings: &PlatformSettings,
        target: &HttpTarget,
    ) -> Result<Self, SettingsError> {
        let allow_private_addresses = settings.allow_private_addresses;
        if let Some(address) = literal(&target.host)
            && !allow_private_addresses
            && !is_public(address)
        {
            return Err(SettingsError::PrivateAddress {
                name: settings.name.clone(),
                address,
            });
        }
        let tls = if target.is_https {
            Some(tls::connector(settings, &target.host)?)
        } else {
            None
        };
        Ok(Self {
            host: target.host.clone(),
            port: target.port,
            tls,
            allow_private_addresses,
            timeout: settings.timeout / SHARE_OF_TIMEOUT,
        })
    }

    /// Connects within half of the timeout.
    pub(super) async fn connect(&self) -> Result<Stream, ConnectFault> {
        let deadline = Instant::now() + self.timeout;
        let late = |_| ConnectFault::TimedOut(self.timeout, self.host.to_string());
        let addresses = timeout_at(deadline, self.addresses())
            .await
            .map_err(late)??;
        let stream = self.reach(&addresses, deadline).await?;
        let Some((connector, name)) = &self.tls else {
            return Ok(Stream::Plain(stream));
        };
        let handshake = connector.connect(name.clone(), stream);
        match timeout_at(deadline, handshake).await.map_err(late)? {
            Ok(stream) => Ok(Stream::Encrypted(Box::new(stream))),
            Err(error) => Err(ConnectFault::Tls(error)),
        }
    }

    /// The addresses of the host that are allowed, at least one.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, ConnectFault> {
        if let Some(address) = literal(&self.host) {
            return Ok(vec![SocketAddr::new(address, self.port)]);
        }
        let name = (self.host.to_string(), self.port);
        let found = lookup_host(name).await.map_err(ConnectFault::NotFound)?;
        let mut refused = None;
        let mut allowed = Vec::new();
        for address in found {
            if self.allow_private_addresses || is_public(address.ip()) {
                allowed.push(address);
            } else {
                refused = Some(address.ip());
            }
        }
        match refused {
            Some(address) if allowed.is_empty() => Err(ConnectFault::Private(address)),
            None if allowed.is_empty() => Err(ConnectFault::NotFound(io::Error::other(
                "it has no address",
            ))),
            _ => Ok(allowed),
        }
    }

    /// Connects to the first address that answers, each in an equal share of
    /// the time that is left.
    async fn reach(
        &self,
        addresses: &[SocketAddr],
        deadline: Instant,
    ) -> Result<TcpStream, ConnectFault> {
        let mut fault = ConnectFault::TimedOut(self.timeout, self.host.to_string());
        for (tried, &address) in addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
            match tokio::time::timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // A message is written at once: nothing is gained by waiting for more.
                    stream
                        .set_nodelay(true)
                        .map_err(|error| ConnectFault::Unreachable(error, address))?;
                    return Ok(stream);
                }
                Ok(Err(error)) => fault = ConnectFault::Unreachable(error, address),
                Err(_) => fault = ConnectFault::TimedOut(share, address.to_string()),
            }
        }
        Err(fault)
    }
}

/// The address, where the URL names one instead of a host.
fn literal(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
    }
}
