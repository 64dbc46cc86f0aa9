//! The tokens that were made.

use jumun_domain::Timestamp;
use jumun_server::AuthMode;
use jumun_store::access::{Access, Grant, Scope, Token};

use super::findings::Findings;
use crate::commands::token::all_tokens;
use crate::failure::Failure;
use crate::time;

/// Days without a use after which nobody misses a token.
const UNUSED_DAYS: i64 = 90;

const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// How many are named; the others are counted.
const MAX_NAMED: usize = 5;

/// Checks the tokens of a shop.
pub(super) async fn check(
    findings: &mut Findings,
    access: Result<Box<dyn Access>, Failure>,
    auth: AuthMode,
) {
    let all = match access {
        Ok(access) => all_tokens(&*access).await,
        Err(failure) => Err(failure),
    };
    match all {
        Ok(all) => judge(findings, &all, auth, time::now()),
        Err(failure) => findings.refusal("tokens", failure),
    }
}

fn judge(findings: &mut Findings, all: &[Token], auth: AuthMode, now: Timestamp) {
    let good: Vec<&Token> = all.iter().filter(|it| it.is_good(now)).collect();
    let is_admin =
        |it: &&&Token| matches!(it.made.grant, Grant::Scopes(scopes) if scopes.allow(Scope::Admin));
    let admins = good.iter().filter(is_admin).count();
    match (auth, admins) {
        (AuthMode::Token, 0) => findings.warning(
            "admin token",
            "no token has the scope admin, and the server asks for tokens",
            "make one: jumun token create --scope admin",
        ),
        (AuthMode::Token, _) => findings.ok("admin token", format!("there are {admins}")),
        (AuthMode::None, _) => {}
    }
    let endless = good.iter().filter(|it| it.made.expires_at.is_none());
    named(
        findings,
        "tokens that never expire",
        endless,
        "make new ones with --expires-in, and revoke these",
    );
    let unused = good.iter().filter(|it| {
        let last = it.last_used_at.unwrap_or(it.made.created_at);
        now.as_micros().saturating_sub(last.as_micros()) > UNUSED_DAYS * DAY_MICROS
    });
    named(
        findings,
        "tokens not used for 90 days",
        unused,
        "revoke them, if nobody misses them: jumun token revoke ID",
    );
}

fn named<'a>(
    findings: &mut Findings,
    check: &'static str,
    of: impl Iterator<Item = &'a &'a Token>,
    remedy: &str,
) {
    let ids: Vec<String> = of.map(|it| it.made.id.to_string()).collect();
    if ids.is_empty() {
        return findings.ok(check, "none");
    }
    let mut told = ids[..ids.len().min(MAX_NAMED)].join(", ");
    if ids.len() > MAX_NAMED {
        told.push_str(&format!(" and {} more", ids.len() - MAX_NAMED));
    }
    findings.warning(check, told, remedy);
}
