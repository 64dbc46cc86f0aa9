//! Certificates that are renewed.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::Tls;
use super::pair::{Content, Print};

/// How often the files are looked at: they are small, and whoever renews a
/// certificate wants to see at once that it is used.
const PERIOD: Duration = Duration::from_secs(2);

/// What was seen of the files.
struct Seen {
    /// At the last look.
    last: Print,
    /// When something was last made of them: they are in use, or were refused.
    judged: Print,
}

impl Tls {
    /// Looks at the files for ever, and uses what is new in them once it has
    /// stayed the same for a period: the two are written one after the other,
    /// and a pair that is half written is not worth a word.
    pub(crate) async fn keep_up(&self) -> Infallible {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = Seen {
            last: self.loaded,
            judged: self.loaded,
        };
        loop {
            ticks.tick().await;
            let files = self.files.clone();
            // A disk may be slow, and the runtime serves orders.
            let Ok(content) = tokio::task::spawn_blocking(move || files.read()).await else {
                continue;
            };
            let print = content.print();
            if print == seen.last && print != seen.judged {
                self.judge(content);
                seen.judged = print;
            }
            seen.last = print;
        }
    }

    /// Uses what was in the files, or says why not.
    pub(super) fn judge(&self, content: Content) {
        match content.pair(&self.files) {
            Ok(pair) => {
                self.resolver.swap(pair);
                tracing::info!("the certificate was renewed; new connections get it");
            }
            Err(error) => tracing::error!(
                %error,
                "the certificate changed and cannot be used; the one before stays in use"
            ),
        }
    }
}
