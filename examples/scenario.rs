//! Runs job graphs that are written down as JSON, one a line, and answers what became of each, one a line.
//!
//! `scenario [--workers N] [FILE]` reads scenarios from the file, or from standard input. Time is virtual: no delay is
//! waited for. With `--workers`, that many tries run at once in threads, and time is real.
//! The repository's `tests/conformance/README.md` describes both forms.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard};

use clap::Parser;
use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber::{AnyJob, Detail, JobReport, Lines, TryReport};
use serde::{Deserialize, Serialize};

/// Runs job graphs that are written down as JSON, one a line, and answers what became of each.
#[derive(Parser)]
#[command(name = "scenario")]
struct Options {
    /// How many tries may run at once, in threads and by the real clock; 0: as many as there are processors.
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// The scenarios; none, or `-`: standard input.
    file: Option<PathBuf>,
}

/// A graph of scripted jobs, and how to run it.
#[derive(Deserialize)]
struct Scenario {
    root: String,
    jobs: Vec<Scripted>,
    #[serde(default)]
    no_act: bool,
    #[serde(default = "yes")]
    cleanup: bool,
    #[serde(default = "three")]
    default_tries: u32,
    #[serde(default)]
    default_retry_delay: f64,
}

/// A job that does as its script says. Its counters outlive each try, as the outside world would.
#[derive(Deserialize)]
struct Scripted {
    name: String,
    #[serde(default)]
    kind: Kind,
    #[serde(default)]
    deps: Vec<String>,
    tries: Option<u32>,
    retry_delay: Option<f64>,
    /// The check passes once run has been entered so often; `None`: never.
    #[serde(default = "at_once")]
    check_passes_from: Option<u32>,
    #[serde(default)]
    run_fails: Vec<u32>,
    #[serde(default)]
    init_fails: Which,
    #[serde(default)]
    cleanup_fails: bool,
    error: Option<String>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Job,
    Dummy,
    RunOnly,
}

/// Which calls fail, counted from 1.
#[derive(Deserialize)]
#[serde(untagged)]
enum Which {
    All(bool),
    These(Vec<u32>),
}

#[derive(Default, Serialize)]
struct Answer {
    trace: Vec<String>,
    status: BTreeMap<String, Option<bool>>,
    errors: BTreeMap<String, String>,
    success: bool,
    partial_success: bool,
    inits: BTreeMap<String, u32>,
    checks: BTreeMap<String, u32>,
    runs: BTreeMap<String, u32>,
    cleanups: Vec<String>,
    colors: BTreeMap<String, Option<&'static str>>,
    /// Nothing to rely on where time is real.
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed: Option<f64>,
}

/// How often each function of a job was called.
#[derive(Default)]
struct Calls {
    inits: u32,
    failed_inits: u32,
    checks: u32,
    runs: u32,
    cleanups: u32,
}

fn main() -> ExitCode {
    match answer_all(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scenario: {error}");
            ExitCode::from(2)
        }
    }
}

fn answer_all(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let input: Box<dyn BufRead> = match options.file.as_deref().filter(|file| file.as_os_str() != "-") {
        None => Box::new(io::stdin().lock()),
        Some(file) => {
            Box::new(BufReader::new(File::open(file).map_err(|error| format!("{}: {error}", file.display()))?))
        }
    };
    let mut output = BufWriter::new(io::stdout().lock());
    for (index, line) in input.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let scenario: Scenario = serde_json::from_str(&line).map_err(|error| format!("line {}: {error}", index + 1))?;
        match answer(scenario, options.workers) {
            Ok(answer) => serde_json::to_writer(&mut output, &answer)?,
            Err(error) => serde_json::to_writer(&mut output, &serde_json::json!({ "error": error.to_string() }))?,
        }
        writeln!(output)?;
    }
    Ok(output.flush()?)
}

