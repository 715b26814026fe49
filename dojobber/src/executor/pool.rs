//! The executor in threads of its own: each pulls what it does next from the one scheduler. The calling thread only
//! watches: it keeps the time, and can leave when a job doesn't return.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tracing::Dispatch;

use super::session::{Session, Task};
use super::trial::{Desk, Progress, Slot, Trial};
use crate::attempt::Ended;
use crate::context::{Context, Phase};
use crate::plan::Plan;

/// What the threads of one run share.
pub(crate) struct Pool {
    state: Mutex<State>,
    /// Where threads wait that have nothing to do.
    work: Condvar,
    /// What contexts are made after.
    ctx: Context,
    plan: Arc<Plan>,
    slots: u32,
    /// Whether any try was given up: then each that returns has to ask whether it was the one.
    has_lost: AtomicBool,
    /// Whether somebody hears of everything, at once.
    is_live: bool,
    /// Who is told by `tracing` in the calling thread.
    dispatch: Dispatch,
}

struct State {
    /// `None` once the run has been left.
    session: Option<Session>,
    /// Threads that are there, without those that were given up.
    threads: u32,
    /// Of those, which wait.
    idle: u32,
    /// Of those, which have been woken.
    woken: u32,
    /// Threads that were given up.
    lost: u32,
    /// When the calling thread looks again.
    watched_until: Option<u64>,
    /// All is over, or a thread panicked.
    is_over: bool,
    panic: Option<Box<dyn Any + Send>>,
}

/// Runs the session to its end, or until what doesn't return is given up.
pub(crate) fn run(session: Session, ctx: &Context, slots: u32) -> Session {
    let pool = Arc::new(Pool {
        plan: Arc::clone(&session.plan),
        is_live: session.audience.wants_all(),
        state: Mutex::new(State {
            session: Some(session),
            threads: 0,
            idle: 0,
            woken: 0,
            lost: 0,
            watched_until: None,
            is_over: false,
            panic: None,
        }),
        work: Condvar::new(),
        ctx: ctx.sibling(),
        slots,
        has_lost: AtomicBool::new(false),
        dispatch: tracing::dispatcher::get_default(Clone::clone),
    });
    pool.lock().threads = 1;
    if !pool.spawn() {
        // No thread is to be had: then this one works, and can't leave.
        pool.lock().threads += 1;
        work(&pool);
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
        slot.tick();
        let mut state = pool.lock();
        if state.is_over {
            return;
        }
        let Some(session) = state.session.as_mut() else { unreachable!("only this thread takes it") };
        if run.alarm.is_cancelled() {
            session.cancel(slot.now);
        }
        if let Some((trial, why)) = session.attend(slot.now) {
            drop(state);
            drop(pool.settle(trial, why, &mut slot));
            continue;
        }
        let until = session.scheduler.next_time();
        let is_idle = session.scheduler.is_idle();
        let is_spent = session.scheduler.is_spent();
        let any_lost = pool.count_lost(&mut state);
        // Somebody has to find out what is left to do, or that nothing is.
        let nobody_will = is_spent && state.idle - state.woken == state.threads;
        let spawn = pool.recruit(&mut state, any_lost || nobody_will);
        // Time that stands still is moved only when nobody works.
        let waits = !run.time.clock.stands_still() || is_idle && state.idle - state.woken == state.threads;
        state.watched_until = until.filter(|_| waits);
        drop(state);
        if spawn {
            pool.spawn();
            continue;
        }
        match until.filter(|_| waits) {
            Some(until) => run.time.wait_until(until, &run.alarm),
            None => run.alarm.wait_for_ring(),
        }
    }
}

