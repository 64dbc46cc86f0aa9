//! Faults of servers, connections and instances, caused on purpose, and what
//! becomes of every request. `JUMUN_FAULT_RUNS` multiplies how often.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::print_stdout, reason = "a seed is told where a test fails")]

mod support;

mod cancelled_waits;
mod contention;
mod cut_connections;
mod cut_records;
mod cut_tokens;
mod cut_wishes;
mod event_order;
mod failover;
mod ids_ahead_of_the_clock;
mod late_messages;
mod leases;
mod poison;
mod probes;
mod revocations;
mod server_restarts;
mod stopped_instance;
mod two_instances;
mod unreachable_server;
