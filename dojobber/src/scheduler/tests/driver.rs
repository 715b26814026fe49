//! Does what the scheduler says, as executors do, by a clock that is a number, and writes down what happened.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::case::{Act, Asks, Cancel, Case, Part};
use super::known::Known;
use super::trace::{Entry, Judged, Step, Trace};
use crate::plan::JobId;
use crate::scheduler::{Entered, Next, Scheduler, Start, TryOutcome, Verdict, Why};

/// What is going to happen by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    EnterRun(Entered),
    /// A recheck has returned.
    Rechecked(Entered),
    /// The try has returned without that.
    Finish(Entered),
    /// It returns because it was told to.
    Heed(Entered, Why),
    Cancel,
}

impl Event {
    fn is_of(self, job: JobId) -> bool {
        match self {
            Event::EnterRun(of) | Event::Rechecked(of) | Event::Finish(of) | Event::Heed(of, _) => of.job == job,
            Event::Cancel => false,
        }
    }
}

/// A try that runs or settles.
#[derive(Default)]
struct Open {
    /// When its run returned.
    ran: u64,
    /// Rechecks that failed.
    rechecks: u32,
    pauses: bool,
    is_told: bool,
    timed_out: bool,
}

struct Driver<'c> {
    case: &'c Case,
    scheduler: Scheduler,
    /// The scheduler's ids of jobs; everything else here, and all that is written down, has the case's.
    known: Known<'c>,
    now: u64,
    /// By time, and in the order in which they came up.
    to_come: BTreeMap<(u64, usize), Event>,
    open: BTreeMap<JobId, Open>,
    /// How many events there have been.
    events: usize,
    trace: Trace,
}

/// Plays the case to its end. Fails where it has none, and where the scheduler asks for a senseless wait.
pub(super) fn play(case: &Case) -> Judged<Trace> {
    let known = Known::new(case);
    let scheduler = Scheduler::new(known.graph(), case.settings());
    let (to_come, open, trace) = (BTreeMap::new(), BTreeMap::new(), Trace(Vec::new()));
    let mut driver = Driver { case, scheduler, known, now: 0, to_come, open, events: 0, trace };
    if let Cancel::At(time) = case.cancel {
        driver.later(time, Event::Cancel);
    }
    for question in 0..most_questions(case) {
        if case.cancel == Cancel::BeforeQuestion(question) {
            driver.happen(Event::Cancel)?;
        }
        let next = driver.ask(driver.now);
        driver.note(Step::Asked(next))?;
        match next {
            Next::Start(start) => driver.start(start),
            Next::Resume(entered) => driver.resume(entered),
            Next::Stop(entered, why) => driver.stop(entered, why)?,
            Next::GiveUp(Entered { job, .. }) => driver.forget(job),
            Next::Wait(until) => driver.wait(until)?,
            Next::CleanUp(_) => driver.scheduler.cleaned_up(),
            Next::Done if driver.scheduler.has_pending_cleanups() => {
                driver.scheduler.clean_up();
                driver.note(Step::CleanUpOrdered)?;
            }
            Next::Done => {
                prop_assert_eq!(driver.scheduler.free_limits(), &case.limits[..], "limits have leaked");
                return Ok(driver.trace);
            }
        }
    }
    Err(TestCaseError::fail(format!("it does not end: {}", driver.trace.in_short())))
}

/// Each try takes at most so many: what to do; after the wait for its time, for a limit, for its run, and for its end;
/// the two stops and giving it up; and its clean-up. Each further recheck takes two waits and what to do. The end of
/// the run's time takes one more, a cancellation does, and so does each of two ends.
fn most_questions(case: &Case) -> usize {
    let of_try = |settle: u64| 9 + 3 * usize::try_from(settle + 1).unwrap();
    let of_tries = case.jobs.iter().map(|job| job.script.len() * of_try(job.terms.settle));
    of_tries.sum::<usize>() + 4
}

