//! One chart: axes with ticks, and curves.

use std::fmt::Write as _;

use super::scale::Scale;
use super::text::number;

/// Ticks above 0 of the axis of values, and of time.
const VALUE_TICKS: u32 = 5;
const TIME_TICKS: u32 = 10;

/// Where a chart is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A line through values over time.
#[derive(Debug)]
pub(super) struct Curve {
    /// The class of its colour.
    pub(super) colour: &'static str,
    /// The class of its stroke.
    pub(super) class: &'static str,
    /// By seconds. Where there is no value the line is broken.
    pub(super) values: Vec<(f64, Option<f64>)>,
}

/// A chart.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) unit: &'static str,
    pub(super) place: Place,
    /// Whether the axis of values is logarithmic.
    pub(super) is_logarithmic: bool,
    /// Where the axis of time ends.
    pub(super) seconds: f64,
    pub(super) curves: Vec<Curve>,
}

impl Chart {
    /// Writes it.
    pub(super) fn draw(&self, out: &mut String) {
        let points = self.curves.iter().flat_map(|it| &it.values);
        let values = points.filter_map(|(_, value)| *value);
        let value = if self.is_logarithmic {
            Scale::decades(values)
        } else {
            Scale::up_to(values.fold(0.0, f64::max), VALUE_TICKS)
        };
        let time = Scale::exactly(self.seconds, TIME_TICKS);
        let Place { left, top, .. } = self.place;
        let (title_y, title, unit) = (top - 14.0, self.title, self.unit);
        let unit_x = left - 8.0;
        // Here and below: writing into text cannot fail.
        let _ = writeln!(
            out,
            r#"<text class="heading" x="{left}" y="{title_y}">{title}</text>
<text class="tick" x="{unit_x}" y="{title_y}" text-anchor="end">{unit}</text>"#
        );
        self.value_axis(out, &value);
        self.time_axis(out, &time);
        for curve in &self.curves {
            self.curve(out, curve, &value, &time);
        }
    }

    fn value_axis(&self, out: &mut String, scale: &Scale) {
        let Place { left, width, .. } = self.place;
        for (index, tick) in scale.ticks.iter().enumerate() {
            let (y, text) = (self.y(scale, tick.at), number(tick.at, tick.step));
            let (label_x, label_y) = (left - 8.0, y + 4.0);
            let class = if index == 0 { "axis" } else { "grid" };
            let _ = writeln!(
                out,
                r#"<path class="{class}" d="M{left} {y:.1}h{width}"/>
<text class="tick" x="{label_x}" y="{label_y:.1}" text-anchor="end">{text}</text>"#
            );
        }
    }

    fn time_axis(&self, out: &mut String, scale: &Scale) {
        let Place {
            left,
            top,
            width,
            height,
        } = self.place;
        let bottom = top + height;
        for tick in &scale.ticks {
            let (x, text) = (self.x(scale, tick.at), number(tick.at, tick.step));
            let label_y = bottom + 20.0;
            let _ = writeln!(
                out,
                r#"<path class="axis" d="M{x:.1} {bottom}v5"/>
<text class="tick" x="{x:.1}" y="{label_y}" text-anchor="middle">{text}</text>"#
            );
        }
        let (middle, name_y) = (left + width / 2.0, bottom + 40.0);
        let _ = writeln!(
            out,
            r#"<text class="tick" x="{middle}" y="{name_y}" text-anchor="middle">time, s</text>"#
        );
    }

    fn curve(&self, out: &mut String, curve: &Curve, value: &Scale, time: &Scale) {
        let mut path = String::new();
        let mut is_drawing = false;
        for (at, height) in &curve.values {
            let Some(height) = height else {
                is_drawing = false;
                continue;
            };
            let command = if is_drawing { 'L' } else { 'M' };
            let (x, y) = (self.x(time, *at), self.y(value, *height));
            let _ = write!(path, "{command}{x:.1} {y:.1}");
            if !is_drawing {
                // A point that stands alone is a dot, by its round ends.
                path.push_str("h0");
            }
            is_drawing = true;
        }
        let (class, colour) = (curve.class, curve.colour);
        let _ = writeln!(out, r#"<path class="curve {class} {colour}" d="{path}"/>"#);
    }

    fn x(&self, scale: &Scale, seconds: f64) -> f64 {
        self.place.left + self.place.width * scale.share(seconds)
    }

    fn y(&self, scale: &Scale, value: f64) -> f64 {
        self.place.top + self.place.height * (1.0 - scale.share(value))
    }
}
