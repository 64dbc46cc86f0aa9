//! The names of the metrics.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::document::{codes, table};
use crate::names::compare;

/// Where an instance on this engine counts: the engine, what all engines share,
/// and the HTTP server.
const SOURCES: [&str; 3] = ["src", "../store/src", "../server/src"];

/// What names a metric, before its name.
const MAKERS: [&str; 3] = ["counter!(", "gauge!(", "histogram!("];

#[test]
fn the_document_names_every_metric_of_an_instance_and_no_other() {
    let documented = table("metrics")
        .iter()
        .flat_map(|row| codes(row[0]))
        .map(str::to_owned)
        .collect();
    let mut real = BTreeSet::new();
    for source in SOURCES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
        for file in files(&folder) {
            let text = fs::read_to_string(&file).expect("a source file");
            real.extend(metrics(&text));
        }
    }
    compare(documented, real);
}

#[test]
fn a_metric_is_found_on_the_line_of_its_macro_and_on_the_next() {
    let text = "gauge!(\"one\"); counter!(\n    \"two\", \"label\" => it) histogram!(name)";
    let found: Vec<_> = metrics(text).collect();
    assert_eq!(found, ["two", "one"]);
}

fn metrics(text: &str) -> impl Iterator<Item = String> {
    MAKERS.into_iter().flat_map(move |maker| {
        let uses = text.split(maker).skip(1);
        uses.filter_map(|rest| {
            let (name, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
            Some(name.to_owned())
        })
    })
}

/// All sources below a folder, beside which others may lie.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else if path.extension().is_some_and(|it| it == "rs") {
                vec![path]
            } else {
                Vec::new()
            }
        })
        .collect()
}
