//! Does what the scheduler says, as executors do, by a clock that is a number, and writes down what happened.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::case::{Cancel, Case, Part};
use super::known::Known;
use crate::plan::JobId;
use crate::scheduler::{Entered, Next, Scheduler, Start, TryOutcome, Verdict};
use crate::status::Status;

/// Whether something holds, or why not.
pub(super) type Judged<T = ()> = Result<T, TestCaseError>;

/// All that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace(pub(super) Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: u64,
    pub(super) step: Step,
    /// Jobs that ended with this step though no try of theirs did, by place.
    pub(super) swept: Vec<(JobId, Status)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The scheduler was asked, and said this.
    Asked(Next),
    EnteredRun {
        job: JobId,
        kept: bool,
    },
    Finished {
        job: JobId,
        outcome: TryOutcome,
        verdict: Verdict,
    },
    Cancelled,
    /// Clean-ups that had been left for later were ordered.
    CleanUpOrdered,
}

/// What is going to happen by itself.
#[derive(Clone, Copy)]
enum Event {
    EnterRun(Start),
    Finish(Start),
    Cancel,
}

struct Driver<'c> {
    case: &'c Case,
    scheduler: Scheduler,
    /// The scheduler's ids of jobs; everything else here, and all that is written down, has the case's.
    known: Known<'c>,
    now: u64,
    /// By time, and in the order in which they came up.
    to_come: BTreeMap<(u64, usize), Event>,
    trace: Trace,
}

/// Plays the case to its end. Fails where it has none, and where the scheduler asks for a senseless wait.
pub(super) fn play(case: &Case) -> Judged<Trace> {
    let known = Known::new(case);
    let scheduler = Scheduler::new(known.graph(), case.settings());
    let mut driver = Driver { case, scheduler, known, now: 0, to_come: BTreeMap::new(), trace: Trace(Vec::new()) };
    if let Cancel::At(time) = case.cancel {
        driver.later(time, Event::Cancel);
    }
    // Each try takes at most five questions: what to do, after the wait for its time, after that for its run, after
    // that for its end, and for its clean-up. The cancellation takes one more, and so does each of two ends.
    for question in 0..5 * case.most_tries() + 3 {
        if case.cancel == Cancel::BeforeQuestion(question) {
            driver.happen(Event::Cancel)?;
        }
        let next = driver.ask(driver.now);
        driver.note(Step::Asked(next))?;
        match next {
            Next::Start(start) => driver.start(start),
            Next::Resume(_) | Next::Stop(..) | Next::GiveUp(_) => {
                return Err(TestCaseError::fail("nothing settles, and the grace period has no end"));
            }
            Next::Wait(until) => driver.wait(until)?,
            Next::CleanUp(_) => driver.scheduler.cleaned_up(),
            Next::Done if driver.scheduler.has_pending_cleanups() => {
                driver.scheduler.clean_up();
                driver.note(Step::CleanUpOrdered)?;
            }
            Next::Done => return Ok(driver.trace),
        }
    }
    Err(TestCaseError::fail(format!("it does not end: {}", driver.trace.in_short())))
}

