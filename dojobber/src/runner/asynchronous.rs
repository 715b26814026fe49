//! What [`DoJobber`] has for those who await it, on their tokio runtime.

use std::collections::hash_map::Entry;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use rustc_hash::FxHashMap;
use tokio::task::unconstrained;

use super::planning::failed;
use super::{CleanupError, DoJobber, Pending, has_timeouts};
use crate::alarm::Alarm;
use crate::catch::{Discarded, catch, install_hook};
use crate::clock::{RunTime, RuntimeClock};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result as Outcome};
use crate::executor::asynchronous::{has_runtime, has_timers};
use crate::executor::{Session, Slot};
use crate::family::Member;
use crate::job::{Job, def_of};
use crate::plan::{Key, Made, Plan, PlanError, Problem, Refused, Wanted};
use crate::report::Report;
use crate::step::{BoxFuture, Step};

/// Running it on the tokio runtime of whoever awaits it, with the feature `tokio`. All of these futures are `Send`: they
/// can be spawned, and awaited by jobs.
impl DoJobber {
    /// As [`checknrun`](Self::checknrun), on the tokio runtime of whoever awaits it: async jobs are its tasks, blocking ones
    /// get threads. An async `each` is awaited in place, while the plan is made. With the feature `tokio`.
    ///
    /// The future is `Send`: it can be spawned, put into a `JoinSet`, and awaited by an async job.
    ///
    /// If the future is dropped before its end, the run is cancelled: async code is dropped at its `.await`, blocking
    /// code told, and clean-ups are not called. What the last run had left to be cleaned up stays left, but for what has been
    /// called (R7).
    ///
    /// It is an error, too, if that is awaited in no runtime, or in one without timers where the run may have to wait: for the
    /// next try of a job, say, or the end of a time limit.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// async fn fetch() -> Result {
    ///     tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    ///     Ok(())
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let report = DoJobber::new().root::<fetch>().workers(100).checknrun_async().await?;
    /// assert!(report.success());
    /// # Ok::<_, dojobber::PlanError>(())
    /// # }).unwrap();
    /// ```
    pub async fn checknrun_async(&mut self) -> Result<Report, PlanError> {
        self.checknrun_roots(self.roots.clone()).await
    }

    /// As [`checknrun_async`](Self::checknrun_async), for a part of the graph: `J` and what it needs (R11). With the feature
    /// `tokio`.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// async fn bake() {}
    /// #[job(deps = [bake])]
    /// struct Party;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let report = DoJobber::new().root::<Party>().checknrun_from_async::<bake>().await?;
    /// assert_eq!(report.jobs().len(), 1);
    /// # Ok::<_, dojobber::PlanError>(())
    /// # }).unwrap();
    /// ```
    pub async fn checknrun_from_async<J: Job>(&mut self) -> Result<Report, PlanError> {
        self.checknrun_roots(Some(vec![Key::Def(def_of::<J>())])).await
    }

    /// As [`checknrun_from_async`](Self::checknrun_from_async), for the job of this name. With the feature `tokio`.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let mut dojob = DoJobber::new();
    /// dojob.add(DynJob::new("bake").run_async(|_| Box::pin(async {}))).add(DynJob::new("party").deps(["bake"]));
    /// let report = dojob.root_named("party").checknrun_from_named_async("bake").await?;
    /// assert_eq!(report.jobs().len(), 1);
    /// # Ok::<_, dojobber::PlanError>(())
    /// # }).unwrap();
    /// ```
    pub fn checknrun_from_named_async(
        &mut self,
        name: impl Into<String>,
    ) -> impl Future<Output = Result<Report, PlanError>> + Send {
        // Whatever the name was made from isn't part of the future, which could not be sent else.
        self.checknrun_roots(Some(vec![Key::Name(name.into())]))
    }

    /// As [`checknrun_async`](Self::checknrun_async), for a plan of this `DoJobber` that was made before, by
    /// [`plan_async`](Self::plan_async), say: what somebody has looked at is what is run. With the feature `tokio`.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// async fn bake() {}
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let mut dojob = DoJobber::new();
    /// let plan = dojob.root::<bake>().plan_async().await?;
    /// assert_eq!(plan.jobs().len(), 1);
    /// assert!(dojob.checknrun_plan_async(plan).await?.success());
    /// # Ok::<_, dojobber::PlanError>(())
    /// # }).unwrap();
    /// ```
    pub async fn checknrun_plan_async(&mut self, plan: Plan) -> Result<Report, PlanError> {
        self.cancel.0.renew();
        let run = self.run_plan_async(plan).await;
        self.answered(run)
    }

