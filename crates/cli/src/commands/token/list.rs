//! `jumun token list`.

use std::io::Write as _;

use jumun_server::render_token;
use jumun_store::Page;
use jumun_store::access::{Access, Token};

use super::{List, table};
use crate::database::Purpose;
use crate::failure::Failure;
use crate::output;

/// Tokens read at a time: a snapshot of a few milliseconds.
const PAGE: usize = 500;

/// Prints all tokens, newest first: a table, or JSON.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) async fn list(arguments: &List) -> Result<(), Failure> {
    let engine = arguments.database.engine()?;
    let access = engine.access(Purpose::Read).await?;
    let all = all(&*access).await?;
    if arguments.json {
        return json(&all);
    }
    if all.is_empty() {
        output::note(
            "this shop has no token; make one with: jumun token create --scope admin --database …",
        );
        return Ok(());
    }
    output::line(table::tokens(&all, crate::time::now()).trim_end())
}

/// Every token, newest first.
///
/// # Errors
///
/// As [`list`].
pub(crate) async fn all(access: &dyn Access) -> Result<Vec<Token>, Failure> {
    let mut all: Vec<Token> = Vec::new();
    loop {
        let after = all.last().map(|token| token.made.id);
        let page = access
            .tokens(Page { after, limit: PAGE })
            .await
            .map_err(|fault| Failure::fault(&fault))?;
        all.extend(page.items);
        if !page.more {
            return Ok(all);
        }
    }
}

/// As the API's list without pages.
fn json(all: &[Token]) -> Result<(), Failure> {
    output::to_stdout(|stdout| {
        stdout.write_all(b"{\"items\":[")?;
        for (index, token) in all.iter().enumerate() {
            if index > 0 {
                stdout.write_all(b",")?;
            }
            stdout.write_all(&render_token(token))?;
        }
        stdout.write_all(b"]}\n")
    })
}
