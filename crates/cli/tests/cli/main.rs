//! The `jumun` command as its users run it: as a process.

mod arguments;
mod backup;
mod broken_files;
mod changes;
mod configuration;
mod crash;
mod cut_short;
mod demo;
mod doctor;
mod export;
mod exposing;
mod import;
mod instances;
mod load;
mod passwords;
mod platform_faults;
mod platforms;
mod secrets;
mod serve;
mod support;
mod tokens;
mod unusable_servers;
