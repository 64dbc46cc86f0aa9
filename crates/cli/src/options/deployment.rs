//! `--name`: the deployment, as events name their source.

/// The longest name: it is part of every event.
const MAX_NAME_CHARS: usize = 64;

/// The option of every command that renders events.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DeploymentOption {
    /// The name of this deployment: events come from /jumun/NAME
    #[arg(long, value_name = "NAME", default_value = "jumun", value_parser = check)]
    pub(crate) name: String,
}

/// The characters that need no escape in a URI (RFC 3986, section 2.3).
fn check(text: &str) -> Result<String, String> {
    let plain = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~')
    };
    if !text.is_empty() && text.len() <= MAX_NAME_CHARS && text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "a name has 1 to {MAX_NAME_CHARS} letters, digits, `-`, `.`, `_` or `~`"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_is_named_in_characters_that_a_uri_takes_as_they_are() {
        let longest = "n".repeat(MAX_NAME_CHARS);
        let too_long = "n".repeat(MAX_NAME_CHARS + 1);
        let table = [
            ("jumun", true),
            ("seoul-1.b_c~d", true),
            (&*longest, true),
            (&*too_long, false),
            ("", false),
            ("a b", false),
            ("a/b", false),
            ("서울", false),
        ];
        for (text, accepted) in table {
            assert_eq!(check(text).is_ok(), accepted, "{text:?}");
        }
    }
}
