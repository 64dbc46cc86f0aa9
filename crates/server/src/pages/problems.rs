//! The pages of the problems, in the reader's language.

use std::fmt::Write;

use super::{escape, markdown, shell};
use crate::problem::{Code, Language};

/// The language of a page, and whether its address names it.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) language: Language,
    pub(crate) chosen: bool,
}

impl Reader {
    /// What links append, so that a reader who chose a language keeps it.
    fn suffix(self) -> String {
        match self.chosen {
            true => query(self.language),
            false => String::new(),
        }
    }
}

fn query(language: Language) -> String {
    format!("?lang={}", language.tag())
}

/// The page of a problem.
pub(crate) fn problem(code: Code, reader: Reader) -> String {
    let language = reader.language;
    let suffix = reader.suffix();
    let all = match language {
        Language::English => "All problems",
        Language::Korean => "모든 오류",
    };
    let list = format!("<li><a href=\"/problems{suffix}\">{all}</a></li>");
    let here = format!("/problems/{}", code.name());
    let body = format!(
        "{}\n<main>\n{}</main>",
        navigation(&list, &here, language),
        markdown::render(code.page(language), &suffix)
    );
    shell(code.title(language), language, &body)
}

/// The list of all problems.
pub(crate) fn problems(reader: Reader) -> String {
    let language = reader.language;
    let suffix = reader.suffix();
    let (title, introduction, heads) = match language {
        Language::English => (
            "Problems",
            "What an answer's code means, whether a retry is safe, and what to do.",
            ["Code", "Status", "Meaning"],
        ),
        Language::Korean => (
            "오류",
            "응답의 code가 무엇을 뜻하는지, 다시 보내도 안전한지, 무엇을 하면 되는지 알려 줍니다.",
            ["코드", "상태", "뜻"],
        ),
    };
    let mut rows = String::new();
    for code in Code::ALL {
        let (name, status) = (code.name(), code.status().as_u16());
        // Writing to a string does not fail.
        let _ = writeln!(
            rows,
            "<tr><td><a href=\"/problems/{name}{suffix}\"><code>{name}</code></a></td>\
             <td>{status}</td><td>{}</td></tr>",
            escape(code.title(language)),
        );
    }
    let heads = heads.map(|head| format!("<th>{head}</th>")).concat();
    let body = format!(
        "{}\n<main>\n<h1>{title}</h1>\n<p>{introduction}</p>\n\
         <table><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n</main>",
        navigation("", "/problems", language),
    );
    shell(title, language, &body)
}

/// Links to the reference, to `more`, and to this page in the other language.
fn navigation(more: &str, here: &str, language: Language) -> String {
    let home = match language {
        Language::English => "API reference",
        Language::Korean => "API 문서",
    };
    let mut links = format!("<li><a href=\"/docs\">{home}</a></li>{more}");
    for other in Language::ALL.into_iter().filter(|it| *it != language) {
        let (tag, name) = (other.tag(), other.name());
        let _ = write!(
            links,
            "<li><a href=\"{here}{}\" hreflang=\"{tag}\" lang=\"{tag}\">{name}</a></li>",
            query(other)
        );
    }
    format!("<nav><ul>{links}</ul></nav>")
}
