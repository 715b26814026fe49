//! Async code, on a tokio runtime: each slot is a task, which pulls what it does next from the one scheduler, as threads
//! do. Blocking code never runs here: that is handed to threads.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};
use tracing::Span;
use tracing::instrument::WithSubscriber;

use super::pool::{Pool, Pulled, Shared, State, Watch};
use super::session::{Session, Task};
use super::spans;
use super::trial::{Progress, Slot, Trial, blocking, timed_out};
use crate::alarm::Cancelled;
use crate::attempt::Call;
use crate::catch::catch;
use crate::context::{Context, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::family::Member;
use crate::job::{Kind, Local};
use crate::outcome::Outcome;
use crate::scheduler::{Entered, Start};
use crate::step::{BoxFuture, Function, Step};

/// Runs the session to its end on the runtime of whoever awaits this.
///
/// Dropped before that, it cancels the run: async code is dropped at its next `.await`, blocking code told.
pub(crate) async fn run(session: Session, ctx: &Context, slots: u32) -> Session {
    let mut pool = Pool::new(session, ctx, slots);
    pool.runtime = Some(Handle::current());
    let pool = Arc::new(pool);
    let guard = CancelOnDrop(Arc::clone(&pool));
    recruit(&pool, &mut pool.lock());
    watch(&pool).await;
    drop(guard);
    pool.leave()
}

/// Keeps the time until all is over.
async fn watch(pool: &Arc<Pool>) {
    let run = pool.ctx.run();
    let mut slot = Slot::new(pool.ctx.sibling());
    loop {
        run.alarm.hush();
        match pool.attend(&mut slot) {
            Watch::Again => {}
            Watch::Until(Some(until)) if run.time.clock.stands_still() => run.time.wait_until(until, &run.alarm),
            Watch::Until(Some(until)) => {
                let left = Duration::from_nanos(until.saturating_sub(slot.now));
                tokio::select! { () = run.alarm.rung() => {}, () = sleep(left) => {} }
            }
            Watch::Until(None) => run.alarm.rung().await,
            // Tasks that have nothing more to do say so with the alarm.
            Watch::Over if pool.lock().tasks > 0 && !pool.panicked() => run.alarm.rung().await,
            Watch::Over => return,
        }
    }
}

/// Whoever awaited the run doesn't any more.
struct CancelOnDrop(Arc<Pool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if !state.is_over {
            state.is_over = true;
            let session = state.session.take();
            // What it keeps is the users'.
            drop(state);
            drop(session);
            self.0.ctx.run().alarm.cancel();
            self.0.wake_all();
        }
    }
}

/// Starts a task that looks for work, unless one is about to.
pub(super) fn recruit(pool: &Arc<Pool>, state: &mut State) {
    if !std::mem::replace(&mut state.is_seeking, true) {
        state.tasks += 1;
        start(pool, None);
    }
}

/// What a thread pulled that is not for a thread, it has a task do.
pub(super) fn elsewhere(pool: &Arc<Pool>, task: Task, state: &mut State) -> Option<Task> {
    if pool.runtime.is_none() || !is_async(pool, &task) {
        return Some(task);
    }
    state.tasks += 1;
    start(pool, Some(task));
    None
}

fn start(pool: &Arc<Pool>, first: Option<Task>) {
    if let Some(runtime) = &pool.runtime {
        let task = work(Arc::clone(pool), first).with_subscriber(pool.dispatch.clone());
        runtime.spawn(task);
    }
}

fn is_async(pool: &Pool, task: &Task) -> bool {
    match task {
        // A try that settled ends where it ran, since its value is dropped.
        Task::Try(trial) | Task::Settle(trial, _) => pool.plan.is_async(trial.job()),
        Task::CleanUp(entered, ..) => pool.plan.behaviour(entered.job).asyncs().contains(Function::Cleanup),
        Task::Wait(_) | Task::Done => true,
    }
}

/// What each task does.
async fn work(pool: Arc<Pool>, first: Option<Task>) {
    let mut slot = Slot::new(pool.ctx.sibling());
    let mut next = first;
    loop {
        let Some(task) = next.take().or_else(|| pull(&pool, &mut slot)) else {
            return;
        };
        if !perform(&pool, task, &mut slot).await {
            // The run went on without this task.
            return;
        }
        // Many that are done at once are not to keep others from being polled.
        tokio::task::consume_budget().await;
    }
}

