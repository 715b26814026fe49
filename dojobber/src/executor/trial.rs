//! One try under way: what is called, where, and what that means to the session.

use std::path::Path;

use tracing::Span;

use super::session::Session;
use super::spans;
use crate::attempt::{Attempt, Call, Ended, Finish, Then};
use crate::catch::{Discarded, catch};
use crate::context::{Context, Phase};
use crate::error::{Error, ErrorKind};
use crate::family::Member;
use crate::job::{Behaviour, Kind, Local};
use crate::outcome::{Outcome, no};
use crate::plan::{JobId, Plan};
use crate::results;
use crate::scheduler::{Start, Why};
use crate::step::{Function, Step};

/// How a try that runs reaches the session.
pub(crate) trait Desk {
    /// `None`: the run went on without this thread.
    fn with<T>(&mut self, act: impl FnOnce(&mut Session) -> T) -> Option<T>;

    /// The run of a try is about to be called. Says whether its value is to be kept; `None`: nothing more starts.
    fn enter_run(&mut self, now: u64, start: Start) -> Option<bool>;

    /// A user's code is about to be called, which may not return: whatever has ended by now is told.
    fn tell(&mut self, start: Start);

    /// A function is about to be called.
    fn phase_started(&mut self, start: Start, now: u64, phase: Phase);

    /// A phase is over.
    fn phase_ended(&mut self, start: Start, now: u64, ended: Ended);

    /// Whether the run went on without this try.
    fn is_lost(&mut self, trial: &Trial) -> bool;
}

/// One try, from its start to its end, pauses included.
pub(crate) struct Trial {
    pub(crate) start: Start,
    attempt: Attempt,
    /// Whether the job makes a value for it; else there is nothing to be called for that, or to be dropped.
    has_value: bool,
    pub(super) local: Discarded<Local>,
    /// Whether the value is kept for a clean-up.
    keep: bool,
    /// When run ended.
    pub(crate) ran: u64,
    /// Why the check failed that asks for a run.
    unmet: Option<Error>,
    /// Why the last recheck failed, while it is not settled whether that counts.
    unsettled: Option<Error>,
    /// Where somebody listens. It is large, and a try is moved about.
    span: Option<Box<Span>>,
}

/// How far a try has come.
pub(crate) enum Progress {
    Finished(Finish),
    /// The recheck failed; the scheduler says whether it is repeated.
    Unsettled,
    /// A family has come into being, and the session knows.
    Grown,
    /// The run went on without it.
    Lost,
}

/// What a try is conducted with: one for each thread, since it remembers which try that is.
pub(crate) struct Slot {
    pub(crate) ctx: Context,
    /// The time when the last thing happened. Read after each call of a user's code, listeners among it, since nothing
    /// else takes time.
    pub(crate) now: u64,
}

impl Slot {
    #[inline]
    pub(crate) fn new(ctx: Context) -> Self {
        let now = ctx.run().time.now();
        Self { ctx, now }
    }

    pub(crate) fn tick(&mut self) {
        self.now = self.ctx.run().time.now();
    }
}

impl Trial {
    #[inline]
    pub(crate) fn new(start: Start, attempt: Attempt, has_value: bool, span: Span) -> Self {
        let span = (!span.is_disabled()).then(|| Box::new(span));
        let nothing = || -> Local { Box::new(()) };
        let local = if has_value { Discarded::default() } else { nothing().into() };
        Self { start, attempt, has_value, local, keep: false, ran: 0, unmet: None, unsettled: None, span }
    }

    pub(crate) fn span(&self) -> &Span {
        span_of(self.span.as_deref())
    }

    pub(crate) fn job(&self) -> JobId {
        self.start.job
    }

