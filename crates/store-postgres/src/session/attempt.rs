//! One server: its addresses, and whether to encrypt.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::lookup_host;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Session, Shared, setup, watch};
use crate::error::{OpenError, explain_at};
use crate::target::{Encryption, Place};

/// A session at the first address of `place` that gives one.
pub(super) async fn at_place(shared: &Shared, place: &Place) -> Result<Session, OpenError> {
    let shown = shared.target.shown_at(place);
    let mut config = shared.target.config().clone();
    config.port(place.port);
    let name = match &place.host {
        Host::Tcp(name) => name,
        Host::Unix(folder) => {
            config.host_path(folder);
            // As with libpq: nobody listens in between.
            return at_address(shared, &config, None, &shown).await;
        }
    };
    config.host(name);
    let mut failure = None;
    for address in addresses(shared, name, place.port, &shown).await? {
        let mut config = config.clone();
        config.hostaddr(address);
        match at_address(shared, &config, shared.encrypter.as_ref(), &shown).await {
            Ok(session) => return Ok(session),
            // One name, several addresses (localhost): an answer says more than silence.
            Err(error) if failure.as_ref().is_none_or(OpenError::is_unreached) => {
                failure = Some(error);
            }
            Err(_) => {}
        }
    }
    Err(failure.unwrap_or(OpenError::HostNotFound {
        target: shown,
        reason: "it has no address".to_owned(),
    }))
}

async fn addresses(
    shared: &Shared,
    name: &str,
    port: u16,
    shown: &str,
) -> Result<Vec<IpAddr>, OpenError> {
    let not_found = |error: io::Error| OpenError::HostNotFound {
        target: shown.to_owned(),
        reason: error.to_string(),
    };
    let found = timeout(shared.target.connect_timeout(), lookup_host((name, port)))
        .await
        .map_err(|_| not_found(io::ErrorKind::TimedOut.into()))?
        .map_err(not_found)?;
    let mut addresses = found
        .map(|address: SocketAddr| address.ip())
        .collect::<Vec<_>>();
    if shared.target.random_order() {
        fastrand::shuffle(&mut addresses);
    }
    Ok(addresses)
}

/// A session at one address, in time.
async fn at_address(
    shared: &Shared,
    config: &Config,
    encrypter: Option<&MakeRustlsConnect>,
    shown: &str,
) -> Result<Session, OpenError> {
    let Some(encrypter) = encrypter else {
        return plain(shared, config, shown).await;
    };
    let optional = *shared.target.encryption() == Encryption::IfOffered;
    let mut config = config.clone();
    config.ssl_mode(if optional {
        SslMode::Prefer
    } else {
        SslMode::Require
    });
    match encrypted(shared, &config, encrypter, shown).await {
        Err(refusal) if optional && refusal.may_be_due_to_tls() => {
            plain(shared, &config, shown).await.map_err(|_| refusal)
        }
        result => result,
    }
}

async fn encrypted(
    shared: &Shared,
    config: &Config,
    encrypter: &MakeRustlsConnect,
    shown: &str,
) -> Result<Session, OpenError> {
    in_time(shared, shown, async {
        let (client, connection) = config
            .connect(encrypter.clone())
            .await
            .map_err(|error| explain_at(shown, &error))?;
        let session = watch::begin(client, connection, shown);
        setup::set_up(&session, &shared.target, shown, &shared.told).await?;
        Ok(session)
    })
    .await
}

async fn plain(shared: &Shared, config: &Config, shown: &str) -> Result<Session, OpenError> {
    let mut config = config.clone();
    config.ssl_mode(SslMode::Disable);
    in_time(shared, shown, async {
        let (client, connection) = config
            .connect(NoTls)
            .await
            .map_err(|error| explain_at(shown, &error))?;
        let session = watch::begin(client, connection, shown);
        setup::set_up(&session, &shared.target, shown, &shared.told).await?;
        Ok(session)
    })
    .await
}

/// The driver bounds only the first packets; a server that was stopped accepts
/// them and never answers.
async fn in_time(
    shared: &Shared,
    shown: &str,
    attempt: impl Future<Output = Result<Session, OpenError>>,
) -> Result<Session, OpenError> {
    timeout(shared.target.connect_timeout(), attempt)
        .await
        .unwrap_or_else(|_| {
            Err(OpenError::TimedOut {
                target: shown.to_owned(),
            })
        })
}
