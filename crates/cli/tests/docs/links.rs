//! Links between the documents.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::root;

/// All Markdown files of the repository's root and of `docs`.
fn documents() -> Vec<PathBuf> {
    let mut documents = markdown(&root());
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        documents.extend(markdown(&folder));
        let entries = fs::read_dir(&folder).expect("a folder of documents");
        folders.extend(
            entries
                .map(|entry| entry.expect("an entry").path())
                .filter(|path| path.is_dir()),
        );
    }
    documents
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .expect("a folder of documents")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

/// The links and images of a document that lead to a file.
fn relative_links(text: &str) -> Vec<String> {
    Parser::new_ext(text, Options::all())
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(dest_url.to_string())
            }
            _ => None,
        })
        .filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
        .filter_map(|link| link.split('#').next().map(str::to_owned))
        .filter(|path| !path.is_empty())
        .collect()
}

#[test]
fn every_relative_link_of_the_documents_leads_to_a_file() {
    let documents = documents();
    assert!(
        documents.iter().any(|path| path.ends_with("README.md")),
        "{documents:?}"
    );
    let mut dead = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).expect("a document in UTF-8");
        let folder = document.parent().expect("a folder");
        for link in relative_links(&text) {
            if !folder.join(&link).exists() {
                dead.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn links_are_found_in_text_and_not_in_code() {
    let text = "[a](a.md) [b](b.md#part) [c](#part) <https://x.y> [d](https://x.y/z)\n\n\
                ```sh\n[e](e.md)\n```\n\n[f]\n\n[f]: f.md\n![g](g.svg)\n";
    assert_eq!(relative_links(text), ["a.md", "b.md", "f.md", "g.svg"]);
}
