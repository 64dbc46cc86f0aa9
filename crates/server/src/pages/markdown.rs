//! Our own Markdown as HTML.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

/// The text as HTML. HTML within it is shown, not passed on; links between the
/// problems' files become links between their pages, with `suffix` appended.
pub(super) fn render(text: &str, suffix: &str) -> String {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let dest_url = page_of(dest_url, suffix);
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            })
        }
        other => other,
    });
    let mut page = String::new();
    html::push_html(&mut page, events);
    page
}

fn page_of<'a>(link: CowStr<'a>, suffix: &str) -> CowStr<'a> {
    match link.strip_suffix(".md") {
        Some(page) => format!("{page}{suffix}").into(),
        None => link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_in_a_text_is_shown_and_links_lead_to_pages() {
        let html = render(
            "# A\n\n[b](order-not-found.md) `<c>` <script>x</script>\n",
            "?lang=ko",
        );
        assert!(html.contains("<h1>A</h1>"));
        assert!(html.contains("<a href=\"order-not-found?lang=ko\">b</a>"));
        assert!(html.contains("<code>&lt;c&gt;</code>"));
        assert!(!html.contains("<script>"));
    }
}
