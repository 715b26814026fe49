//! The terms on which a job is tried: how often, how fast, how long, and what it must share.

use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHashMap;

use super::id;
use crate::job::Kind;

/// What the scheduler reads of a job at every step.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is read where the others are not")]
pub(crate) struct Policy {
    /// At least 1.
    pub(crate) tries: u32,
    /// Which of the graph's [`Terms`].
    pub(crate) terms: u32,
    pub(crate) has_cleanup: bool,
    /// Whether its tries begin with the question if there is anything to do.
    pub(crate) has_when: bool,
    /// Whether it is left out: that is the answer to that question.
    pub(crate) is_excluded: bool,
    /// Whether any of its functions is async.
    pub(crate) is_async: bool,
    /// Whether each try makes a value, which most jobs made by code don't.
    pub(crate) has_value: bool,
    pub(crate) kind: Kind,
}

impl Policy {
    /// Of the job if it is left out.
    pub(super) fn excluded(self) -> Self {
        Self { has_when: true, is_excluded: true, is_async: false, ..self }
    }
}

/// What many jobs have in common, and is read only where a try doesn't just pass. Times are in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Terms {
    /// From one try to the next (R5).
    pub(crate) retry_delay: u64,
    /// By this much longer is each further delay; at least 1.
    pub(crate) retry_backoff: Factor,
    /// No delay is longer.
    pub(crate) retry_max_delay: u64,
    /// Up to this part of a delay comes on top of it; from 0 to 1.
    pub(crate) retry_jitter: Factor,
    /// How long a try may take.
    pub(crate) timeout: Option<u64>,
    /// For so long after run, recheck is called again before the try counts as failed; 0 for not at all.
    pub(crate) settle: u64,
    /// From the end of one recheck to the next.
    pub(crate) settle_interval: u64,
    /// Places in the graph's list of limits, ascending.
    pub(crate) limits: Box<[u16]>,
}

/// A finite number, which can be compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factor(pub(crate) f64);

impl PartialEq for Factor {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}
impl Eq for Factor {}
impl Hash for Factor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// A second, the default of everything that is to be waited for.
pub(crate) const SECOND: u64 = 1_000_000_000;

impl Terms {
    /// Those of the original: so long from the start of one try to the start of the next, and nothing else.
    pub(crate) fn plain(retry_delay: u64) -> Self {
        Self {
            retry_delay,
            retry_backoff: Factor(1.0),
            retry_max_delay: u64::MAX,
            retry_jitter: Factor(0.0),
            timeout: None,
            settle: 0,
            settle_interval: SECOND,
            limits: Box::default(),
        }
    }
}

/// Terms, each once.
#[derive(Default)]
pub(crate) struct TermsList {
    all: Vec<Terms>,
    numbers: FxHashMap<Terms, u32>,
}

impl TermsList {
    pub(crate) fn number(&mut self, terms: Terms) -> u32 {
        match self.numbers.entry(terms) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let number = id(self.all.len()).0;
                self.all.push(new.key().clone());
                *new.insert(number)
            }
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Terms> {
        self.all
    }
}