    /// Calls what is to be called, one function after the other, in this thread.
    #[inline]
    pub(crate) fn conduct(&mut self, plan: &Plan, slot: &mut Slot, desk: &mut impl Desk) -> Progress {
        let (behaviour, kind) = (plan.behaviour(self.job()), plan.kind(self.job()));
        slot.ctx.enter(self.job(), self.start.number, Phase::Check, self.start.deadline);
        loop {
            let mut members = None;
            let Some(call) = self.begin(slot, desk) else {
                return self.interrupted(plan, slot, desk);
            };
            let local: &mut Option<Local> = &mut self.local;
            let outcome = slot.call(span_of(self.span.as_deref()), call, |ctx| match call {
                // The check of a family is to call its members into being.
                Call::Check if kind == Kind::Family => {
                    members = Some(done(plan.members(self.start.job, ctx))?);
                    *local = Some(Box::new(()));
                    Ok(None)
                }
                Call::When if plan.policy(self.start.job).is_excluded => Ok(Some(no("excluded".to_owned()))),
                call => of(behaviour, call, local, ctx),
            });
            if let Some(progress) = self.returned(plan, outcome, members, slot, desk) {
                return match progress {
                    Progress::Finished(mut finish) => {
                        self.end(&mut finish, plan, slot, desk);
                        Progress::Finished(finish)
                    }
                    progress => progress,
                };
            }
        }
    }

    /// Says what to call, having told of it; `None` if the run was cancelled between the check and this.
    #[inline]
    pub(super) fn begin(&mut self, slot: &mut Slot, desk: &mut impl Desk) -> Option<Call> {
        let call = self.attempt.call();
        slot.ctx.set_phase(phase_of(call));
        match call {
            // No functions of a phase, so none is said to start.
            Call::When | Call::Construct => {}
            Call::Run => {
                let (now, start) = (slot.now, self.start);
                // One step, so that no run is entered behind a cancellation, or told of in another order than entered.
                self.keep = desk.enter_run(now, start)?;
            }
            Call::Check => desk.phase_started(self.start, slot.now, Phase::Check),
            Call::Recheck => {
                desk.tell(self.start);
                desk.phase_started(self.start, slot.now, Phase::Recheck);
            }
        }
        Some(call)
    }

    /// Nothing more of it is called, since nothing more starts.
    pub(super) fn interrupted(&mut self, plan: &Plan, slot: &mut Slot, desk: &mut impl Desk) -> Progress {
        if desk.is_lost(self) {
            return Progress::Lost;
        }
        let mut finish = Attempt::interrupted(self.unmet.take());
        self.end(&mut finish, plan, slot, desk);
        Progress::Finished(finish)
    }

