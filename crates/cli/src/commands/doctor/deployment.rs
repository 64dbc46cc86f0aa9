//! A running deployment, from outside.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;

use super::certificates;
use super::fetch::{Answer, Deployment};
use super::findings::Findings;
use super::obstacle::Obstacle;
use super::x509::Certificate;

/// Seconds that the clocks may be apart: more shows in expiries and coupons.
const MAX_CLOCK_SECONDS: i64 = 5;

/// Seconds that a platform may lag behind before somebody should look.
const MAX_LAG_SECONDS: f64 = 300.0;

/// Headers of the documentation that keep a browser from what it should not do.
const SECURITY_HEADERS: [&str; 3] = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
];

/// Checks a deployment, and with a token what it tells of itself.
pub(super) async fn check(findings: &mut Findings, deployment: &Deployment, token: Option<&str>) {
    let live = match deployment.get("/livez", None).await {
        Ok(answer) => answer,
        Err(Obstacle { reason, remedy }) => {
            let found = format!("it cannot be asked: {reason}");
            return findings.wrong("reachable", found, remedy);
        }
    };
    status(findings, "livez", live.status);
    if let Ok(ready) = deployment.get("/readyz", None).await {
        status(findings, "readyz", ready.status);
    }
    encryption(findings, deployment, &live);
    clock(findings, &live, Timestamp::now());
    authentication(findings, deployment).await;
    pages(findings, deployment).await;
    metrics(findings, deployment).await;
    match token {
        Some(token) if deployment.is_private() => platforms(findings, deployment, token).await,
        Some(_) => findings.warning(
            "token",
            "not asked: the token would travel in the clear",
            "ask over https://, or on the machine of the server over a loopback address",
        ),
        None => {}
    }
}

fn status(findings: &mut Findings, check: &'static str, status: u16) {
    if status == 200 {
        findings.ok(check, "200");
    } else {
        findings.wrong(
            check,
            format!("it answers {status}"),
            "look at the log of the server, and at what is in front of it",
        );
    }
}

fn encryption(findings: &mut Findings, deployment: &Deployment, answer: &Answer) {
    let certificate = answer.certificate.as_deref();
    if let Some(certificate) = certificate.and_then(Certificate::read) {
        certificates::judge(findings, &certificate, Timestamp::now());
    } else if deployment.is_private() {
        findings.ok("encryption", "what is sent cannot be read on its way");
    } else {
        findings.wrong(
            "encryption",
            "it is asked over plain HTTP: tokens can be read on their way",
            "serve with --tls-cert and --tls-key, or behind a proxy that ends TLS",
        );
    }
}

fn clock(findings: &mut Findings, answer: &Answer, now: Timestamp) {
    let date = answer.header("date").map(|it| it.replace("GMT", "+0000"));
    let there = date.and_then(|it| rfc2822::parse(&it).ok());
    let Some(there) = there else {
        return findings.warning(
            "clock",
            "its answers have no date",
            "let the proxy in front pass the header Date on",
        );
    };
    let apart = (there.timestamp().as_second() - now.as_second()).abs();
    if apart > MAX_CLOCK_SECONDS {
        findings.warning(
            "clock",
            format!("its clock and the one here are {apart} s apart"),
            "have both machines set their clocks by NTP",
        );
    } else {
        findings.ok("clock", "it shows the same time as here");
    }
}

async fn authentication(findings: &mut Findings, deployment: &Deployment) {
    let status = match deployment.get("/products", None).await {
        Ok(answer) => answer.status,
        Err(it) => return findings.warning("authentication", it.reason, it.remedy),
    };
    match status {
        401 => findings.ok("authentication", "it asks for a token"),
        200 if deployment.is_on_loopback() => {
            findings.ok("authentication", "it asks nobody, and is on this machine");
        }
        200 => findings.wrong(
            "authentication",
            "it asks nobody who they are: whoever reaches it can move money",
            "serve with --auth token, with tokens made by `jumun token create`",
        ),
        other => findings.warning(
            "authentication",
            format!("without a token it answers {other}"),
            "look at what is in front of the server",
        ),
    }
}

async fn pages(findings: &mut Findings, deployment: &Deployment) {
    let Ok(docs) = deployment.get("/docs", None).await else {
        return;
    };
    let missing: Vec<&str> = SECURITY_HEADERS
        .into_iter()
        .filter(|name| docs.header(name).is_none())
        .collect();
    if missing.is_empty() {
        findings.ok("security headers", "the pages have them");
    } else {
        findings.warning(
            "security headers",
            format!("/docs comes without {}", missing.join(", ")),
            "let the proxy in front pass all headers on",
        );
    }
}

async fn metrics(findings: &mut Findings, deployment: &Deployment) {
    match deployment.get("/metrics", None).await {
        Ok(answer) if answer.status == 200 && !deployment.is_on_loopback() => findings.warning(
            "metrics",
            "everybody can read /metrics",
            "serve with --auth token, and give the collector a token with metrics:read or \
             --metrics-listen",
        ),
        Ok(answer) => findings.ok("metrics", format!("without a token: {}", answer.status)),
        Err(it) => findings.warning("metrics", it.reason, it.remedy),
    }
}

async fn platforms(findings: &mut Findings, deployment: &Deployment, token: &str) {
    let answer = match deployment.get("/platforms", Some(token)).await {
        Ok(answer) => answer,
        Err(it) => return findings.warning("deliveries", it.reason, it.remedy),
    };
    match answer.status {
        200 => {}
        401 => {
            return findings.wrong(
                "token",
                "it does not know the token",
                "check JUMUN_TOKEN; `jumun token list` shows which are good",
            );
        }
        other => {
            return findings.warning(
                "deliveries",
                format!("with this token /platforms answers {other}"),
                "use a token with the scope events:read or admin",
            );
        }
    }
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let items = told["items"].as_array().map_or(&[][..], Vec::as_slice);
    if items.is_empty() {
        findings.ok("deliveries", "there is no data platform");
    }
    for it in items {
        platform(findings, it);
    }
}

fn platform(findings: &mut Findings, it: &Value) {
    let name = it["name"].as_str().unwrap_or_default();
    let (dead, lag) = (it["dead"].as_u64(), it["lagSeconds"].as_f64());
    let status = it["status"].as_str().unwrap_or_default();
    if let Some(dead @ 1..) = dead {
        findings.warning(
            "dead letters",
            format!("{name} has {dead}"),
            "see why with `jumun events list --state dead`, and replay them",
        );
    }
    if lag.is_some_and(|it| it > MAX_LAG_SECONDS) || status != "ACTIVE" {
        findings.warning(
            "deliveries",
            format!("{name} is {status} and {:.0} s behind", lag.unwrap_or(0.0)),
            "see why with `jumun events list --state failing`",
        );
    } else {
        findings.ok("deliveries", format!("{name} has what it should"));
    }
}
