//! Which certificates and which ways of coming in each `sslmode` accepts.

use jumun_test_cluster::{Certificates, Cluster, Settings, Tls};

use super::answers::variant;
use super::{connector, refusal, value};

/// Whether the session is encrypted.
const ENCRYPTED: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

/// How a URL with `query` ends: encrypted, plain, or with an error.
async fn outcome(cluster: &Cluster, query: &str) -> String {
    let at = cluster.port();
    let url = format!("postgres://postgres@localhost:{at}/postgres?{query}");
    match connector(&url).connect().await {
        Ok(session) if value(&session, ENCRYPTED).await == "t" => "encrypted".to_owned(),
        Ok(_) => "plain".to_owned(),
        Err(error) => variant(&error),
    }
}

/// Changes who may come in, and how.
fn admit_only(cluster: &Cluster, kind: &str) {
    let path = cluster.sql("postgres", "SHOW hba_file");
    let write = format!("COPY (SELECT '{kind} all all all trust') TO '{path}'");
    cluster.sql("postgres", &write);
    // Any setting will do: the server reads the file along with it.
    cluster.set("log_hostname", "off");
}

fn with_tls(tls: Tls) -> Cluster {
    Cluster::start(Settings {
        tls: Some(tls),
        ..Settings::default()
    })
}

#[tokio::test]
async fn each_sslmode_accepts_what_it_should() {
    let ours = Certificates::create();
    let cluster = with_tls(ours.tls());
    let theirs = Certificates::create();
    let [good, bad] =
        [&ours, &theirs].map(|of| format!("sslrootcert={}", of.authority().display()));
    for (query, expected) in [
        ("sslmode=disable".to_owned(), "plain"),
        (String::new(), "encrypted"),
        ("sslmode=prefer".to_owned(), "encrypted"),
        ("sslmode=require".to_owned(), "encrypted"),
        (format!("sslmode=require&{good}"), "encrypted"),
        (format!("sslmode=require&{bad}"), "NotTrusted"),
        (format!("sslmode=verify-ca&{good}"), "encrypted"),
        (format!("sslmode=verify-ca&{bad}"), "NotTrusted"),
        (format!("sslmode=verify-full&{good}"), "encrypted"),
        (format!("sslmode=verify-full&{bad}"), "NotTrusted"),
    ] {
        assert_eq!(outcome(&cluster, &query).await, expected, "{query}");
    }
    // A machine may have no certificates of its own.
    let of_system = outcome(&cluster, "sslmode=verify-full").await;
    assert!(
        ["NotTrusted", "RootsUnusable"].contains(&&*of_system),
        "{of_system}"
    );
}

#[tokio::test]
async fn a_certificate_that_issued_itself_is_trusted_when_it_was_named_and_has_the_name() {
    let ours = Certificates::create();
    // Made as OpenSSL does by default: an authority's, and without a host's name.
    let authority = ours.authority();
    let cluster = with_tls(Tls {
        key: authority.with_extension("key"),
        certificate: authority.clone(),
    });
    let root = format!("sslrootcert={}", authority.display());
    for (query, expected) in [
        (format!("sslmode=verify-ca&{root}"), "encrypted"),
        (format!("sslmode=verify-full&{root}"), "OtherName"),
        ("sslmode=require".to_owned(), "encrypted"),
    ] {
        assert_eq!(outcome(&cluster, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_used_only_where_that_was_allowed() {
    let ours = Certificates::create();
    let root = format!("sslrootcert={}", ours.authority().display());
    for (query, expected) in [
        (String::new(), "plain"),
        ("sslmode=require".to_owned(), "TlsNotOffered"),
        (format!("sslmode=verify-ca&{root}"), "TlsNotOffered"),
        (format!("sslmode=verify-full&{root}"), "TlsNotOffered"),
    ] {
        assert_eq!(
            outcome(Cluster::shared(), &query).await,
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_server_that_admits_one_way_only_is_reached_in_that_way_or_says_so() {
    let cluster = with_tls(Certificates::create().tls());
    for (line, query, expected) in [
        ("hostssl", "sslmode=prefer", "encrypted"),
        ("hostssl", "sslmode=disable", "TlsRequired"),
        ("hostnossl", "sslmode=prefer", "plain"),
        ("hostnossl", "sslmode=disable", "plain"),
        ("hostnossl", "sslmode=require", "NotAdmitted"),
    ] {
        admit_only(&cluster, line);
        assert_eq!(outcome(&cluster, query).await, expected, "{line} {query}");
    }
}

#[tokio::test]
async fn root_certificates_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate\n").unwrap();
    let broken = folder.path().join("broken.pem");
    std::fs::write(
        &broken,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    for path in [folder.path().join("missing.pem"), empty, broken] {
        let path = path.display();
        let error = refusal(&format!(
            "postgres://h/db?sslmode=verify-full&sslrootcert={path}"
        ))
        .await;
        assert_eq!(variant(&error), "RootsUnusable", "{error}");
        assert!(error.to_string().contains(&path.to_string()), "{error}");
    }
}
