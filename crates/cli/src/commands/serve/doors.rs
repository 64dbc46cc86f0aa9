//! The options of `jumun serve` that say who gets in, and how.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use jumun_server::{AuthMode, Config, Tls};

use super::size;
use crate::failure::Failure;
use crate::{count, duration, listen};

/// The most connections that can be asked for: each holds memory, and a
/// mistyped number shall not take all of it.
const MAX_CONNECTIONS: u64 = 1_000_000;

/// The longest name that DNS has.
const MAX_HOST_CHARS: usize = 253;

/// Where to listen, and what for whom.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct DoorOptions {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080", value_parser = listen::check_form)]
    pub(in crate::commands) listen: String,
    /// Who may use the API: whoever reaches it, or who brings a token of `jumun
    /// token create`
    #[arg(long, value_name = "MODE", default_value = "none", value_parser = ["none", "token"])]
    auth: String,
    /// Serve HTTPS with this certificate, followed by those of its chain (PEM);
    /// a file that changes is read again
    #[arg(long, value_name = "FILE")]
    pub(in crate::commands) tls_cert: Option<PathBuf>,
    /// The key of the certificate (PEM, without a passphrase)
    #[arg(long, value_name = "FILE")]
    pub(in crate::commands) tls_key: Option<PathBuf>,
    /// All connections come from a reverse proxy that ends TLS; the last entry
    /// of X-Forwarded-For is the client
    #[arg(long, value_name = "true|false", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, require_equals = true, value_parser = BoolishValueParser::new())]
    pub(in crate::commands) behind_proxy: bool,
    /// Also answer /metrics, /livez and /readyz here, over plain HTTP, to anyone
    #[arg(long, value_name = "HOST:PORT", value_parser = listen::check_form)]
    pub(in crate::commands) metrics_listen: Option<String>,
    /// A further name by which requests may call this server while --auth is
    /// none; addresses and localhost always may. Several: repeat it, or use commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = host_name)]
    allowed_host: Vec<String>,
    /// Connections open at once; for further ones those are closed that wait
    /// longest for a request
    #[arg(long, value_name = "COUNT", default_value = "10000",
          value_parser = count::up_to::<MAX_CONNECTIONS>, allow_negative_numbers = true)]
    pub(in crate::commands) max_connections: u64,
    /// Connections open at once from one address (IPv6: one /64); loopback
    /// addresses have no limit, nor has anyone with --behind-proxy
    #[arg(long, value_name = "COUNT", default_value = "256",
          value_parser = count::up_to::<MAX_CONNECTIONS>, allow_negative_numbers = true)]
    max_connections_per_address: u64,
    /// How long the head of a request may take; the first one from the accept
    /// of its connection, with the handshake of TLS
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = duration::parse,
          allow_hyphen_values = true)]
    header_timeout: Duration,
    /// How long the body of a request may take
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse,
          allow_hyphen_values = true)]
    body_timeout: Duration,
    /// How long a connection may wait for its next request
    #[arg(long, value_name = "TIME", default_value = "75s", value_parser = duration::parse,
          allow_hyphen_values = true)]
    idle_timeout: Duration,
    /// How long a client may take no byte of an answer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse,
          allow_hyphen_values = true)]
    write_timeout: Duration,
    /// How long a stop waits for requests that were accepted
    #[arg(long, value_name = "TIME", default_value = "25s", value_parser = duration::parse,
          allow_hyphen_values = true)]
    drain_timeout: Duration,
}

impl DoorOptions {
    /// Whether callers have to say who they are.
    pub(in crate::commands) fn auth(&self) -> AuthMode {
        match &*self.auth {
            "token" => AuthMode::Token,
            _ => AuthMode::None,
        }
    }

    /// What encrypts the API, if something shall.
    ///
    /// # Errors
    ///
    /// When only one of the two files is named, or when they cannot be used.
    pub(in crate::commands) fn tls(&self) -> Result<Option<Tls>, Failure> {
        match (&self.tls_cert, &self.tls_key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Tls::load(certificate.clone(), key.clone())
                .map(Some)
                .map_err(Failure::engine),
            (Some(_), None) => Err(Failure::usage("--tls-cert is given without --tls-key")
                .help("add --tls-key FILE, the key of the certificate, or leave out both")),
            (None, Some(_)) => Err(Failure::usage("--tls-key is given without --tls-cert")
                .help("add --tls-cert FILE, the certificate of the key, or leave out both")),
        }
    }

    /// The settings that these are.
    pub(in crate::commands) fn config(&self) -> Config {
        Config {
            auth: self.auth(),
            behind_proxy: self.behind_proxy,
            allowed_hosts: self.allowed_host.clone(),
            max_connections: size(self.max_connections),
            max_connections_per_address: size(self.max_connections_per_address),
            header_deadline: self.header_timeout,
            body_deadline: self.body_timeout,
            idle_deadline: self.idle_timeout,
            write_deadline: self.write_timeout,
            drain_deadline: self.drain_timeout,
            ..Config::default()
        }
    }
}

/// Checks the form of a host's name.
fn host_name(text: &str) -> Result<String, String> {
    let is_label = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        !label.is_empty() && label.bytes().all(is_plain)
    };
    if text.len() <= MAX_HOST_CHARS && text.split('.').all(is_label) {
        Ok(text.to_owned())
    } else {
        Err("write a name without scheme and port, such as shop.example.com".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowed_host_is_a_name_without_scheme_and_port() {
        let table = [
            ("shop.example.com", true),
            ("shop", true),
            ("xn--9n2bp8q.example", true),
            ("shop.example.com:8080", false),
            ("https://shop.example.com", false),
            ("shop.example.com.", false),
            ("*.example.com", false),
            ("shop/", false),
            ("", false),
        ];
        for (text, accepted) in table {
            assert_eq!(host_name(text).is_ok(), accepted, "{text:?}");
        }
    }
}
