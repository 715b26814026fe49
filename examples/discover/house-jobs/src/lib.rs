//! What there is to do about the house, for any program that has one. Each module brings its jobs; there is no list of
//! them anywhere.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dojobber::{Result, ensure};

pub mod doors;
pub mod kitchen;

/// A stand-in for a real house: what holds in it. Jobs take it as [`State<House>`](dojobber::State).
#[derive(Default)]
pub struct House {
    holds: Mutex<BTreeSet<&'static str>>,
}

impl House {
    /// An error, if this doesn't hold.
    pub fn check(&self, what: &'static str) -> Result {
        ensure!(self.holds().contains(what), "it does not hold that {what}");
        Ok(())
    }

    /// From now on, it does.
    pub fn bring_about(&self, what: &'static str) {
        self.holds().insert(what);
    }

    fn holds(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
