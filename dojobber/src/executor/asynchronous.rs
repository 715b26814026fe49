//! Async code, on a tokio runtime: each slot is a task, which pulls what it does next from the one scheduler, as threads
//! do. Blocking code never runs here: that is handed to threads.

use std::future::{Future, poll_fn};
use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::unconstrained;
use tokio::time::{Sleep, sleep};
use tracing::Span;
use tracing::instrument::WithSubscriber;

use super::desk::Shared;
use super::handed::Handed;
use super::pool::{Pool, State, Watch};
use super::session::{Session, Task};
use super::spans;
use super::trial::{Progress, Slot, Trial, blocking, return_home, timed_out};
use crate::alarm::Cancelled;
use crate::attempt::Call;
use crate::catch::{Discarded, catch};
use crate::context::{Context, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::job::{Kind, Local};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::scheduler::{Entered, Start};
use crate::step::{BoxFuture, Function, Step};
use crate::sync::MutexGuard;

/// Whether this is called in a runtime.
pub(crate) fn has_runtime() -> bool {
    Handle::try_current().is_ok()
}

/// Whether that runtime keeps time. Where it doesn't, nothing tells but a panic.
pub(crate) fn has_timers() -> bool {
    catch(|| {
        drop(sleep(Duration::ZERO));
        Ok(())
    })
    .is_ok()
}

/// Runs the session to its end on the runtime of whoever awaits this.
///
/// Dropped before that, it cancels the run: async code is dropped at its next `.await`, blocking code told. What the
/// session has come to is `left` then.
pub(crate) async fn run(session: Session, ctx: &Context, slots: u32, left: &mut Option<Session>) -> Session {
    let mut pool = Pool::new(session, ctx, slots);
    pool.runtime = Some(Handle::current());
    let pool = Arc::new(pool);
    let guard = CancelOnDrop { pool: Arc::clone(&pool), left };
    recruit(&pool, &mut pool.lock());
    watch(&pool).await;
    let session = pool.leave();
    // From here on there is nothing for it to leave.
    drop(guard);
    session
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
            Watch::Over if pool.lock().tasks > 0 => run.alarm.rung().await,
            Watch::Over => return,
        }
    }
}

/// Whoever awaited the run doesn't any more.
struct CancelOnDrop<'s> {
    pool: Arc<Pool>,
    left: &'s mut Option<Session>,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        let Some(mut session) = state.session.take() else {
            return;
        };
        state.is_over = true;
        let (handed, given) = (std::mem::take(&mut state.handed), std::mem::take(&mut state.given));
        drop(state);
        // Whatever returns is lost: nothing follows it.
        self.pool.is_left.store(true, Ordering::Release);
        self.pool.ctx.run().alarm.cancel();
        self.pool.left.notify_one();
        self.pool.wake_all();
        for task in handed.into_iter().filter_map(Handed::into_task).chain(given) {
            // What the others keep is the users', and goes with the future that is dropped.
            if let Task::CleanUp(entered, kept, _) = task {
                session.hand_back(entered, kept);
            }
        }
        *self.left = Some(session);
    }
}

/// Starts a task that looks for work, unless one is about to.
pub(super) fn recruit(pool: &Arc<Pool>, state: &mut State) {
    if !std::mem::replace(&mut state.is_seeking, true) {
        state.tasks += 1;
        start(pool);
    }
}

/// Whether it is not for a thread.
pub(super) fn is_for_task(pool: &Pool, task: &Task) -> bool {
    pool.runtime.is_some() && is_async(pool, task)
}

/// Has a task do it.
pub(super) fn give(pool: &Arc<Pool>, task: Task, state: &mut State) {
    state.tasks += 1;
    state.given.push_back(task);
    start(pool);
}

fn start(pool: &Arc<Pool>) {
    if let Some(runtime) = &pool.runtime {
        let task = work(Arc::clone(pool)).with_subscriber(pool.dispatch.clone());
        runtime.spawn(guarded(Arc::clone(pool), task));
    }
}

/// A panic ends the run: it is not users' code, which is caught, but a listener, or dojobber itself.
async fn guarded(pool: Arc<Pool>, task: impl Future<Output = ()>) {
    let mut task = pin!(task);
    poll_fn(|cx| match panic::catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(cx))) {
        Ok(polled) => polled,
        Err(panic) => {
            pool.task_broke(panic);
            Poll::Ready(())
        }
    })
    .await;
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
async fn work(pool: Arc<Pool>) {
    let mut slot = Slot::new(pool.ctx.sibling());
    let mut next = pull(&pool, pool.lock(), &mut slot);
    while let Some(task) = &mut next {
        // `None`: the run went on without this task.
        let Some(state) = perform(&pool, task, &mut slot).await else {
            return;
        };
        next = pull(&pool, state, &mut slot);
        // Many that are done at once are not to keep others from being polled.
        tokio::task::consume_budget().await;
    }
}

