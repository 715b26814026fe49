//! What jobs cost that do nothing: planning, running, and the floor beside them. Divide by the number of jobs, or
//! read the throughput.

mod graphs;

use std::cell::RefCell;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use graphs::{Shape, closures, dojob};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const SIZES: [usize; 2] = [10_000, 1_000_000];

fn main() {
    divan::main();
}

macro_rules! shapes {
    ($($module:ident: $shape:expr),*) => {$(
        mod $module {
            use super::*;

            #[divan::bench(args = SIZES, max_time = 8)]
            fn plan(bencher: Bencher<'_, '_>, jobs: usize) {
                let dojob = dojob($shape, jobs);
                bencher.counter(ItemsCount::new(jobs)).bench_local(|| dojob.plan().unwrap());
            }

            #[divan::bench(args = SIZES, max_time = 8)]
            fn run(bencher: Bencher<'_, '_>, jobs: usize) {
                let dojob = RefCell::new(dojob($shape, jobs));
                bencher
                    .counter(ItemsCount::new(jobs))
                    .with_inputs(|| dojob.borrow().plan().unwrap())
                    .bench_local_values(|plan| {
                        let report = dojob.borrow_mut().checknrun_plan(plan).unwrap();
                        assert!(report.success());
                        report
                    });
            }
        }
    )*};
}

shapes!(chain: Shape::Chain, fan: Shape::Fan, layers: Shape::Layers);

/// The same for every shape: an order is an order.
#[divan::bench(args = SIZES, max_time = 8)]
fn floor(bencher: Bencher<'_, '_>, jobs: usize) {
    let order = closures(jobs);
    bencher.counter(ItemsCount::new(jobs)).bench_local(|| order.iter().filter(|job| job()).count());
}
