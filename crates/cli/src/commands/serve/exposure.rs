//! What may be exposed to whom.

use std::net::{IpAddr, SocketAddr};

use jumun_server::AuthMode;

use crate::failure::Failure;

/// How the API would be reached.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Exposure<'a> {
    /// Where it would listen.
    pub(in crate::commands) addresses: &'a [SocketAddr],
    /// Whether callers have to say who they are.
    pub(in crate::commands) auth: AuthMode,
    /// Whether it would be encrypted.
    pub(in crate::commands) has_tls: bool,
    /// Whether a proxy that ends TLS is in front.
    pub(in crate::commands) behind_proxy: bool,
}

/// Who can reach the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::commands) enum Reach {
    /// Processes of this machine.
    Machine,
    /// Others, too.
    Network,
}

impl Exposure<'_> {
    /// Who could reach it, if that is safe: on loopback addresses it always is;
    /// elsewhere callers have to bring a token, and it must not be read on the way.
    ///
    /// # Errors
    ///
    /// What could happen, with the flags that prevent it.
    pub(in crate::commands) fn check(self) -> Result<Reach, Failure> {
        let Some(open) = first_open(self.addresses) else {
            return Ok(Reach::Machine);
        };
        let is_private = self.has_tls || self.behind_proxy;
        match (self.auth, is_private) {
            (AuthMode::Token, true) => Ok(Reach::Network),
            (AuthMode::Token, false) => Err(Failure::new(format!(
                "{open} is not a loopback address, and over plain HTTP tokens can be read on the \
                 way to it"
            ))
            .help(format!("add {ENCRYPTION}"))),
            (AuthMode::None, true) => {
                Err(nobody_is_asked(open).help(format!("add {AUTHENTICATION}; or {LOOPBACK}")))
            }
            (AuthMode::None, false) => Err(nobody_is_asked(open).help(format!(
                "add {AUTHENTICATION}, and {ENCRYPTION}; or {LOOPBACK}"
            ))),
        }
    }
}

/// The first address that others can reach, if there is one.
pub(in crate::commands) fn first_open(addresses: &[SocketAddr]) -> Option<IpAddr> {
    let mut all = addresses.iter().map(SocketAddr::ip);
    all.find(|address| !address.to_canonical().is_loopback())
}

const AUTHENTICATION: &str = "--auth token, with tokens made by `jumun token create`";
const ENCRYPTION: &str = "--tls-cert FILE --tls-key FILE, or --behind-proxy if a reverse proxy \
                          that ends TLS is in front";
const LOOPBACK: &str = "listen on a loopback address, such as --listen 127.0.0.1:8080";

fn nobody_is_asked(open: IpAddr) -> Failure {
    Failure::new(format!(
        "{open} is not a loopback address, and there is no authentication (--auth none): anybody \
         who reaches it could move money"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &[&str] = &["127.0.0.1:80"];
    const BOTH: &[&str] = &[
        "127.0.0.1:80",
        "[::1]:80",
        "127.9.9.9:0",
        "[::ffff:127.0.0.1]:80",
    ];
    const OPEN: &[&str] = &["0.0.0.0:80"];

    #[test]
    fn beyond_loopback_there_are_tokens_and_tls_or_it_does_not_start() {
        use AuthMode::{None, Token};
        const TOKENS: &str = "`jumun token create`";
        const CERTIFICATE: &str = "--tls-cert FILE --tls-key FILE";
        const PROXY: &str = "--behind-proxy";
        let all = [TOKENS, CERTIFICATE, PROXY];
        /// Addresses, auth, TLS, behind a proxy; who reaches it, or what the help names.
        type Case<'a> = (
            &'a [&'a str],
            AuthMode,
            bool,
            bool,
            Result<Reach, &'a [&'a str]>,
        );
        let table: &[Case<'_>] = &[
            (LOCAL, None, false, false, Ok(Reach::Machine)),
            (LOCAL, None, true, false, Ok(Reach::Machine)),
            (LOCAL, None, false, true, Ok(Reach::Machine)),
            (LOCAL, Token, false, false, Ok(Reach::Machine)),
            (LOCAL, Token, true, true, Ok(Reach::Machine)),
            (BOTH, None, false, false, Ok(Reach::Machine)),
            (OPEN, None, false, false, Err(&all)),
            (OPEN, None, true, false, Err(&[TOKENS])),
            (OPEN, None, false, true, Err(&[TOKENS])),
            (OPEN, None, true, true, Err(&[TOKENS])),
            (OPEN, Token, false, false, Err(&[CERTIFICATE, PROXY])),
            (OPEN, Token, true, false, Ok(Reach::Network)),
            (OPEN, Token, false, true, Ok(Reach::Network)),
            (OPEN, Token, true, true, Ok(Reach::Network)),
            // One open address is enough.
            (
                &["127.0.0.1:80", "192.0.2.1:80"],
                None,
                false,
                false,
                Err(&all),
            ),
            (
                &["[::1]:80", "[2001:db8::1]:80"],
                None,
                false,
                false,
                Err(&all),
            ),
            (&["[::]:80"], None, false, false, Err(&all)),
            (&["[::ffff:192.0.2.1]:80"], None, false, false, Err(&all)),
            (
                &["10.0.0.1:80"],
                Token,
                false,
                false,
                Err(&[CERTIFICATE, PROXY]),
            ),
            (&["192.168.0.1:80"], None, true, false, Err(&[TOKENS])),
        ];
        for (addresses, auth, has_tls, behind_proxy, expected) in table {
            let parsed: Vec<SocketAddr> = addresses.iter().map(|it| it.parse().unwrap()).collect();
            let exposure = Exposure {
                addresses: &parsed,
                auth: *auth,
                has_tls: *has_tls,
                behind_proxy: *behind_proxy,
            };
            match (exposure.check(), expected) {
                (Ok(reach), Ok(expected)) => assert_eq!(reach, *expected, "{exposure:?}"),
                (Err(Failure::Told { help, .. }), Err(named)) => {
                    let help = help.unwrap_or_default();
                    for part in all {
                        assert_eq!(help.contains(part), named.contains(&part), "{part}: {help}");
                    }
                }
                (outcome, _) => panic!("{exposure:?}: {outcome:?}"),
            }
        }
    }
}
