//! `jumun token revoke`.

use jumun_store::access::TokenId;

use super::Revoke;
use crate::actor::at_the_command_line;
use crate::database::Purpose;
use crate::failure::Failure;
use crate::{output, time};

/// Revokes tokens one after the other; one that is not there keeps none of the
/// others from it.
///
/// # Errors
///
/// A database that cannot be written, and afterwards a token that is not there.
pub(super) async fn revoke(arguments: &Revoke) -> Result<(), Failure> {
    let engine = arguments.database.engine()?;
    let access = engine.access(Purpose::Write).await?;
    let by = at_the_command_line();
    let mut unknown: Vec<TokenId> = Vec::new();
    for id in &arguments.ids {
        let revoked = access
            .revoke_token(*id, &by)
            .await
            .map_err(Failure::engine)?;
        match revoked.and_then(|token| token.revoked_at) {
            Some(since) => {
                output::line(format!("{id}: opens nothing since {}", time::shown(since)))?
            }
            None => unknown.push(*id),
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown: Vec<String> = unknown.iter().map(TokenId::to_string).collect();
    Err(
        Failure::new(format!("this shop has no token {}", unknown.join(", ")))
            .help("`jumun token list` shows all; check the ids and --database"),
    )
}
