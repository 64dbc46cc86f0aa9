//! The `jumun` command: a shop's order and payment core on the command line.

mod access;
mod actor;
mod commands;
mod count;
mod database;
mod duration;
mod failure;
mod listen;
mod logging;
mod options;
mod output;
mod platform;
mod progress;
mod runtime;
mod secret;
mod signals;
mod time;

use std::process::ExitCode;

/// Orders are many small allocations that one thread makes and another frees,
/// which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match options::read(std::env::args_os()) {
        Ok(command) => commands::run(command).unwrap_or_else(|failure| failure.report()),
        Err(refusal) => refusal.report(),
    }
}
