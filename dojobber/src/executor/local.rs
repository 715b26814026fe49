//! The executor in the calling thread: one slot.

use std::path::Path;
use std::sync::Arc;

use super::catch::{catch, install_hook};
use super::audience::Audience;
use super::session::Session;
use super::spans::outcome;
use crate::attempt::{Attempt, Call};
use crate::clock::{Alarm, Clock};
use crate::context::{Context, Phase};
use crate::error::Error;
use crate::event::EventKind;
use crate::job::Local;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::scheduler::{Entered, Next, Start, TryOutcome};

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
        let now = u64::try_from(self.surroundings.clock.now().as_nanos()).unwrap_or(u64::MAX);
        self.now = now.saturating_sub(self.surroundings.origin);
    }

    /// With one slot, a wait has an end: no try is running.
    fn wait(&mut self, until: Option<u64>) {
        let until = until.unwrap_or(self.now).saturating_add(self.surroundings.origin);
        self.surroundings.clock.wait_until(std::time::Duration::from_nanos(until), self.surroundings.alarm);
        self.tick();
    }

    fn try_job(&mut self, start: Start) {
        let behaviour = self.plan.behaviour(start.job);
        let mut attempt = Attempt::new(self.plan.kind(start.job), self.ctx.no_act());
        let mut local: Option<Local> = None;
        let mut keep = false;
        self.ctx.enter(start.job, start.number, Phase::Check);
        let mut finish = loop {
            let call = attempt.call();
            let outcome = match call {
                Call::Construct => self.call(start, Phase::Check, |ctx| {
                    local = Some(behaviour.construct(ctx)?);
                    Ok(None)
                }),
                Call::Check => self.phase(start, Phase::Check, &mut local, |local, ctx| behaviour.check(local, ctx)),
                Call::Run => {
                    keep = self.session.scheduler.entered_run(start.job);
                    self.phase(start, Phase::Run, &mut local, |local, ctx| behaviour.run(local, ctx))
                }
                Call::Recheck => {
                    self.phase(start, Phase::Recheck, &mut local, |local, ctx| behaviour.check(local, ctx))
                }
            };
            let now = self.now;
            let mut announcer = self.session.announcer(self.surroundings.audience);
            let finish = attempt.returned(outcome, |(phase, passed)| {
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
            && let Err(error) = catch(|| {
                drop(local.take());
                Ok(())
            })
        {
            finish.outcome = TryOutcome::Failed;
            finish.error = Some(error.context("dropping the job's value"));
        }
        self.session.finish(self.now, start, finish, local, self.surroundings.audience);
    }

    /// Calls a function of the job, in its phase.
    fn phase(
        &mut self,
        start: Start,
        phase: Phase,
        local: &mut Option<Local>,
        function: impl FnOnce(&mut Local, &Context) -> Outcome,
    ) -> Outcome {
        self.session.phase_started(self.now, start, phase, self.surroundings.audience);
        self.call(start, phase, |ctx| match local {
            Some(local) => function(local, ctx),
            // The attempt calls nothing before, or after a failed, construction.
            None => Err(Error::msg("the job was not constructed")),
        })
    }

    fn call(&mut self, start: Start, phase: Phase, function: impl FnOnce(&Context) -> Outcome) -> Outcome {
        self.ctx.set_phase(phase);
        let span = self.session.spans.phase(start.job, phase);
        let entered = span.enter();
        let outcome_of = match self.surroundings.directory {
            None => catch(|| function(self.ctx)),
            Some(directory) => return_to(directory).and_then(|()| catch(|| function(self.ctx))),
        };
        drop(entered);
        outcome(&span, outcome_of.is_ok());
        self.tick();
        outcome_of
    }

    fn clean_up(&mut self, entered: Entered) {
        let Entered { job, number } = entered;
        let behaviour = self.plan.behaviour(job);
        let kept = self.session.take_kept(entered);
        self.ctx.enter(job, number, Phase::Cleanup);
        let start = Start { job, number, round: 0 };
        let result = self.call(start, Phase::Cleanup, |ctx| match kept {
            Some(mut local) => behaviour.cleanup(&mut local, ctx),
            None => Err(Error::msg("the value of the try is gone")),
        });
        self.session.cleaned_up(self.now, entered, result.err(), self.surroundings.audience);
    }
}

/// Each phase starts where `checknrun` was called (R10).
fn return_to(directory: &Path) -> Result<(), Error> {
    std::env::set_current_dir(directory)
        .map_err(|error| Error::from(error).context(format_args!("returning to {}", directory.display())))
}
