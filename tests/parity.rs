//! However many slots a run has, the same comes of it: thousands of random graphs, each run in every way.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber::{AnyJob, Kind, Status};
use dojobber_tests::{Dice, Lines, Way, within};

/// A run, as it was asked for.
struct Case {
    jobs: Vec<Script>,
    no_act: bool,
    auto_cleanup: bool,
    /// Whether tries are hours apart, by a clock that stands still while anything runs.
    takes_hours: bool,
}

/// What a job does. What comes of it depends on its own calls and on its dependencies alone.
#[derive(Clone, Debug)]
struct Script {
    name: String,
    kind: Kind,
    deps: Vec<String>,
    tries: u32,
    /// In hours.
    retry_delay: u32,
    /// The check passes once run was entered so often.
    check_passes_from: u32,
    /// Which calls fail of the construction, of run, and of the clean-up.
    new_fails: Calls,
    run_fails: Calls,
    cleanup_fails: Calls,
    /// Failures are panics.
    panics: bool,
    has_cleanup: bool,
}

/// A set of calls, as bits.
type Calls = u32;

/// How often each function was called: new, check, run, clean-up.
type Counters = Arc<Mutex<[u32; 4]>>;

/// What came of it, without anything that depends on the order.
#[derive(Debug, PartialEq)]
struct End {
    success: bool,
    partial_success: bool,
    jobs: BTreeMap<String, JobEnd>,
    /// Sorted.
    cleanups: Vec<(String, u32, Option<String>)>,
    global: serde_json::Value,
}

#[derive(Debug, PartialEq)]
struct JobEnd {
    status: Option<Status>,
    tries: Vec<TryEnd>,
    calls: [u32; 4],
    error: Option<String>,
    result: Option<serde_json::Value>,
    blocked_by: Vec<String>,
}

/// Number, round, and how each phase ended.
type TryEnd = (u32, u32, Vec<(Phase, bool, Option<String>)>);

impl Case {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let count = 1 + dice.below(25);
        let mostly_fine = dice.percent(50);
        let jobs = (0..count).map(|job| Script::new(&mut dice, job, mostly_fine)).collect();
        Self { jobs, no_act: dice.percent(15), auto_cleanup: dice.percent(85), takes_hours: dice.percent(30) }
    }

    fn run(&self, way: Way) -> End {
        let mut dojob = DoJobber::new();
        dojob.default_retry_delay(0).no_act(self.no_act).auto_cleanup(self.auto_cleanup).lines_to(Lines::new());
        if self.takes_hours {
            dojob.clock(VirtualClock::new());
        }
        let mut counters = BTreeMap::new();
        for script in &self.jobs {
            let calls = Counters::default();
            dojob.add(script.job(&calls, self.takes_hours));
            counters.insert(script.name.clone(), calls);
        }
        dojob.add(DynJob::new("all").deps(counters.keys())).root_named("all");
        counters.insert("all".to_owned(), Counters::default());
        let report = way.run(&mut dojob);
        // Whether they failed is in the report.
        let _ = dojob.cleanup();
        End::of(if self.auto_cleanup { &report } else { dojob.report().unwrap() }, &counters)
    }
}

impl Script {
    fn new(dice: &mut Dice, job: usize, mostly_fine: bool) -> Self {
        // The later calls, the more of them there may be.
        let mut fails = |percent: u32| {
            if dice.percent(if mostly_fine { percent / 3 } else { percent }) { dice.small(32) } else { 0 }
        };
        let (new_fails, run_fails, cleanup_fails) = (fails(15), fails(50), fails(15));
        Self {
            name: format!("job {job:02}"),
            kind: [Kind::Job, Kind::Job, Kind::Job, Kind::RunOnly, Kind::Group][dice.below(5)],
            deps: dice.deps(job, 4).into_iter().map(|dep| format!("job {dep:02}")).collect(),
            tries: 1 + dice.small(4),
            retry_delay: dice.small(5),
            check_passes_from: dice.small(if mostly_fine { 3 } else { 6 }),
            new_fails,
            run_fails,
            cleanup_fails,
            panics: dice.percent(20),
            has_cleanup: dice.percent(60),
        }
    }

