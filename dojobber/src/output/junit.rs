//! The report as JUnit XML, for servers that build and test.

use std::io::{self, Write};
use std::time::Duration;

use chrono::{DateTime, Utc};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestRerun, TestSuite};

use crate::error::{Error, ErrorKind};
use crate::harmless::tame;
use crate::plan::PlannedJob;
use crate::report::{CleanupReport, JobReport, Report, TryReport};
use crate::status::Status;

impl Report {
    /// Writes the report as JUnit XML, which servers that build and test can show: one suite of this name, in which each
    /// job is a test. Comes with the feature `junit`.
    ///
    /// | what came of the job | is told as |
    /// | --- | --- |
    /// | `ok`, `changed` | passed; failed tries before as `flakyFailure` |
    /// | `failed`, `would_run` | `failure`, with the error and what caused it: that of the first try, further ones as `rerunFailure` |
    /// | `cancelled` | `error` |
    /// | `blocked`, `unknown` | `skipped`, with the jobs that kept it from being tried |
    /// | `skipped` | `skipped`, with the reason |
    ///
    /// A test's class is the crate that the job stands in, or `code` if it was made by code; its time is that of all its
    /// tries. A clean-up that failed is a test of its own that failed. The suite's `timestamp` is the start of the run, in UTC. Characters that XML can't hold, that a terminal would
    /// obey, or that turn text around, are written as `\u{1b}`.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job(tries = 1)]
    /// fn bake() -> Result { bail!("the oven is cold") }
    ///
    /// let report = DoJobber::new().root::<bake>().checknrun().unwrap();
    /// let mut xml = Vec::new();
    /// report.write_junit("party", &mut xml).unwrap();
    /// assert!(String::from_utf8(xml).unwrap().contains(r#"<failure message="the oven is cold""#));
    /// ```
    pub fn write_junit(&self, suite: &str, mut to: impl Write) -> io::Result<()> {
        let mut tests = TestSuite::new(tame(suite));
        tests.set_time(self.elapsed()).set_timestamp(DateTime::<Utc>::from(self.date()));
        tests.add_test_cases(self.jobs().map(test));
        tests.add_test_cases(self.cleanups().filter_map(clean_up));
        let mut report = quick_junit::Report::new(tame(suite));
        report.set_time(self.elapsed());
        report.add_test_suite(tests);
        report.serialize(&mut to).map_err(io::Error::other)
    }
}

fn test(job: JobReport<'_>) -> TestCase {
    let tries = job.tries();
    let mut test = case(job.planned(), job.name(), status(job, &tries));
    test.set_time(tries.iter().map(|one| took(*one)).sum());
    test
}

/// A test that took no time.
fn case(job: PlannedJob<'_>, name: &str, status: TestCaseStatus) -> TestCase {
    let place = job.place();
    let mut test = TestCase::new(tame(name), status);
    test.set_time(Duration::ZERO);
    test.set_classname(place.krate.unwrap_or_else(|| "code".to_owned()));
    // Some servers link to it.
    test.extra.insert("file".into(), tame(&place.file).into());
    test.extra.insert("line".into(), place.line.to_string().into());
    test
}

fn status(job: JobReport<'_>, tries: &[TryReport<'_>]) -> TestCaseStatus {
    match job.status() {
        Some(Status::Ok | Status::Changed) => {
            let mut status = TestCaseStatus::success();
            let failed = &tries[..tries.len().saturating_sub(1)];
            status.add_reruns(failed.iter().map(|one| rerun(*one, one.error().as_ref())));
            status
        }
        Some(Status::Failed | Status::WouldRun) => {
            // The error of the job is that of its last try. As Surefire has it, the first one comes first.
            let last = tries.len().saturating_sub(1);
            let error = |index: usize| if index >= last { job.error().cloned() } else { tries[index].error() };
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            describe(&mut status, job.status(), error(0).as_ref());
            status.add_reruns((1..tries.len()).map(|index| rerun(tries[index], error(index).as_ref())));
            status
        }
        Some(Status::Blocked) => waits(job, "blocked by"),
        Some(Status::Unknown) => waits(job, "unknown because of"),
        Some(Status::Skipped) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(job.error().map_or_else(|| "skipped".to_owned(), |error| tame(&format!("{error:#}"))));
            status
        }
        Some(Status::Cancelled) | None => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            describe(&mut status, job.status(), job.error());
            status
        }
    }
}

/// A job that nobody could try, and why.
fn waits(job: JobReport<'_>, why: &str) -> TestCaseStatus {
    let (blockers, more) = job.first_blocked_by();
    let blockers: Vec<_> = blockers.map(|job| tame(job.name())).collect();
    let mut status = TestCaseStatus::skipped();
    status.set_message(match (&blockers[..], job.error()) {
        ([], Some(error)) => tame(&format!("{error:#}")),
        ([], None) => format!("{why} what it needs"),
        _ => format!("{why} {}{}", blockers.join(", "), if more { " and more" } else { "" }),
    });
    status
}

fn describe(status: &mut TestCaseStatus, word: Option<Status>, error: Option<&Error>) {
    match error {
        Some(error) => {
            status.set_message(tame(&error.to_string())).set_type(kind(error)).set_description(chain(error));
        }
        None => {
            let word = word.map_or("not ended", Status::as_str);
            status.set_message(word).set_type(word);
        }
    }
}

fn rerun(one: TryReport<'_>, error: Option<&Error>) -> TestRerun {
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    rerun.set_time(took(one));
    // Those who read such elements want to know the type, and have the text in an element of its own.
    match error {
        Some(error) => rerun.set_message(tame(&error.to_string())).set_type(kind(error)).set_stack_trace(chain(error)),
        None => rerun.set_message(format!("try {} failed", one.number())).set_type("failed").set_stack_trace(""),
    };
    rerun
}

/// A clean-up that failed makes the run a failure, so there is a test that failed.
fn clean_up(cleanup: CleanupReport<'_>) -> Option<TestCase> {
    let error = cleanup.error?;
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    describe(&mut status, None, Some(error));
    let name = format!("{} (clean-up after try {})", cleanup.job.name(), cleanup.number);
    Some(case(cleanup.job, &name, status))
}

fn took(one: TryReport<'_>) -> Duration {
    one.ended().saturating_sub(one.started())
}

/// As in JSON.
fn kind(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::Failed => "failed",
        ErrorKind::ReturnedFalse => "returned_false",
        ErrorKind::Panicked => "panicked",
        ErrorKind::Raced => "raced",
        ErrorKind::Permanent => "permanent",
        ErrorKind::Unsure => "unsure",
        ErrorKind::Change => "change",
        ErrorKind::TimedOut => "timed_out",
        ErrorKind::Cancelled => "cancelled",
        ErrorKind::RunOnly => "run_only",
        ErrorKind::Skipped => "skipped",
    }
}

/// The messages, the outermost first, and what a program that failed said last.
fn chain(error: &Error) -> String {
    let messages = error.chain();
    let messages = messages.iter().map(|message| message.lines().map(tame).collect::<Vec<_>>().join("\n"));
    let mut text = messages.collect::<Vec<_>>().join("\ncaused by: ");
    for (place, line) in error.said_last().iter().enumerate() {
        text.push_str(if place == 0 { "\nit said last:\n  " } else { "\n  " });
        text.push_str(&tame(line));
    }
    text
}
