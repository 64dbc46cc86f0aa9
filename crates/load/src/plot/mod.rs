//! A figure of throughput and latency over time, as SVG.
//!
//! Written by hand, since it is two charts and a legend: a library would be
//! hundreds of times as large.

mod chart;
mod scale;
mod style;
mod text;

use std::fmt::Write as _;
use std::time::Duration;

use crate::tally::{Point, Tally};
use chart::{Chart, Curve, Place};
use text::escape;

/// One run in a figure.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// Its name in the legend.
    pub name: String,
    /// What was answered, from the begin to the end.
    pub points: Vec<Point>,
}

impl Run {
    /// The run that a tally is of.
    pub fn of(name: impl Into<String>, tally: &Tally) -> Self {
        Self {
            name: name.into(),
            points: tally.series().points(tally.window()),
        }
    }
}

/// Width of a figure, in the pixels of its own coordinates.
const WIDTH: f64 = 960.0;

/// Of a figure without its legend.
const HEIGHT: f64 = 680.0;

/// Where the charts begin: left of it are their axes.
const LEFT: f64 = 84.0;

/// Right of the charts.
const RIGHT: f64 = 24.0;

/// A line of the legend.
const LEGEND_LINE: f64 = 22.0;

/// Draws throughput above and latency (p50, p99 and the slowest) below, of each
/// of the runs. The colours suit a light and a dark page.
pub fn svg(title: &str, runs: &[Run]) -> String {
    let seconds = runs.iter().map(end).max().unwrap_or_default().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "a few runs")]
    let legend_height = LEGEND_LINE * runs.len() as f64;
    let height = HEIGHT + legend_height;
    let place = |top: f64, height: f64| Place {
        left: LEFT,
        top: top + legend_height,
        width: WIDTH - LEFT - RIGHT,
        height,
    };
    let mut out = String::new();
    begin(&mut out, title, runs, height);
    legend(&mut out, runs);
    let throughput = Chart {
        title: "Orders acknowledged a second",
        unit: "orders/s",
        place: place(96.0, 220.0),
        is_logarithmic: false,
        seconds,
        curves: curves(runs, &[("orders", |it| Some(it.orders_per_second()))]),
    };
    throughput.draw(&mut out);
    let latency = Chart {
        title: "Latency of answers, logarithmic: p50 (dotted), p99 (solid), slowest (thin)",
        unit: "ms",
        place: place(406.0, 220.0),
        is_logarithmic: true,
        seconds,
        curves: curves(
            runs,
            &[
                ("p50", |it| millis(it.p50_us)),
                ("slowest", |it| millis(it.max_us)),
                ("p99", |it| millis(it.p99_us)),
            ],
        ),
    };
    latency.draw(&mut out);
    out.push_str("</svg>\n");
    out
}

type Read = fn(&Point) -> Option<f64>;

/// The curves of a chart: of each run, each of these figures.
fn curves(runs: &[Run], figures: &[(&'static str, Read)]) -> Vec<Curve> {
    let mut curves = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        for (class, read) in figures {
            let at = |point: &Point| (point.at + point.length / 2).as_secs_f64();
            curves.push(Curve {
                colour: style::colour(index),
                class,
                values: run.points.iter().map(|it| (at(it), read(it))).collect(),
            });
        }
    }
    curves
}

#[allow(clippy::cast_precision_loss, reason = "latencies of hours at most")]
fn millis(micros: Option<u64>) -> Option<f64> {
    micros.map(|it| it as f64 / 1e3)
}

fn end(run: &Run) -> Duration {
    let last = run.points.last();
    last.map_or(Duration::ZERO, |it| it.at + it.length)
}

fn begin(out: &mut String, title: &str, runs: &[Run], height: f64) {
    let (title, description) = (escape(title), escape(&description(runs)));
    // Here and below: writing into text cannot fail.
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title description">
<title id="title">{title}</title>
<desc id="description">{description}</desc>
<style>
{}</style>
<rect class="page" width="{WIDTH}" height="{height}"/>
<text class="title" x="{LEFT}" y="34">{title}</text>"#,
        style::SHEET
    );
}

