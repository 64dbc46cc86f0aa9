//! The settings of a server, as it would find them when it starts.

use std::path::Path;

use super::findings::Findings;
use super::{database, exposure, files, limits, platforms, tokens};
use crate::access;
use crate::commands::serve::{self, Reach};
use crate::database::Purpose;

/// Checks all that `serve` would use, without starting it.
pub(super) async fn check(
    findings: &mut Findings,
    arguments: &serve::Arguments,
    file: Option<&Path>,
) {
    if let Some(file) = file {
        files::configuration(findings, file);
    }
    let reach = exposure::check(findings, &arguments.doors).await;
    let auth = arguments.doors.auth();
    let rates = arguments.access.rates(auth);
    findings.outcome("rate limits", rates, "they can be used");
    keys(findings, arguments).await;
    told(findings, arguments, reach).await;
    limits::check(findings, arguments.doors.max_connections);
    let engine = match arguments.database.engine() {
        Ok(engine) => engine,
        Err(failure) => return findings.refusal("database", failure),
    };
    if database::check(findings, &*engine).await {
        tokens::check(findings, engine.access(Purpose::Read).await, auth).await;
    }
}

/// The keys of the identity provider, if there is one.
async fn keys(findings: &mut Findings, arguments: &serve::Arguments) {
    match arguments.access.jwt(arguments.doors.auth()) {
        Ok(None) => {}
        Ok(settings) => {
            let started = access::start_jwt(settings).await;
            findings.outcome("keys of tokens", started, "there are some that can be used");
        }
        Err(failure) => findings.refusal("keys of tokens", failure),
    }
}

async fn told(findings: &mut Findings, arguments: &serve::Arguments, reach: Reach) {
    files::of_platforms(findings, arguments.platforms.secret_sources());
    match arguments.platforms.settings(reach == Reach::Machine) {
        Ok(all) => platforms::check(findings, &all, reach == Reach::Network).await,
        Err(failure) => findings.refusal("platforms", failure),
    }
}
