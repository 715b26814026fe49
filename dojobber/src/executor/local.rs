//! The executor in the calling thread: one slot.

use std::path::Path;
use std::sync::Arc;

use super::audience::Audience;
use super::session::Session;
use crate::attempt::{Attempt, Call, Finish};
use crate::catch::{catch, install_hook};
use crate::clock::{Alarm, Clock, nanoseconds};
use crate::context::{Context, Phase};
use crate::error::Error;
use crate::event::EventKind;
use crate::job::{Kind, Local};
use crate::outcome::Outcome;
use crate::plan::{JobId, Plan};
use crate::results::Ended;
use crate::scheduler::{Entered, Next, Start, TryOutcome};
use crate::step::{Function, drive};

/// What a run goes by, beside the session.
pub(crate) struct Surroundings<'r> {
    pub(crate) clock: &'r dyn Clock,
    /// When the run started, by that clock, in nanoseconds.
    pub(crate) origin: u64,
    pub(crate) alarm: &'r Alarm,
    pub(crate) audience: &'r mut Audience,
    /// Where each phase is to start, if that was asked for (R10).
    pub(crate) directory: Option<&'r Path>,
}

/// Does what the scheduler says until it has nothing more to say.
pub(crate) fn run(session: &mut Session, ctx: &mut Context, surroundings: &mut Surroundings<'_>) {
    install_hook();
    let plan = Arc::clone(&session.plan);
    let mut slot = Slot { plan: &plan, session, ctx, now: 0, surroundings };
    slot.tick();
    slot.session.started(slot.now, slot.ctx.no_act(), slot.surroundings.audience);
    loop {
        if slot.surroundings.alarm.has_rung() {
            slot.session.scheduler.cancel();
        }
        match slot.session.next(slot.now, slot.surroundings.audience) {
            Next::Start(start) => slot.try_job(start),
            Next::CleanUp(entered) => slot.clean_up(entered),
            Next::Wait(until) => slot.wait(until),
            Next::Done => break,
        }
    }
    slot.session.ended(slot.now, slot.surroundings.audience);
}

struct Slot<'s, 'r> {
    plan: &'s Plan,
    session: &'s mut Session,
    ctx: &'s mut Context,
    /// The time when the last thing happened, in nanoseconds from the start of the run. Read once after each call of
    /// a user's code, since nothing else takes time.
    now: u64,
    surroundings: &'s mut Surroundings<'r>,
}

impl Slot<'_, '_> {
    fn tick(&mut self) {
        self.now = nanoseconds(self.surroundings.clock.now()).saturating_sub(self.surroundings.origin);
    }

    /// With one slot, a wait has an end: no try is running.
    fn wait(&mut self, until: Option<u64>) {
        let until = until.unwrap_or(self.now).saturating_add(self.surroundings.origin);
        self.surroundings.clock.wait_until(std::time::Duration::from_nanos(until), self.surroundings.alarm);
        self.tick();
    }

