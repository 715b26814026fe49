//! The programs of a run that were asked to end, and have neither ended yet nor been killed.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many there are. Clones count the same ones.
#[derive(Clone, Default)]
pub(crate) struct Asked(Arc<Count>);

#[derive(Default)]
struct Count {
    programs: Mutex<usize>,
    fewer: Condvar,
}

/// One of them, until this is dropped.
pub(super) struct Ask(Asked);

impl Asked {
    /// One more.
    pub(super) fn ask(&self) -> Ask {
        *self.lock() += 1;
        Ask(self.clone())
    }

    /// Blocks until there are none. Futures that are dropped leave such behind; when a run ends, this process often does,
    /// and then there would be nobody to kill a program that doesn't end when it is asked to.
    pub(crate) fn await_none(&self) {
        drop(self.0.fewer.wait_while(self.lock(), |programs| *programs > 0));
    }

    /// Whether there are none.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_none(&self) -> bool {
        *self.lock() == 0
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.0.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ask {
    fn drop(&mut self) {
        *self.0.lock() -= 1;
        self.0.0.fewer.notify_all();
    }
}
