use super::*;
use crate::settings::{PlatformUrl, Target};

fn redaction(url: &str) -> Redaction {
    let url: PlatformUrl = url.parse().unwrap();
    let Target::Http(target) = &url.target else {
        panic!("{url} is not over HTTP");
    };
    Redaction::of(target)
}

#[test]
fn each_secret_of_a_request_is_masked_in_each_of_its_forms() {
    let check = |url: &str, text: &str, expected: &str| {
        assert_eq!(
            redaction(url).excerpt(text.as_bytes()),
            expected,
            "{url}: {text}"
        );
    };
    let url = "http://user:hunter2@host/x?token=hunter3";
    check(url, "POST /x?token=hunter3", "POST /x?***");
    check(url, "the token hunter3 is wrong", "the token *** is wrong");
    check(url, "Basic dXNlcjpodW50ZXIy", "Basic ***");
    check(url, "user:hunter2, hunter2", "***, ***");
    check(url, "no user", "no ***");
    check(url, "HUNTER2hunter3", "***");
    check(url, "hunter, token, basic", "hunter, token, basic");
    check(url, "cut here: token=hunt", "cut here: ***");
    check(url, "cut here: hun", "cut here: hun");

    let url = "http://host/x?a=b%2fc+d&secret";
    check(url, "b%2fc+d", "***");
    check(url, "b%2Fc+d", "***");
    check(url, "b/c d or b/c+d", "*** or ***");
    check(url, "a=b/c d&secret or secret", "*** or ***");
    check(url, "a=b%2fc+d, secret", "a=***, ***");

    // What is in many words is masked only where it is one by itself.
    let url = "http://us:pw@host/x?a=1";
    check(url, "a=1 us 1 pw", "a=1 us 1 ***");
    check(url, "/x?a=1", "/x***");

    let url = "http://host/x";
    check(url, "nothing is secret here\n", "nothing is secret here");
}

#[test]
fn secrets_that_overlap_are_masked_whole() {
    let url = "http://host/x?a=abcdef&b=defghi";
    assert_eq!(redaction(url).excerpt(b"-abcdefghi-"), "-***-");
}

#[test]
fn a_secret_is_masked_wherever_the_limit_of_an_excerpt_falls() {
    let url = "http://user:hunter2@host/x?token=hunter3";
    let redaction = redaction(url);
    for before in 0..=MAX_EXCERPT_BYTES {
        // The first shortens the text, so that a later one moves into the limit.
        let mut text = format!("token=hunter3{}", ".".repeat(before));
        text.push_str("hunter3hunter2token=hunter3");
        text.truncate(redaction.readable_bytes());
        let excerpt = redaction.excerpt(text.as_bytes());
        assert!(excerpt.len() <= MAX_EXCERPT_BYTES);
        let rest = excerpt.replace("***", "").replace('.', "");
        assert_eq!(rest, "", "{before}");
    }
}
