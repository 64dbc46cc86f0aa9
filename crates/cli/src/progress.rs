//! Progress on standard error, when that is a terminal.

use std::borrow::Cow;
use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Redraws a second: smooth to the eye, nothing to the processor.
const REDRAWS_PER_SECOND: u8 = 8;

/// A bar or a count; silent when standard error is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar towards a known total.
    pub(crate) fn bar(total: u64, what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(
            Some(total),
            "{msg} {wide_bar} {human_pos}/{human_len} {eta}",
            what,
        )
    }

    /// A count with no known end.
    pub(crate) fn count(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(None, "{spinner} {msg} {human_pos} {elapsed}", what)
    }

    /// A line of text that is replaced as things go on.
    pub(crate) fn line() -> Self {
        Self::new(None, "{spinner} {msg}", "")
    }

    fn new(total: Option<u64>, template: &str, what: impl Into<Cow<'static, str>>) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(total, target);
        // A template that cannot be read leaves the plain style.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        Self { bar }
    }

    /// Moves to `position`, of `total` where that has become known.
    pub(crate) fn set(&self, position: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.bar.set_length(total);
        }
        self.bar.set_position(position);
    }

    /// Replaces the text.
    pub(crate) fn text(&self, text: impl Into<Cow<'static, str>>) {
        self.bar.set_message(text);
        self.bar.tick();
    }

    /// Whether anybody sees it.
    pub(crate) fn is_visible(&self) -> bool {
        !self.bar.is_hidden()
    }
}

impl Drop for Progress {
    /// Leaves the terminal clean, on errors too.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