    fn job(&self, calls: &Counters, takes_hours: bool) -> AnyJob {
        let call = |which: usize, fails: Calls| {
            let (calls, panics, name) = (Arc::clone(calls), self.panics, self.name.clone());
            move || -> Result<u32> {
                let call = {
                    let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
                    calls[which] += 1;
                    calls[which]
                };
                let fails = fails & (1 << call.min(31) >> 1) != 0;
                assert!(!fails || !panics, "{name}: call {call} of {which} panicked");
                ensure!(!fails, "{name}: call {call} of {which} failed");
                Ok(call)
            }
        };
        let (new, check) = (call(0, self.new_fails), call(1, 0));
        let (run, cleanup) = (call(2, self.run_fails), call(3, self.cleanup_fails));
        let (runs, passes_from, deps) = (Arc::clone(calls), self.check_passes_from, self.deps.clone());
        // Whatever a job sets is there for those above it, in whichever threads they are.
        let sum = move |ctx: &Context| -> u64 {
            deps.iter().map(|dep| ctx.global().get::<u64>(dep.as_str()).unwrap_or(1)).sum()
        };
        let mut job = DynJob::new(&self.name).deps(&self.deps).tries(self.tries);
        if takes_hours {
            job = job.retry_delay(3600 * self.retry_delay);
        }
        let sum_in_run = sum.clone();
        if self.kind == Kind::Group {
            return job.try_storage(move |_| new().map(drop)).into();
        }
        let mut job = job.try_storage(move |_| new());
        if self.kind == Kind::Job {
            job = job.check(move |storage: &mut u32, ctx: &Context| -> Result<(u32, u64)> {
                check()?;
                let runs = runs.lock().unwrap_or_else(PoisonError::into_inner)[2];
                ensure!(runs >= passes_from, "{} runs are not enough", runs);
                Ok((*storage, sum(ctx)))
            });
        }
        job = job.run(move |storage, ctx| -> Result<u32> {
            run()?;
            let sum = sum_in_run(ctx).wrapping_mul(3).wrapping_add(u64::from(*storage));
            ctx.global().set(ctx.job(), sum % 1_000_003)?;
            Ok(*storage)
        });
        if self.has_cleanup {
            job = job.cleanup(move |_, _| cleanup());
        }
        job.into()
    }
}

impl End {
    fn of(report: &Report, counters: &BTreeMap<String, Counters>) -> Self {
        let text = |error: Option<&Error>| error.map(|error| format!("{error:#}"));
        let mut cleanups: Vec<_> =
            report.cleanups().map(|one| (one.job.name().to_owned(), one.number, text(one.error))).collect();
        cleanups.sort();
        let jobs = report.jobs().map(|job| {
            let tries = job.tries().into_iter().map(|one| {
                let phases = one.phases().map(|phase| (phase.phase, phase.passed, text(phase.error)));
                (one.number(), one.round(), phases.collect())
            });
            let end = JobEnd {
                status: job.status(),
                tries: tries.collect(),
                calls: *counters[job.name()].lock().unwrap_or_else(PoisonError::into_inner),
                error: text(job.error()),
                result: job.output_json().transpose().unwrap(),
                blocked_by: job.blocked_by().map(|job| job.name().to_owned()).collect(),
            };
            (job.name().to_owned(), end)
        });
        assert_eq!(report.races().len(), 0);
        Self {
            success: report.success(),
            partial_success: report.partial_success(),
            jobs: jobs.collect(),
            cleanups,
            global: report.global().to_json(),
        }
    }

    /// What holds of every run.
    fn is_consistent(&self, case: &Case) {
        let twice = self.cleanups.windows(2).find(|pair| (&pair[0].0, pair[0].1) == (&pair[1].0, pair[1].1));
        assert_eq!(twice, None, "a clean-up is called once");
        for script in &case.jobs {
            let end = &self.jobs[&script.name];
            assert!(end.status.is_some());
            assert_eq!(end.calls[0] as usize, end.tries.len(), "each try has a value of its own");
            let cleanups = if script.has_cleanup { end.calls[2] } else { 0 };
            let of_job = self.cleanups.iter().filter(|(job, ..)| *job == script.name).count();
            assert_eq!((end.calls[3], of_job), (cleanups, cleanups as usize), "one for each run of {}", script.name);
        }
    }
}

/// Runs each case in each way; says how many of them were no success.
fn agree(seeds: std::ops::Range<u64>) {
    let failures = within(300, move || {
        let mut failures = 0;
        for seed in seeds {
            let case = Case::new(seed);
            let inline = case.run(Way::Inline);
            inline.is_consistent(&case);
            failures += usize::from(!inline.success);
            for way in &Way::ALL[1..] {
                assert_eq!(case.run(*way), inline, "seed {seed}, {way:?}, {:#?}", case.jobs);
            }
        }
        failures
    });
    assert!(failures > 100, "the cases are too simple: {failures}");
}

// Two, which libtest runs at once.

#[test]
fn runs_end_alike_for_every_number_of_slots() {
    agree(0..1100);
}

#[test]
fn and_so_do_as_many_others() {
    agree(1100..2200);
}
