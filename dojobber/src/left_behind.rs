//! Tries that the run went on without (R23).

use crate::scheduler::Entered;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, PoisonError};

/// Who they are, for those who don't hold the session: most runs have none, and pay for no lock.
#[derive(Default)]
pub(crate) struct LeftBehind {
    any: AtomicBool,
    tries: Mutex<Vec<Entered>>,
}

impl LeftBehind {
    pub(crate) fn add(&self, entered: Entered) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).push(entered);
        self.any.store(true, Ordering::Release);
    }

    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    pub(crate) fn has(&self, entered: Entered) -> bool {
        self.any() && self.tries.lock().unwrap_or_else(PoisonError::into_inner).contains(&entered)
    }
}