/// What there is to do for a task; blocking code is handed to threads on the way. `None`: the task ends.
fn pull(pool: &Arc<Pool>, slot: &mut Slot) -> Option<Task> {
    loop {
        let mut state = pool.lock();
        state.is_seeking = false;
        match pool.pull(&mut state, slot) {
            Pulled::Task(task) if is_async(pool, &task) => return Some(task),
            Pulled::Task(task) => {
                let spawn = pool.hand_task(&mut state, task);
                drop(state);
                if spawn {
                    pool.spawn();
                }
            }
            Pulled::Nothing | Pulled::Over => {
                state.tasks -= 1;
                // Whoever keeps the time waits for that.
                let is_awaited = state.is_over || pool.ctx.run().time.clock.stands_still();
                drop(state);
                if is_awaited {
                    pool.ctx.run().alarm.ring();
                }
                return None;
            }
        }
    }
}

/// Does one task; says whether the run waited for it.
async fn perform(pool: &Arc<Pool>, task: Task, slot: &mut Slot) -> bool {
    match task {
        Task::Try(trial) => conduct(pool, trial, slot).await,
        Task::Settle(trial, why) => pool.settle(trial, why, slot).is_some(),
        Task::CleanUp(entered, kept, span) => {
            let error = clean_up(pool, slot, entered, kept, &span).await;
            if let Some(session) = &mut pool.lock().session {
                session.cleaned_up(slot.now, entered, error);
            }
            true
        }
        Task::Wait(_) | Task::Done => true,
    }
}

async fn conduct(pool: &Arc<Pool>, mut trial: Trial, slot: &mut Slot) -> bool {
    let mut desk = pool.desk();
    let progress = {
        let mut tried = pin!(trial.conduct_async(pool, slot, &mut desk));
        let mut has_recruited = false;
        poll_fn(|cx| {
            let polled = tried.as_mut().poll(cx);
            // It waits: somebody else can do what can be done meanwhile.
            if polled.is_pending() && !std::mem::replace(&mut has_recruited, true) {
                pool.recruit(&mut pool.lock(), false);
            }
            polled
        })
        .await
    };
    pool.conclude(trial, progress, slot, desk).is_some()
}

async fn clean_up(
    pool: &Arc<Pool>,
    slot: &mut Slot,
    Entered { job, number }: Entered,
    mut kept: Option<Local>,
    span: &Span,
) -> Option<Error> {
    slot.ctx.enter(job, number, Phase::Cleanup, None);
    let span = if span.is_disabled() { Span::none() } else { spans::phase_span(span, Phase::Cleanup) };
    let result = match catch(|| Ok(pool.plan.behaviour(job).call(Function::Cleanup, &mut kept, &slot.ctx))) {
        Ok(Step::Done(outcome)) => outcome,
        Ok(Step::Later(future)) => Watched::new(future, &span).await,
        Err(error) => Err(error),
    };
    // A panic of its drop is one of the clean-up.
    let dropped = catch(|| {
        drop(kept);
        Ok(())
    });
    slot.tick();
    let error = result.err().or(dropped.err());
    if !span.is_disabled() {
        spans::outcome(&span, error.is_none());
    }
    error
}

impl Trial {
    /// As [`conduct`](Trial::conduct), awaiting what is async, and having threads call what is not.
    async fn conduct_async(&mut self, pool: &Arc<Pool>, slot: &mut Slot, desk: &mut Shared<'_>) -> Progress {
        let Start { job, number, deadline, .. } = self.start;
        let kind = pool.plan.kind(job);
        slot.ctx.enter(job, number, Phase::Check, deadline);
        loop {
            let mut members = None;
            let Some(call) = self.begin(slot, desk) else {
                return self.interrupted(&pool.plan, slot, desk);
            };
            let span = self.phase_span(call);
            let outcome = match call {
                Call::Check if kind == Kind::Family => match self.members(pool, &slot.ctx, &span).await {
                    Ok(made) => {
                        members = Some(made);
                        self.local = Some(Box::new(()));
                        Ok(None)
                    }
                    Err(error) => Err(error),
                },
                Call::When => self.function(pool, &slot.ctx, Function::When, &span).await,
                Call::Construct => self.function(pool, &slot.ctx, Function::New, &span).await,
                Call::Check => match self.function(pool, &slot.ctx, Function::New, &span).await {
                    Ok(_) => self.function(pool, &slot.ctx, Function::Check, &span).await,
                    Err(error) => Err(error),
                },
                Call::Run => self.function(pool, &slot.ctx, Function::Run, &span).await,
                Call::Recheck => self.function(pool, &slot.ctx, Function::Check, &span).await,
            };
            if !span.is_disabled() && !matches!(call, Call::When | Call::Construct) {
                spans::outcome(&span, outcome.is_ok());
            }
            if let Some(progress) = self.returned(&pool.plan, outcome, members, slot, desk) {
                return match progress {
                    Progress::Finished(finish) => Progress::Finished(self.end(finish, &pool.plan, slot, desk)),
                    progress => progress,
                };
            }
        }
    }

