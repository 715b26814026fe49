//! How tries in threads and tasks reach the session, which all of them share.

use super::pool::Pool;
use super::session::Session;
use super::trial::{Desk, Trial};
use crate::attempt::Ended;
use crate::context::Phase;
use crate::scheduler::Start;
use crate::sync::atomic::Ordering;

/// A session that others use, too.
pub(super) struct Shared<'p> {
    pool: &'p Pool,
    notes: Notes,
}

/// Phases that have ended, at most one of each kind, and that nobody needs to hear of before the try has, or may not return:
/// what is told together is told under one lock.
#[derive(Default)]
struct Notes([Option<(u64, Ended)>; 3]);

impl Notes {
    fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Nothing of a try that was given up.
    fn tell(&mut self, session: &mut Session, start: Start) {
        if !session.is_awaited(start) {
            return;
        }
        for (now, ended) in self.0.iter_mut().filter_map(Option::take) {
            session.phase_noted(now, start, ended);
        }
    }
}

impl<'p> Shared<'p> {
    pub(super) fn new(pool: &'p Pool) -> Self {
        Self { pool, notes: Notes::default() }
    }

    /// Tells what there is to tell of this try.
    pub(super) fn tell_session(&mut self, session: &mut Session, start: Start) {
        self.notes.tell(session, start);
    }
}

impl Desk for Shared<'_> {
    fn with<T>(&mut self, act: impl FnOnce(&mut Session) -> T) -> Option<T> {
        self.pool.lock().session.as_mut().map(act)
    }

    fn enter_run(&mut self, now: u64, start: Start) -> Option<bool> {
        let mut state = self.pool.lock();
        let session = state.session.as_mut()?;
        self.notes.tell(session, start);
        session.enter_run(now, start)
    }

    fn tell(&mut self, start: Start) {
        if self.pool.can_be_cancelled && !self.notes.is_empty() {
            let mut state = self.pool.lock();
            if let Some(session) = &mut state.session {
                self.notes.tell(session, start);
            }
        }
    }

    fn phase_started(&mut self, start: Start, now: u64, phase: Phase) {
        if self.pool.is_live {
            self.with(|session| session.is_awaited(start).then(|| session.phase_started(now, start, phase)));
        }
    }

    fn phase_ended(&mut self, start: Start, now: u64, ended: Ended) {
        if self.pool.is_live {
            self.with(|session| session.is_awaited(start).then(|| session.phase_ended(now, start, ended)));
        } else {
            let place = ended.0 as usize;
            self.notes.0[place] = Some((now, ended));
        }
    }

    fn is_lost(&mut self, trial: &Trial) -> bool {
        let may_be = self.pool.left_behind.any() || self.pool.is_left.load(Ordering::Acquire);
        may_be && !self.with(|session| session.is_awaited(trial.start)).unwrap_or_default()
    }
}
