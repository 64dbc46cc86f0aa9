//! Secrets that stand nowhere else, and the forms in which they could leak.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::shop::Shop;
use super::trail::Trail;
use crate::support::{Issuer, Receiver};

/// Signs what is sent to the platform.
const PLATFORM_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The one before it.
const PREVIOUS_SECRET: &str = "whsec_b0xkU2VjcmV0T2ZUaGVQbGF0Zm9ybTEyMzQ1";

/// All secrets, and who uses them.
#[derive(Default)]
pub(super) struct Canaries {
    /// A name and the bytes to look for.
    forms: Vec<(String, Vec<u8>)>,
    /// What users of an identity provider sign in with.
    pub(super) issuer: Option<Issuer>,
}

impl Canaries {
    /// Puts a secret everywhere where one can be, and writes the settings that
    /// have them.
    pub(super) fn plant(shop: &Shop, receiver: &Receiver) -> Self {
        let mut canaries = Self::default();
        for secret in [PLATFORM_SECRET, PREVIOUS_SECRET] {
            canaries.add("a platform's secret", &secret["whsec_".len()..]);
        }
        let password = "heron-of-the-platform";
        canaries.add("a platform's password", password);
        let credentials = STANDARD.encode(format!("platform:{password}"));
        canaries.add("a platform's credentials", &credentials);
        canaries.add("the token in a platform's URL", "bittern-in-the-query");
        if let Some(password) = shop.password() {
            canaries.add("the database's password", password);
        }
        for line in shop.tls_key().lines().filter(|it| !it.starts_with('-')) {
            canaries.add("the key of TLS", line);
        }
        let url = receiver
            .url()
            .replace("http://", "http://platform:heron-of-the-platform@");
        shop.folder().write("platform.secret", PLATFORM_SECRET);
        shop.folder().write(
            "jumun.toml",
            format!(
                "[[platform]]\nname = \"billing\"\nurl = \"{url}?key=bittern-in-the-query\"\n\
                 secret_file = \"platform.secret\"\nprevious_secret = \"{PREVIOUS_SECRET}\"\n"
            ),
        );
        let issuer = Issuer::new();
        shop.folder().write("jwks.json", issuer.key_set());
        canaries.issuer = Some(issuer);
        canaries
    }

    /// A secret that nobody may write down, in text.
    pub(super) fn add(&mut self, name: &str, text: &str) {
        assert!(text.len() >= 8, "too short to stand nowhere else: {text}");
        self.forms.push((name.to_owned(), text.into()));
    }

    /// The secret half of a token: as it is written, as bytes, and as a
    /// database would show those.
    pub(super) fn add_token(&mut self, name: &str, token: &str) {
        let secret = match token.split_once('.') {
            // The signature: the rest tells who the user is, and not more.
            Some((_, rest)) => rest.rsplit('.').next(),
            None => token.splitn(3, '_').nth(2),
        };
        let secret = secret.expect("a secret");
        self.add(name, secret);
        if let Ok(bytes) = URL_SAFE_NO_PAD.decode(secret) {
            let hex: String = bytes.iter().map(|it| format!("{it:02x}")).collect();
            self.add(name, &hex);
            self.forms.push((name.to_owned(), bytes));
        }
    }

    /// Every form of every secret.
    pub(super) fn forms(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.forms.iter().map(|(name, form)| (&**name, &**form))
    }

    /// Asserts that the secrets were in use, and that what is searched is what
    /// was written meanwhile.
    pub(super) fn assert_used(&self, receiver: &Receiver, trail: &Trail) {
        let received = receiver.received();
        let signed = received.first().expect("an event at the platform");
        let credentials = STANDARD.encode("platform:heron-of-the-platform");
        assert_eq!(
            signed.header("authorization"),
            format!("Basic {credentials}")
        );
        let signatures = signed.header("webhook-signature");
        assert_eq!(signatures.matches("v1,").count(), 2, "{signatures}");
        let kinds = self.forms.iter().filter(|(name, _)| name.contains("token"));
        assert!(kinds.count() > 10, "few tokens were used");
        for (place, text) in [
            ("the log", "DEBUG"),
            ("the log", "billing"),
            ("the database", "checkout"),
            ("the database", "token.create"),
            ("/metrics", "jumun_"),
            ("token list", "checkout"),
            ("changes", "token.create"),
            ("events list billing", "status 500"),
            ("export orders", "orderId"),
            ("audit", "ledger"),
        ] {
            assert!(trail.has(place, text), "no {text:?} in {place}");
        }
    }
}
