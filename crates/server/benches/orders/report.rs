//! What is said meanwhile, and what is kept for a comparison later.

use serde_json::json;

use crate::chart::{self, Line};
use crate::comparisons::CONNECTIONS;
use crate::plan::Plan;
use crate::results::Results;
use crate::shared::files;
use crate::side::{Side, System};

/// Says what is being done.
pub(crate) fn progress(text: &str) {
    println!("{text}");
}

/// Keeps every figure, and draws the plots.
pub(crate) fn save(results: &Results, plan: &Plan, postgres: Option<&str>) -> anyhow::Result<()> {
    let all = json!({
        "warmUpSeconds": plan.timing.warm_up.as_secs_f64(),
        "windowSeconds": plan.timing.window.as_secs_f64(),
        "pairs": plan.pairs,
        "textbookClients": plan.clients,
        "postgres": postgres,
        "results": results.to_json(),
    });
    let stem = files::save("orders", &all)?;
    let lines = by_connections(results);
    let mut plots = Vec::new();
    if lines.iter().any(|line| line.values.len() > 1) {
        plots.push((
            "connections",
            chart::svg("Orders a second by connections", &lines),
        ));
    }
    if let Some(steady) = &results.steady {
        let run = jumun_load::plot::Run {
            name: "embedded".to_owned(),
            points: steady.run.points.clone(),
        };
        let title = format!("{:.0} orders a second at random times", steady.rate);
        plots.push(("steady", jumun_load::plot::svg(&title, &[run])));
    }
    for (name, svg) in plots {
        let file = format!("{}-{name}.svg", stem.display());
        std::fs::write(&file, svg)?;
        println!("plot: {file}");
    }
    Ok(())
}

/// Of each system the rates of the usual load, by connections.
fn by_connections(results: &Results) -> Vec<Line> {
    let systems = [
        System::Roofline,
        System::Embedded,
        System::Postgres,
        System::Textbook,
    ];
    let of = |system: System| {
        let values = CONNECTIONS.into_iter().filter_map(|connections| {
            let side = Side {
                connections,
                ..Side::usual(system)
            };
            Some((connections, results.rate_of(side)?))
        });
        Line {
            name: system.name(),
            values: values.collect(),
        }
    };
    let lines = systems.map(of).into_iter();
    lines.filter(|line| !line.values.is_empty()).collect()
}