    fn try_job(&mut self, start: Start) {
        let plan = self.plan;
        let (behaviour, kind) = (plan.behaviour(start.job), plan.kind(start.job));
        let mut attempt = Attempt::new(kind, self.ctx.no_act(), plan.has_when(start.job));
        let mut growth = None;
        let mut local: Option<Local> = None;
        let mut keep = false;
        self.ctx.enter(start.job, start.number, Phase::Check);
        let mut finish = loop {
            let outcome = match attempt.call() {
                // No functions of a phase, so none is said to start.
                Call::When => self.call(start.job, None, |ctx| drive(behaviour.call(Function::When, &mut local, ctx))),
                Call::Construct => {
                    self.call(start.job, None, |ctx| drive(behaviour.call(Function::New, &mut local, ctx)))
                }
                // The check of a family is to call its members into being.
                Call::Check if kind == Kind::Family => self.phase(start, Phase::Check, |ctx| {
                    local = Some(Box::new(()));
                    growth = Some(drive(plan.call_each(start.job, ctx))?);
                    Ok(None)
                }),
                Call::Check => self.phase(start, Phase::Check, |ctx| {
                    drive(behaviour.call(Function::New, &mut local, ctx))?;
                    drive(behaviour.call(Function::Check, &mut local, ctx))
                }),
                Call::Run => {
                    keep = self.session.scheduler.entered_run(start.job);
                    self.phase(start, Phase::Run, |ctx| drive(behaviour.call(Function::Run, &mut local, ctx)))
                }
                Call::Recheck => {
                    self.phase(start, Phase::Recheck, |ctx| drive(behaviour.call(Function::Check, &mut local, ctx)))
                }
            };
            let now = self.now;
            let mut announcer = self.session.announcer(self.surroundings.audience);
            let finish = attempt.returned(outcome, local.is_some(), |(phase, passed)| {
                let (passed, error) = match passed {
                    Ok(()) => (true, None),
                    Err(error) => (false, error),
                };
                let Start { job, number, .. } = start;
                announcer.announce(now, EventKind::PhaseEnded { job, number, phase, passed, error });
            });
            if let Some(finish) = finish {
                break finish;
            }
        };
        // A value that panics when it is dropped fails its try too (R16).
        if !keep
            && behaviour.needs_drop()
            && let Err(error) = catch(|| {
                drop(local.take());
                Ok(())
            })
        {
            let error = error.context("dropping the job's value");
            let Start { job, number, .. } = start;
            let (phase, passed) = (self.ctx.phase(), false);
            let ended = EventKind::PhaseEnded { job, number, phase, passed, error: Some(error.clone()) };
            self.session.announcer(self.surroundings.audience).announce(self.now, ended);
            finish = Finish { outcome: TryOutcome::Failed, error: Some(error), value: None };
        }
        if let (Some(growth), TryOutcome::Held) = (growth, finish.outcome) {
            self.session.grow(self.now, start, growth, self.surroundings.audience);
            return;
        }
        if plan.is_observed(start.job) {
            let status = finish.outcome.status();
            self.ctx.note(start.job, Ended { status, value: finish.value.clone() });
        }
        self.session.finish(self.now, start, finish, local.filter(|_| keep), self.surroundings.audience);
    }

    /// Calls a user's code in a phase of its job.
    fn phase(&mut self, start: Start, phase: Phase, function: impl FnOnce(&Context) -> Outcome) -> Outcome {
        self.session.phase_started(self.now, start, phase, self.surroundings.audience);
        self.call(start.job, Some(phase), function)
    }

    /// Calls a user's code: a function of a phase, or the construction, which belongs to the check.
    fn call(&mut self, job: JobId, phase: Option<Phase>, function: impl FnOnce(&Context) -> Outcome) -> Outcome {
        self.ctx.set_phase(phase.unwrap_or(Phase::Check));
        let ctx = &*self.ctx;
        let directory = self.surroundings.directory;
        let outcome = self.session.spans.in_phase(job, phase, || {
            directory.map_or(Ok(()), return_to)?;
            catch(|| function(ctx))
        });
        self.tick();
        let Some(watch) = self.ctx.global().watch().filter(|watch| watch.has_news()) else {
            return outcome;
        };
        self.session.announce_races(self.now, watch, self.surroundings.audience);
        match watch.take_raced(job) {
            Some(race) => Err(race),
            None => outcome,
        }
    }

    fn clean_up(&mut self, entered: Entered) {
        let Entered { job, number } = entered;
        let behaviour = self.plan.behaviour(job);
        self.ctx.enter(job, number, Phase::Cleanup);
        let mut kept = self.session.take_kept(entered);
        let result = self.call(job, Some(Phase::Cleanup), |ctx| {
            let result = drive(behaviour.call(Function::Cleanup, &mut kept, ctx));
            // Here, so that a panic of its drop is one of the clean-up.
            drop(kept);
            result
        });
        self.session.cleaned_up(self.now, entered, result.err(), self.surroundings.audience);
    }
}

/// Each phase starts where `checknrun` was called (R10).
fn return_to(directory: &Path) -> Result<(), Error> {
    std::env::set_current_dir(directory)
        .map_err(|error| Error::from(error).context(format_args!("returning to {}", directory.display())))
}
