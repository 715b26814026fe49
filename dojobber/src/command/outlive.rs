//! The programs that run, so that none outlives a process that is ended at once (R23).
//!
//! Whoever starts one says so before, and what came of it: so one that is just being started is ended, too.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
#[cfg(all(feature = "signals", unix))]
use std::time::Duration;

use super::child::Shared;

static PROGRAMS: Mutex<Programs> =
    Mutex::new(Programs { next: 0, starting: 0, running: BTreeMap::new(), is_over: false });
static STARTED: Condvar = Condvar::new();

/// How long a program that is just being started is waited for, where that hangs.
#[cfg(all(feature = "signals", unix))]
const PATIENCE: Duration = Duration::from_secs(1);

/// No user's code is called while this is held, and nothing but programs' states is locked.
struct Programs {
    /// The number of the next one.
    next: u64,
    /// How many are being started.
    starting: usize,
    running: BTreeMap<u64, Arc<Shared>>,
    /// The process is about to end.
    is_over: bool,
}

/// A program that is being started, until this is dropped.
pub(super) struct Starting(());

/// A program that isn't reaped yet, until this is dropped.
pub(super) struct Listed(u64);

impl Starting {
    pub(super) fn new() -> Self {
        #[cfg(all(feature = "signals", unix))]
        crate::signals::before_the_end(end_all);
        // Once the process is about to end, nothing more is started.
        stay_where_all_ends().starting += 1;
        Self(())
    }
}

impl Listed {
    /// It runs, and [`Starting`] is still there.
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        let mut programs = lock();
        let number = programs.next;
        programs.next += 1;
        programs.running.insert(number, Arc::clone(shared));
        if programs.is_over {
            shared.kill_now();
        }
        Self(number)
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        lock().starting -= 1;
        STARTED.notify_all();
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let removed = lock().running.remove(&self.0);
        // Not while the list is locked.
        drop(removed);
    }
}

/// Whoever comes here when the process is about to end goes no further. So nobody hears of a program that was ended for
/// that reason, and takes it for a failure that could be reported.
pub(super) fn end_here_if_all_ends() {
    drop(stay_where_all_ends());
}

fn stay_where_all_ends() -> MutexGuard<'static, Programs> {
    STARTED.wait_while(lock(), |programs| programs.is_over).unwrap_or_else(PoisonError::into_inner)
}

/// Ends all programs, and those that are started from now on: for a process that is about to end.
#[cfg(all(feature = "signals", unix))]
fn end_all() {
    let mut programs = lock();
    programs.is_over = true;
    for shared in programs.running.values() {
        shared.kill_now();
    }
    drop(STARTED.wait_timeout_while(programs, PATIENCE, |programs| programs.starting > 0));
}

fn lock() -> MutexGuard<'static, Programs> {
    PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner)
}