/// What there is to do for a task; blocking code is handed to threads on the way. `None`: the task ends.
fn pull<'p>(pool: &'p Arc<Pool>, mut state: MutexGuard<'p, State>, slot: &mut Slot) -> Option<Task> {
    loop {
        state.is_seeking = false;
        // None is left where all is over.
        if let Some(given) = state.given.pop_front() {
            slot.tick();
            return Some(given);
        }
        let task = pool.pull(&mut state, slot);
        if matches!(task, Task::Wait(_) | Task::Done) {
            state.tasks -= 1;
            // Whoever keeps the time waits for that.
            let is_awaited = state.is_over || pool.ctx.run().time.clock.stands_still();
            drop(state);
            if is_awaited {
                pool.ctx.run().alarm.ring();
            }
            return None;
        }
        if is_async(pool, &task) {
            return Some(task);
        }
        let spawn = pool.hand_task(&mut state, task);
        drop(state);
        if spawn {
            pool.spawn_or_work();
        }
        state = pool.lock();
    }
}

/// Does one task; `None` if the run didn't wait for it.
async fn perform<'p>(pool: &'p Arc<Pool>, task: &mut Task, slot: &mut Slot) -> Option<MutexGuard<'p, State>> {
    match task {
        Task::Try(trial) => {
            let mut desk = pool.desk();
            let progress = conduct(pool, trial, slot, &mut desk).await;
            pool.conclude(task, progress, slot, desk)
        }
        Task::Settle(trial, why) => pool.settle(trial, *why, slot),
        Task::CleanUp(entered, kept, span) => {
            let error = clean_up(pool, slot, *entered, std::mem::take(kept), span).await;
            Some(pool.cleaned_up(*entered, error, slot))
        }
        Task::Wait(_) | Task::Done => Some(pool.lock()),
    }
}

async fn conduct(pool: &Arc<Pool>, trial: &mut Trial, slot: &mut Slot, desk: &mut Shared<'_>) -> Progress {
    let mut tried = pin!(trial.conduct_async(pool, slot, desk));
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
}

async fn clean_up(
    pool: &Arc<Pool>,
    slot: &mut Slot,
    Entered { job, number }: Entered,
    mut kept: Discarded<Local>,
    span: &Span,
) -> Option<Error> {
    slot.ctx.enter(job, number, Phase::Cleanup, None);
    let span = (!span.is_disabled()).then(|| spans::phase_span(span, Phase::Cleanup));
    let span = span.as_ref();
    // It may be the first thing that this task does, and too late for that.
    if pool.is_left.load(Ordering::Acquire) {
        return None;
    }
    let behaviour = pool.plan.behaviour(job);
    let called = Watched::new(&slot.ctx, span, || behaviour.call(Function::Cleanup, &mut kept, &slot.ctx));
    let result = tokio::select! {
        biased;
        outcome = called => outcome,
        // It is dropped, and nobody hears of it here.
        () = pool.left.notified() => Ok(None),
    };
    // A panic of its drop is one of the clean-up.
    let dropped = catch(|| {
        drop(kept.take());
        Ok(())
    });
    slot.tick();
    let error = result.err().or(dropped.err());
    if let Some(span) = span {
        spans::outcome(span, error.is_none());
    }
    error
}

impl Trial {
    /// As [`conduct`](Trial::conduct), awaiting what is async, and having threads call what is not.
    async fn conduct_async(&mut self, pool: &Arc<Pool>, slot: &mut Slot, desk: &mut Shared<'_>) -> Progress {
        let start = self.start;
        let Start { job, number, deadline, .. } = start;
        // A value is made here: it is `Default`, or a clone, of most jobs, and else has its own `async fn new`.
        let behaviour = pool.plan.behaviour(job);
        let here = behaviour.asyncs().with(Function::New);
        let makes_members = pool.plan.kind(job) == Kind::Family;
        slot.ctx.enter(job, number, Phase::Check, deadline);
        loop {
            let mut members = None;
            let Some(call) = self.begin(slot, desk) else {
                return self.interrupted(&pool.plan, slot, desk);
            };
            let span = self.phase_span(call);
            let span = span.as_ref();
            let outcome = if call == Call::Check && makes_members {
                let made =
                    Watched::new(&slot.ctx, span, || pool.plan.members(job, &slot.ctx)).within(&pool.plan, start).await;
                made.map(|made| {
                    members = Some(made);
                    *self.local = Some(Box::new(()));
                    None
                })
            } else {
                let mut function = function_of(call, self.local.is_some());
                loop {
                    let outcome = if here.contains(function) {
                        let local = &mut self.local;
                        let call = Watched::new(&slot.ctx, span, || behaviour.call(function, local, &slot.ctx));
                        call.within(&pool.plan, start).await
                    } else {
                        self.hop(pool, &slot.ctx, function, span).await
                    };
                    // The check of a try begins with its construction.
                    if call != Call::Check || function != Function::New || outcome.is_err() || slot.ctx.is_late() {
                        break outcome;
                    }
                    function = Function::Check;
                }
            };
            if let (Some(span), false) = (span, matches!(call, Call::When | Call::Construct)) {
                spans::outcome(span, outcome.is_ok());
            }
            if let Some(progress) = self.returned(&pool.plan, outcome, members, slot, desk) {
                return match progress {
                    Progress::Finished(mut finish) => {
                        self.end(&mut finish, &pool.plan, slot, desk);
                        Progress::Finished(finish)
                    }
                    progress => progress,
                };
            }
        }
    }

