//! Which platform is meant.

use jumun_platform::PlatformSettings;
use jumun_store::delivery::{PlatformView, Platforms};

use crate::failure::Failure;

/// The platform of this name, or the only one. A URL is taken for the name that
/// it gives when the configuration file does not say otherwise.
///
/// # Errors
///
/// When there is none of that name, or several and no name was given.
pub(super) async fn choose(
    platforms: &dyn Platforms,
    name: Option<&str>,
) -> Result<PlatformView, Failure> {
    let mut known = platforms
        .platforms()
        .await
        .map_err(|fault| Failure::fault(&fault))?;
    let names: Vec<String> = known.iter().map(|it| it.name.clone()).collect();
    let place = match name {
        Some(name) => place(&names, name),
        None if known.len() > 1 => {
            return Err(Failure::usage(format!(
                "the shop has {} data platforms, and none is named",
                known.len()
            ))
            .help(format!("name one of: {}", names.join(", "))));
        }
        None => (!known.is_empty()).then_some(0),
    };
    match (place, name) {
        (Some(place), _) => Ok(known.swap_remove(place)),
        (None, Some(name)) if !names.is_empty() => Err(Failure::new(format!(
            "there is no data platform of the name {name}"
        ))
        .help(format!("name one of: {}", names.join(", ")))),
        _ => Err(none_known()),
    }
}

/// No platform was ever served.
pub(super) fn none_known() -> Failure {
    Failure::new("this shop knows no data platform")
        .help("start a server with one: jumun serve --platform https://example.com/events")
}

fn place(names: &[String], wanted: &str) -> Option<usize> {
    let exact = names.iter().position(|it| it == wanted);
    exact.or_else(|| {
        let by_url = PlatformSettings::new(wanted).ok()?.name;
        names.iter().position(|it| *it == by_url)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_found_by_its_name_and_by_its_url_with_a_password() {
        let names = ["billing", "https://host/a"].map(str::to_owned);
        let table = [
            ("billing", Some(0)),
            ("https://host/a", Some(1)),
            ("https://me:secret@host/a?token=1", Some(1)),
            ("https://host/b", None),
            ("Billing", None),
            ("", None),
        ];
        for (wanted, expected) in table {
            assert_eq!(place(&names, wanted), expected, "{wanted:?}");
        }
    }
}
