//! Who could reach a server with these settings, and what it would tell them.

use jumun_server::AuthMode;

use super::certificates;
use super::findings::Findings;
use crate::commands::serve::{DoorOptions, Exposure, Reach, first_open};
use crate::listen;

/// Checks where the server would listen, with what certificate; who could reach
/// the API.
pub(super) async fn check(findings: &mut Findings, doors: &DoorOptions) -> Reach {
    if let Some(text) = &doors.metrics_listen {
        metrics(findings, text).await;
    }
    let has_tls = certificate(findings, doors);
    let addresses = match listen::resolve(&doors.listen).await {
        Ok(addresses) => addresses,
        Err(failure) => {
            findings.refusal("exposure", failure);
            return Reach::Machine;
        }
    };
    let exposure = Exposure {
        addresses: &addresses,
        auth: doors.auth(),
        has_tls,
        behind_proxy: doors.behind_proxy,
    };
    match exposure.check() {
        Ok(reach) => {
            judge(findings, exposure);
            reach
        }
        Err(failure) => {
            findings.refusal("exposure", failure);
            Reach::Network
        }
    }
}

/// Whether there is a certificate, or should be.
fn certificate(findings: &mut Findings, doors: &DoorOptions) -> bool {
    match doors.tls() {
        Ok(tls) => {
            if let (Some(certificate), Some(key)) = (&doors.tls_cert, &doors.tls_key) {
                findings.ok("certificate and key", "they belong together");
                certificates::check(findings, certificate, key);
            }
            tls.is_some()
        }
        Err(failure) => {
            findings.refusal("certificate and key", failure);
            true
        }
    }
}

/// What `serve` would not refuse.
fn judge(findings: &mut Findings, exposure: Exposure<'_>) {
    let open = first_open(exposure.addresses);
    match (open, exposure.auth) {
        (Some(_), _) if exposure.has_tls => {
            findings.ok("exposure", "others reach it with a token, over TLS");
        }
        (Some(open), _) => findings.warning(
            "exposure",
            format!(
                "it speaks plain HTTP on {open}: who reaches it past the proxy sends tokens that \
                 can be read on the way, and can pretend to be any client"
            ),
            "let only the proxy reach that address, or listen on a loopback address, such as \
             --listen 127.0.0.1:8080",
        ),
        (None, _) if !exposure.behind_proxy => {
            findings.ok("exposure", "only this machine can reach the server");
        }
        (None, AuthMode::Token) => {
            findings.ok(
                "exposure",
                "others reach it through the proxy, with a token",
            );
        }
        (None, AuthMode::None) => findings.warning(
            "exposure",
            "whoever the proxy lets in may use the API, and nobody is asked who they are",
            "add --auth token, with tokens made by `jumun token create`",
        ),
    }
}

/// Who could read the figures where they have a listener of their own.
async fn metrics(findings: &mut Findings, text: &str) {
    const CHECK: &str = "metrics exposure";
    let addresses = match listen::resolve(text).await {
        Ok(addresses) => addresses,
        Err(failure) => return findings.refusal(CHECK, failure),
    };
    match first_open(&addresses) {
        Some(open) => findings.warning(
            CHECK,
            format!("{open} is not a loopback address: the figures are open to that network"),
            "let only the collector reach that address, or use a loopback address, such as \
             --metrics-listen 127.0.0.1:9100",
        ),
        None => findings.ok(CHECK, "only this machine can read the figures"),
    }
}
