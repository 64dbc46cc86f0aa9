use super::*;

/// What no message, name or print may hold.
const SECRETS: [&str; 4] = ["hunter", "s3cret", "tok3n", "MfKQ"];

fn target(url: &str) -> Target {
    PlatformSettings::new(url).unwrap().url.target
}

#[test]
fn a_url_is_named_without_what_may_be_secret() {
    let check = |url: &str, name: &str| {
        let settings = PlatformSettings::new(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(settings.name, name);
        assert_eq!(settings.check(), Ok(()), "{url}");
        let printed = format!("{settings:?} {:?} {}", settings.url.target, settings.url);
        for secret in SECRETS {
            assert!(!printed.contains(secret), "{printed}");
        }
    };
    check("http://example.com", "http://example.com/");
    check("HTTPS://Example.com:443/A", "https://example.com/A");
    check("https://s3cret@example.com/a", "https://example.com/a");
    check(
        "https://u:hunter%402@example.com/a?key=tok3n",
        "https://example.com/a",
    );
    check(
        "https://example.com/%40a?b=c%2Fd",
        "https://example.com/%40a",
    );
    check("http://[::1]:8080/a", "http://[::1]:8080/a");
    check(
        "nats://u:hunter@host/orders.paid",
        "nats://host/orders.paid",
    );
    check(
        "nats://tok3n@10.0.0.1:4223/orders",
        "nats://10.0.0.1:4223/orders",
    );
    check("tls://host/orders", "tls://host/orders");
    check("kafka://host:9093/orders_v1", "kafka://host:9093/orders_v1");
    check(
        "file:///var/lib/jumun/events.jsonl",
        "file:///var/lib/jumun/events.jsonl",
    );
    check("file:///var/a%20b@c.jsonl", "file:///var/a%20b@c.jsonl");
}

#[test]
fn a_wrong_url_is_refused_with_a_reason_that_quotes_nothing_of_it() {
    let check = |url: &str, part: &str| {
        let error = PlatformSettings::new(url).err();
        let text = error.map_or_else(|| "accepted".to_owned(), |error| error.to_string());
        assert!(text.contains(part), "{url}: {text}");
        for secret in SECRETS {
            assert!(!text.contains(secret), "{url}: {text}");
        }
    };
    check("", "no ://");
    check("hunter2", "no ://");
    check("u:hunter2@host/a", "no ://");
    check("gopher://hunter2@host/", "unknown");
    check("https://", "empty host");
    check("https://u:hunter2@/a", "empty host");
    // What is not encoded moves the border between password and host.
    check("https://u:a@hunter2@host/a", "%40");
    check("https://u:a/hunter2@host/a", "%40");
    check("https://u:1?hunter2@host/a", "%40");
    check("https://u:1#hunter2@host/a", "%40");
    check("https://u:1\\hunter2@host/a", "\\");
    check("https://u:hun ter2@host/a", "space");
    check("https://host/a\nx-hunter: 2", "line end");
    check("https://u:hunter2@host:99999/a", "invalid port");
    check("https://u:hunter2@ho^st/a", "domain");
    check("https://u:%ff@host/a", "UTF-8");
    check("https://host/a#tok3n", "%23");
    check("nats://host", "no subject");
    check("nats://host/", "no subject");
    check("nats:///orders", "no host");
    check("nats://u:hunter2@host/a?tok3n=1", "?");
    check("nats://host/orders.*", "its subject");
    check("nats://host/orders.>", "its subject");
    check("nats://host/orders..paid", "its subject");
    check("nats://host/$JS.API", "its subject");
    check("nats://host/a/b", "its subject");
    check("nats://a,b/orders", "its host");
    check("kafka://host", "no topic");
    check("kafka://u:hunter2@host/orders", "takes none");
    check("kafka://host/..", "topic");
    check("kafka://host/a/b", "its topic");
    check(&format!("kafka://host/{}", "a".repeat(250)), "its topic");
    check("kafka://a:9092,b:9092/orders", "invalid port");
    check("file://host/a", "third /");
    check("file://var/log/a.jsonl", "third /");
    check("file:///", "directory");
    check("file:///var/log/", "directory");
    check("file:///var/log/a?b", "?");
    check("file:///a%00b", "%00");
}

#[test]
fn what_a_url_leaves_out_is_as_usual() {
    let Target::Http(http) = target("http://example.com") else {
        panic!("no HTTP");
    };
    assert_eq!((http.port, http.is_https), (80, false));
    let Target::Http(https) = target("https://u:p%3A%40@example.com/a?b=%20c") else {
        panic!("no HTTP");
    };
    assert_eq!((https.port, https.is_https), (443, true));
    assert_eq!(https.uri, "https://example.com/a?b=%20c");
    let authorization = https.authorization.unwrap();
    assert_eq!(authorization, "Basic dTpwOkA=");
    assert!(authorization.is_sensitive());
    let Target::Nats(nats) = target("nats://u:p%20q@host/a.b") else {
        panic!("no NATS");
    };
    assert_eq!((&*nats.server, &*nats.subject), ("nats://host:4222", "a.b"));
    assert!(matches!(
        nats.credentials,
        Some(NatsCredentials::Password { user, password }) if user == "u" && password == "p q"
    ));
    let Target::Nats(nats) = target("tls://t%3Ak@[::1]/a") else {
        panic!("no NATS");
    };
    assert!(nats.requires_tls);
    assert_eq!(nats.server, "nats://[::1]:4222");
    assert!(matches!(nats.credentials, Some(NatsCredentials::Token(token)) if token == "t:k"));
    let Target::Kafka(kafka) = target("kafka://host/a-b_c.d") else {
        panic!("no Kafka");
    };
    assert_eq!((&*kafka.broker, &*kafka.topic), ("host:9092", "a-b_c.d"));
    let Target::File(path) = target("file:///var/a%20b") else {
        panic!("no file");
    };
    assert_eq!(path, PathBuf::from("/var/a b"));
}

#[test]
fn settings_out_of_bounds_are_refused_by_name() {
    let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
    let check = |url: &str, change: &dyn Fn(&mut PlatformSettings), part: Option<&str>| {
        let mut settings = PlatformSettings::new(url).unwrap();
        change(&mut settings);
        let error = settings.check().err().map(|error| error.to_string());
        match (part, error) {
            (None, None) => {}
            (Some(part), Some(error)) if error.contains(part) => {}
            (part, error) => panic!("{settings:?}: {error:?} instead of {part:?}"),
        }
    };
    let url = "https://host/";
    check(url, &|_| {}, None);
    check(
        url,
        &|settings| settings.name = String::new(),
        Some("0 bytes"),
    );
    check(
        url,
        &|settings| settings.name = "x".repeat(256),
        Some("256 bytes"),
    );
    check(
        url,
        &|settings| settings.name = "a\nb".to_owned(),
        Some("control"),
    );
    check(
        url,
        &|settings| settings.timeout = Duration::ZERO,
        Some("10ms to 600s"),
    );
    check(
        url,
        &|settings| settings.timeout = Duration::MAX,
        Some("10ms to 600s"),
    );
    let many = NonZeroUsize::new(MAX_IN_FLIGHT + 1).unwrap();
    check(
        url,
        &|settings| settings.max_in_flight = many,
        Some("65536"),
    );
    check(
        url,
        &|settings| settings.secrets = vec![secret.clone(); 2],
        None,
    );
    check(
        url,
        &|settings| settings.secrets = vec![secret.clone(); 3],
        Some("than 2"),
    );
    let sign = |settings: &mut PlatformSettings| settings.secrets = vec![secret.clone()];
    for url in ["nats://host/a", "kafka://host/a", "file:///a"] {
        check(url, &sign, Some("remove it"));
    }
}