impl Driver<'_> {
    fn ask(&mut self, now: u64) -> Next {
        let next = self.scheduler.next(now);
        let known = |entered: Entered| Entered { job: self.known.job(entered.job), ..entered };
        match next {
            Next::Start(start) => Next::Start(Start { job: self.known.job(start.job), ..start }),
            Next::Resume(entered) => Next::Resume(known(entered)),
            Next::Stop(entered, why) => Next::Stop(known(entered), why),
            Next::GiveUp(entered) => Next::GiveUp(known(entered)),
            Next::CleanUp(entered) => Next::CleanUp(known(entered)),
            Next::Wait(_) | Next::Done => next,
        }
    }

    fn start(&mut self, start: Start) {
        let Start { job, number, .. } = start;
        self.open.insert(job, Open::default());
        let scene = self.case.scene(job, number);
        let entered = Entered { job, number };
        let enters = self.case.enters_run(scene.act);
        self.later(scene.before_run, if enters { Event::EnterRun(entered) } else { Event::Finish(entered) });
    }

    fn resume(&mut self, entered: Entered) {
        self.open(entered.job).pauses = false;
        let Entered { job, number } = entered;
        self.later(self.case.scene(job, number).recheck, Event::Rechecked(entered));
    }

    fn stop(&mut self, entered: Entered, why: Why) -> Judged {
        let heeds = self.case.scene(entered.job, entered.number).heeds;
        let open = self.open(entered.job);
        open.timed_out |= why == Why::TimedOut;
        let was_told = std::mem::replace(&mut open.is_told, true);
        match heeds {
            _ if open.pauses && heeds.is_some() => self.happen(Event::Heed(entered, why)),
            None if open.pauses => self.finish(entered.job, TryOutcome::Failed),
            Some(after) if !was_told => {
                self.later(after, Event::Heed(entered, why));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn wait(&mut self, until: Option<u64>) -> Judged {
        let coming = self.to_come.first_key_value().map(|((time, _), _)| *time);
        let until_then = until.filter(|_| self.case.asks != Asks::Late || coming.is_none());
        let Some(end) = coming.into_iter().chain(until_then).min() else {
            return Err(TestCaseError::fail("it waits, and nothing is to come"));
        };
        prop_assert!(until.is_none_or(|until| until > self.now), "at {}, it waits until {until:?}", self.now);
        // Whoever wakes up too early is told the same again.
        let early_end = until.map_or(end, |until| until.min(end));
        for early in [self.now, self.now + (early_end - self.now) / 2, early_end.saturating_sub(1)] {
            if (self.now..early_end).contains(&early) {
                prop_assert_eq!(self.ask(early), Next::Wait(until), "asked too early, at {}", early);
            }
        }
        self.now = end;
        while let Some(first) = self.to_come.first_entry()
            && first.key().0 == end
        {
            let event = first.remove();
            self.happen(event)?;
            if self.case.asks == Asks::Between {
                break;
            }
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Judged {
        match event {
            // Its time is over: it goes no further.
            Event::EnterRun(of) | Event::Rechecked(of) | Event::Finish(of) if self.open(of.job).timed_out => {
                self.finish(of.job, TryOutcome::Failed)
            }
            Event::EnterRun(entered) => {
                let Entered { job, number } = entered;
                let scene = self.case.scene(job, number);
                self.open(job).ran = self.now.saturating_add(scene.in_run);
                self.later(scene.in_run.saturating_add(scene.recheck), Event::Rechecked(entered));
                let kept = self.scheduler.entered_run(self.known.id(job)).is_some();
                self.note(Step::EnteredRun { job, kept })
            }
            Event::Rechecked(entered) => self.rechecked(entered),
            Event::Finish(Entered { job, number }) => {
                self.finish(job, self.case.outcome(self.case.scene(job, number).act))
            }
            Event::Heed(Entered { job, .. }, Why::TimedOut) => self.finish(job, TryOutcome::Failed),
            Event::Heed(Entered { job, .. }, Why::Cancelled) => self.finish(job, TryOutcome::Interrupted),
            Event::Cancel => {
                self.scheduler.cancel(self.now);
                self.note(Step::Cancelled)
            }
        }
    }

    fn rechecked(&mut self, Entered { job, number }: Entered) -> Judged {
        let act = self.case.scene(job, number).act;
        let Open { ran, rechecks, .. } = *self.open(job);
        let holds = match act {
            Act::FailsInRun => false,
            Act::ShowsLate(late) => rechecks >= late,
            _ => true,
        };
        if holds {
            return self.finish(job, self.case.outcome(act));
        }
        let until = self.scheduler.settle(self.known.id(job), ran, self.now);
        self.note(Step::Settled { job, ran, until })?;
        match until {
            Some(_) => {
                let open = self.open(job);
                (open.rechecks, open.pauses) = (rechecks + 1, true);
                Ok(())
            }
            None => self.finish(job, TryOutcome::Failed),
        }
    }

    fn finish(&mut self, job: JobId, outcome: TryOutcome) -> Judged {
        self.forget(job);
        let id = self.known.id(job);
        let verdict = if self.case.job(job).part == Part::Each && outcome == TryOutcome::Held {
            let (members, released, lacking) = self.known.grow(job);
            self.scheduler.grow(id, members, &released, &lacking);
            Verdict::Ended(outcome.status())
        } else {
            self.scheduler.finish(id, outcome, self.now)
        };
        self.note(Step::Finished { job, outcome, verdict })
    }

    /// The job's try is over; nothing more comes of it.
    fn forget(&mut self, job: JobId) {
        self.open.remove(&job);
        self.to_come.retain(|_, event| !event.is_of(job));
    }

    fn open(&mut self, job: JobId) -> &mut Open {
        self.open.get_mut(&job).expect("a try that is not open")
    }

    fn later(&mut self, after: u64, event: Event) {
        self.events += 1;
        self.to_come.insert((self.now.saturating_add(after), self.events), event);
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
