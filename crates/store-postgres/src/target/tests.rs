//! Which URLs are read, and as what.

use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::config::{ChannelBinding, TargetSessionAttrs};

use super::{Encryption, Roots, Target};

const PASSWORD: &str = "pa55-w0rd";

fn parse(url: &str) -> Target {
    Target::parse_with(url, None).unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn refusal(url: &str) -> String {
    match Target::parse_with(url, None) {
        Ok(target) => panic!("{url} was read as {target:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_url_is_shown_with_its_servers_and_without_its_password() {
    for (url, shown) in [
        ("postgres://h/db", "postgres://h:5432/db"),
        ("postgresql://h/db", "postgres://h:5432/db"),
        ("postgres://h", "postgres://h:5432"),
        (
            "postgres://shop:pa55-w0rd@h:6000/db?sslmode=disable",
            "postgres://shop@h:6000/db",
        ),
        (
            "postgres://h/db?user=shop&password=pa55-w0rd",
            "postgres://shop@h:5432/db",
        ),
        (
            "postgres://shop@h1:1,h2,[::1]:3/db",
            "postgres://shop@h1:1,h2:5432,[::1]:3/db",
        ),
        (
            "postgres://shop@/db?host=h1,h2&port=1,2",
            "postgres://shop@h1:1,h2:2/db",
        ),
        (
            "postgres://shop@/db?host=h1,h2&port=1",
            "postgres://shop@h1:1,h2:1/db",
        ),
        (
            "postgres:///db?host=/var/run/postgresql",
            "postgres://%2Fvar%2Frun%2Fpostgresql:5432/db",
        ),
        (
            "postgres://%2Fvar%2Frun%2Fpostgresql:5432/db",
            "postgres://%2Fvar%2Frun%2Fpostgresql:5432/db",
        ),
        (
            "postgres://%EA%B0%80:pa55-w0rd@h/db",
            "postgres://가@h:5432/db",
        ),
    ] {
        let target = parse(url);
        assert_eq!(target.shown(), shown, "{url}");
        let debug = format!("{target:?} {:?}", target.config());
        assert!(!debug.contains(PASSWORD), "{debug}");
    }
}

#[test]
fn a_url_that_cannot_be_read_is_refused_with_what_to_write_and_without_its_password() {
    for (url, part) in [
        (
            "mysql://u:pa55-w0rd@h/db",
            "does not begin with postgres://",
        ),
        (
            "host=h password=pa55-w0rd",
            "does not begin with postgres://",
        ),
        ("postgres:///db", "names no host"),
        ("postgres://u:pa55-w0rd@:5432/db", "names no host"),
        ("postgres://h1,,h2/db", "names no host"),
        ("postgres://u:x@pa55-w0rd@h/db", "@ as %40"),
        ("postgres://u:x/pa55-w0rd@h/db", "/ as %2F"),
        ("postgres://u:x?pa55-w0rd@h/db", "? as %3F"),
        ("postgres://u:pa55-w0rd@h/d b", "a space"),
        ("postgres://u:pa55-w0rd@h/db\n", "a line end"),
        ("postgres://u:pa55-w0rd@h:x/db", "option `port`"),
        ("postgres://u:pa55-w0rd@h:70000/db", "option `port`"),
        ("postgres://u:pa55-w0rd@[::1/db", "option `host`"),
        ("postgres://u:pa55-w0rd@h/db?host=g", "hosts twice"),
        (
            "postgres://u@/db?host=h1,h2&port=1,2,3",
            "one port for each host",
        ),
        (
            "postgres://h/db?keepalives=x&password=pa55-w0rd",
            "option `keepalives`",
        ),
        (
            "postgres://h/db?connect_timeout=0",
            "connect_timeout must be a whole number from 1 to 600",
        ),
        (
            "postgres://h/db?connect_timeout=1s",
            "connect_timeout must be",
        ),
        (
            "postgres://h/db?connect_timeout=",
            "connect_timeout must be",
        ),
        (
            "postgres://h/db?keepalives_idle=-1",
            "keepalives_idle must be",
        ),
        (
            "postgres://h/db?tcp_user_timeout=0",
            "tcp_user_timeout must be",
        ),
        (
            "postgres://h/db?target_session_attrs=primary",
            "one of read-write, read-only and any",
        ),
        (
            "postgres://h/db?load_balance_hosts=yes",
            "one of disable and random",
        ),
        ("postgres://h/db?service=x", "unknown parameter service"),
        (
            "postgres://h/db?SSLMODE=require",
            "unknown parameter SSLMODE",
        ),
        ("postgres://h/db?sslmode=allow", "sslmode must be one of"),
        ("postgres://h/db?sslmode=", "sslmode must be one of"),
        ("postgres://h/db?sslmode=verify-ca", "needs sslrootcert"),
        (
            "postgres://h/db?sslmode=verify-ca&sslrootcert=system",
            "without sslmode=verify-full",
        ),
        (
            "postgres://h/db?sslmode=require&sslrootcert=system",
            "without sslmode=verify-full",
        ),
        (
            "postgres://h/db?sslmode=prefer&sslrootcert=/r",
            "of no use without",
        ),
        ("postgres://h/db?sslrootcert=/r", "of no use without"),
    ] {
        let message = refusal(url);
        assert!(message.contains(part), "{url}: {message}");
        assert!(!message.contains(PASSWORD), "{url}: {message}");
    }
}

#[test]
fn sslmode_and_sslrootcert_mean_what_they_mean_to_libpq() {
    let file = || PathBuf::from("/etc/r.pem");
    for (query, expected) in [
        ("", Encryption::IfOffered),
        ("?sslmode=disable", Encryption::Never),
        ("?sslmode=prefer", Encryption::IfOffered),
        ("?sslmode=require", Encryption::Unchecked),
        (
            "?sslmode=require&sslrootcert=/etc/r.pem",
            Encryption::Issuer(file()),
        ),
        (
            "?sslmode=verify-ca&sslrootcert=%2Fetc/r.pem",
            Encryption::Issuer(file()),
        ),
        (
            "?sslmode=verify-full",
            Encryption::IssuerAndName(Roots::System),
        ),
        (
            "?sslmode=verify-full&sslrootcert=system",
            Encryption::IssuerAndName(Roots::System),
        ),
        (
            "?sslrootcert=system",
            Encryption::IssuerAndName(Roots::System),
        ),
        (
            "?sslmode=verify-full&sslrootcert=/etc/r.pem",
            Encryption::IssuerAndName(Roots::File(file())),
        ),
    ] {
        let target = parse(&format!("postgres://h/db{query}"));
        assert_eq!(*target.encryption(), expected, "{query}");
    }
}

#[test]
fn a_lost_connection_ends_in_seconds_unless_the_url_says_otherwise() {
    let target = parse("postgres://h/db");
    let config = target.config();
    let worst = config.get_keepalives_idle()
        + config.get_keepalives_interval().unwrap() * config.get_keepalives_retries().unwrap();
    assert!(config.get_keepalives());
    assert!(worst <= Duration::from_secs(15), "{worst:?}");
    assert_eq!(
        config.get_tcp_user_timeout(),
        Some(&Duration::from_secs(10))
    );
    assert_eq!(target.connect_timeout(), Duration::from_secs(5));

    let target = parse(
        "postgres://h/db?connect_timeout=7&keepalives_idle=1&keepalives_interval=2&keepalives_count=4&tcp_user_timeout=2500&keepalives=0",
    );
    let config = target.config();
    assert!(!config.get_keepalives());
    assert_eq!(config.get_keepalives_idle(), Duration::from_secs(1));
    assert_eq!(
        config.get_keepalives_interval(),
        Some(Duration::from_secs(2))
    );
    assert_eq!(config.get_keepalives_retries(), Some(4));
    assert_eq!(
        config.get_tcp_user_timeout(),
        Some(&Duration::from_millis(2500))
    );
    assert_eq!(target.connect_timeout(), Duration::from_secs(7));
}

#[test]
fn a_session_must_allow_writes_unless_the_url_says_otherwise() {
    for (query, expected) in [
        ("", TargetSessionAttrs::ReadWrite),
        (
            "?target_session_attrs=read-write",
            TargetSessionAttrs::ReadWrite,
        ),
        (
            "?target_session_attrs=read-only",
            TargetSessionAttrs::ReadOnly,
        ),
        ("?target_session_attrs=any", TargetSessionAttrs::Any),
    ] {
        let target = parse(&format!("postgres://h/db{query}"));
        assert_eq!(target.access(), expected, "{query}");
    }
}

#[test]
fn what_the_driver_knows_is_passed_on() {
    let target = parse(
        "postgres://h/db?options=-csearch_path%3Dshop&application_name=till&channel_binding=require",
    );
    let config = target.config();
    assert_eq!(config.get_options(), Some("-csearch_path=shop"));
    assert_eq!(config.get_application_name(), Some("till"));
    assert_eq!(config.get_channel_binding(), ChannelBinding::Require);
    assert!(config.get_hosts().is_empty());
    let config = parse("postgres://h/db").config().clone();
    assert_eq!(config.get_application_name(), Some("jumun"));
    assert_eq!(config.get_channel_binding(), ChannelBinding::Prefer);
}

#[test]
fn the_password_of_the_url_comes_before_that_of_the_environment() {
    for (url, environment, expected) in [
        ("postgres://u:%40b%2F@h/db", Some("other"), Some("@b/")),
        ("postgres://u:a:b@h/db", Some("other"), Some("a:b")),
        ("postgres://h/db?password=p%26q", Some("other"), Some("p&q")),
        ("postgres://u@h/db", Some("other"), Some("other")),
        ("postgres://u:@h/db", Some("other"), Some("other")),
        ("postgres://u@h/db", None, None),
    ] {
        let target = Target::parse_with(url, environment.map(str::to_owned)).unwrap();
        let password = target.config().get_password();
        assert_eq!(password, expected.map(str::as_bytes), "{url}");
    }
}

#[test]
fn servers_are_tried_in_their_order_unless_the_url_wants_another() {
    let hosts = (0..40).map(|host| format!("h{host}")).collect::<Vec<_>>();
    let url = format!("postgres://{}/db", hosts.join(","));
    let in_order = parse(&url).places();
    assert_eq!(parse(&url).places(), in_order);
    let mut shuffled = parse(&format!("{url}?load_balance_hosts=random")).places();
    // Forty hosts come back in their order once in 10^47 times.
    assert_ne!(shuffled, in_order);
    shuffled.sort_by_key(|place| in_order.iter().position(|other| other == place));
    assert_eq!(shuffled, in_order);
}
