//! The executor in threads of its own: each pulls what it does next from the one scheduler. The calling thread only
//! watches: it keeps the time, and can leave when a job doesn't return.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};

use tracing::Dispatch;

use super::desk::Shared;
use super::handed::Handed;
use super::inline;
use super::session::{Session, Task};
use super::trial::{Progress, Slot, Trial};
use crate::attempt::Finish;
use crate::context::Context;
use crate::error::Error;
use crate::left_behind::LeftBehind;
use crate::plan::{JobId, Plan};
use crate::scheduler::{Entered, Why};
use crate::sync::atomic::AtomicBool;
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, thread};

/// What all that work on one run share.
pub(super) struct Pool {
    state: Mutex<State>,
    /// Where threads wait that have nothing to do.
    work: Condvar,
    /// What contexts are made after.
    pub(super) ctx: Context,
    pub(super) plan: Arc<Plan>,
    /// How many slots there are.
    slots: u32,
    /// If any try was given up, each that returns has to ask whether it was the one.
    pub(super) left_behind: Arc<LeftBehind>,
    /// Whoever awaited the run doesn't any more: all is lost.
    pub(super) is_left: AtomicBool,
    /// Whether somebody hears of everything, at once.
    pub(super) is_live: bool,
    /// Whether tries may have to be given up.
    pub(super) can_be_cancelled: bool,
    /// Who is told by `tracing` in the calling thread.
    pub(super) dispatch: Dispatch,
    /// Where async code is awaited, if there is any.
    #[cfg(feature = "tokio")]
    pub(super) runtime: Option<tokio::runtime::Handle>,
    /// Tells the clean-up that is under way, if it is async, when the run has been left.
    #[cfg(feature = "tokio")]
    pub(super) left: tokio::sync::Notify,
}

pub(super) struct State {
    /// `None` once the run has been left.
    pub(super) session: Option<Session>,
    /// Threads that are there, without those that were given up.
    pub(super) threads: u32,
    /// Of those, which wait.
    idle: u32,
    /// Of those, which have been woken.
    woken: u32,
    /// How many tries were given up, as far as that has been seen to.
    lost: usize,
    /// Blocking code that is for a thread to do, from others that can't.
    pub(super) handed: VecDeque<Handed>,
    /// What threads pulled and tasks are to do, one of which was started for each.
    #[cfg(feature = "tokio")]
    pub(super) given: VecDeque<Task>,
    /// Async tasks that are there, without those that were given up.
    pub(super) tasks: u32,
    /// Whether one of them has not begun to look for work.
    #[cfg(feature = "tokio")]
    pub(super) is_seeking: bool,
    /// When the calling thread looks again.
    watched_until: Option<u64>,
    /// All is over, or a thread panicked.
    pub(super) is_over: bool,
    panic: Option<Box<dyn Any + Send>>,
}

/// Runs the session to its end, or until what doesn't return is given up.
pub(crate) fn run(session: Session, ctx: &Context, slots: u32) -> Session {
    let pool = Arc::new(Pool::new(session, ctx, slots));
    pool.lock().threads = 1;
    if !pool.spawn() {
        // No thread is to be had: then this one works, alone, and can't leave.
        let mut session = pool.leave();
        inline::run(&mut session, &mut Slot::new(ctx.sibling()));
        return session;
    }
    if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(|| watch(&pool))) {
        pool.stop(panic);
    }
    pool.leave()
}

/// Keeps the time until all is over.
fn watch(pool: &Arc<Pool>) {
    let run = pool.ctx.run();
    let mut slot = Slot::new(pool.ctx.sibling());
    loop {
        run.alarm.hush();
        match pool.attend(&mut slot) {
            Watch::Again => {}
            Watch::Until(Some(until)) => run.time.wait_until(until, &run.alarm),
            Watch::Until(None) => run.alarm.wait_for_ring(),
            Watch::Over => return,
        }
    }
}

/// What whoever keeps the time does next.
pub(super) enum Watch {
    /// Look again at once.
    Again,
    /// Look again then, or when the alarm rings.
    Until(Option<u64>),
    /// Leave.
    Over,
}