    /// Takes in what came of it.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "what it takes and returns is large, and lies where the caller has it")]
    pub(super) fn returned(
        &mut self,
        plan: &Plan,
        outcome: Outcome,
        members: Option<Vec<Member>>,
        slot: &mut Slot,
        desk: &mut impl Desk,
    ) -> Option<Progress> {
        slot.tick();
        if desk.is_lost(self) {
            return Some(Progress::Lost);
        }
        let mut outcome = self.raced(outcome, slot, desk);
        let now = slot.now;
        if self.start.deadline.is_some_and(|deadline| deadline <= now) {
            outcome = Err(timed_out(plan, self.job(), outcome.err()));
        }
        if let (Ok(_), Some(members)) = (&outcome, members) {
            let start = self.start;
            match desk.with(|session| session.grow(now, start, &members)).flatten() {
                Some(Ok(())) => return Some(Progress::Grown),
                Some(Err(error)) => outcome = Err(error),
                None => return Some(Progress::Lost),
            }
        }
        if self.attempt.call() == Call::Run {
            self.ran = now;
        }
        let cancelled = slot.ctx.run().alarm.is_cancelled();
        // Whoever watches may not have told of it yet, and the cause comes before what it ends.
        if cancelled {
            desk.with(|session| session.cancel(now));
        } else if outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::Cancelled) {
            desk.with(|session| session.is_over(now));
        }
        let (start, constructed) = (self.start, self.local.is_some());
        let unmet = &mut self.unmet;
        let then = self.attempt.returned(outcome, constructed, cancelled, |ended| {
            if let (Phase::Check, Err(error)) = &ended {
                unmet.clone_from(error);
            }
            desk.phase_ended(start, now, ended);
        });
        match then {
            Then::Call => None,
            Then::Settle(error) => {
                self.unsettled = Some(error);
                Some(Progress::Unsettled)
            }
            Then::Finish(finish) => Some(Progress::Finished(finish)),
        }
    }

    #[inline]
    fn raced(&self, outcome: Outcome, slot: &Slot, desk: &mut impl Desk) -> Outcome {
        let Some(watch) = slot.ctx.global().watch() else {
            return outcome;
        };
        if watch.has_news() {
            desk.with(|session| session.announce_races(slot.now, watch));
        }
        // Whoever told of it: another try may have come first.
        match watch.take_raced(self.job()) {
            Some(race) => Err(race),
            None => outcome,
        }
    }

    /// Why the last recheck failed.
    pub(crate) fn unsettled(&self) -> Option<&Error> {
        self.unsettled.as_ref()
    }

    /// The recheck is not repeated: that was the end. `why`: the try didn't come to its own end.
    pub(crate) fn settle(&mut self, plan: &Plan, why: Option<Why>, slot: &mut Slot, desk: &mut impl Desk) -> Finish {
        let mut finish = self.settled(plan, why, slot.now, desk);
        self.end(&mut finish, plan, slot, desk);
        finish
    }

    /// As [`settle`](Self::settle), but for its value, which is still there.
    pub(crate) fn settled(&mut self, plan: &Plan, why: Option<Why>, now: u64, desk: &mut impl Desk) -> Finish {
        let error = self.unsettled.take().unwrap_or_else(|| Error::msg("failed"));
        let error = match why {
            None => error,
            Some(Why::TimedOut) => timed_out(plan, self.job(), Some(error)),
            Some(Why::Cancelled) => error.recast(ErrorKind::Cancelled, "the run was cancelled while it settled"),
        };
        let mut over = None;
        let finish = self.attempt.unsettled(error, |ended| over = Some(ended));
        if let Some(ended) = over {
            desk.phase_ended(self.start, now, ended);
        }
        finish
    }

    /// Whether its end calls a user's code, which may take its time: the value is dropped.
    #[inline]
    pub(crate) fn drops_value(&self, plan: &Plan) -> bool {
        self.has_value && !self.keep && plan.behaviour(self.job()).needs_drop()
    }

    /// The try is over: drops its value, and notes what came of it for those who ask.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "what it takes and returns is large, and lies where the caller has it")]
    pub(super) fn end(&mut self, finish: &mut Finish, plan: &Plan, slot: &mut Slot, desk: &mut impl Desk) {
        if self.drops_value(plan) {
            desk.tell(self.start);
            self.drop_value(finish, slot, desk);
            slot.tick();
        } else if !self.keep {
            // No code of a user's.
            drop(self.local.take());
        }
        if plan.is_observed(self.job()) {
            let status = finish.outcome.status();
            slot.ctx.note(self.job(), results::Ended { status, value: finish.value.clone() });
        }
    }

    /// A value that panics when it is dropped fails its try, too, unless that has failed anyway (R16).
    fn drop_value(&mut self, finish: &mut Finish, slot: &Slot, desk: &mut impl Desk) {
        let dropped = catch(|| {
            drop(self.local.take());
            Ok(())
        });
        if let Err(error) = dropped {
            let error = error.of_drop();
            desk.phase_ended(self.start, slot.now, (slot.ctx.phase(), Err(Some(error.clone()))));
            finish.spoil(error);
        }
    }

    /// The span that a call belongs in, where somebody listens.
    #[cfg(feature = "tokio")]
    pub(super) fn phase_span(&self, call: Call) -> Option<Span> {
        let span = self.span.as_deref()?;
        Some(match call {
            Call::When | Call::Construct => span.clone(),
            call => spans::phase_span(span, phase_of(call)),
        })
    }

    /// The value, for the clean-up.
    #[inline]
    pub(crate) fn take_kept(&mut self) -> Option<Discarded<Local>> {
        (self.keep && self.local.is_some()).then(|| std::mem::take(&mut self.local))
    }
}

