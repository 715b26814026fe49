//! What jobs cost that do nothing, with one slot and with two, blocking and async, beside what others make of the same
//! graph. Divide by the number of jobs, or read the throughput.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "../jobs/graphs.rs"]
mod graphs;

mod floors;

use std::cell::RefCell;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use dojobber::{DoJobber, DynJob};
use floors::Floor;
use graphs::{Shape, dojob, name};

const SIZES: [usize; 2] = [10_000, 1_000_000];

fn main() {
    divan::main();
}

fn run(bencher: Bencher<'_, '_>, jobs: usize, slots: u32, mut dojob: DoJobber) {
    dojob.workers(slots);
    let dojob = RefCell::new(dojob);
    bencher.counter(ItemsCount::new(jobs)).with_inputs(|| dojob.borrow().plan().unwrap()).bench_local_values(|plan| {
        let report = dojob.borrow_mut().checknrun_plan(plan).unwrap();
        assert!(report.success());
        report
    });
}

fn async_jobs(shape: Shape, jobs: usize) -> DoJobber {
    let mut dojob = DoJobber::new();
    for index in 0..jobs {
        let needs = shape.needs(index, jobs).into_iter().map(name);
        dojob.add(DynJob::new(name(index)).deps(needs).check_async(|_| Box::pin(async { true })).run(|_| ()));
    }
    dojob.root_named(name(jobs - 1));
    dojob
}

fn floor(bencher: Bencher<'_, '_>, shape: Shape, jobs: usize, run: impl Fn(&Arc<Floor>)) {
    let floor = Arc::new(Floor::new(shape, jobs));
    bencher.counter(ItemsCount::new(jobs)).with_inputs(|| floor.reset()).bench_local_values(|()| run(&floor));
}

fn current_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

fn two_threads() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

macro_rules! shapes {
    ($($module:ident: $shape:expr),*) => {$(
        mod $module {
            use super::*;

            #[divan::bench(args = SIZES, max_time = 4)]
            fn blocking_1_slot(bencher: Bencher<'_, '_>, jobs: usize) {
                run(bencher, jobs, 1, dojob($shape, jobs));
            }

            #[divan::bench(args = SIZES, max_time = 4)]
            fn blocking_2_slots(bencher: Bencher<'_, '_>, jobs: usize) {
                run(bencher, jobs, 2, dojob($shape, jobs));
            }

            #[divan::bench(args = SIZES, max_time = 4)]
            fn async_1_slot(bencher: Bencher<'_, '_>, jobs: usize) {
                run(bencher, jobs, 1, async_jobs($shape, jobs));
            }

            #[divan::bench(args = SIZES, max_time = 4)]
            fn async_2_slots(bencher: Bencher<'_, '_>, jobs: usize) {
                run(bencher, jobs, 2, async_jobs($shape, jobs));
            }

            #[divan::bench(args = SIZES, max_time = 4)]
            fn floor_loop(bencher: Bencher<'_, '_>, jobs: usize) {
                floor(bencher, $shape, jobs, |floor| assert_eq!(floor.in_order(), jobs));
            }

            #[divan::bench(args = SIZES, max_time = 4)]
            fn floor_rayon_2_threads(bencher: Bencher<'_, '_>, jobs: usize) {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
                floor(bencher, $shape, jobs, |floor| floor.rayon(&pool));
            }

            #[divan::bench(args = SIZES, max_time = 4)]
            fn floor_tokio_1_thread(bencher: Bencher<'_, '_>, jobs: usize) {
                let runtime = current_thread();
                floor(bencher, $shape, jobs, |floor| runtime.block_on(floor.tokio()));
            }

            #[divan::bench(args = SIZES, max_time = 4)]
            fn floor_tokio_2_threads(bencher: Bencher<'_, '_>, jobs: usize) {
                let runtime = two_threads();
                floor(bencher, $shape, jobs, |floor| runtime.block_on(floor.tokio()));
            }
        }
    )*};
}

shapes!(chain: Shape::Chain, fan: Shape::Fan, layers: Shape::Layers);
