//! `--listen` and `--metrics-listen`: an address, and who may reach it.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::failure::Failure;

/// Checks the form `HOST:PORT`.
///
/// # Errors
///
/// A sentence that shows the form.
pub(crate) fn check_form(text: &str) -> Result<String, String> {
    let is_address = text
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if is_address {
        Ok(text.to_owned())
    } else {
        Err("write a host and a port, such as 127.0.0.1:8080, [::1]:8080 or localhost:0".to_owned())
    }
}

/// The socket addresses of `HOST:PORT`.
///
/// # Errors
///
/// When the host has no address.
pub(crate) async fn resolve(text: &str) -> Result<Vec<SocketAddr>, Failure> {
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::new(format!("cannot find the address {text}: {error}"))
            .help("check the host that is to be listened on, or use 127.0.0.1:8080")
    };
    let found = tokio::net::lookup_host(text).await;
    let addresses: Vec<SocketAddr> = found.map_err(|error| cannot(&error))?.collect();
    // Of none it could be said that all of them are safe.
    if addresses.is_empty() {
        return Err(cannot(&"the host has none"));
    }
    Ok(addresses)
}

/// The socket addresses of `HOST:PORT`, all of them on this machine only: for a
/// server that is for trying out.
///
/// # Errors
///
/// When the host has no address, or one that others can reach.
pub(crate) async fn loopback(text: &str) -> Result<Vec<SocketAddr>, Failure> {
    let addresses = resolve(text).await?;
    match addresses
        .iter()
        .find(|address| !address.ip().to_canonical().is_loopback())
    {
        Some(open) => Err(Failure::new(format!(
            "{} is not a loopback address, and a demo is for this machine only: it has no \
             authentication",
            open.ip()
        ))
        .help("listen on a loopback address, such as --listen 127.0.0.1:8080")),
        None => Ok(addresses),
    }
}

/// Begins to listen.
///
/// # Errors
///
/// When the address is in use or may not be used.
pub(crate) async fn bind(addresses: &[SocketAddr], text: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(addresses).await.map_err(|error| {
        Failure::new(format!("cannot listen on {text}: {error}"))
            .help("end what uses the port, or take a free one with port 0, as in 127.0.0.1:0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_to_listen_on_is_a_host_and_a_port() {
        let table = [
            ("127.0.0.1:8080", true),
            ("[::1]:0", true),
            ("localhost:80", true),
            ("8080", false),
            (":8080", false),
            ("127.0.0.1", false),
            ("127.0.0.1:65536", false),
            ("", false),
        ];
        for (text, accepted) in table {
            assert_eq!(check_form(text).is_ok(), accepted, "{text:?}");
        }
    }
}
