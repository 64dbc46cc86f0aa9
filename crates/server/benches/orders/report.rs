//! What is printed, and what is kept for a comparison later.

use serde_json::{Value, json};

use crate::measure::Setting;
use crate::options::Options;
use crate::shared::child::Memory;
use crate::shared::figures::Batches;
use crate::shared::files;
use crate::shared::load::Timing;
use crate::shared::machine::Usage;
use crate::shared::tally::{Percentiles, Tally, median};

/// All pairs of one setting.
pub(crate) struct Case {
    /// What was measured.
    pub(crate) setting: Setting,
    /// In the order in which they ran.
    pub(crate) pairs: Vec<Pair>,
}

/// A run of the roofline and the run of jumun that followed.
pub(crate) struct Pair {
    /// Without storage.
    pub(crate) roofline: Run,
    /// With the embedded engine.
    pub(crate) jumun: Run,
    /// What only the server with the engine has.
    pub(crate) embedded: Embedded,
}

/// One run of one server.
#[derive(Debug)]
pub(crate) struct Run {
    /// Orders placed within the window.
    pub(crate) placed: u64,
    /// The first answer that was not 201.
    pub(crate) refusal: Option<String>,
    orders_per_second: f64,
    latency: Percentiles,
    statuses: Value,
    cpu_us_per_order: f64,
    generator_us_per_order: f64,
    others: f64,
    memory: Memory,
}

/// What only the server with the engine has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Embedded {
    /// How it came up.
    pub(crate) start: Start,
    /// How it wrote.
    pub(crate) batches: Batches,
}

/// How a server came up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// From the start of the process to its first answer from the database.
    pub(crate) seconds: f64,
    /// The database it opened.
    pub(crate) database_mib: f64,
    /// Its memory then.
    pub(crate) memory: Memory,
}

impl Run {
    /// What a tally comes to. The usage is that of warm-up and window.
    pub(crate) fn new(mut tally: Tally, timing: Timing, usage: &Usage, memory: Memory) -> Self {
        let orders_per_second = tally.orders_per_second();
        let loaded = (timing.warm_up + timing.window).as_secs_f64();
        let us_per_order = 1e6 / (orders_per_second * loaded);
        let latency = tally.percentiles();
        let refused = tally.refused();
        let refusal = tally
            .first_refusal
            .take()
            .map(|text| format!("{refused} refused, first: {text}"));
        Self {
            placed: tally.placed(),
            refusal,
            orders_per_second,
            latency,
            statuses: json!(tally.statuses),
            cpu_us_per_order: usage.server_seconds.iter().sum::<f64>() * us_per_order,
            generator_us_per_order: usage.generator_seconds * us_per_order,
            others: usage.others,
            memory,
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "ordersPerSecond": self.orders_per_second.round(),
            "p50Us": self.latency.p50_us,
            "p99Us": self.latency.p99_us,
            "maxUs": self.latency.max_us,
            "statuses": self.statuses,
            "firstRefusal": self.refusal,
            "cpuUsPerOrder": self.cpu_us_per_order,
            "generatorCpuUsPerOrder": self.generator_us_per_order,
            "otherWorkShare": self.others,
            "residentMib": self.memory.resident_mib,
            "peakMib": self.memory.peak_mib,
        })
    }
}

impl Pair {
    fn ratio(&self) -> f64 {
        self.jumun.orders_per_second / self.roofline.orders_per_second
    }

    /// The pair in a line.
    pub(crate) fn summary(&self) -> String {
        let (roofline, jumun) = (&self.roofline, &self.jumun);
        format!(
            "roofline {:.0}/s, jumun {:.0}/s, ratio {:.3}",
            roofline.orders_per_second,
            jumun.orders_per_second,
            self.ratio()
        )
    }

    fn to_json(&self) -> Value {
        let Embedded { start, batches } = self.embedded;
        json!({
            "ratio": self.ratio(),
            "roofline": self.roofline.to_json(),
            "jumun": self.jumun.to_json(),
            "start": {
                "seconds": start.seconds,
                "databaseMib": start.database_mib,
                "residentMib": start.memory.resident_mib,
            },
            "batchSize": batches.size,
            "commitMs": batches.milliseconds,
        })
    }
}

/// Says what is being done.
pub(crate) fn progress(text: &str) {
    println!("{text}");
}

/// Prints the table: each figure the median of its runs, `max` the greatest.
pub(crate) fn print(cases: &[Case]) {
    println!(
        "\n{:<34} {:<9} {:>9} {:>8} {:>8} {:>8} {:>9} {:>9} {:>8}  statuses",
        "case",
        "server",
        "orders/s",
        "p50 ms",
        "p99 ms",
        "max ms",
        "CPU us",
        "peak MiB",
        "others %"
    );
    for case in cases {
        let name = case.setting.name();
        row(
            &name,
            "roofline",
            case.pairs.iter().map(|pair| &pair.roofline),
        );
        row("", "jumun", case.pairs.iter().map(|pair| &pair.jumun));
        let of = |figure: fn(&Embedded) -> f64| {
            median(case.pairs.iter().map(|pair| figure(&pair.embedded)))
        };
        println!(
            "{:<34} ratio {:.3}; batches of {:.0} in {:.1} ms; start {:.0} ms to the first answer, \
             {:.0} MiB resident, database {:.0} MiB",
            "",
            median(case.pairs.iter().map(Pair::ratio)),
            of(|it| it.batches.size),
            of(|it| it.batches.milliseconds),
            of(|it| it.start.seconds) * 1e3,
            of(|it| it.start.memory.resident_mib),
            of(|it| it.start.database_mib),
        );
        let refusals = case
            .pairs
            .iter()
            .flat_map(|pair| [&pair.roofline, &pair.jumun]);
        for refusal in refusals.filter_map(|run| run.refusal.as_ref()) {
            println!("{:<34} {refusal}", "");
        }
    }
}

fn row<'a>(name: &str, server: &str, runs: impl Iterator<Item = &'a Run> + Clone) {
    let of = |figure: fn(&Run) -> f64| median(runs.clone().map(figure));
    let max_us = runs
        .clone()
        .map(|run| run.latency.max_us)
        .max()
        .unwrap_or(0);
    let statuses: Vec<String> = runs.clone().map(|run| run.statuses.to_string()).collect();
    println!(
        "{name:<34} {server:<9} {:>9.0} {:>8.2} {:>8.2} {:>8.2} {:>9.1} {:>9.1} {:>8.0}  {}",
        of(|run| run.orders_per_second),
        of(|run| f64::from(run.latency.p50_us)) / 1e3,
        of(|run| f64::from(run.latency.p99_us)) / 1e3,
        f64::from(max_us) / 1e3,
        of(|run| run.cpu_us_per_order),
        of(|run| run.memory.peak_mib),
        of(|run| run.others) * 100.0,
        statuses.join(" ")
    );
}

/// Keeps every figure.
pub(crate) fn save(cases: &[Case], options: &Options) -> anyhow::Result<()> {
    let cases: Vec<Value> = cases
        .iter()
        .map(|case| {
            json!({
                "connections": case.setting.connections,
                "workload": format!("{:?}", case.setting.workload),
                "keys": format!("{:?}", case.setting.keys),
                "preload": case.setting.preload,
                "ratio": median(case.pairs.iter().map(Pair::ratio)),
                "pairs": case.pairs.iter().map(Pair::to_json).collect::<Vec<_>>(),
            })
        })
        .collect();
    let all = json!({
        "warmUpSeconds": options.warm_up,
        "windowSeconds": options.window,
        "cases": cases,
    });
    files::save("orders", &all)
}
