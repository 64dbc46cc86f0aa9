//! The process that notes what a platform receives, and tells it over HTTP.

mod file;
mod http;
mod nats;
pub(crate) mod receipt;

use std::cell::RefCell;
use std::rc::Rc;

use jumun_load::now;
use tokio::task::LocalSet;

use crate::plan::Kind;
use crate::shared::serve::{listen, stdin_ends};
use receipt::Receipt;

/// Receipts of one answer: less than a mebibyte.
pub(crate) const PAGE: usize = 16_384;

/// What has come, and the first thing that could not be read.
#[derive(Default)]
struct Book {
    receipts: Vec<Receipt>,
    trouble: Option<String>,
}

type Shared = Rc<RefCell<Book>>;

impl Book {
    /// Notes an event that has come just now.
    fn note(&mut self, event: &[u8]) {
        match Receipt::of(event, now()) {
            Some(receipt) => self.receipts.push(receipt),
            None => self.fail(format!(
                "an event is not as it was when this bench was written: {}",
                String::from_utf8_lossy(event)
            )),
        }
    }

    fn fail(&mut self, trouble: String) {
        self.trouble.get_or_insert(trouble);
    }
}

/// Receives on one thread, until stdin ends.
pub(crate) fn serve(kind: Kind, source: &str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(LocalSet::new().run_until(async {
        let book = Shared::default();
        let source = source.to_owned();
        match kind {
            Kind::Http => {}
            // Only with its consumer is it ready.
            Kind::Nats => nats::receive(&source, book.clone()).await?,
            Kind::File => drop(tokio::task::spawn_local(file::receive(
                source,
                book.clone(),
            ))),
        }
        let listener = listen().await?;
        tokio::select! {
            served = http::serve(listener, book) => served,
            () = stdin_ends() => Ok(()),
        }
    }))
}
