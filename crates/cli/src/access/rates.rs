//! `--rate-limit-…`: how many requests a second one caller may send.

use std::num::NonZeroU32;
use std::str::FromStr;

use jumun_server::{AuthMode, Rates};

use crate::failure::Failure;

/// The highest limit: more than one server answers, so that it is none.
const MAX_RATE: u32 = 1_000_000;

/// Limits of requests a second; four times as many may come at once.
#[derive(Debug, clap::Args)]
pub(crate) struct RateOptions {
    /// Requests a second of one user, by all their tokens; further ones are
    /// answered 429. off for no limit [default: 50 with --auth token]
    #[arg(long, value_name = "COUNT|off", allow_negative_numbers = true)]
    rate_limit_user: Option<Limit>,
    /// Requests a second of one token with scopes [default: off]
    #[arg(long, value_name = "COUNT|off", allow_negative_numbers = true)]
    rate_limit_token: Option<Limit>,
    /// Requests a second of one address (IPv6: one /64) without a good token;
    /// counts callers on this machine only when it is given [default: 50 with
    /// --auth token]
    #[arg(long, value_name = "COUNT|off", allow_negative_numbers = true)]
    rate_limit_address: Option<Limit>,
}

impl RateOptions {
    /// The limits, with the defaults for what is not given.
    ///
    /// # Errors
    ///
    /// A limit of users or tokens where no request carries one.
    pub(super) fn rates(&self, auth: AuthMode) -> Result<Rates, Failure> {
        if auth == AuthMode::None {
            for (option, limit) in [
                ("--rate-limit-user", self.rate_limit_user),
                ("--rate-limit-token", self.rate_limit_token),
            ] {
                if matches!(limit, Some(Limit(Some(_)))) {
                    return Err(Failure::usage(format!(
                        "{option} counts by token, and this server asks for none"
                    ))
                    .help("add --auth token, or limit callers by --rate-limit-address"));
                }
            }
        }
        let default = match auth {
            AuthMode::None => Rates::NONE,
            AuthMode::Token => Rates::WITH_TOKENS,
        };
        let or = |given: Option<Limit>, default| given.map_or(default, |limit| limit.0);
        Ok(Rates {
            user: or(self.rate_limit_user, default.user),
            token: or(self.rate_limit_token, default.token),
            address: or(self.rate_limit_address, default.address),
            spare_loopback: self.rate_limit_address.is_none(),
        })
    }
}

/// One limit; `None` is off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Limit(Option<NonZeroU32>);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self(None));
        }
        let rate = text.parse().ok().filter(|rate| *rate <= MAX_RATE);
        rate.map(|rate| Self(NonZeroU32::new(rate)))
            .ok_or_else(|| format!("write a whole number from 1 to {MAX_RATE}, or off"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(user: Option<&str>, token: Option<&str>, address: Option<&str>) -> RateOptions {
        let limit = |text: Option<&str>| text.map(|it| it.parse().unwrap());
        RateOptions {
            rate_limit_user: limit(user),
            rate_limit_token: limit(token),
            rate_limit_address: limit(address),
        }
    }

    #[test]
    fn a_limit_is_a_count_or_off() {
        let table = [
            ("1", Some(NonZeroU32::new(1))),
            ("1000000", Some(NonZeroU32::new(1_000_000))),
            ("0", Some(None)),
            ("off", Some(None)),
            ("OFF", Some(None)),
            ("1000001", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse().ok(), expected.map(Limit), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_given_has_the_default_of_the_mode_and_spares_loopback() {
        let nothing = options(None, None, None);
        assert_eq!(nothing.rates(AuthMode::None).unwrap(), Rates::NONE);
        assert_eq!(nothing.rates(AuthMode::Token).unwrap(), Rates::WITH_TOKENS);
        let all = options(Some("off"), Some("7"), Some("3"));
        let expected = Rates {
            user: None,
            token: NonZeroU32::new(7),
            address: NonZeroU32::new(3),
            spare_loopback: false,
        };
        assert_eq!(all.rates(AuthMode::Token).unwrap(), expected);
    }

    #[test]
    fn an_open_server_counts_by_address_only() {
        let table = [
            (options(Some("9"), None, None), false),
            (options(None, Some("9"), None), false),
            (options(Some("off"), Some("0"), None), true),
            (options(None, None, Some("9")), true),
        ];
        for (options, accepted) in table {
            let is_accepted = options.rates(AuthMode::None).is_ok();
            assert_eq!(is_accepted, accepted, "{options:?}");
        }
    }
}
