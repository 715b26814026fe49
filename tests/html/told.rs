//! What the page is told of a run: waits, slots, the critical path.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use serde_json::{Value, json};

use crate::page::data;
use crate::runs::Run;

#[derive(Default)]
struct Discover;

#[job]
impl Discover {
    fn check(clock: State<VirtualClock>) -> Result<Vec<u64>> {
        clock.advance(Duration::from_secs(1));
        Ok(vec![2, 4])
    }

    fn run() {}
}

#[derive(Clone)]
struct Tend {
    bed: u64,
}

#[job(each = beds, name = "Tend {bed}")]
impl Tend {
    fn check(&self, clock: State<VirtualClock>) {
        clock.advance(Duration::from_secs(self.bed));
    }

    fn run(&self) {}
}

fn beds(Output(found): Output<Discover>) -> Vec<Tend> {
    found.iter().map(|bed| Tend { bed: *bed }).collect()
}

#[job(deps = [Tend])]
struct Garden;

fn job<'d>(data: &'d Value, name: &str) -> (usize, &'d Value) {
    let jobs = data["jobs"].as_array().unwrap();
    let number = jobs.iter().position(|job| job["name"] == name).unwrap();
    (number, &jobs[number])
}

/// The kinds of waits of a job, each with when it began and ended.
fn waits(data: &Value, name: &str) -> Vec<(String, f64, f64)> {
    let (number, _) = job(data, name);
    let of_job = data["timeline"]["waits"].as_array().unwrap().iter().filter(|wait| wait["job"] == number);
    let told = |wait: &Value| {
        let kind = wait["kind"].as_str().unwrap().to_owned();
        (kind, wait["from"].as_f64().unwrap(), wait["to"].as_f64().unwrap())
    };
    of_job.map(told).collect()
}

pub(crate) fn a_family_that_comes_late() {
    let clock = VirtualClock::new();
    let mut dojob = DoJobber::new();
    dojob.clock(clock.clone()).state(clock).root::<Garden>();
    let data = data(&Run::of(&mut dojob).page());
    let path = data["critical"]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| data["jobs"][usize::try_from(number.as_u64().unwrap()).unwrap()]["name"].as_str().unwrap());
    assert_eq!(path.collect::<Vec<_>>(), ["Discover", "Tend 4", "Tend", "Garden"]);
    assert_eq!(waits(&data, "Tend 2"), []);
    // It was there when the other one began.
    assert_eq!(waits(&data, "Tend 4"), [("queue".to_owned(), 1., 3.)]);
    assert_eq!(job(&data, "Tend 4").1["tries"][0]["waited"], 2.);
}

pub(crate) fn retries_and_pauses() {
    let clock = VirtualClock::new();
    let mut dojob = DoJobber::new();
    let (take, settle) = (clock.clone(), clock.clone());
    dojob
        .clock(clock)
        .add(DynJob::new("Raw").tries(2).retry_delay(10).run(move |ctx: &Context| -> Result {
            take.advance(Duration::from_secs(2));
            ensure!(ctx.try_number().number > 1, "raw");
            Ok(())
        }))
        .add(DynJob::new("Late").settle(20).settle_interval(5).storage(|_| 0).run(|_, _| ()).check(move |seen, _| {
            settle.advance(Duration::from_secs(1));
            *seen += 1;
            *seen > 2
        }))
        .root_named("Raw")
        .root_named("Late");
    let data = data(&Run::of(&mut dojob).page());
    assert_eq!(waits(&data, "Raw"), [("retry".to_owned(), 2., 10.)]);
    assert_eq!(waits(&data, "Late"), [("settle".to_owned(), 4., 9.), ("queue".to_owned(), 0., 2.)]);
    let (number, _) = job(&data, "Late");
    let bars = data["timeline"]["bars"].as_array().unwrap().iter().filter(|bar| bar["job"] == number);
    let bars: Vec<_> = bars.map(|bar| (bar["from"].as_f64().unwrap(), bar["to"].as_f64().unwrap())).collect();
    assert_eq!(bars, [(2., 4.), (9., 10.)], "a slot is free while it pauses");
    assert_eq!(data["timeline"]["slots"], 1);
}

pub(crate) fn no_more_slots_than_there_were() {
    let (mut dojob, gate) = (DoJobber::new(), Barrier::new(2));
    let gate = Arc::new(gate);
    for number in 0..60 {
        let gate = Arc::clone(&gate);
        // Each waits for another one, so that two run at once.
        let meet = move |_: &Context| {
            gate.wait();
        };
        dojob.add(DynJob::new(format!("{number}")).run(meet).tries(1)).root_named(format!("{number}"));
    }
    let data = data(&Run::of(dojob.workers(4)).page());
    let slots = data["timeline"]["slots"].as_u64().unwrap();
    assert!((2..=4).contains(&slots), "{slots}");
    assert_eq!(data["timeline"]["bars"].as_array().unwrap().len(), 60);
}

pub(crate) fn what_was_left_and_what_was_only_checked() {
    let mut dojob = DoJobber::new();
    dojob
        .default_tries(1)
        .add(DynJob::new("Broom").run(|_| ()).cleanup(|_| -> Result { bail!("it is broken") }))
        .root_named("Broom");
    let told = data(&Run::of(&mut dojob).page());
    assert_eq!(
        told["cleanups"],
        json!([{ "job": 0, "number": 1, "error": { "kind": "failed", "chain": ["it is broken"] } }])
    );
    let bars = told["timeline"]["bars"].as_array().unwrap();
    assert_eq!((bars.len(), &bars[1]["spans"][0][0], &bars[1]["failed"]), (2, &"cleanup".into(), &true.into()));
    let told = data(&Run::of(dojob.no_act(true)).page());
    assert_eq!((&told["no_act"], &told["jobs"][0]["status"]), (&true.into(), &"would_run".into()));
    dojob.cancel_handle().cancel();
    let told = data(&Run::of(dojob.no_act(false).deadline(0)).page());
    assert_eq!((&told["jobs"][0]["status"], &told["critical"]), (&"cancelled".into(), &json!([])));
    assert!(told["cancelled"].is_number());
}

pub(crate) fn many_lines_are_cut() {
    let mut dojob = DoJobber::new();
    let say = |ctx: &Context| (0..1_500).for_each(|line| ctx.println(format_args!("line {line}")));
    dojob.add(DynJob::new("Talk").run(say)).root_named("Talk");
    let run = Run::of(&mut dojob);
    let told = data(&run.page());
    let one = &told["jobs"][0]["tries"][0];
    assert_eq!(
        (&one["forgotten"], &one["lines"][0][3], &one["lines"][999][3]),
        (&500.into(), &"line 500".into(), &"line 1499".into())
    );
}
