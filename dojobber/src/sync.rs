//! What threads share, and they themselves: those of `std`, but in tests with `--cfg shuttle` those of a scheduler that is
//! in control of each of their steps.

#[cfg(not(all(test, shuttle)))]
pub(crate) use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, atomic},
    thread,
};

#[cfg(all(test, shuttle))]
pub(crate) use shuttle::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, atomic},
    thread,
};
