//! What outputs cost: a run of 100,000 jobs that nobody listens to, and the same with some who do. All that is written goes
//! nowhere.

#[path = "../jobs/graphs.rs"]
mod graphs;

use std::cell::RefCell;
use std::hint::black_box;
use std::io;

use divan::Bencher;
use divan::counter::ItemsCount;
use dojobber::json::EventJson;
use dojobber::{DoJobber, Format};
use graphs::{Shape, closures, dojob, name};

const JOBS: usize = 100_000;

fn main() {
    divan::main();
}

/// The run, with what else is done with its report.
fn run(bencher: Bencher<'_, '_>, listen: impl Fn(&mut DoJobber), end: impl Fn(&dojobber::Report)) {
    let mut dojob = dojob(Shape::Layers, JOBS);
    dojob.lines_to(io::sink());
    listen(&mut dojob);
    let dojob = RefCell::new(dojob);
    bencher
        .counter(ItemsCount::new(JOBS))
        .with_inputs(|| dojob.borrow().plan().expect("a graph that can be run"))
        .bench_local_values(|plan| {
            let report = dojob.borrow_mut().checknrun_plan(plan).expect("a graph that can be run");
            assert!(report.success());
            end(&report);
            report
        });
}

fn events(dojob: &mut DoJobber) {
    dojob.on_event(|plan, event| drop(black_box(EventJson::new(plan, event).to_string())));
}

#[divan::bench(max_time = 8)]
fn nothing(bencher: Bencher<'_, '_>) {
    run(bencher, |_| (), |_| ());
}

/// Who takes no notice of it.
#[divan::bench(max_time = 8)]
fn a_listener(bencher: Bencher<'_, '_>) {
    run(bencher, |dojob| _ = dojob.on_event(|_, _| ()), |_| ());
}

#[divan::bench(max_time = 8)]
fn verbose_lines(bencher: Bencher<'_, '_>) {
    run(bencher, |dojob| _ = dojob.verbose(true), |_| ());
}

#[divan::bench(max_time = 8)]
fn events_as_json(bencher: Bencher<'_, '_>) {
    run(bencher, events, |_| ());
}

/// Lines, events, the report as JSON and as `JUnit` XML, and the graph as DOT.
#[divan::bench(max_time = 8)]
fn everything(bencher: Bencher<'_, '_>) {
    let listen = |dojob: &mut DoJobber| {
        events(dojob);
        dojob.verbose(true);
    };
    run(bencher, listen, |report| {
        serde_json::to_writer(io::sink(), report).expect("data");
        report.write_junit("jobs", io::sink()).expect("a sink takes all");
        report.write_graph(&mut io::sink(), Format::Dot).expect("a sink takes all");
    });
}

/// The floor of a run without outputs: a hand-written loop that calls as many closures.
#[divan::bench]
fn floor_nothing(bencher: Bencher<'_, '_>) {
    let order = closures(JOBS);
    bencher.counter(ItemsCount::new(JOBS)).bench_local(|| order.iter().filter(|job| job()).count());
}

/// The floor of events: the four lines that each of these jobs has, put together by hand out of what is known beforehand.
#[divan::bench(max_time = 8)]
fn floor_events(bencher: Bencher<'_, '_>) {
    let (order, names): (_, Vec<_>) = (closures(JOBS), (0..JOBS).map(name).collect());
    bencher.counter(ItemsCount::new(JOBS)).bench_local(|| {
        for (at, (job, name)) in order.iter().zip(&names).enumerate() {
            let lines = [
                format!(r#"{{"version":1,"at":{at}.5,"event":"try_started","job":"{name}","try":1,"round":1}}"#),
                format!(r#"{{"version":1,"at":{at}.5,"event":"phase_started","job":"{name}","try":1,"phase":"check"}}"#),
                format!(r#"{{"version":1,"at":{at}.5,"event":"phase_ended","job":"{name}","try":1,"phase":"check","passed":{},"error":null}}"#, job()),
                format!(r#"{{"version":1,"at":{at}.5,"event":"job_ended","job":"{name}","status":"ok","error":null,"result":null}}"#),
            ];
            for line in lines {
                drop(black_box(line));
            }
        }
    });
}