    /// Calls one function of the job, where it belongs.
    async fn function(&mut self, pool: &Arc<Pool>, ctx: &Context, function: Function, span: &Span) -> Outcome {
        let behaviour = pool.plan.behaviour(self.start.job);
        // A value is made here: it is `Default`, or a clone, of most jobs, and else has its own `async fn new`.
        if function != Function::New && !behaviour.asyncs().contains(function) {
            return self.hop(pool, ctx, function, span).await;
        }
        let local = &mut self.local;
        match catch(|| span.in_scope(|| Ok(behaviour.call(function, local, ctx))))? {
            Step::Done(outcome) => outcome,
            Step::Later(future) => Watched::new(future, span).in_try(pool, ctx, self.start).await,
        }
    }

    async fn members(&mut self, pool: &Arc<Pool>, ctx: &Context, span: &Span) -> Result<Vec<Member>> {
        match catch(|| span.in_scope(|| Ok(pool.plan.members(self.start.job, ctx))))? {
            Step::Done(members) => members,
            Step::Later(future) => Watched::new(future, span).in_try(pool, ctx, self.start).await,
        }
    }

    /// Has a thread call blocking code of an async job.
    async fn hop(&mut self, pool: &Arc<Pool>, ctx: &Context, function: Function, span: &Span) -> Outcome {
        let (plan, job, ctx, span) = (Arc::clone(&pool.plan), self.start.job, ctx.sibling(), span.clone());
        let (sender, receiver) = oneshot::channel();
        let mut local = self.local.take();
        pool.hop(
            job,
            Box::new(move || {
                let outcome = span.in_scope(|| catch(|| blocking(plan.behaviour(job), function, &mut local, &ctx)));
                // Nobody takes it if the run went on without this try.
                let _ = sender.send((local, outcome));
            }),
        );
        match receiver.await {
            Ok((local, outcome)) => {
                self.local = local;
                outcome
            }
            Err(_) => Err(Error::msg("the thread that was to call it is gone")),
        }
    }
}

/// Async code of a user: its panics are caught, and it is dropped when it has to end.
struct Watched<'f, T> {
    future: BoxFuture<'f, Result<T>>,
    span: Span,
}

impl<'f, T> Watched<'f, T> {
    fn new(future: BoxFuture<'f, Result<T>>, span: &Span) -> Self {
        Self { future, span: span.clone() }
    }

    /// Ends when the try has to.
    async fn in_try(mut self, pool: &Pool, ctx: &Context, start: Start) -> Result<T> {
        let run = ctx.run();
        let mut cancelled: Option<Cancelled> = None;
        let mut over: Option<Pin<Box<Sleep>>> = None;
        poll_fn(|cx| {
            if let Poll::Ready(result) = Pin::new(&mut self).poll(cx) {
                return Poll::Ready(result);
            }
            // Only what waits is asked to end.
            let cancelled = cancelled.get_or_insert_with(|| run.alarm.cancelled());
            if Pin::new(cancelled).poll(cx).is_ready() {
                return Poll::Ready(Err(Error::with_kind(ErrorKind::Cancelled, "the run was cancelled")));
            }
            let Some(deadline) = start.deadline else {
                return Poll::Pending;
            };
            let over = over
                .get_or_insert_with(|| Box::pin(sleep(Duration::from_nanos(deadline.saturating_sub(run.time.now())))));
            over.as_mut().poll(cx).map(|()| Err(timed_out(&pool.plan, start.job, None)))
        })
        .await
    }
}

impl<T> Future for Watched<'_, T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        let polled = this.span.in_scope(|| catch(|| Ok(this.future.as_mut().poll(cx))));
        polled.unwrap_or_else(|panic| Poll::Ready(Err(panic)))
    }
}
