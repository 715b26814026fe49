//! Tries that the run went on without (R23).

use crate::plan::JobId;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, PoisonError};

/// Who they are, for those who don't hold the session: most runs have none, and pay for no lock.
#[derive(Default)]
pub(crate) struct LeftBehind {
    any: AtomicBool,
    tries: Mutex<Vec<(JobId, u32)>>,
}

impl LeftBehind {
    /// The job's try of this number is one.
    pub(crate) fn add(&self, job: JobId, number: u32) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).push((job, number));
        self.any.store(true, Ordering::Release);
    }

    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    pub(crate) fn has(&self, job: JobId, number: u32) -> bool {
        self.any() && self.tries.lock().unwrap_or_else(PoisonError::into_inner).contains(&(job, number))
    }
}
