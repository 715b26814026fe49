//! What jobs say of their tries, with the run's defaults filled in (R5, R20, R21).

use std::any::TypeId;

use rustc_hash::FxHashMap;

use super::build::Defaults;
use super::problem::{JobPlace, Problem};
use super::terms::{Factor, SECOND, Terms, TermsList};
use crate::dynjob::About;
use crate::given::TermsDef;
use crate::job::JobDef;
use crate::nearest::nearest;

/// Fills in, and numbers what comes of it.
pub(super) struct Filling<'a> {
    defaults: Terms,
    /// The number of those that say nothing, which is most of them.
    plain: u32,
    terms: TermsList,
    limits: FxHashMap<&'a str, u16>,
    /// The members of a family have one definition.
    of_defs: FxHashMap<TypeId, u32>,
}

impl<'a> Filling<'a> {
    /// Tells what is wrong with the run's own defaults and limits.
    pub(super) fn new(defaults: &'a Defaults, problems: &mut Vec<Problem>) -> Self {
        let said = defaults.terms.checked(|wrong| problems.push(Problem::bad_term(None, wrong)));
        let mut limits = FxHashMap::default();
        for (index, (name, size)) in defaults.limits.iter().enumerate() {
            if name.trim().is_empty() {
                problems.push(Problem::UnnamedLimit { job: None });
            } else if *size == 0 {
                problems.push(Problem::NoPlaces { limit: name.to_string() });
            }
            match u16::try_from(index) {
                Ok(index) => limits.insert(&**name, index),
                Err(_) => {
                    problems.push(Problem::TooManyLimits);
                    break;
                }
            };
        }
        let defaults = fill(&Terms::plain(SECOND), &said, Box::default());
        let mut terms = TermsList::default();
        let plain = terms.number(defaults.clone());
        Self { defaults, plain, terms, limits, of_defs: FxHashMap::default() }
    }

    /// Those of a job that says nothing.
    pub(super) fn plain(&self) -> u32 {
        self.plain
    }

    /// Those of a job made by code.
    pub(super) fn of_dyn(&mut self, about: &About, place: impl Fn() -> JobPlace, problems: &mut Vec<Problem>) -> u32 {
        let Some(given) = &about.terms else {
            return self.plain;
        };
        let said = given.checked(|wrong| problems.push(Problem::bad_term(Some(place()), wrong)));
        let limits = self.places(given.limits.iter().map(|name| &**name), place, problems);
        self.terms.number(fill(&self.defaults, &said, limits))
    }

    /// Those of a job with `#[job]`, or of all members of a family.
    pub(super) fn of_def(&mut self, def: &JobDef, place: impl Fn() -> JobPlace, problems: &mut Vec<Problem>) -> u32 {
        let Some(said) = &def.terms else {
            return self.plain;
        };
        if let Some(known) = self.of_defs.get(&(def.id)()) {
            return *known;
        }
        let limits = self.places(said.limits.iter().copied(), place, problems);
        let number = self.terms.number(fill(&self.defaults, said, limits));
        self.of_defs.insert((def.id)(), number);
        number
    }

    pub(super) fn into_terms(self) -> Vec<Terms> {
        self.terms.into_vec()
    }

    /// Where these limits stand among those of the run, ascending, each once.
    fn places<'n>(
        &self,
        names: impl Iterator<Item = &'n str>,
        place: impl Fn() -> JobPlace,
        problems: &mut Vec<Problem>,
    ) -> Box<[u16]> {
        let mut places = Vec::new();
        for name in names {
            if let Some(limit) = self.limits.get(name) {
                places.push(*limit);
            } else if name.trim().is_empty() {
                problems.push(Problem::UnnamedLimit { job: Some(place()) });
            } else {
                let nearest = nearest(name, self.limits.keys().copied()).map(str::to_owned);
                problems.push(Problem::UnknownLimit { limit: name.to_owned(), job: place(), nearest });
            }
        }
        places.sort_unstable();
        places.dedup();
        places.into()
    }
}

fn fill(defaults: &Terms, said: &TermsDef, limits: Box<[u16]>) -> Terms {
    Terms {
        retry_delay: said.retry_delay.unwrap_or(defaults.retry_delay),
        retry_backoff: said.retry_backoff.map_or(defaults.retry_backoff, Factor),
        retry_max_delay: said.retry_max_delay.unwrap_or(defaults.retry_max_delay),
        retry_jitter: said.retry_jitter.map_or(defaults.retry_jitter, Factor),
        // Longer than any clock counts is no limit: so a job can do without the run's.
        timeout: said.timeout.or(defaults.timeout).filter(|timeout| *timeout < u64::MAX),
        settle: said.settle.unwrap_or(defaults.settle),
        settle_interval: said.settle_interval.unwrap_or(defaults.settle_interval),
        limits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::GivenTerms;
    use crate::{DoJobber, DynJob};

    #[test]
    fn each_terms_are_kept_once() {
        let mut dojob = DoJobber::new();
        dojob.limit("a", 2).limit("b", 5).discover();
        dojob.add(DynJob::new("plain")).add(DynJob::new("as all are").retry_delay(1).retry_backoff(1.0));
        dojob.add(DynJob::new("one").limits(["b", "a"])).add(DynJob::new("other").limits(["a", "b", "a"]));
        let plan = dojob.plan().unwrap();
        let graph = &plan.graph;
        let of = |name| plan.policy(plan.find(name).unwrap().id()).terms;
        assert_eq!((of("plain"), of("plain")), (0, of("as all are")));
        assert_eq!((of("one"), graph.terms.len()), (of("other"), 2));
        assert_eq!(*graph.terms[1].limits, [0, 1]);
        assert_eq!(graph.limits, [2, 5]);
    }

    #[test]
    fn more_limits_than_can_be_counted() {
        let limits = (0..=u32::from(u16::MAX) + 1).map(|limit| (limit.to_string().into(), 1)).collect();
        let mut problems = Vec::new();
        let _ = Filling::new(&Defaults { tries: 1, terms: GivenTerms::default(), limits }, &mut problems);
        assert_eq!(problems, [Problem::TooManyLimits]);
        assert_eq!(problems[0].to_string(), "there are more than 65536 limits");
    }
}