/// The figure in words, for those who cannot see it.
fn description(runs: &[Run]) -> String {
    let mut text =
        "Two charts over time in seconds: orders acknowledged a second, and the latency \
                    of answers in milliseconds."
            .to_owned();
    for run in runs {
        let orders: u64 = run.points.iter().map(|it| it.orders).sum();
        let slowest = run.points.iter().filter_map(|it| it.max_us).max();
        let slowest = millis(slowest).unwrap_or(0.0);
        let seconds = end(run).as_secs_f64();
        let _ = write!(
            text,
            " {}: {orders} orders in {seconds:.1} s, the slowest answer after {slowest:.1} ms.",
            run.name
        );
    }
    text
}

fn legend(out: &mut String, runs: &[Run]) {
    let mut y = 60.0;
    for (index, run) in runs.iter().enumerate() {
        let (colour, name) = (style::colour(index), escape(&run.name));
        let (from, to, text) = (LEFT, LEFT + 28.0, LEFT + 38.0);
        let line = y - 4.0;
        let _ = writeln!(
            out,
            r#"<path class="curve orders {colour}" d="M{from} {line}H{to}"/>
<text class="legend" x="{text}" y="{y}">{name}</text>"#
        );
        y += LEGEND_LINE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str) -> Run {
        let point = |second: u64| Point {
            at: Duration::from_secs(second),
            length: Duration::from_secs(1),
            orders: 1_000 * second,
            answers: 1_000 * second,
            lost: 0,
            // Nothing was answered in the third second.
            p50_us: (second != 2).then_some(1_000),
            p99_us: (second != 2).then_some(5_000),
            max_us: (second != 2).then_some(90_000),
        };
        Run {
            name: name.to_owned(),
            points: (0..5).map(point).collect(),
        }
    }

    /// Names of the elements that are open, and that all were closed.
    fn assert_well_formed(svg: &str) {
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let (tag, text) = tag.split_once('>').expect("an end of the tag");
            assert!(!text.contains('>'), "{text}");
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            let name = tag.split([' ', '/']).next().unwrap_or_default();
            match tag.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed), "{svg}"),
                None if tag.ends_with('/') => {}
                None => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn a_figure_is_well_formed_and_told_in_words() {
        let figure = svg("a < b & \"c\"", &[run("uniform"), run("hot <b>")]);
        assert_well_formed(&figure);
        for part in [
            r#"role="img""#,
            "<title id=\"title\">a &lt; b &amp; &quot;c&quot;</title>",
            "10000 orders in 5.0 s, the slowest answer after 90.0 ms",
            "hot &lt;b&gt;",
            "orders/s",
            ">ms<",
            "time, s",
            "prefers-color-scheme: dark",
        ] {
            assert!(figure.contains(part), "no {part}: {figure}");
        }
        // Of each run one curve above and three below, and one in the legend.
        assert_eq!(figure.matches("class=\"curve").count(), 2 * (1 + 3 + 1));
    }

    #[test]
    fn a_time_without_answers_is_a_gap_in_the_latency() {
        let figure = svg("", &[run("one")]);
        let curve = figure.lines().find(|it| it.contains("curve p99"));
        let curve = curve.expect("a curve");
        assert_eq!(curve.matches('M').count(), 2, "{curve}");
    }

    #[test]
    fn a_figure_of_nothing_is_one_too() {
        assert_well_formed(&svg("nothing", &[]));
        let empty = Run {
            name: "empty".to_owned(),
            points: Vec::new(),
        };
        let figure = svg("empty", &[empty]);
        assert_well_formed(&figure);
        assert!(
            !figure.contains("NaN") && !figure.contains("inf"),
            "{figure}"
        );
    }
}