    /// As [`plan`](Self::plan), on the tokio runtime of whoever awaits it: an async `each` is awaited in place. It
    /// borrows this mutably, so that the future is `Send`. With the feature `tokio`.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[derive(Clone)]
    /// struct Guest { name: &'static str }
    ///
    /// #[job(each = guests, name = "Invite {name}", run_only)]
    /// impl Guest {
    ///     fn run(&self) {}
    /// }
    ///
    /// async fn guests() -> [Guest; 2] {
    ///     tokio::task::yield_now().await;
    ///     ["Ann", "Wendell"].map(|name| Guest { name })
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let mut dojob = DoJobber::new();
    /// let plan = dojob.root::<Guest>().plan_async().await?;
    /// assert_eq!(plan.jobs().len(), 2);
    /// # Ok::<_, dojobber::PlanError>(())
    /// # }).unwrap();
    /// ```
    pub async fn plan_async(&mut self) -> Result<Plan, PlanError> {
        let planned = self.make_plan_async(self.roots.clone()).await;
        planned.map_err(|refused| refused.error().during(self.cancel.0.signal()))
    }

    async fn run_plan_async(&mut self, plan: Plan) -> Result<Report, PlanError> {
        let arguments = self.arguments_for(&plan)?;
        self.has_runtime_for(&plan)?;
        if !self.no_act {
            let _ = self.cleanup_async().await;
        }
        let mut left = Forgotten(None);
        let pending = self.prepare(plan, arguments, self.runtime_time());
        let mut pending = drive(pending, self.slots, &mut left.0).await;
        pending.session.record.interrupted_by = self.cancel.0.take_signal();
        Ok(self.keep_report(pending))
    }

    /// As [`cleanup`](Self::cleanup), on the tokio runtime of whoever awaits it. With the feature `tokio`.
    ///
    /// If the future is dropped before its end, the clean-up that is under way counts as failed; those behind it are still
    /// to come.
    ///
    /// Panics where there is no such runtime; the clean-ups are still to come then.
    pub async fn cleanup_async(&mut self) -> Result<(), CleanupError> {
        if self.pending.is_some() {
            assert!(has_runtime(), "clean-ups were awaited outside of a tokio runtime");
        }
        let Some(pending) = self.take_pending() else {
            return Ok(());
        };
        let (ctx, told) = (pending.slot.ctx.sibling(), pending.told);
        let mut left = StillToCome { session: None, ctx, told, pending: &mut self.pending };
        let pending = drive(pending, self.slots, &mut left.session).await;
        drop(left);
        self.cleaned_up(pending)
    }

    async fn checknrun_roots(&mut self, roots: Option<Vec<Key>>) -> Result<Report, PlanError> {
        let planned = self.make_plan_async(roots).await;
        let run = match planned.map_err(|refused| self.refusal(refused)) {
            Ok(plan) => self.run_plan_async(plan).await,
            Err(error) => Err(error),
        };
        self.answered(run)
    }

    /// Planning itself is no async code: it ends where it would need members that have to be awaited, and begins anew with
    /// them. Each `each` is called once, in the same order as ever.
    async fn make_plan_async(&mut self, roots: Option<Vec<Key>>) -> Result<Plan, Refused> {
        let time = self.runtime_time();
        self.begin_plan();
        let mut known: FxHashMap<_, Made> = FxHashMap::default();
        loop {
            let mut asked = None;
            let planned = self.make_plan_by(roots.clone(), &mut |def, family| match known.entry((def.id)()) {
                Entry::Occupied(made) => Some(made.get().clone()),
                Entry::Vacant(_) if (family.is_async)() => {
                    asked = Some((def, family));
                    None
                }
                Entry::Vacant(place) => Some(place.insert(self.members(def, family, &time)).clone()),
            });
            let Some((def, family)) = asked else {
                return planned;
            };
            drop(planned);
            let made = match self.planning(def, family, &time) {
                Ok(ctx) => {
                    can_await(&ctx)?;
                    let made = match catch(|| Ok((family.each)(&ctx))) {
                        Ok(Step::Done(made)) => made,
                        Ok(Step::Later(made)) => in_time(made, &ctx).await,
                        Err(panic) => Err(panic),
                    };
                    made.map_err(|error| failed(def, &error))
                }
                Err(problem) => Err(problem),
            };
            known.insert((def.id)(), made);
        }
    }

    /// From now on, by the runtime's clock, so that a paused one moves waits and time limits alike.
    fn runtime_time(&self) -> RunTime {
        RunTime::new(self.clock.clone().unwrap_or_else(|| Arc::new(RuntimeClock::new())))
    }

    /// Whether there is a runtime to run on, with timers if they may be needed.
    fn has_runtime_for(&self, plan: &Plan) -> Result<(), PlanError> {
        lacks_runtime(self.waits_by_runtime(plan)).map_or(Ok(()), |problem| Err(PlanError::new(vec![problem])))
    }

