//! `If-Match` and `If-None-Match`: what a change expects of what is there
//! (RFC 9110, section 13.1).

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use jumun_domain::{EntityTag, Precondition, Rule};

use crate::problem::{FieldError, Issue, Problem};

/// The most tags of one `If-Match`: a client names what it has read, which is
/// one tag, or a few where it keeps several copies.
const MAX_TAGS: usize = 20;

/// What a request expects of the thing that it changes. The headers are only
/// read here; whether they hold is decided with the change.
pub(crate) struct Expected(pub(crate) Precondition);

impl<S: Sync> FromRequestParts<S> for Expected {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match precondition(&parts.headers) {
            Ok(precondition) => Ok(Self(precondition)),
            Err(error) => Err(Problem::invalid(vec![error])),
        }
    }
}

fn precondition(headers: &HeaderMap) -> Result<Precondition, FieldError> {
    match (lines(headers, IF_MATCH), lines(headers, IF_NONE_MATCH)) {
        (None, None) => Ok(Precondition::Nothing),
        (Some(lines), None) => {
            if_match(&lines).map_err(|issue| FieldError::parameter("If-Match", issue))
        }
        (None, Some(lines)) if is_any(&lines) => Ok(Precondition::Absent),
        (None, Some(_)) => Err(FieldError::parameter("If-None-Match", Issue::NotAnyTag)),
        (Some(_), Some(_)) => Err(FieldError::parameter(
            "If-None-Match",
            Issue::BesideHeader("If-Match"),
        )),
    }
}

/// What the lines of a header say, without empty ones; `None` where there is no line.
fn lines(headers: &HeaderMap, name: HeaderName) -> Option<Vec<&[u8]>> {
    let all = headers.get_all(name);
    let said = all.iter().map(|line| line.as_bytes().trim_ascii());
    let said = said.filter(|line| !line.is_empty()).collect();
    all.iter().next().map(|_| said)
}

fn is_any(lines: &[&[u8]]) -> bool {
    matches!(lines, [b"*"])
}

/// Several lines are one list.
fn if_match(lines: &[&[u8]]) -> Result<Precondition, Issue> {
    if is_any(lines) {
        return Ok(Precondition::Present);
    }
    let mut tags = Vec::new();
    let mut count = 0;
    for line in lines {
        let mut rest = *line;
        while let Some((tag, after)) = next_tag(rest)? {
            count += 1;
            if count > MAX_TAGS {
                return Err(Issue::Rule(Rule::ItemsBetween {
                    min: 1,
                    max: MAX_TAGS,
                }));
            }
            tags.extend(tag);
            rest = after;
        }
    }
    if count == 0 {
        return Err(Issue::InvalidTags);
    }
    Ok(Precondition::AnyOf(tags.into()))
}

/// A tag, `None` for one that matches nothing, and what comes after it.
type Next<'a> = (Option<EntityTag>, &'a [u8]);