fn answer(scenario: Scenario, workers: Option<usize>) -> Result<Answer, dojobber::PlanError> {
    let trace: Arc<Mutex<Vec<String>>> = Arc::default();
    let lines = Arc::clone(&trace);
    let mut dojob = DoJobber::new();
    dojob
        .root_named(scenario.root)
        .no_act(scenario.no_act)
        .auto_cleanup(scenario.cleanup)
        .default_tries(scenario.default_tries)
        .default_retry_delay(scenario.default_retry_delay)
        .lines_to(io::sink())
        .on_event(move |plan, event| {
            // Not split at newlines: errors have some of their own.
            let text = Lines::new(plan, event, Detail::Verbose).to_string();
            locked(&lines).extend(text.strip_suffix('\n').map(str::to_owned));
        });
    match workers {
        None => dojob.clock(VirtualClock::new()),
        Some(workers) => dojob.workers(workers),
    };
    let mut calls = BTreeMap::new();
    for job in scenario.jobs {
        let counters: Arc<Mutex<Calls>> = Arc::default();
        let (name, kind) = (job.name.clone(), job.kind);
        dojob.add(job.script(&counters));
        calls.insert(name, (kind, counters));
    }
    let report = dojob.checknrun()?;

    let mut answer = Answer {
        trace: std::mem::take(&mut *locked(&trace)),
        success: report.success(),
        partial_success: report.partial_success(),
        elapsed: workers.is_none().then(|| report.elapsed().as_secs_f64()),
        cleanups: report.cleanups().map(|cleanup| cleanup.job.name().to_owned()).collect(),
        ..Answer::default()
    };
    for job in report.jobs() {
        let name = job.name().to_owned();
        let status = job.status();
        let (kind, counters) = &calls[&name];
        let counters = locked(counters);
        let checks = match kind {
            Kind::Job => counters.checks,
            // Nothing is called, but the phase counts; a failed construction is printed as one, and doesn't.
            Kind::Dummy | Kind::RunOnly => checking_phases(job) - counters.failed_inits,
        };
        answer.status.insert(name.clone(), status.and_then(Status::verdict));
        answer.colors.insert(name.clone(), status.and_then(color));
        answer.inits.insert(name.clone(), counters.inits);
        answer.checks.insert(name.clone(), checks);
        answer.runs.insert(name.clone(), counters.runs);
        if let Some(error) = job.error() {
            answer.errors.insert(name, error.to_string());
        }
    }
    Ok(answer)
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().expect("nothing panics while it holds the lock")
}

/// The colour of the job in the original's picture.
fn color(status: Status) -> Option<&'static str> {
    match status {
        Status::Ok | Status::Skipped => Some("green"),
        Status::Changed => Some("darkgreen"),
        Status::Failed | Status::WouldRun => Some("red"),
        _ => None,
    }
}

fn checking_phases(job: JobReport<'_>) -> u32 {
    let phases = job.tries().into_iter().flat_map(TryReport::phases);
    let checks = phases.filter(|phase| matches!(phase.phase, Phase::Check | Phase::Recheck)).count();
    u32::try_from(checks).expect("a scenario is small")
}

impl Scripted {
    /// The job, which counts its calls.
    fn script(self, calls: &Arc<Mutex<Calls>>) -> AnyJob {
        let script = Arc::new(self);
        let with = |act: fn(&Scripted, &mut Calls) -> Result<bool>| {
            let (script, calls) = (Arc::clone(&script), Arc::clone(calls));
            move || act(&script, &mut locked(&calls))
        };
        let (init, check) = (with(Scripted::init), with(Scripted::check));
        let (run, cleanup) = (with(Scripted::run), with(Scripted::cleanup));

        let mut job = DynJob::new(&script.name).deps(&script.deps);
        if let Some(tries) = script.tries {
            job = job.tries(tries);
        }
        if let Some(delay) = script.retry_delay {
            job = job.retry_delay(delay);
        }
        let mut job = job.try_storage(move |_| init());
        if script.kind == Kind::Job {
            job = job.check(move |_, _| check());
        }
        if script.kind != Kind::Dummy {
            job = job.run(move |_, _| run()).cleanup(move |_, _| cleanup());
        }
        job.into()
    }

    fn init(&self, calls: &mut Calls) -> Result<bool> {
        calls.inits += 1;
        let fails = match &self.init_fails {
            Which::All(all) => *all,
            Which::These(these) => these.contains(&calls.inits),
        };
        calls.failed_inits += u32::from(fails);
        self.outcome(!fails, "init", calls.inits)
    }

    fn check(&self, calls: &mut Calls) -> Result<bool> {
        calls.checks += 1;
        let passes = self.check_passes_from.is_some_and(|runs| calls.runs >= runs);
        self.outcome(passes, "check", calls.checks)
    }

    fn run(&self, calls: &mut Calls) -> Result<bool> {
        calls.runs += 1;
        self.outcome(!self.run_fails.contains(&calls.runs), "run", calls.runs)
    }

    fn cleanup(&self, calls: &mut Calls) -> Result<bool> {
        calls.cleanups += 1;
        self.outcome(!self.cleanup_fails, "cleanup", calls.cleanups)
    }

    fn outcome(&self, passes: bool, phase: &str, call: u32) -> Result<bool> {
        if passes {
            return Ok(true);
        }
        Err(Error::msg(match &self.error {
            Some(error) => error.replace("{phase}", phase).replace("{n}", &call.to_string()),
            None => format!("{} failed", self.name),
        }))
    }
}

impl Default for Which {
    fn default() -> Self {
        Self::All(false)
    }
}

fn yes() -> bool {
    true
}

fn three() -> u32 {
    3
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional field")]
fn at_once() -> Option<u32> {
    Some(0)
}
