//! The executor in the calling thread: one slot.

use std::sync::Arc;

use super::session::{Session, Task};
use super::trial::{Desk, Progress, Slot, Trial, blocking};
use crate::attempt::Ended;
use crate::catch::{Discarded, catch};
use crate::context::Phase;
use crate::error::Error;
use crate::job::Local;
use crate::plan::Plan;
use crate::scheduler::{Entered, Start};
use crate::step::Function;

/// Does what the scheduler says until it has nothing more to say.
pub(crate) fn run(session: &mut Session, slot: &mut Slot) {
    let (plan, run) = (Arc::clone(&session.plan), Arc::clone(slot.ctx.run()));
    let is_live = session.audience.wants_all();
    loop {
        if is_live {
            // Listeners, too, take their time.
            slot.tick();
        }
        if run.alarm.is_cancelled() {
            session.cancel(slot.now);
        }
        // By reference, since a try is large.
        let mut task = session.next(slot.now);
        match &mut task {
            Task::Try(trial) => match trial.conduct(&plan, slot, session) {
                Progress::Finished(finish) => {
                    session.finish(slot.now, trial, finish);
                }
                Progress::Unsettled => pause(&plan, session, slot, task),
                Progress::Grown | Progress::Lost => {}
            },
            Task::Settle(trial, why) => {
                let finish = trial.settle(&plan, Some(*why), slot, session);
                session.finish(slot.now, trial, finish);
            }
            Task::CleanUp(entered, kept, span) => {
                let error = slot.clean_up(&plan, *entered, std::mem::take(kept), span);
                session.cleaned_up(slot, *entered, error);
            }
            // No try is running, so there is a time, or nothing left to wait for.
            Task::Wait(until) => {
                run.alarm.hush();
                if !run.alarm.is_cancelled() {
                    run.time.wait_until(until.unwrap_or(slot.now), &run.alarm);
                }
                slot.tick();
            }
            Task::Done => return,
        }
    }
}

/// The try's recheck failed, and may be repeated.
fn pause(plan: &Plan, session: &mut Session, slot: &mut Slot, task: Task) {
    if let Task::Try(trial) = task
        && let Some((mut trial, why)) = session.pause(slot.now, trial)
    {
        let finish = trial.settle(plan, why, slot, session);
        session.finish(slot.now, &mut trial, finish);
    }
}

impl Desk for Session {
    fn with<T>(&mut self, act: impl FnOnce(&mut Session) -> T) -> Option<T> {
        Some(act(self))
    }

    fn enter_run(&mut self, now: u64, start: Start) -> Option<bool> {
        Session::enter_run(self, now, start)
    }

    /// It has been.
    fn tell(&mut self, _: Start) {}

    fn phase_started(&mut self, start: Start, now: u64, phase: Phase) {
        Session::phase_started(self, now, start, phase);
    }

    fn phase_ended(&mut self, start: Start, now: u64, ended: Ended) {
        Session::phase_ended(self, now, start, ended);
    }

    fn is_lost(&mut self, _: &Trial) -> bool {
        false
    }
}

impl Slot {
    /// Calls a clean-up; returns its error.
    pub(crate) fn clean_up(
        &mut self,
        plan: &Plan,
        Entered { job, number }: Entered,
        mut kept: Discarded<Local>,
        span: &tracing::Span,
    ) -> Option<Error> {
        let behaviour = plan.behaviour(job);
        self.ctx.enter(job, number, Phase::Cleanup, None);
        let result =
            self.call_in(span, Some(Phase::Cleanup), |ctx| blocking(behaviour, Function::Cleanup, &mut kept, ctx));
        // A panic of its drop is one of the clean-up; a second one, if that has panicked.
        let dropped = catch(|| {
            drop(kept.take());
            Ok(())
        });
        self.tick();
        let error = result.err().or(dropped.err());
        if !span.is_disabled() {
            super::spans::outcome(span, error.is_none());
        }
        error
    }
}
