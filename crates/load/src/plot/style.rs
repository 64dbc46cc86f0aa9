//! How a figure looks.

/// Colours that people with any colour vision tell apart (Okabe and Ito), in an
/// order in which neighbours differ in lightness, too. Further runs take turns.
const COLOURS: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "c5"];

/// The class with the colour of a run.
pub(super) fn colour(run: usize) -> &'static str {
    COLOURS[run % COLOURS.len()]
}

/// The style sheet. Nothing in it needs a font or a file from elsewhere.
pub(super) const SHEET: &str = "\
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.page { fill: #ffffff; }
.title { font-size: 18px; font-weight: 600; }
.heading { font-weight: 600; }
.tick { font-size: 12px; fill: #57606a; }
.grid { stroke: #d8dee4; stroke-width: 1; fill: none; }
.axis { stroke: #57606a; stroke-width: 1; fill: none; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.p50 { stroke-dasharray: 1 4; }
.slowest { stroke-width: 0.8; }
.c0 { stroke: #0072b2; } .c1 { stroke: #d55e00; } .c2 { stroke: #009e73; }
.c3 { stroke: #a05080; } .c4 { stroke: #997000; } .c5 { stroke: #3a3a3a; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .page { fill: #0d1117; } .tick { fill: #9da7b3; }
  .grid { stroke: #30363d; } .axis { stroke: #9da7b3; }
  .c0 { stroke: #56b4e9; } .c1 { stroke: #ff8c42; } .c2 { stroke: #35d0a5; }
  .c3 { stroke: #e69fc8; } .c4 { stroke: #f0e442; } .c5 { stroke: #d0d7de; }
}
";
