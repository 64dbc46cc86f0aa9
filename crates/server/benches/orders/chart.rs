//! A figure of rates by connections, as SVG that suits a light and a dark page.

use std::fmt::Write as _;

/// Width of the figure, in the pixels of its own coordinates.
const WIDTH: f64 = 760.0;
/// Height of the figure.
const HEIGHT: f64 = 420.0;
/// Where the axes cross: room for the numbers left of them and below.
const ORIGIN: (f64, f64) = (84.0, 350.0);
/// Where the chart ends at the top: below the title and the legend.
const TOP: f64 = 90.0;
/// Where it ends at the right.
const RIGHT: f64 = 730.0;
/// Parts of the upright axis.
const TICKS: u32 = 4;
/// Colours that differ on white and on black, for those who see fewer, too.
const COLOURS: [&str; 4] = ["#888888", "#0b84d8", "#d9730d", "#2e9e5b"];
/// Texts and axes take the colour of the page's text.
const STYLE: &str = "text { font: 13px sans-serif; fill: #222 } line { stroke: #888 } \
    @media (prefers-color-scheme: dark) { text { fill: #ddd } .page { fill: #161616 } } \
    @media (prefers-color-scheme: light) { .page { fill: #fff } }";

/// A system's rates.
pub(crate) struct Line {
    /// Its name in the legend.
    pub(crate) name: &'static str,
    /// Connections, and orders a second.
    pub(crate) values: Vec<(usize, f64)>,
}

/// Draws rates over numbers of connections, which stand at equal distances.
#[allow(clippy::cast_precision_loss, reason = "a few places")]
pub(crate) fn svg(title: &str, lines: &[Line]) -> String {
    let mut places: Vec<usize> = lines
        .iter()
        .flat_map(|line| line.values.iter().map(|(connections, _)| *connections))
        .collect();
    places.sort_unstable();
    places.dedup();
    let most = lines.iter().flat_map(|line| &line.values);
    let most = round_up(most.map(|(_, rate)| *rate).fold(1.0, f64::max));
    let step = (RIGHT - ORIGIN.0) / (places.len() + 1) as f64;
    let x = |connections: usize| {
        let place = places.iter().position(|it| *it == connections);
        ORIGIN.0 + step * (place.unwrap_or(0) + 1) as f64
    };
    let y = |rate: f64| ORIGIN.1 - rate / most * (ORIGIN.1 - TOP);
    let mut out = String::new();
    // Here and below: writing into text cannot fail.
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">{title}</title>
<desc id="description">{}</desc>
<style>{STYLE}</style>
<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>
<text x="{}" y="30">{title}</text>
<text x="{}" y="{}">connections</text>"#,
        description(lines),
        ORIGIN.0,
        RIGHT - 80.0,
        ORIGIN.1 + 48.0,
    );
    for tick in 0..=TICKS {
        let rate = most * f64::from(tick) / f64::from(TICKS);
        let _ = writeln!(
            out,
            r#"<line x1="{}" x2="{RIGHT}" y1="{y:.1}" y2="{y:.1}" stroke-opacity="0.4"/>
<text x="{}" y="{:.1}" text-anchor="end">{rate:.0}/s</text>"#,
            ORIGIN.0,
            ORIGIN.0 - 8.0,
            y(rate) + 4.0,
            y = y(rate),
        );
    }
    for place in &places {
        let _ = writeln!(
            out,
            r#"<text x="{:.1}" y="{}" text-anchor="middle">{place}</text>"#,
            x(*place),
            ORIGIN.1 + 24.0,
        );
    }
    for (index, line) in lines.iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        let at = ORIGIN.0 + 130.0 * index as f64;
        let points: Vec<String> = line
            .values
            .iter()
            .map(|(connections, rate)| format!("{:.1},{:.1}", x(*connections), y(*rate)))
            .collect();
        let _ = writeln!(
            out,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2.5"/>
<rect x="{at}" y="50" width="12" height="12" fill="{colour}"/>
<text x="{}" y="61">{}</text>"#,
            points.join(" "),
            at + 18.0,
            line.name,
        );
        for point in points {
            if let Some((x, y)) = point.split_once(',') {
                let _ = writeln!(out, r#"<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>"#);
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

/// The figure in words, for those who cannot see it.
fn description(lines: &[Line]) -> String {
    let of = |line: &Line| {
        let values = line.values.iter();
        let values = values.map(|(connections, rate)| format!("{rate:.0} with {connections}"));
        let values: Vec<String> = values.collect();
        format!("{}: {} connections.", line.name, values.join(", "))
    };
    let lines: Vec<String> = lines.iter().map(of).collect();
    format!("Orders a second. {}", lines.join(" "))
}

/// The next number of the form 1, 2, 4 or 8 times a power of ten.
fn round_up(most: f64) -> f64 {
    let power = 10_f64.powf(most.log10().floor());
    let factors = [1.0, 2.0, 4.0, 8.0, 10.0];
    let fits = factors.into_iter().find(|factor| factor * power >= most);
    fits.unwrap_or(10.0) * power
}
