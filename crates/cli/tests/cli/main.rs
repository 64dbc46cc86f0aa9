//! The `jumun` command as its users run it: as a process.

mod arguments;
mod backup;
mod broken_files;
mod configuration;
mod crash;
mod demo;
mod export;
mod import;
mod serve;
mod support;
