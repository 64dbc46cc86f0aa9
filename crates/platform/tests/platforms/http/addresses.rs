//! Where a message may go.

use std::net::IpAddr;

use jumun_platform::{FailureKind, PlatformSettings, SettingsError, connect};

use super::receiver::Receiver;
use crate::support::{assert_says, client, deliver, fail, message, settings};

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused_unless_allowed() {
    let receiver = Receiver::with_status(200).await;
    let mut settings = settings(&format!("http://localhost:{}/", receiver.port()));
    settings.allow_private_addresses = false;
    let failure = fail(&*client(&settings), &message(1)).await;
    assert_eq!(failure.kind, FailureKind::Refused);
    assert_says(&failure.excerpt, &["not public", "allow private addresses"]);
    assert!(receiver.received().is_empty());

    settings.allow_private_addresses = true;
    deliver(&*client(&settings), &message(1)).await;
    assert_eq!(receiver.received().len(), 1);
}

#[test]
fn a_url_with_an_address_that_is_not_public_is_refused_at_once() {
    let check = |host: &str, expected: &str| {
        let url = format!("http://user:s3cret@{host}:1/a?token=s3cret");
        let mut settings = PlatformSettings::new(&url).unwrap();
        let error = connect(&settings).err().expect(host);
        let SettingsError::PrivateAddress { address, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*address, expected.parse::<IpAddr>().unwrap());
        assert_says(&error.to_string(), &["not public", expected]);
        assert!(!error.to_string().contains("s3cret"));
        settings.allow_private_addresses = true;
        assert!(connect(&settings).is_ok());
    };
    check("127.0.0.1", "127.0.0.1");
    check("10.1.2.3", "10.1.2.3");
    check("169.254.169.254", "169.254.169.254");
    check("0.0.0.0", "0.0.0.0");
    check("[::1]", "::1");
    check("[::ffff:127.0.0.1]", "::ffff:127.0.0.1");
    check("[fd00:ec2::254]", "fd00:ec2::254");
    // Other ways to write 127.0.0.1.
    for disguise in [
        "127.1",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
    ] {
        check(disguise, "127.0.0.1");
    }
}

#[test]
fn a_url_with_a_public_address_is_taken() {
    for host in ["1.1.1.1", "[2606:4700:4700::1111]", "example.com"] {
        let settings = PlatformSettings::new(&format!("https://{host}/")).unwrap();
        assert!(connect(&settings).is_ok(), "{host}");
    }
}