impl Slot {
    /// Calls a user's code in this thread.
    #[inline]
    fn call(&self, span: &Span, call: Call, function: impl FnOnce(&Context) -> Outcome) -> Outcome {
        // The construction belongs to the check, but is no phase of its own.
        let phase = (!matches!(call, Call::When | Call::Construct)).then(|| phase_of(call));
        self.call_in(span, phase, function)
    }

    #[inline]
    pub(crate) fn call_in(
        &self,
        span: &Span,
        phase: Option<Phase>,
        function: impl FnOnce(&Context) -> Outcome,
    ) -> Outcome {
        let ctx = &self.ctx;
        spans::in_phase(span, phase, || {
            return_home(ctx)?;
            catch(|| function(ctx))
        })
    }
}

fn span_of(span: Option<&Span>) -> &Span {
    static NONE: Span = Span::none();
    span.unwrap_or(&NONE)
}

fn phase_of(call: Call) -> Phase {
    match call {
        Call::When | Call::Construct | Call::Check => Phase::Check,
        Call::Run => Phase::Run,
        Call::Recheck => Phase::Recheck,
    }
}

/// Calls what belongs to a call, in this thread.
#[inline]
fn of(behaviour: &dyn Behaviour, call: Call, local: &mut Option<Local>, ctx: &Context) -> Outcome {
    match call {
        Call::When => blocking(behaviour, Function::When, local, ctx),
        Call::Construct if local.is_some() => Ok(None),
        Call::Construct => blocking(behaviour, Function::New, local, ctx),
        Call::Check => {
            if local.is_none() {
                blocking(behaviour, Function::New, local, ctx)?;
                // Whoever takes that in finds it out, too.
                if ctx.is_late() {
                    return Ok(None);
                }
            }
            blocking(behaviour, Function::Check, local, ctx)
        }
        Call::Run => blocking(behaviour, Function::Run, local, ctx),
        Call::Recheck => blocking(behaviour, Function::Check, local, ctx),
    }
}

#[inline]
pub(crate) fn blocking(
    behaviour: &dyn Behaviour,
    function: Function,
    local: &mut Option<Local>,
    ctx: &Context,
) -> Outcome {
    done(behaviour.call(function, local, ctx))
}

/// Async code is not called here: a plan with any of it has an executor that awaits it.
fn done<T>(step: Step<'_, T>) -> Result<T, Error> {
    match step {
        Step::Done(result) => result,
        Step::Later(_) => Err(Error::msg("dojobber called async code without awaiting it: please report this")),
    }
}

/// The error of a try whose time is over (R20).
pub(crate) fn timed_out(plan: &Plan, job: JobId, inner: Option<Error>) -> Error {
    let allowed = plan.job(job).timeout().unwrap_or_default();
    let text = format!("timed out after {} s", allowed.as_secs_f64());
    match inner {
        Some(inner) if inner.kind() == ErrorKind::TimedOut => inner,
        Some(inner) => inner.recast(ErrorKind::TimedOut, text),
        None => Error::with_kind(ErrorKind::TimedOut, text),
    }
}

/// Each phase starts where `checknrun` was called, if that was asked for (R10).
pub(super) fn return_home(ctx: &Context) -> Result<(), Error> {
    ctx.run().directory.as_deref().map_or(Ok(()), return_to)
}

fn return_to(directory: &Path) -> Result<(), Error> {
    std::env::set_current_dir(directory)
        .map_err(|error| Error::from(error).context(format_args!("returning to {}", directory.display())))
}
