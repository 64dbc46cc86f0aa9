//! What is the embedded engine's own: files, locks, migrations, audit, import,
//! backup, full disks, operators beside a server.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod access;
mod audit;
mod backup;
mod deliveries;
mod disk;
mod document;
mod import;
mod open;
mod support;
mod upgrade;
