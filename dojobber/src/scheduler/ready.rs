//! The tries that may start now, lowest (round, place) first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::plan::JobId;

/// A priority queue for dense keys.
///
/// In a run without failures every try belongs to one round. So the places of one round, the current one, are bits,
/// and cost no comparison; other rounds wait in a heap, and the lowest of them becomes the current one when the
/// bits run out.
pub(super) struct Ready {
    current: u32,
    places: Places,
    others: BinaryHeap<Reverse<Key>>,
}

/// Round, place, and the job, whose place it is unless it came during the run.
type Key = (u32, JobId, JobId);

impl Ready {
    pub(super) fn new(jobs: usize) -> Self {
        Self { current: 1, places: Places::new(jobs), others: BinaryHeap::new() }
    }

    #[inline]
    pub(super) fn push(&mut self, round: u32, job: JobId) {
        if self.places.first.is_none() && self.others.is_empty() {
            self.current = round;
        }
        if round == self.current {
            self.places.insert(job.0);
        } else {
            self.others.push(Reverse((round, job, job)));
        }
    }

    /// For a job that came during the run, and takes the place of another one.
    pub(super) fn push_late(&mut self, round: u32, place: JobId, job: JobId) {
        self.others.push(Reverse((round, place, job)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.first.is_none() && self.others.is_empty()
    }

    /// The first one: round, place, job.
    pub(super) fn peek(&self) -> Option<Key> {
        let first = self.places.first.map(|place| (self.current, JobId(place), JobId(place)));
        let other = self.others.peek().map(|Reverse(key)| *key);
        first.into_iter().chain(other).min()
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<(u32, JobId)> {
        let first = self.places.first.map(|place| (self.current, JobId(place), JobId(place)));
        match (first, self.others.peek().map(|Reverse(key)| *key)) {
            (Some(first), other) if other.is_none_or(|other| first < other) => {
                self.places.pop();
                Some((first.0, first.2))
            }
            (first, Some((round, ..))) => {
                if first.is_none() {
                    self.current = round;
                }
                self.others.pop().map(|Reverse((round, _, job))| (round, job))
            }
            (_, None) => None,
        }
    }
}

/// A set of numbers below a bound: its first one, and a tree of words for the others, in which a bit is set where
/// the word below it has one.
struct Places {
    first: Option<u32>,
    /// From the leaves up; the last level is one word.
    levels: Vec<Vec<u64>>,
}

impl Places {
    fn new(bound: usize) -> Self {
        let mut levels = Vec::new();
        let mut words = bound;
        loop {
            words = words.div_ceil(64).max(1);
            levels.push(vec![0; words]);
            if words == 1 {
                return Self { first: None, levels };
            }
        }
    }

    fn insert(&mut self, number: u32) {
        match &mut self.first {
            None => self.first = Some(number),
            Some(first) if number < *first => {
                let later = std::mem::replace(first, number);
                self.insert_later(later);
            }
            Some(_) => self.insert_later(number),
        }
    }

    fn insert_later(&mut self, number: u32) {
        let mut index = number as usize;
        for level in &mut self.levels {
            let word = &mut level[index / 64];
            let was_empty = *word == 0;
            *word |= 1 << (index % 64);
            if !was_empty {
                return;
            }
            index /= 64;
        }
    }

    /// Takes the first number out; the next one is the first then.
    fn pop(&mut self) {
        self.first = None;
        if self.levels.last().is_none_or(|top| top[0] == 0) {
            return;
        }
        let mut index = 0;
        for level in self.levels.iter().rev() {
            index = index * 64 + level[index].trailing_zeros() as usize;
        }
        self.first = u32::try_from(index).ok();
        for level in &mut self.levels {
            let word = &mut level[index / 64];
            // The lowest bit, which is the one that was found.
            *word &= *word - 1;
            if *word != 0 {
                return;
            }
            index /= 64;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pops_in_order(bound in 1_u32..10_000, steps in prop::collection::vec((1_u32..4, any::<u32>(), any::<bool>()), 0..300)) {
            let mut ready = Ready::new(bound as usize);
            let mut model = std::collections::BTreeSet::new();
            for (round, place, pop) in steps {
                let place = JobId(place % bound);
                if pop {
                    prop_assert_eq!(ready.pop(), model.pop_first());
                } else if model.iter().all(|(_, other)| *other != place) {
                    ready.push(round, place);
                    model.insert((round, place));
                }
            }
            while let Some(expected) = model.pop_first() {
                prop_assert_eq!(ready.pop(), Some(expected));
            }
            prop_assert_eq!(ready.pop(), None);
        }
    }
}