impl Driver<'_> {
    fn ask(&mut self, now: u64) -> Next {
        let next = loop {
            // What runs here ends as it does, told or not.
            match self.scheduler.next(now) {
                Next::Stop(..) => {}
                next => break next,
            }
        };
        match next {
            Next::Start(start) => Next::Start(Start { job: self.known.job(start.job), ..start }),
            Next::CleanUp(entered) => Next::CleanUp(Entered { job: self.known.job(entered.job), ..entered }),
            next => next,
        }
    }

    fn start(&mut self, start: Start) {
        let scene = self.case.scene(start.job, start.number);
        let enters = self.case.enters_run(scene.act);
        self.later(scene.before_run, if enters { Event::EnterRun(start) } else { Event::Finish(start) });
    }

    fn wait(&mut self, until: Option<u64>) -> Judged {
        let coming = self.to_come.first_key_value().map(|((time, _), _)| *time);
        let Some(end) = coming.into_iter().chain(until).min() else {
            return Err(TestCaseError::fail("it waits, and nothing is to come"));
        };
        prop_assert!(until.is_none_or(|until| until > self.now), "at {}, it waits until {until:?}", self.now);
        // Whoever wakes up too early is told the same again.
        let midway = self.now + (end - self.now) / 2;
        if midway < end {
            prop_assert_eq!(self.ask(midway), Next::Wait(until), "asked too early, at {}", midway);
        }
        self.now = end;
        while let Some(first) = self.to_come.first_entry()
            && first.key().0 == end
        {
            let event = first.remove();
            self.happen(event)?;
            if self.case.asks_between {
                break;
            }
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Judged {
        let step = match event {
            Event::EnterRun(start) => {
                let Start { job, number, .. } = start;
                self.later(self.case.scene(job, number).in_run, Event::Finish(start));
                Step::EnteredRun { job, kept: self.scheduler.entered_run(self.known.id(job)).is_some() }
            }
            Event::Finish(Start { job, number, .. }) => {
                let outcome = self.case.outcome(self.case.scene(job, number).act);
                Step::Finished { job, outcome, verdict: self.finish(job, outcome) }
            }
            Event::Cancel => {
                self.scheduler.cancel(self.now);
                Step::Cancelled
            }
        };
        self.note(step)
    }

    fn finish(&mut self, job: JobId, outcome: TryOutcome) -> Verdict {
        let id = self.known.id(job);
        if self.case.job(job).part != Part::Each || outcome == TryOutcome::Failed {
            return self.scheduler.finish(id, outcome, self.now);
        }
        let (members, released, lacking) = self.known.grow(job);
        self.scheduler.grow(id, members, &released, &lacking);
        Verdict::Ended(outcome.status())
    }

    fn later(&mut self, after: u64, event: Event) {
        let count = self.trace.0.len();
        self.to_come.insert((self.now.saturating_add(after), count), event);
    }

    fn note(&mut self, step: Step) -> Judged {
        let has_swept = self.scheduler.has_swept();
        let mut swept = self.scheduler.take_swept();
        prop_assert_eq!(has_swept, !swept.is_empty());
        for (job, _) in &mut swept {
            *job = self.known.job(*job);
        }
        // The order among those that end together is no rule.
        swept.sort_unstable_by_key(|(job, _)| *job);
        self.trace.0.push(Entry { at: self.now, step, swept });
        Ok(())
    }
}

impl Trace {
    pub(super) fn starts(&self) -> impl Iterator<Item = Start> {
        self.0.iter().filter_map(|entry| match entry.step {
            Step::Asked(Next::Start(start)) => Some(start),
            _ => None,
        })
    }

    pub(super) fn cleanups(&self) -> impl Iterator<Item = Entered> {
        self.0.iter().filter_map(|entry| match entry.step {
            Step::Asked(Next::CleanUp(entered)) => Some(entered),
            _ => None,
        })
    }

    /// What started and what was cleaned up, in short: `0 A1 r1` is the first try of the job at place 0, begun at
    /// time 0 and belonging to round 1; `~A1` is its clean-up. `.` is the end, if anything was left for later.
    pub(super) fn in_short(&self) -> String {
        let written = self.0.iter().filter_map(|Entry { at, step, .. }| match *step {
            Step::Asked(Next::Start(Start { job, number, round, .. })) => {
                Some(format!("{at} {}{number} r{round}", letter(job)))
            }
            Step::Asked(Next::CleanUp(Entered { job, number })) => Some(format!("~{}{number}", letter(job))),
            Step::CleanUpOrdered => Some(".".to_owned()),
            _ => None,
        });
        written.collect::<Vec<_>>().join(", ")
    }
}

fn letter(job: JobId) -> char {
    ('A'..='Z').nth(job.index()).unwrap_or('?')
}
