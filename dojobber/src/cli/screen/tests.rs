use std::time::Duration;

use super::model::Model;
use super::plain::{Heart, ended};
use super::tail::Tails;
use super::view::{counts, rows, span};
use crate::context::Phase;
use crate::event::{EventKind, Stream};
use crate::plan::{JobId, Plan};
use crate::status::Status;
use crate::{DoJobber, DynJob, Error};

/// So many jobs, each with three tries, and the model of their run.
struct Told {
    plan: Plan,
    model: Model,
}

impl Told {
    fn new(jobs: usize) -> Self {
        let names: Vec<_> = (0..jobs).map(|number| format!("job {number}")).collect();
        let mut dojob = DoJobber::new();
        for name in &names {
            dojob.add(DynJob::new(name).tries(3).run(|_| ()));
        }
        let mut told = Self { plan: dojob.discover().plan().unwrap(), model: Model::default() };
        told.tell(0, EventKind::RunStarted { no_act: false, date: std::time::UNIX_EPOCH });
        told
    }

    fn job(&self, number: usize) -> JobId {
        self.plan.find(&format!("job {number}")).unwrap().id()
    }

    #[allow(clippy::needless_pass_by_value, reason = "it reads better")]
    fn tell(&mut self, at: u64, kind: EventKind) -> &mut Self {
        self.model.take(&self.plan, Duration::from_secs(at), &kind);
        self
    }

    fn starts(&mut self, at: u64, job: usize, number: u32) -> &mut Self {
        let job = self.job(job);
        self.tell(at, EventKind::TryStarted { job, number, round: number })
    }

    fn ends(&mut self, at: u64, job: usize, status: Status) -> &mut Self {
        let job = self.job(job);
        self.tell(at, EventKind::JobEnded { job, status, error: None, result: None, preliminary: None })
    }

    fn waits(&mut self, at: u64, job: usize, number: u32, until: u64) -> &mut Self {
        let job = self.job(job);
        let retry_at = Duration::from_secs(until);
        self.tell(at, EventKind::TryFailed { job, number, error: Error::msg("no"), retry_at })
    }

    fn rows(&self, at: u64) -> Vec<String> {
        rows(&self.model, Duration::from_secs(at)).iter().map(|row| bare(row)).collect()
    }

    fn counts(&self, at: u64) -> String {
        bare(&counts(&self.model, Duration::from_secs(at)))
    }
}

