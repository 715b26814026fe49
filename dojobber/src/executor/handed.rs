//! Blocking code that is for a thread to do, from others that can't: async code, and whoever keeps the time.

use super::pool::{Pool, State};
use super::session::{Session, Task};
use super::trial::Slot;
use crate::plan::JobId;
use crate::sync::{Arc, MutexGuard};

/// Blocking code for a thread.
pub(super) enum Handed {
    /// A task of the scheduler.
    Task(Task),
    /// A blocking function of an async job.
    #[cfg(feature = "tokio")]
    Hop(JobId, Hop),
}

/// What somebody has taken over.
pub(super) struct Taken {
    handed: Handed,
    /// Whether the run has not gone on without it.
    is_awaited: bool,
}

/// Calls it, and returns what hands over the outcome.
#[cfg(feature = "tokio")]
type Hop = Box<dyn FnOnce() -> Box<dyn FnOnce()> + Send>;

impl Pool {
    /// Has somebody do a task that is not for whoever keeps the time. Says whether a thread is to be started for it, which is
    /// counted already.
    pub(super) fn hand_over(self: &Arc<Self>, state: &mut State, task: Task) -> bool {
        #[cfg(feature = "tokio")]
        if super::asynchronous::is_for_task(self, &task) {
            super::asynchronous::give(self, task, state);
            return false;
        }
        self.hand_task(state, task)
    }

    /// As [`hand_over`](Self::hand_over), for what is blocking.
    pub(super) fn hand_task(&self, state: &mut State, task: Task) -> bool {
        state.handed.push_back(Handed::Task(task));
        self.recruit_thread(state)
    }

    /// Starts a thread for what was handed over. Where none is to be had, and there is none, whoever handed it over does it,
    /// and whatever else awaits something in this thread has to wait: later is better than never.
    pub(super) fn spawn_or_work(self: &Arc<Self>) {
        if self.spawn() {
            return;
        }
        let mut slot = Slot::new(self.ctx.sibling());
        while let Some(taken) = self.take_back() {
            if let Some(mut state) = self.take_over(taken, &mut slot) {
                state.threads -= 1;
                drop(state);
                self.wake_all();
            }
        }
    }

    /// What was handed over, if there is no thread for it. Whoever takes it counts as one, until it is done: there may come
    /// others meanwhile, and if it is given up, that is one less.
    fn take_back(&self) -> Option<Taken> {
        let mut state = self.lock();
        if state.threads > 0 {
            return None;
        }
        let taken = state.take_handed()?;
        state.threads += 1;
        Some(taken)
    }

    /// Does what was handed over. `None` if the run didn't wait for it to end.
    pub(super) fn take_over(self: &Arc<Self>, taken: Taken, slot: &mut Slot) -> Option<MutexGuard<'_, State>> {
        slot.tick();
        let Taken { handed, is_awaited } = taken;
        if !is_awaited {
            // It may have a value, which is a user's to drop: whoever does that is not waited for either.
            let mut state = self.lock();
            state.threads = state.threads.saturating_sub(1);
            let is_last = state.handed.is_empty();
            let spawn = if is_last { self.recruit(&mut state, true) } else { self.recruit_thread(&mut state) };
            drop(state);
            self.wake_all();
            if spawn {
                self.spawn();
            }
            drop(handed);
            return None;
        }
        match handed {
            Handed::Task(mut task) => self.perform(&mut task, slot),
            #[cfg(feature = "tokio")]
            Handed::Hop(job, call) => {
                let deliver = call();
                let leave = |session: &mut Session| session.scheduler.leave_blocking(job);
                let is_awaited = self.lock().session.as_mut().is_some_and(leave);
                // Not before that: the try may hand over its next call at once, which is not to be taken for this one.
                deliver();
                is_awaited.then(|| self.lock())
            }
        }
    }

    /// Has a thread call blocking code of an async job.
    #[cfg(feature = "tokio")]
    pub(super) fn hop(self: &Arc<Self>, job: JobId, call: Hop) {
        let mut state = self.lock();
        if let Some(session) = &mut state.session {
            session.scheduler.enter_blocking(job);
            // From now on it can be given up.
            let until = session.scheduler.is_cancelled().then(|| session.scheduler.next_time()).flatten();
            self.keep_watch(&state, until, false);
        }
        state.handed.push_back(Handed::Hop(job, call));
        let spawn = self.recruit_thread(&mut state);
        drop(state);
        if spawn {
            self.spawn_or_work();
        }
    }
}

impl State {
    /// What was handed over first, of what nobody has taken over yet.
    #[inline]
    pub(super) fn take_handed(&mut self) -> Option<Taken> {
        let handed = self.handed.pop_front()?;
        let is_awaited = self.session.as_ref().is_some_and(|session| handed.is_awaited(session));
        Some(Taken { handed, is_awaited })
    }
}

impl Handed {
    /// The task of the scheduler, if it is one.
    #[cfg(feature = "tokio")]
    pub(super) fn into_task(self) -> Option<Task> {
        match self {
            Handed::Task(task) => Some(task),
            Handed::Hop(..) => None,
        }
    }

    /// The job whose try it is of.
    pub(super) fn job(&self) -> Option<JobId> {
        match self {
            Handed::Task(Task::Try(trial) | Task::Settle(trial, _)) => Some(trial.job()),
            Handed::Task(_) => None,
            #[cfg(feature = "tokio")]
            Handed::Hop(job, _) => Some(*job),
        }
    }

    fn is_awaited(&self, session: &Session) -> bool {
        match self {
            Handed::Task(Task::Try(trial) | Task::Settle(trial, _)) => session.is_awaited(trial.start),
            Handed::Task(_) => true,
            #[cfg(feature = "tokio")]
            Handed::Hop(job, _) => session.scheduler.can_be_left(*job),
        }
    }
}
