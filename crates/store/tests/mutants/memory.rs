//! A store in memory: the shortest engine that keeps the contract, so that one
//! wrong step at a time can be put into it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use jumun_domain::{Command, Decision, PlaceOrder, Quote, Request, quote};
use jumun_store::conformance::Harness;
use jumun_store::{AuditReport, Currency, Fault, Law, LawReport, Readiness, Shop, Store};

use crate::disk::{SharedDisk, now};
use crate::mutation::Mutation;

/// A disk of its own, and an audit that finds nothing: the suite's laws are on
/// trial here, not an engine's audit.
pub(crate) struct Memory(SharedDisk);

impl Memory {
    pub(crate) fn new(mutation: Mutation) -> Self {
        Self(SharedDisk::new(mutation))
    }

    pub(crate) fn disk(&self) -> SharedDisk {
        self.0.clone()
    }
}

#[async_trait]
impl Harness for Memory {
    async fn open(&self) -> Arc<dyn Store> {
        let mutation = self.0.lock().mutation;
        mutation.restart(&mut self.0.lock());
        Arc::new(MemoryStore {
            disk: self.0.clone(),
            shop: Shop {
                currency: Currency::KRW,
            },
            closed: AtomicBool::new(false),
        })
    }

    async fn audit(&self) -> AuditReport {
        AuditReport {
            laws: Law::ALL.map(LawReport::new).to_vec(),
        }
    }
}

pub(crate) struct MemoryStore {
    pub(crate) disk: SharedDisk,
    shop: Shop,
    closed: AtomicBool,
}

impl MemoryStore {
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn execute(&self, request: Request) -> Result<Decision, Fault> {
        let mutation = self.disk.lock().mutation;
        if self.is_closed() && mutation != Mutation::WorksOnWhenClosed {
            return Err(Fault::determinate("the store is closed; open it again"));
        }
        if mutation == Mutation::LosesUpdates {
            // Reads, lets others write, and writes back what it had read.
            let read = self.disk.lock().set.clone();
            tokio::task::yield_now().await;
            self.disk.lock().set = read;
        }
        let decision = self.disk.lock().decide(&request);
        if mutation == Mutation::WritesInTwoSteps {
            let journal = std::mem::take(&mut self.disk.lock().set.journal);
            tokio::task::yield_now().await;
            self.disk.lock().set.journal = journal;
        }
        self.disk.lock().write_journal();
        Ok(decision)
    }

    async fn quote(&self, order: PlaceOrder) -> Result<Quote, Fault> {
        let mut disk = self.disk.lock();
        let request = Request::new(Command::PlaceOrder(order.clone()), None);
        disk.gather(&request);
        let quote = quote(&disk.set, &order, now());
        if disk.mutation == Mutation::KeepsQuotes {
            disk.decide(&request);
            disk.write_journal();
        }
        quote.map_err(|_| Fault::determinate("a row was not gathered; mend the test's store"))
    }

    fn shop(&self) -> &Shop {
        &self.shop
    }

    async fn readiness(&self) -> Readiness {
        if self.is_closed() {
            Readiness::NotReady("the store is closed; open it again".to_owned())
        } else {
            Readiness::Ready
        }
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}