/// What each thread does.
fn work(pool: &Arc<Pool>) {
    let mut slot = Slot::new(pool.ctx.sibling());
    let mut state = pool.lock();
    loop {
        if let Some(taken) = state.take_handed() {
            drop(state);
            match pool.take_over(taken, &mut slot) {
                Some(locked) => state = locked,
                None => return,
            }
            continue;
        }
        // By reference from here on, since a try is large.
        let mut task = pool.pull(&mut state, &mut slot);
        match &task {
            Task::Wait(_) => {
                state = pool.wait(state);
                slot.tick();
                continue;
            }
            Task::Done => {
                state.threads -= 1;
                drop(state);
                pool.work.notify_all();
                pool.ctx.run().alarm.ring();
                return;
            }
            #[cfg(feature = "tokio")]
            task_of_others if super::asynchronous::is_for_task(pool, task_of_others) => {
                super::asynchronous::give(pool, task, &mut state);
                continue;
            }
            _ => {}
        }
        let spawn = pool.recruit(&mut state, false);
        drop(state);
        if spawn {
            pool.spawn();
        }
        match pool.perform(&mut task, &mut slot) {
            Some(locked) => state = locked,
            // The run went on without this thread.
            None => return,
        }
    }
}

impl Pool {
    pub(super) fn new(session: Session, ctx: &Context, slots: u32) -> Self {
        Self {
            plan: Arc::clone(&session.plan),
            is_live: session.audience.wants_all(),
            can_be_cancelled: ctx.run().can_be_cancelled,
            left_behind: Arc::clone(&session.left_behind),
            is_left: AtomicBool::new(false),
            state: Mutex::new(State {
                threads: 0,
                idle: 0,
                woken: 0,
                // Those of the run whose clean-ups were left for later.
                lost: session.given_up().len(),
                session: Some(session),
                handed: VecDeque::new(),
                #[cfg(feature = "tokio")]
                given: VecDeque::new(),
                tasks: 0,
                #[cfg(feature = "tokio")]
                is_seeking: false,
                watched_until: None,
                is_over: false,
                panic: None,
            }),
            work: Condvar::new(),
            ctx: ctx.sibling(),
            // There may be no slots any more since the run.
            slots: slots.max(1),
            dispatch: tracing::dispatcher::get_default(Clone::clone),
            #[cfg(feature = "tokio")]
            runtime: None,
            #[cfg(feature = "tokio")]
            left: tokio::sync::Notify::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks what there is to do: [`Wait`](Task::Wait) is nothing now, [`Done`](Task::Done) nothing any more.
    pub(super) fn pull(&self, state: &mut State, slot: &mut Slot) -> Task {
        let is_over = state.is_over;
        let Some(session) = state.session.as_mut().filter(|_| !is_over) else {
            return Task::Done;
        };
        if self.ctx.run().alarm.is_cancelled() {
            session.cancel(slot.now);
        }
        if self.is_live {
            // Listeners, too, take their time.
            slot.tick();
        }
        let task = session.next(slot.now);
        let until = session.scheduler.next_time();
        self.count_lost(state);
        self.keep_watch(state, until, matches!(task, Task::Wait(_)));
        if let Task::Done = task {
            state.is_over = true;
            self.ctx.run().alarm.ring();
            self.work.notify_all();
        }
        task
    }

    /// Does what the time asks for, and says when it will ask again.
    pub(super) fn attend(self: &Arc<Self>, slot: &mut Slot) -> Watch {
        let run = self.ctx.run();
        slot.tick();
        let mut state = self.lock();
        if state.is_over {
            return Watch::Over;
        }
        let Some(session) = state.session.as_mut() else {
            return Watch::Over;
        };
        if run.alarm.is_cancelled() {
            session.cancel(slot.now);
        }
        let task = session.attend(slot.now);
        let until = session.scheduler.next_time();
        let is_idle = session.scheduler.is_idle();
        let is_spent = session.scheduler.is_spent();
        let any_lost = self.count_lost(&mut state);
        let has_handed = task.is_some();
        let spawn_for_it = task.is_some_and(|task| self.hand_over(&mut state, task));
        // Somebody has to find out what is left to do, or that nothing is.
        let is_last = is_spent && state.nobody_works();
        let spawn = self.recruit(&mut state, any_lost || is_last);
        // Time that stands still is moved only when nobody works, or has just been asked to.
        let until = until.filter(|_| !run.time.clock.stands_still() || is_idle && state.nobody_works());
        state.watched_until = until;
        drop(state);
        if spawn_for_it {
            self.spawn_or_work();
        }
        let spawned = spawn && self.spawn();
        let worked = spawn && !spawned && self.work_alone();
        // Where it was one, there may be more to hand over.
        if spawned || worked || has_handed { Watch::Again } else { Watch::Until(until) }
    }

    /// No thread is to be had. Where there is none, the calling one works, and can't leave; says whether it did.
    fn work_alone(self: &Arc<Self>) -> bool {
        let mut state = self.lock();
        let is_alone = state.threads == 0 && state.tasks == 0;
        state.threads += u32::from(is_alone);
        drop(state);
        if is_alone {
            work(self);
        }
        is_alone
    }

    /// Starts a thread, which has been counted already.
    pub(super) fn spawn(self: &Arc<Self>) -> bool {
        let pool = Arc::clone(self);
        let body = move || {
            // Blocking code, too, can spawn there, and ask for the time.
            #[cfg(feature = "tokio")]
            let _entered = pool.runtime.as_ref().map(tokio::runtime::Handle::enter);
            let dispatch = pool.dispatch.clone();
            let worked = panic::catch_unwind(AssertUnwindSafe(|| {
                tracing::dispatcher::with_default(&dispatch, || work(&pool));
            }));
            if let Err(panic) = worked {
                pool.broke(panic);
            }
        };
        let spawned = thread::Builder::new().name("dojobber".to_owned()).spawn(body);
        if let Err(error) = &spawned {
            tracing::warn!(target: "dojobber", %error, "no further thread");
            self.lock().threads -= 1;
        }
        spawned.is_ok()
    }

    /// Not users' code, which is caught, but a listener, or dojobber itself.
    fn broke(&self, panic: Box<dyn Any + Send>) {
        let mut state = self.lock();
        state.threads = state.threads.saturating_sub(1);
        drop(state);
        self.stop(panic);
    }

    /// Ends the run, which will panic: whatever is under way is told.
    pub(super) fn stop(&self, panic: Box<dyn Any + Send>) {
        let mut state = self.lock();
        state.is_over = true;
        state.panic.get_or_insert(panic);
        let handed = std::mem::take(&mut state.handed);
        #[cfg(feature = "tokio")]
        let given = std::mem::take(&mut state.given);
        drop(state);
        // What waits for one of these is not to wait for ever.
        drop(handed);
        #[cfg(feature = "tokio")]
        drop(given);
        self.work.notify_all();
        self.ctx.run().alarm.cancel();
    }

    /// Whoever is at a try that was given up doesn't count any more, whoever found that out. Says whether there were any.
    fn count_lost(&self, state: &mut State) -> bool {
        let given_up = state.session.as_ref().map_or(&[][..], Session::given_up);
        if given_up.len() == state.lost {
            return false;
        }
        let lost: Vec<JobId> = given_up.iter().skip(state.lost).map(|entered| entered.job).collect();
        for job in &lost {
            state.lost += 1;
            state.lose(*job, self.plan.policy(*job).is_async);
        }
        true
    }

    /// Somebody else could do something: wakes a thread, or says that one is to be started, which is counted already.
    pub(super) fn recruit(self: &Arc<Self>, state: &mut State, at_least_one: bool) -> bool {
        let Some(session) = &state.session else {
            return false;
        };
        if !at_least_one && !session.scheduler.could_start() {
            return false;
        }
        #[cfg(feature = "tokio")]
        if self.runtime.is_some() {
            super::asynchronous::recruit(self, state);
            return false;
        }
        self.recruit_thread(state)
    }

    pub(super) fn recruit_thread(&self, state: &mut State) -> bool {
        if state.idle > state.woken {
            state.woken += 1;
            self.work.notify_one();
            return false;
        }
        let spawn = state.threads < self.slots.saturating_add(state.ending());
        state.threads += u32::from(spawn);
        spawn
    }

    pub(super) fn wake_all(&self) {
        self.work.notify_all();
    }

    fn wait<'s>(&self, mut state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        state.idle += 1;
        while state.woken == 0 && !state.is_over {
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.woken = state.woken.saturating_sub(1);
        state.idle -= 1;
        state
    }

    /// Has the calling thread look again, if there is something for it to wait for.
    pub(super) fn keep_watch(&self, state: &State, until: Option<u64>, is_idle: bool) {
        let is_earlier = until.is_some_and(|until| state.watched_until.is_none_or(|watched| until < watched));
        if is_earlier || is_idle && self.ctx.run().time.clock.stands_still() {
            self.ctx.run().alarm.ring();
        }
    }

    /// Does one task; blocking code only. `None` if the run didn't wait for it.
    #[inline]
    pub(super) fn perform(&self, task: &mut Task, slot: &mut Slot) -> Option<MutexGuard<'_, State>> {
        match task {
            Task::Try(trial) => {
                let mut desk = self.desk();
                let progress = trial.conduct(&self.plan, slot, &mut desk);
                self.conclude(task, progress, slot, desk)
            }
            Task::Settle(trial, why) => self.settle(trial, *why, slot),
            Task::CleanUp(entered, kept, span) => {
                let error = slot.clean_up(&self.plan, *entered, std::mem::take(kept), span);
                Some(self.cleaned_up(*entered, error, slot))
            }
            Task::Wait(_) | Task::Done => Some(self.lock()),
        }
    }

    pub(super) fn desk(&self) -> Shared<'_> {
        Shared::new(self)
    }