    /// Has a thread call blocking code of an async job.
    async fn hop(&mut self, pool: &Arc<Pool>, ctx: &Context, function: Function, span: Option<&Span>) -> Outcome {
        let (plan, job, ctx, span) = (Arc::clone(&pool.plan), self.start.job, ctx.sibling(), span.cloned());
        let (sender, receiver) = oneshot::channel();
        let mut local = std::mem::take(&mut self.local);
        pool.hop(
            job,
            Box::new(move || {
                let outcome = in_span(span.as_ref(), || {
                    return_home(&ctx)?;
                    catch(|| blocking(plan.behaviour(job), function, &mut local, &ctx))
                });
                Box::new(move || {
                    // Nobody takes it if the run went on without this try.
                    let _ = sender.send((local, outcome));
                })
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

/// The first function that a call calls, with a value or before there is one.
fn function_of(call: Call, constructed: bool) -> Function {
    match call {
        Call::When => Function::When,
        Call::Check if constructed => Function::Check,
        Call::Construct | Call::Check => Function::New,
        Call::Run => Function::Run,
        Call::Recheck => Function::Check,
    }
}

fn in_span<T>(span: Option<&Span>, call: impl FnOnce() -> T) -> T {
    match span {
        Some(span) => span.in_scope(call),
        None => call(),
    }
}

/// A call of a user's function, which may be async: its panics are caught, also those of its drop, and it is dropped when it
/// has to end.
struct Watched<'f, T, C> {
    ctx: &'f Context,
    span: Option<&'f Span>,
    /// Until it is called.
    call: Option<C>,
    future: Discarded<BoxFuture<'f, Result<T>>>,
    /// `None` for clean-ups, which come to their own end.
    bounds: Option<(&'f Plan, Start)>,
    /// Made when it waits for the first time: only what waits is asked to end.
    ends: Option<Box<Ends>>,
}

/// What ends a try early.
struct Ends {
    cancelled: Cancelled,
    over: Option<Pin<Box<Sleep>>>,
}

impl<'f, T, C: FnOnce() -> Step<'f, T>> Watched<'f, T, C> {
    fn new(ctx: &'f Context, span: Option<&'f Span>, call: C) -> Self {
        Self { ctx, span, call: Some(call), future: Discarded::default(), bounds: None, ends: None }
    }

    fn within(self, plan: &'f Plan, start: Start) -> Self {
        Self { bounds: Some((plan, start)), ..self }
    }

    /// Why it has to end, if it has to.
    fn end(&mut self, cx: &mut TaskContext<'_>) -> Option<Error> {
        let (plan, start) = self.bounds?;
        let run = self.ctx.run();
        let ends = self.ends.get_or_insert_with(|| {
            let left = |deadline: u64| Duration::from_nanos(deadline.saturating_sub(run.time.now()));
            let end = start.deadline.into_iter().chain(run.deadline).min();
            let over = end.map(|end| Box::pin(sleep(left(end))));
            Box::new(Ends { cancelled: run.alarm.cancelled(), over })
        });
        // Also where the code has used up what tokio lets a task do at a time.
        if pin!(unconstrained(&mut ends.cancelled)).poll(cx).is_ready() {
            return Some(Error::with_kind(ErrorKind::Cancelled, "the run was cancelled"));
        }
        pin!(unconstrained(ends.over.as_mut()?)).poll(cx).is_ready().then(|| {
            if self.ctx.ends_with_run() {
                Error::with_kind(ErrorKind::Cancelled, "the run was cancelled, since its time is over")
            } else {
                timed_out(plan, start.job, None)
            }
        })
    }
}

// Nothing in it is pinned: the future is, in its box.
impl<T, C> Unpin for Watched<'_, T, C> {}

impl<'f, T, C: FnOnce() -> Step<'f, T>> Future for Watched<'f, T, C> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        let mut returned = None;
        let polled = in_span(this.span, || {
            if this.call.is_some() {
                return_home(this.ctx)?;
            }
            catch(|| {
                match this.call.take().map(|call| call()) {
                    Some(Step::Done(result)) => returned = Some(result),
                    Some(Step::Later(future)) => this.future = future.into(),
                    None => {}
                }
                if let Some(Poll::Ready(result)) = this.future.as_mut().map(|future| future.as_mut().poll(cx)) {
                    returned = Some(result);
                    drop(this.future.take());
                }
                Ok(())
            })
        });
        let error = match (returned, polled) {
            (Some(result), dropped) => return Poll::Ready(result.and_then(|value| dropped.map(|()| value))),
            (None, Err(panic)) => panic,
            (None, Ok(())) => match this.end(cx) {
                Some(error) => error,
                None => return Poll::Pending,
            },
        };
        let future = this.future.take();
        Poll::Ready(Err(this.ctx.end(error, || {
            let _ = catch(|| {
                in_span(this.span, || drop(future));
                Ok(())
            });
        })))
    }
}
