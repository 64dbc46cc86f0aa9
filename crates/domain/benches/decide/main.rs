//! What the rules alone cost: one decision of each kind, and batches.
//!
//! ```text
//! cargo bench -p jumun-domain --bench decide
//! cargo bench -p jumun-domain --bench decide -- one
//! ```
//!
//! Every iteration decides over a working set of its own, as an engine has
//! gathered it; to build and to drop that is not measured. What a decision
//! allocates is told beside its time.
//!
//! Without `--bench`, which `cargo bench` adds, each case runs once:
//! `cargo test -p jumun-domain --benches`.

mod cases;
mod shop;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use jumun_domain::{Decision, IdSequence, Needs, Request, Stamp, WorkingSet, decide, needs};

use crate::cases::Case;
use crate::shop::{NOW, basket};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// A lone request, a busy moment, and the most that an engine decides at once.
const BATCHES: [usize; 3] = [1, 64, 1_024];
/// Products of a batch's shop: few orders of a batch share one.
const MANY_PRODUCTS: i64 = 10_000;
/// The product that everybody wants.
const ONE_PRODUCT: i64 = 1;

fn main() {
    divan::main();
}

/// One decision.
#[divan::bench(args = Case::ALL)]
fn one(bencher: Bencher<'_, '_>, case: Case) {
    let (set, request) = case.prepare();
    let inputs = || (set.clone(), ids());
    let (mut decided, mut fresh) = inputs();
    let decision = decide(&mut decided, &request, &mut stamp(&mut fresh));
    assert!(
        case.expects(decision.as_ref().expect("the set holds every row")),
        "{case}: {decision:?}"
    );
    bencher
        .with_inputs(inputs)
        .bench_refs(|(set, ids)| decide(set, &request, &mut stamp(ids)));
}

/// A batch of orders of any products.
#[divan::bench(args = BATCHES)]
fn batch_uniform(bencher: Bencher<'_, '_>, size: usize) {
    batch(bencher, size, MANY_PRODUCTS);
}

/// A batch of orders of one product.
#[divan::bench(args = BATCHES)]
fn batch_hot(bencher: Bencher<'_, '_>, size: usize) {
    batch(bencher, size, ONE_PRODUCT);
}

/// Which rows a batch can touch, asked of an empty set.
#[divan::bench(args = BATCHES)]
fn batch_needs(bencher: Bencher<'_, '_>, size: usize) {
    let requests = requests(size, MANY_PRODUCTS);
    let set = WorkingSet::default();
    bencher
        .counter(ItemsCount::new(size))
        .with_inputs(Needs::default)
        .bench_refs(|missing| {
            for request in &requests {
                needs(&set, request, missing);
            }
        });
}

fn batch(bencher: Bencher<'_, '_>, size: usize, products: i64) {
    let requests = requests(size, products);
    let set = shop::holding(&requests);
    let (mut decided, mut fresh) = (set.clone(), ids());
    for request in &requests {
        let decision = decide(&mut decided, request, &mut stamp(&mut fresh));
        assert!(
            matches!(decision, Ok(Decision::Done(_))),
            "an order of a batch is placed: {decision:?}"
        );
    }
    bencher
        .counter(ItemsCount::new(size))
        .with_inputs(|| (set.clone(), ids()))
        .bench_refs(|(set, ids)| {
            for request in &requests {
                black_box(decide(set, request, &mut stamp(ids))).ok();
            }
        });
}

fn requests(size: usize, products: i64) -> Vec<Request> {
    (0..size).map(|index| basket(index, products)).collect()
}

fn ids() -> IdSequence {
    IdSequence::new(None, 1)
}

fn stamp(ids: &mut IdSequence) -> Stamp<'_> {
    Stamp { now: NOW, ids }
}