    /// Whether anything can happen in the run for which a timer is needed.
    fn waits_by_runtime(&self, plan: &Plan) -> bool {
        let (graph, has_timeouts) = (&plan.graph, has_timeouts(plan));
        let retries = || !self.no_act && graph.policies.iter().any(|policy| policy.tries > 1);
        let settles = || graph.terms.iter().any(|terms| terms.settle > 0);
        let keeps_time = has_timeouts || self.can_be_cancelled() || retries() || settles();
        // Whatever the run's clock, the time of async code is over by the runtime's.
        let ends_async = plan.has_async() && (has_timeouts || self.deadline.is_some());
        let stands_still = self.clock.as_ref().is_some_and(|clock| clock.stands_still());
        keeps_time && !stands_still || ends_async
    }
}

/// What the runtime lacks that there has to be.
fn lacks_runtime(needs_timers: bool) -> Option<Problem> {
    if !has_runtime() {
        return Some(Problem::NoRuntime);
    }
    (needs_timers && !has_timers()).then_some(Problem::NoTimers)
}

/// Whether there is a runtime to await an `each` on.
fn can_await(ctx: &Context) -> Result<(), Refused> {
    let lack = lacks_runtime(ctx.time_left().is_some());
    lack.map_or(Ok(()), |problem| Err(Refused { problems: vec![problem], wanted: Wanted::default() }))
}

/// Awaits the members of a family while the plan is made, unless the run is cancelled meanwhile, or its time is over (R23).
pub(super) async fn in_time(future: BoxFuture<'_, Outcome<Vec<Member>>>, ctx: &Context) -> Outcome<Vec<Member>> {
    let mut future = Discarded::from(future);
    let cancellation = ctx.cancellation();
    let mut left = Left(Some(Arc::clone(&ctx.run().alarm)));
    let made = {
        // A panic is one of `each`.
        let made = poll_fn(|cx| match future.as_mut().map(|future| catch(|| Ok(future.as_mut().poll(cx)))) {
            Some(Ok(polled)) => polled,
            Some(Err(panic)) => Poll::Ready(Err(panic)),
            None => Poll::Pending,
        });
        // What ends it is asked even where it has used up what tokio lets a task do at a time.
        tokio::select! {
            biased;
            made = made => made,
            () = unconstrained(cancellation.cancelled()) => Err(cancelled(ctx)),
        }
    };
    left.0 = None;
    // Its drop, too.
    let dropped = catch(|| {
        drop(future.take());
        Ok(())
    });
    made.and_then(|members| dropped.map(|()| members))
}

/// Whoever awaited the plan doesn't any more: what an `each` has started is told.
struct Left(Option<Arc<Alarm>>);

impl Drop for Left {
    fn drop(&mut self) {
        if let Some(alarm) = &self.0 {
            alarm.cancel();
        }
    }
}

fn cancelled(ctx: &Context) -> Error {
    let why = if ctx.run().alarm.is_cancelled() { "" } else { ", since its time is over" };
    Error::with_kind(ErrorKind::Cancelled, format_args!("the run was cancelled{why}"))
}

/// If this is dropped before its end, what the session has come to is `left`.
async fn drive(pending: Pending, slots: u32, left: &mut Option<Session>) -> Pending {
    install_hook();
    let Pending { mut session, mut slot, told } = pending;
    slot.tick();
    session.started(slot.now, slot.ctx.run().time.date());
    session = crate::executor::asynchronous::run(session, &slot.ctx, slots, left).await;
    #[cfg(feature = "process")]
    if !slot.ctx.run().asked.is_none() {
        let run = Arc::clone(slot.ctx.run());
        *left = Some(session);
        // Nothing is lost if the runtime is shut down meanwhile.
        let _ = tokio::task::spawn_blocking(move || run.asked.await_none()).await;
        let Some(kept) = left.take() else { unreachable!("only whoever drops this takes it, too") };
        session = kept;
    }
    slot.tick();
    session.ended(slot.now);
    Pending { session, slot, told }
}

/// A run whose future was dropped before its end, if it was: its clean-ups are never called.
struct Forgotten(Option<Session>);

impl Drop for Forgotten {
    fn drop(&mut self) {
        if let Some(session) = self.0.as_ref().filter(|session| session.scheduler.has_pending_cleanups()) {
            tracing::warn!(target: "dojobber", jobs = session.plan.len(), "clean-ups were never called");
        }
    }
}

/// Clean-ups whose future was dropped before its end, if it was: what is left of them is called later.
struct StillToCome<'d> {
    session: Option<Session>,
    ctx: Context,
    told: usize,
    pending: &'d mut Option<Pending>,
}

impl Drop for StillToCome<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            *self.pending = Some(Pending { session, slot: Slot::new(self.ctx.sibling()), told: self.told });
        }
    }
}
