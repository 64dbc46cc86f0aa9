//! The data platforms: signed, encrypted, reachable.

use jumun_platform::{PlatformSettings, reach};

use super::findings::Findings;

/// Checks each platform; `is_exposed` says whether others reach the server.
pub(super) async fn check(
    findings: &mut Findings,
    platforms: &[PlatformSettings],
    is_exposed: bool,
) {
    if platforms.is_empty() {
        findings.ok("platforms", "none is named, so nobody is told of orders");
    }
    for platform in platforms {
        let name = &platform.name;
        if platform.url.is_signable() && platform.secrets.is_empty() {
            findings.warning(
                "platform secret",
                format!("what {name} is sent is not signed: it cannot tell it from a forgery"),
                "give it a secret: JUMUN_PLATFORM_SECRET, or secret_file in its [[platform]]",
            );
        }
        let (url, is_private) = (platform.url.to_string(), platform.allow_private_addresses);
        if url.starts_with("http://") && (is_exposed || !is_private) {
            findings.warning(
                "platform encryption",
                format!("{name} is told of orders over plain HTTP"),
                "use https://, unless the way to it is safe",
            );
        }
        if platform.url.kind() == "http" && is_private && is_exposed {
            findings.warning(
                "platform addresses",
                format!("{name} may be at a private address"),
                "leave out allow_private_addresses for platforms on the internet",
            );
        }
        match reach(platform).await {
            Ok(()) => findings.ok("platform reachable", format!("{name} can be reached")),
            Err(reason) => findings.warning(
                "platform reachable",
                format!("{name}: {reason}"),
                "check its URL and that it runs; its events wait meanwhile",
            ),
        }
    }
}