    /// Takes in how far a try has come; `None` if the run didn't wait for it.
    #[inline]
    pub(super) fn conclude(
        &self,
        task: &mut Task,
        progress: Progress,
        slot: &mut Slot,
        desk: Shared<'_>,
    ) -> Option<MutexGuard<'_, State>> {
        match (progress, &mut *task) {
            (Progress::Finished(finish), Task::Try(trial)) => self.finish(trial, finish, slot, desk),
            (Progress::Unsettled, _) => self.pause(task, slot, desk),
            (Progress::Lost, _) => None,
            (Progress::Grown | Progress::Finished(_), _) => Some(self.lock()),
        }
    }

    /// The try's recheck failed, and may be repeated; `None` if the run didn't wait for that.
    fn pause(&self, task: &mut Task, slot: &mut Slot, mut desk: Shared<'_>) -> Option<MutexGuard<'_, State>> {
        let Task::Try(trial) = std::mem::replace(task, Task::Done) else {
            return Some(self.lock());
        };
        let mut state = self.lock();
        let session = state.session.as_mut()?;
        desk.tell_session(session, trial.start);
        let Some((mut trial, why)) = session.pause(slot.now, trial) else {
            return Some(state);
        };
        drop(state);
        let finish = trial.settle(&self.plan, why, slot, &mut desk);
        self.finish(&mut trial, finish, slot, desk)
    }

    /// A try that settled is not to go on; `None` if the run didn't wait for that.
    pub(super) fn settle(&self, trial: &mut Trial, why: Why, slot: &mut Slot) -> Option<MutexGuard<'_, State>> {
        let mut desk = self.desk();
        let finish = trial.settle(&self.plan, Some(why), slot, &mut desk);
        self.finish(trial, finish, slot, desk)
    }

    /// A try is over; `None` if the run didn't wait for it. The lock goes before what came of it, which is a user's to drop.
    fn finish(
        &self,
        trial: &mut Trial,
        finish: Finish,
        slot: &Slot,
        mut desk: Shared<'_>,
    ) -> Option<MutexGuard<'_, State>> {
        let mut state = self.lock();
        let session = state.session.as_mut()?;
        desk.tell_session(session, trial.start);
        if !session.is_awaited(trial.start) {
            return None;
        }
        session.finish(slot.now, trial, finish);
        Some(state)
    }

    /// A clean-up is over.
    pub(super) fn cleaned_up(&self, entered: Entered, error: Option<Error>, slot: &Slot) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        if let Some(session) = &mut state.session {
            session.cleaned_up(slot, entered, error);
        }
        state
    }

    /// The end: waits for the threads, which have nothing more to do, and takes the session out.
    pub(super) fn leave(&self) -> Session {
        let mut state = self.lock();
        self.work.notify_all();
        while state.threads > 0 {
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let (session, panic) = (state.session.take(), state.panic.take());
        drop(state);
        if let Some(panic) = panic {
            drop(session);
            panic::resume_unwind(panic);
        }
        let Some(session) = session else { unreachable!("only this thread takes it") };
        session
    }
}

#[cfg(feature = "tokio")]
impl Pool {
    /// As [`broke`](Self::broke), for a task.
    pub(super) fn task_broke(&self, panic: Box<dyn Any + Send>) {
        let mut state = self.lock();
        state.tasks = state.tasks.saturating_sub(1);
        drop(state);
        self.stop(panic);
    }
}

impl State {
    /// Whether all who are there wait, and nobody has been woken.
    fn nobody_works(&self) -> bool {
        self.idle - self.woken == self.threads && self.tasks == 0
    }

    /// How many tries that settled are to end, and may each keep a thread, but no slot, for as long as their values take to
    /// be dropped.
    fn ending(&self) -> u32 {
        self.session.as_ref().map_or(0, |session| session.scheduler.ending())
    }

    /// Whoever is at this job's try is not waited for any more: a thread, and a task too if the job is async.
    fn lose(&mut self, job: JobId, is_async: bool) {
        self.tasks -= u32::from(is_async);
        // No thread has come to it.
        if self.handed.iter().any(|handed| handed.job() == Some(job)) {
            return;
        }
        debug_assert!(self.threads > 0, "whoever calls what can be given up is counted");
        self.threads = self.threads.saturating_sub(1);
    }
}
