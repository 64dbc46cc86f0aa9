//! What a document may name as a proof: a test that is run, or a script.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::root;
use super::tables::Link;

/// Whether a link names a proof: the text is the name of a test, and the target
/// the file that has it; or both are a script of `tools`.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn check(link: &Link, folder: &Path) -> Result<(), String> {
    let told = |wrong: &str| Err(format!("[{}]({}): {wrong}", link.text, link.target));
    let Ok(path) = folder.join(&link.target).canonicalize() else {
        return told("there is no such file");
    };
    if path.extension().is_some_and(|it| it == "rs") {
        let source = fs::read_to_string(&path).expect("a source in UTF-8");
        let suite = fs::read_to_string(path.with_file_name("suite.rs")).unwrap_or_default();
        let is_test = is_test(&source, &link.text) || is_case(&source, &suite, &link.text);
        return if is_test {
            Ok(())
        } else {
            told("the file has no such test")
        };
    }
    let is_named = path
        .strip_prefix(root())
        .is_ok_and(|it| it == Path::new(&link.text));
    let runs =
        fs::metadata(&path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0);
    let is_tool = link.text.starts_with("tools/");
    if is_named && is_tool && runs {
        Ok(())
    } else {
        told("it is no script of that name")
    }
}

/// Whether a source has a test of this name that is run.
fn is_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let declared = format!("fn {name}(");
    let by_attribute = (0..lines.len()).any(|index| {
        let line = lines[index].strip_prefix("async ").unwrap_or(lines[index]);
        let above = lines[..index].iter().rev();
        let attributes: Vec<_> = above.take_while(|it| it.starts_with("#[")).collect();
        let has = |start: &str| attributes.iter().any(|it| it.starts_with(start));
        line.starts_with(&declared) && (has("#[test]") || has("#[tokio::test")) && !has("#[ignore")
    });
    // The macro makes a test of each engine.
    let mut parts = source.split("\non_each_engine!(").skip(1);
    by_attribute
        || parts.any(|part| {
            let rest = part.trim_start().strip_prefix(name);
            rest.is_some_and(|rest| rest.trim_start().starts_with([')', ',']))
        })
}

/// Whether it is a case of a suite that every engine runs.
fn is_case(source: &str, suite: &str, name: &str) -> bool {
    let declared = format!("pub(super) async fn {name}");
    let has = |line: &str| {
        line.strip_prefix(&declared)
            .is_some_and(|it| it.starts_with(['(', '<']))
    };
    source.lines().any(has) && suite.lines().any(|line| line.trim() == name)
}

#[test]
fn a_test_is_one_that_is_run() {
    let source = "#[test]\nfn plain() {}\n\n#[tokio::test(flavor = \"x\")]\nasync fn awaited() {}\n\n\
                  #[test]\n#[should_panic]\nfn panics() {}\n\n#[test]\n#[ignore]\nfn ignored() {}\n\n\
                  // #[test]\n// fn commented() {}\n\nfn helper() {}\n\n\
                  on_each_engine!(engines);\non_each_engine!(\n    wrapped\n);\n// on_each_engine!(gone);\n";
    let table = [
        ("plain", true),
        ("awaited", true),
        ("panics", true),
        ("engines", true),
        ("wrapped", true),
        ("ignored", false),
        ("commented", false),
        ("helper", false),
        ("gone", false),
        ("engine", false),
        ("plai", false),
        ("", false),
    ];
    for (name, expected) in table {
        assert_eq!(is_test(source, name), expected, "{name:?}");
    }
}

#[test]
fn a_case_is_one_that_its_suite_lists() {
    let source =
        "pub(super) async fn listed(t: &Trial) {}\npub(super) async fn dead(t: &Trial) {}\n";
    let suite = "    users {\n        listed\n    }\n";
    for (name, expected) in [
        ("listed", true),
        ("dead", false),
        ("users", false),
        ("liste", false),
    ] {
        assert_eq!(is_case(source, suite, name), expected, "{name}");
    }
}