/// The next tag of a list; a list may have empty places. A weak tag matches
/// nothing here, and neither does one that no product's is written like.
fn next_tag(list: &[u8]) -> Result<Option<Next<'_>>, Issue> {
    let separator = |byte: &u8| b", \t".contains(byte);
    let Some(start) = list.iter().position(|byte| !separator(byte)) else {
        return Ok(None);
    };
    let (weak, quoted) = match list[start..].strip_prefix(b"W/") {
        Some(quoted) => (true, quoted),
        None => (false, &list[start..]),
    };
    let text = quoted.strip_prefix(b"\"").ok_or(Issue::InvalidTags)?;
    let end = text.iter().position(|byte| *byte == b'"');
    let (text, after) = text.split_at(end.ok_or(Issue::InvalidTags)?);
    let after = after[1..].trim_ascii_start();
    let legible = text.iter().all(|byte| *byte > b' ' && *byte != b'\x7f');
    if !legible || !(after.is_empty() || after.starts_with(b",")) {
        return Err(Issue::InvalidTags);
    }
    let tag = std::str::from_utf8(text).ok().and_then(EntityTag::parse);
    Ok(Some((tag.filter(|_| !weak), after)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const ONE: &str = "00112233445566778899aabbccddeeff";
    const OTHER: &str = "ffeeddccbbaa99887766554433221100";

    /// What a header is read as.
    type Reading = Result<Precondition, Issue>;

    fn read(name: HeaderName, lines: &[&[u8]]) -> Reading {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), HeaderValue::from_bytes(line).unwrap());
        }
        precondition(&headers).map_err(|error| error.issue)
    }

    fn any_of(texts: &[&str]) -> Reading {
        let tags = texts.iter().map(|text| EntityTag::parse(text).unwrap());
        Ok(Precondition::AnyOf(tags.collect()))
    }

    fn list(count: usize) -> String {
        vec![format!("\"{ONE}\""); count].join(",")
    }

    #[test]
    fn if_match_is_one_list_of_quoted_tags_or_an_asterisk() {
        let (one, other) = (format!("\"{ONE}\""), format!("\"{OTHER}\""));
        let both = format!("{one}, {other}");
        let gaps = format!(" ,{one}\t,, ,{other} , ");
        let weak = format!("W/{one}, {other}");
        let none = || any_of(&[]);
        let table: Vec<(Vec<&[u8]>, Reading)> = vec![
            (vec![], Ok(Precondition::Nothing)),
            (vec![b"*"], Ok(Precondition::Present)),
            (vec![b" *\t"], Ok(Precondition::Present)),
            (vec![one.as_bytes()], any_of(&[ONE])),
            (vec![both.as_bytes()], any_of(&[ONE, OTHER])),
            (vec![gaps.as_bytes()], any_of(&[ONE, OTHER])),
            (
                vec![one.as_bytes(), b"", other.as_bytes()],
                any_of(&[ONE, OTHER]),
            ),
            (vec![weak.as_bytes()], any_of(&[OTHER])),
            // Well written, and no product's.
            (vec![b"\"\""], none()),
            (vec![b"\"a,b\", \"!#\\'\""], none()),
            (vec!["\"상품\"".as_bytes()], none()),
            (vec![b"\"\x80\xff\""], none()),
        ];
        for (lines, expected) in table {
            assert_eq!(read(IF_MATCH, &lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_malformed_if_match_is_no_list() {
        let bare = ONE.as_bytes();
        let table: [&[&[u8]]; 14] = [
            &[b""],
            &[b" , ,"],
            &[bare],
            &[b"\""],
            &[b"\"a"],
            &[b"a\""],
            &[b"\"a b\""],
            &[b"\"a\tb\""],
            &[b"\"a\" \"b\""],
            &[b"\"a\"b"],
            &[b"w/\"a\""],
            &[b"W/ \"a\""],
            &[b"*, \"a\""],
            &[b"*", b"*"],
        ];
        for lines in table {
            assert_eq!(read(IF_MATCH, lines), Err(Issue::InvalidTags), "{lines:?}");
        }
    }

    #[test]
    fn if_match_names_so_many_tags_at_most_however_many_lines_it_has() {
        let (full, one) = (list(MAX_TAGS), list(1));
        let too_many = Err(Issue::Rule(Rule::ItemsBetween {
            min: 1,
            max: MAX_TAGS,
        }));
        assert_eq!(read(IF_MATCH, &[full.as_bytes()]), any_of(&[ONE; MAX_TAGS]));
        assert_eq!(read(IF_MATCH, &[full.as_bytes(), one.as_bytes()]), too_many);
        let weak = format!("{full}, W/\"a\"");
        assert_eq!(read(IF_MATCH, &[weak.as_bytes()]), too_many);
    }

    #[test]
    fn if_none_match_is_an_asterisk_and_stands_alone() {
        let one = list(1);
        let table: [(&[&[u8]], Reading); 5] = [
            (&[b"*"], Ok(Precondition::Absent)),
            (&[b"", b" * "], Ok(Precondition::Absent)),
            (&[one.as_bytes()], Err(Issue::NotAnyTag)),
            (&[b"*, *"], Err(Issue::NotAnyTag)),
            (&[b""], Err(Issue::NotAnyTag)),
        ];
        for (lines, expected) in table {
            assert_eq!(read(IF_NONE_MATCH, lines), expected, "{lines:?}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, HeaderValue::from_static("*"));
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        let beside = FieldError::parameter("If-None-Match", Issue::BesideHeader("If-Match"));
        assert_eq!(precondition(&headers), Err(beside));
    }
}
