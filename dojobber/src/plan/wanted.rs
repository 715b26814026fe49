//! What jobs take that is not in the graph: arguments and states (R18).

use std::any::TypeId;

use rustc_hash::FxHashSet;

use super::problem::{JobPlace, PlanError, Problem};
use crate::extract::{ArgsType, Requires};
use crate::job::JobDef;
use crate::state::StateType;

/// The types that jobs take, each with the first one that does.
pub(crate) struct Wanted<J> {
    pub(crate) args: Vec<(J, ArgsType)>,
    pub(crate) states: Vec<(J, StateType)>,
}

/// A graph that can't be run, and what its jobs take: so that what is missing can be told, too.
pub(crate) struct Refused {
    pub(crate) problems: Vec<Problem>,
    pub(crate) wanted: Wanted<JobPlace>,
}

impl<J> Default for Wanted<J> {
    fn default() -> Self {
        Self { args: Vec::new(), states: Vec::new() }
    }
}

impl<J: Copy> Wanted<J> {
    /// What these jobs take, and the types of those whose end others ask about.
    pub(super) fn of(jobs: impl Iterator<Item = (J, &'static JobDef)>) -> (Self, FxHashSet<TypeId>) {
        let (mut wanted, mut observed) = (Self::default(), FxHashSet::default());
        let mut seen: FxHashSet<(bool, TypeId)> = FxHashSet::default();
        let mut requires = Requires::default();
        let mut last_def: Option<&'static JobDef> = None;
        for (job, def) in jobs {
            if last_def.is_some_and(|last| std::ptr::eq(last, def)) {
                continue;
            }
            last_def = Some(def);
            requires.clear();
            (def.requires)(&mut requires);
            if let Some(family) = def.family {
                (family.requires)(&mut requires);
            }
            let args = requires.args.iter().filter(|args| seen.insert((false, args.id)));
            wanted.args.extend(args.map(|args| (job, *args)));
            let states = requires.states.iter().filter(|state| seen.insert((true, state.id)));
            wanted.states.extend(states.map(|state| (job, *state)));
            observed.extend(requires.needs.iter().map(|need| ((need.def)().id)()));
        }
        (wanted, observed)
    }

    /// With the jobs' places in the source.
    pub(crate) fn placed(&self, place: impl Fn(J) -> JobPlace) -> Wanted<JobPlace> {
        let args = self.args.iter().map(|(job, args)| (place(*job), *args)).collect();
        let states = self.states.iter().map(|(job, state)| (place(*job), *state)).collect();
        Wanted { args, states }
    }
}

impl Refused {
    /// Without what is missing.
    pub(crate) fn error(self) -> PlanError {
        PlanError::new(self.problems)
    }
}