/// What each thread does.
fn work(pool: &Arc<Pool>) {
    let mut slot = Slot::new(pool.ctx.sibling());
    let mut state = pool.lock();
    loop {
        let is_over = state.is_over;
        let Some(session) = state.session.as_mut().filter(|_| !is_over) else {
            state.threads -= 1;
            drop(state);
            pool.work.notify_all();
            return;
        };
        if pool.ctx.run().alarm.is_cancelled() {
            session.cancel(slot.now);
        }
        let task = session.next(slot.now);
        let until = session.scheduler.next_time();
        pool.count_lost(&mut state);
        pool.keep_watch(&state, until, matches!(task, Task::Wait(_)));
        match task {
            Task::Wait(_) => {
                state = pool.wait(state);
                slot.tick();
            }
            Task::Done => {
                state.is_over = true;
                pool.ctx.run().alarm.ring();
                pool.work.notify_all();
            }
            task => {
                let spawn = pool.recruit(&mut state, false);
                drop(state);
                if spawn {
                    pool.spawn();
                }
                match pool.perform(task, &mut slot) {
                    Some(locked) => state = locked,
                    // The run went on without this thread.
                    None => return,
                }
            }
        }
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a thread, which has been counted already.
    fn spawn(self: &Arc<Self>) -> bool {
        let pool = Arc::clone(self);
        let body = move || {
            let dispatch = pool.dispatch.clone();
            let worked = panic::catch_unwind(AssertUnwindSafe(|| {
                tracing::dispatcher::with_default(&dispatch, || work(&pool));
            }));
            if let Err(panic) = worked {
                pool.broke(panic);
            }
        };
        let spawned = std::thread::Builder::new().name("dojobber".to_owned()).spawn(body);
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

    fn stop(&self, panic: Box<dyn Any + Send>) {
        let mut state = self.lock();
        state.is_over = true;
        state.panic.get_or_insert(panic);
        drop(state);
        self.work.notify_all();
        self.ctx.run().alarm.ring();
    }

    /// Threads whose tries were given up don't count any more, whoever found that out. Says whether there were any.
    fn count_lost(&self, state: &mut State) -> bool {
        let lost = state.session.as_ref().map_or(state.lost, Session::given_up) - state.lost;
        if lost > 0 {
            state.lost += lost;
            state.threads -= lost;
            self.has_lost.store(true, Ordering::Release);
        }
        lost > 0
    }

    /// Somebody else could do something: wakes a thread, or says that one is to be started, which is counted already.
    fn recruit(&self, state: &mut State, at_least_one: bool) -> bool {
        let Some(session) = &state.session else {
            return false;
        };
        if !at_least_one && !session.scheduler.could_start() {
            return false;
        }
        if state.idle > state.woken {
            state.woken += 1;
            self.work.notify_one();
            return false;
        }
        let spawn = state.threads < self.slots;
        state.threads += u32::from(spawn);
        spawn
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
    fn keep_watch(&self, state: &State, until: Option<u64>, is_idle: bool) {
        let is_earlier = until.is_some_and(|until| state.watched_until.is_none_or(|watched| until < watched));
        if is_earlier || is_idle && self.ctx.run().time.clock.stands_still() {
            self.ctx.run().alarm.ring();
        }
    }

    /// Does one task; `None` if the run didn't wait for it.
    fn perform(&self, task: Task, slot: &mut Slot) -> Option<MutexGuard<'_, State>> {
        match task {
            Task::Try(trial) => self.conduct(trial, slot),
            Task::Settle(trial, why) => Some(self.settle(trial, why, slot)),
            Task::CleanUp(entered, kept, span) => {
                let error = slot.clean_up(&self.plan, entered, kept, &span);
                let mut state = self.lock();
                if let Some(session) = &mut state.session {
                    session.cleaned_up(slot.now, entered, error);
                }
                Some(state)
            }
            Task::Wait(_) | Task::Done => Some(self.lock()),
        }
    }

    fn conduct(&self, mut trial: Trial, slot: &mut Slot) -> Option<MutexGuard<'_, State>> {
        let mut desk = Shared { pool: self };
        let finish = match trial.conduct(&self.plan, slot, &mut desk) {
            Progress::Finished(finish) => finish,
            Progress::Grown => return Some(self.lock()),
            Progress::Lost => {
                trial.discard();
                return None;
            }
            Progress::Unsettled => {
                let mut state = self.lock();
                trial = match state.session.as_mut()?.pause(slot.now, trial) {
                    None => return Some(state),
                    Some(trial) => trial,
                };
                drop(state);
                trial.settle(&self.plan, None, slot, &mut desk)
            }
        };
        let mut state = self.lock();
        let is_awaited = state.session.as_mut()?.finish(slot.now, trial, finish);
        is_awaited.then_some(state)
    }

    fn settle(&self, mut trial: Trial, why: crate::scheduler::Why, slot: &mut Slot) -> MutexGuard<'_, State> {
        let finish = trial.settle(&self.plan, Some(why), slot, &mut Shared { pool: self });
        let mut state = self.lock();
        if let Some(session) = &mut state.session {
            session.finish(slot.now, trial, finish);
        }
        state
    }

    /// The end: waits for the threads, which have nothing more to do, and takes the session out.
    fn leave(&self) -> Session {
        let mut state = self.lock();
        self.work.notify_all();
        while state.threads > 0 {
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(panic) = state.panic.take() {
            drop(state);
            panic::resume_unwind(panic);
        }
        let Some(session) = state.session.take() else { unreachable!("only this thread takes it") };
        session
    }
}

/// A session that others use, too.
struct Shared<'p> {
    pool: &'p Pool,
}

impl Desk for Shared<'_> {
    fn with<T>(&mut self, act: impl FnOnce(&mut Session) -> T) -> Option<T> {
        self.pool.lock().session.as_mut().map(act)
    }

    fn phase_started(&mut self, trial: &Trial, now: u64, phase: Phase) {
        if self.pool.is_live {
            self.with(|session| session.phase_started(now, trial.start, phase));
        }
    }

    fn phase_ended(&mut self, trial: &mut Trial, now: u64, ended: Ended) {
        if self.pool.is_live {
            self.with(|session| session.phase_ended(now, trial.start, ended));
        } else {
            trial.notes.push(now, ended);
        }
    }

    fn is_lost(&mut self, trial: &Trial) -> bool {
        self.pool.has_lost.load(Ordering::Acquire) && self.with(|session| session.is_given_up(trial)).unwrap_or(true)
    }
}