fn bare(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn counts_time_and_an_estimate() {
    let mut told = Told::new(4);
    assert_eq!(told.counts(3), "3 s");
    told.starts(0, 0, 1).ends(10, 0, Status::Ok);
    assert_eq!(told.counts(20), "1 ok  20 s, about 1:00 left");
    told.ends(20, 1, Status::Failed).ends(20, 2, Status::Blocked);
    assert_eq!(told.counts(30), "1 ok, 1 failed, 1 blocked  30 s, about 10 s left");
    told.waits(30, 3, 1, 95);
    assert_eq!(told.counts(30), "1 ok, 1 failed, 1 blocked  30 s, about 1:05 left");
    told.tell(30, EventKind::Cancelled);
    assert_eq!(told.counts(30), "1 ok, 1 failed, 1 blocked  30 s, cancelled");
    told.ends(40, 3, Status::Cancelled);
    assert_eq!((told.model.done(), told.model.total), (4, 4));
}

#[test]
fn an_estimate_that_has_run_out_is_none() {
    let mut told = Told::new(21);
    for job in 0..20 {
        told.starts(0, job, 1).ends(1, job, Status::Ok);
    }
    told.starts(1, 20, 1);
    assert_eq!(told.counts(9), "20 ok  9 s");
    assert_eq!(told.counts(20), "20 ok  20 s, about 1 s left");
}

#[test]
fn what_runs_and_what_waits() {
    let mut told = Told::new(3);
    let job = told.job(0);
    told.starts(0, 0, 1).tell(0, EventKind::PhaseStarted { job, number: 1, phase: Phase::Run });
    told.starts(50, 1, 2).starts(50, 2, 1).waits(51, 2, 1, 70);
    assert_eq!(
        told.rows(60),
        ["  job 0  run, try 1 of 3, 1:00", "  job 1  check, try 2 of 3, 10 s", "  job 2  waits 10 s for try 2 of 3"]
    );
    assert_eq!(told.rows(61)[0], "  job 0  run, try 1 of 3, 1:01  slow");
    let recheck_at = Duration::from_millis(62_500);
    told.tell(61, EventKind::Settling { job, number: 1, error: Error::msg("not yet"), recheck_at });
    told.starts(70, 2, 2).ends(70, 1, Status::Changed);
    assert_eq!(told.rows(62), ["  job 0  rechecks in 1 s, try 1 of 3, 1:02  slow", "  job 2  check, try 2 of 3, 0 s"]);
    told.tell(70, EventKind::Overrunning { job, number: 1 }).ends(70, 2, Status::Ok);
    assert!(told.rows(70)[0].ends_with("1:10, is to end  slow"));
    told.ends(70, 0, Status::Changed).tell(71, EventKind::CleanupStarted { job, number: 1 });
    assert_eq!(told.rows(72), ["  job 0  cleanup, try 1 of 3, 1 s"]);
    told.tell(72, EventKind::CleanupEnded { job, number: 1, error: None });
    assert!(told.rows(72).is_empty());
}

#[test]
fn no_more_than_eight_of_each() {
    let mut told = Told::new(20);
    for job in 0..20 {
        told.starts(0, job, 1);
    }
    for job in 10..20 {
        told.waits(1, job, 1, 50 - u64::try_from(job).unwrap());
    }
    let rows = told.rows(2);
    assert_eq!(rows.len(), 18);
    assert_eq!((&*rows[7], &*rows[8]), ("  job 7  check, try 1 of 3, 2 s", "  and 2 more"));
    // Those that come first.
    assert_eq!(rows[9], "  job 19  waits 29 s for try 2 of 3");
    assert_eq!(rows[17], "  and 2 more to be tried again");
}

#[test]
fn a_sign_of_life_after_a_silence() {
    let mut told = Told::new(3);
    let mut heart = Heart::default();
    told.starts(0, 0, 1).starts(0, 1, 1).waits(1, 1, 1, 100);
    heart.said(Duration::from_secs(5));
    assert_eq!(heart.beat(&told.model, Duration::from_secs(34)), None);
    let line = heart.beat(&told.model, Duration::from_secs(35)).unwrap();
    assert_eq!(line, "… 35 s, 0 of 3 done: job 0 (check, try 1 of 3, 35 s), 1 more\n");
    assert_eq!(heart.beat(&told.model, Duration::from_secs(64)), None);
    told.ends(64, 0, Status::Ok);
    let line = heart.beat(&told.model, Duration::from_secs(65)).unwrap();
    assert_eq!(line, "… 1:05, 1 of 3 done: job 1 (again in 35 s)\n");
}

#[test]
fn a_line_when_a_job_ends() {
    let mut told = Told::new(2);
    told.starts(0, 0, 1).waits(0, 0, 1, 1).starts(1, 0, 2).waits(1, 0, 2, 1).starts(1, 0, 3);
    let line = |told: &Told, job, status, error| {
        let kind = EventKind::JobEnded { job: told.job(job), status, error, result: None, preliminary: None };
        bare(&ended(&told.model, &told.plan, Duration::from_millis(1500), &kind).unwrap())
    };
    assert_eq!(line(&told, 0, Status::Changed, None), "changed job 0 in 1.5 s, in its try 3\n");
    let error = Error::msg("no\nsound").context("turning it on");
    let expected = "failed job 0 in 1.5 s, after 3 tries: turning it on: no …\n";
    assert_eq!(line(&told, 0, Status::Failed, Some(error)), expected);
    // Of the command of a program, the end matters, too.
    let long = Error::msg(format!("`sh {}` failed", "ä".repeat(1000)));
    let expected = format!("failed job 0 in 1.5 s, after 3 tries: `sh {}…{}` failed\n", "ä".repeat(96), "ä".repeat(92));
    assert_eq!(line(&told, 0, Status::Failed, Some(long)), expected);
    assert_eq!(line(&told, 1, Status::Blocked, None), "blocked job 1\n");
    // There may be very many, so the end tells of them in one line.
    let kind = EventKind::JobEnded {
        job: told.job(1),
        status: Status::Cancelled,
        error: None,
        result: None,
        preliminary: None,
    };
    assert_eq!(ended(&told.model, &told.plan, Duration::ZERO, &kind), None);
    told.starts(1, 1, 1);
    assert_eq!(line(&told, 1, Status::Cancelled, None), "cancelled job 1 in 0.5 s\n");
    assert_eq!(ended(&told.model, &told.plan, Duration::ZERO, &EventKind::Cancelled), None);
}

#[test]
fn the_last_lines_of_the_last_try() {
    let told = Told::new(2);
    let mut tails = Tails::default();
    let say = |tails: &mut Tails, job, line: &str| {
        let (number, phase, line) = (1, Phase::Run, line.to_owned());
        tails.take(&EventKind::Output { job, number, phase, stream: Stream::Stdout, line });
    };
    let (one, other) = (told.job(0), told.job(1));
    for line in 0..12 {
        say(&mut tails, one, &format!("line {line}"));
    }
    say(&mut tails, other, &"ä".repeat(5000));
    assert_eq!((tails.of(one).len(), tails.of(one).next()), (10, Some("line 2")));
    assert_eq!(tails.of(other).next().unwrap().chars().count(), 1001);
    tails.take(&EventKind::TryStarted { job: one, number: 2, round: 2 });
    assert_eq!(tails.of(one).len(), 0);
    tails.take(&EventKind::JobEnded { job: other, status: Status::Ok, error: None, result: None, preliminary: None });
    assert_eq!(tails.of(other).len(), 0);
}

#[test]
fn spans_of_time() {
    let spans = [0, 59, 60, 3599, 3661].map(|seconds| span(Duration::from_secs(seconds)));
    assert_eq!(spans, ["0 s", "59 s", "1:00", "59:59", "1:01:01"]);
}
