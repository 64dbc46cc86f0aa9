//! A JSON object a line.

use std::io::Write as _;

use jumun_server::render_change;
use jumun_store::access::ChangeRecord;

use crate::failure::Failure;
use crate::output;

/// Prints the changes as the API lists them.
///
/// # Errors
///
/// When the output cannot be written.
pub(super) fn print(found: &[ChangeRecord]) -> Result<(), Failure> {
    output::to_stdout(|stdout| {
        for change in found {
            stdout.write_all(&render_change(change))?;
            stdout.write_all(b"\n")?;
        }
        Ok(())
    })
}
