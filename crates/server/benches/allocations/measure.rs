//! The cases, one after the other, each on both servers.

use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use jumun_load::{Pace, Workload};
use serde_json::json;

use crate::counters::Allocated;
use crate::options::{Case, Plan, Role};
use crate::shared::child::{self, Server};
use crate::shared::files::{self, scratch};
use crate::shared::load::Load;
use crate::shared::shop;
use crate::witness::Witness;

/// Two hundred thousand requests in full batches take some seconds.
const FILL_LIMIT: Duration = Duration::from_secs(600);

/// Measures all that is planned, and reports it.
pub(crate) fn run(plan: &Plan) -> anyhow::Result<()> {
    let mut figures = Vec::new();
    println!(
        "{:<9} {:>6} {:<13} {:<9} {:>12} {:>14} {:>9}",
        "workload", "conn.", "keys", "system", "allocations", "reallocations", "bytes"
    );
    for case in &plan.cases {
        for role in [Role::Roofline, Role::Jumun] {
            let each = allocated(plan, *case, role)?;
            let Case {
                workload,
                connections,
                keys,
            } = case;
            let (workload, keys, system) = (workload.name(), keys.name(), name(role));
            println!(
                "{workload:<9} {connections:>6} {keys:<13} {system:<9} {:>12.1} {:>14.2} {:>9.0}",
                each.allocations, each.reallocations, each.bytes
            );
            ensure!(each.allocations > 0.0, "nothing was counted");
            figures.push(json!({
                "system": system,
                "workload": workload,
                "connections": connections,
                "keys": keys,
                "allocationsPerAnswer": each.allocations,
                "reallocationsPerAnswer": each.reallocations,
                "bytesPerAnswer": each.bytes,
            }));
        }
    }
    if !plan.is_smoke {
        files::save("allocations", &json!(figures))?;
    }
    Ok(())
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Roofline => "roofline",
        Role::Jumun | Role::Fill => "embedded",
    }
}

/// What a server allocates for an answer, once it is warm.
fn allocated(plan: &Plan, case: Case, role: Role) -> anyhow::Result<Allocated> {
    let directory = scratch()?;
    let database = directory.path().join("orders.db");
    let counters = directory.path().join("counters");
    if role == Role::Jumun {
        fill(plan, case, &database)?;
    }
    let mut command = child::again(role, Some(&database))?;
    command.arg("--counters").arg(&counters);
    let server = Server::start(command)?;
    let load = Load {
        workload: case.workload,
        keys: case.keys,
        shop: plan.shop,
        connections: case.connections,
        pace: Pace::Closed,
        timing: plan.timing,
    };
    jumun_load::run(&load.of(server.address), ())?;
    let before = Allocated::by_server_at(&counters)?;
    let (_, witness) = jumun_load::run(&load.of(server.address), Witness::default())?;
    Allocated::by_server_at(&counters)?.each_since(before, witness.answers)
}

fn fill(plan: &Plan, case: Case, database: &Path) -> anyhow::Result<()> {
    let mut command = child::again(Role::Fill, Some(database))?;
    if plan.shop == shop::small() {
        command.arg("--small");
    }
    if case.workload == Workload::SoldOut {
        command.arg("--sold-out");
    }
    child::finish(command, FILL_LIMIT)?;
    Ok(())
}
