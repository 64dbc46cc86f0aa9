use std::fs;

use jumun_test_cluster::Certificates;

use super::*;

/// A certificate with its key, and one with another, in a folder.
fn folder() -> (tempfile::TempDir, [String; 4]) {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a.crt", "a.key", "b.crt", "b.key"];
    for pair in names.chunks(2) {
        let made = Certificates::create();
        fs::copy(made.tls().certificate, folder.path().join(pair[0])).unwrap();
        fs::copy(made.tls().key, folder.path().join(pair[1])).unwrap();
    }
    let paths = names.map(|name| folder.path().join(name).display().to_string());
    (folder, paths)
}

#[test]
fn files_that_cannot_be_used_are_told_by_name_with_what_to_do_and_nothing_of_a_key() {
    let (folder, [certificate, key, other_certificate, other_key]) = folder();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let empty = write("empty", "");
    let torn = write("torn", &fs::read_to_string(&key).unwrap()[..80]);
    let garbled = write(
        "garbled",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    );
    let missing = folder.path().join("missing").display().to_string();
    let table = [
        (&certificate, &key, None),
        (&other_certificate, &other_key, None),
        (
            &certificate,
            &other_key,
            Some("is not that of the certificate"),
        ),
        (&key, &key, Some("holds no certificate")),
        (&empty, &key, Some("holds no certificate")),
        (&certificate, &certificate, Some("holds no private key")),
        (&certificate, &empty, Some("holds no private key")),
        (&certificate, &torn, Some("holds no private key")),
        (&certificate, &garbled, Some("cannot be used")),
        (&missing, &key, Some("cannot read")),
        (&certificate, &missing, Some("cannot read")),
    ];
    for (certificate, key, expected) in table {
        let loaded = Tls::load(certificate.into(), key.into());
        match (loaded, expected) {
            (Ok(_), None) => {}
            (Err(error), Some(part)) => {
                let text = error.to_string();
                assert!(text.contains(part) && text.contains("; "), "{text}");
                let lines = fs::read_to_string(key).unwrap_or_default();
                let secret = lines.lines().nth(1);
                let shown = format!("{text} {error:?}");
                assert!(!secret.is_some_and(|it| shown.contains(it)), "{shown}");
            }
            (loaded, expected) => panic!("{:?}, not {expected:?}", loaded.err()),
        }
    }
}

#[test]
fn a_print_changes_with_either_file_and_with_nothing_else() {
    let (_folder, [certificate, key, other_certificate, other_key]) = folder();
    let print = |certificate: &str, key: &str| {
        let files = Files {
            certificate: certificate.into(),
            key: key.into(),
        };
        files.read().print()
    };
    let first = print(&certificate, &key);
    assert_eq!(first, print(&certificate, &key));
    let others = [
        print(&other_certificate, &key),
        print(&certificate, &other_key),
        print(&certificate, "missing"),
        print(&key, &certificate),
    ];
    assert!(!others.contains(&first));
}

#[test]
fn only_a_pair_that_belongs_together_takes_the_place_of_the_one_before() {
    let (_folder, [certificate, key, other_certificate, other_key]) = folder();
    let mut tls = Tls::load(certificate.clone().into(), key.clone().into()).unwrap();
    let first = tls.resolver.current().cert[0].clone();
    // The files named now, and whether what is in them comes into use.
    let table = [
        (&other_certificate, &key, false),
        (&certificate, &other_key, false),
        (&key, &other_key, false),
        (&other_certificate, &other_certificate, false),
        (&"missing".to_owned(), &other_key, false),
        (&other_certificate, &other_key, true),
    ];
    for (certificate, key, is_used) in table {
        tls.files = Files {
            certificate: certificate.into(),
            key: key.into(),
        };
        tls.judge(tls.files.read());
        let used = tls.resolver.current().cert[0] != first;
        assert_eq!(used, is_used, "{:?}", tls.files);
    }
}
