//! How the plan of a run is made, and what is missing for it. Families are called into being on the way.

use std::sync::Arc;

use super::DoJobber;
use crate::arguments::Arguments;
use crate::catch::{catch, install_hook};
use crate::clock::RunTime;
use crate::context::Context;
use crate::error::Error;
use crate::extract::{ArgsType, Requires};
use crate::family::FamilyDef;
use crate::job::JobDef;
use crate::plan::{CallEach, JobPlace, Key, Made, Plan, PlanError, Problem, Refused, Request, Source, Wanted, plan};
use crate::report::Report;
use crate::state::StateType;
use crate::step::Step;

impl DoJobber {
    /// As [`make_plan`](Self::make_plan). An error also tells what is missing.
    pub(super) fn plan_to_run(&self, roots: Option<Vec<Key>>) -> Result<Plan, PlanError> {
        self.make_plan(roots).map_err(|refused| self.refusal(refused))
    }

    /// A run without a plan has ended, and answers for the signal that came during it.
    pub(super) fn answered(&self, run: Result<Report, PlanError>) -> Result<Report, PlanError> {
        run.map_err(|error| error.during(self.cancel.0.take_signal()))
    }

    /// All that is wrong, what is missing included.
    pub(super) fn refusal(&self, Refused { mut problems, wanted }: Refused) -> PlanError {
        let missing = self.missing(&mut self.arguments.clone(), &wanted, JobPlace::clone);
        let is_told = |problem: &Problem| problems.iter().any(|told| told.is_of_same_type(problem));
        let news: Vec<_> = missing.into_iter().filter(|problem| !is_told(problem)).collect();
        problems.extend(news);
        PlanError::new(problems)
    }

    pub(super) fn make_plan(&self, roots: Option<Vec<Key>>) -> Result<Plan, Refused> {
        let time = self.system_time();
        self.begin_plan();
        self.make_plan_by(roots, &mut |def, family| Some(self.members(def, family, &time)))
    }

    /// A run begins with the making of its plan.
    pub(super) fn begin_plan(&self) {
        install_hook();
        self.cancel.0.renew();
    }

    pub(super) fn make_plan_by(&self, roots: Option<Vec<Key>>, call_each: &mut CallEach<'_>) -> Result<Plan, Refused> {
        let (catalogue, excluded, defaults) = (&self.catalogue, &self.excluded[..], &self.defaults);
        let planned = plan(Request { catalogue, roots, excluded, defaults, call_each });
        let mut problems = self.problems.clone();
        if self.slots == 0 {
            let (term, value, must_be) = ("number of workers", "0".to_owned(), "at least 1");
            problems.push(Problem::BadTerm { job: None, term, value, must_be });
        }
        if self.restore_dir && self.slots > 1 {
            problems.push(Problem::SharedDirectory { slots: self.slots });
        }
        match planned {
            Ok(plan) if problems.is_empty() => Ok(plan),
            Ok(plan) => Err(Refused { problems, wanted: plan.wanted.placed(|job| plan.job(job).place()) }),
            Err(refused) => {
                problems.extend(refused.problems);
                Err(Refused { problems, wanted: refused.wanted })
            }
        }
    }

    /// From now on, what cancels the other one's runs and plans cancels those of this one.
    #[cfg(feature = "cli")]
    pub(crate) fn cancel_with(&mut self, other: &Self) {
        self.cancel = other.cancel.clone();
    }

    /// Asks for names without making a plan.
    #[cfg(feature = "cli")]
    pub(crate) fn look_up<T>(&self, ask: impl FnOnce(&mut crate::plan::Lookup<'_>) -> T) -> T {
        let time = self.system_time();
        self.begin_plan();
        let mut call_each = |def: &'static JobDef, family: FamilyDef| Some(self.members(def, family, &time));
        ask(&mut crate::plan::Lookup::new(&self.catalogue, &mut call_each))
    }

    /// Calls the `each` of a family, with what it takes, and awaits it here if it is async.
    pub(super) fn members(&self, def: &'static JobDef, family: FamilyDef, time: &RunTime) -> Made {
        let ctx = self.planning(def, family, time)?;
        let made = catch(|| match (family.each)(&ctx) {
            Step::Done(made) => made,
            #[cfg(feature = "tokio")]
            Step::Later(made) => self.runtime.block_on(super::asynchronous::in_time(made, &ctx)),
            #[cfg(not(feature = "tokio"))]
            Step::Later(_) => Err(Error::msg("async code needs the feature `tokio` of dojobber")),
        });
        made.map_err(|error| failed(def, &error))
    }

    /// What the `each` of a family can learn; a problem if what it takes isn't there.
    pub(super) fn planning(
        &self,
        def: &'static JobDef,
        family: FamilyDef,
        time: &RunTime,
    ) -> Result<Context, Box<Problem>> {
        let place = || Source::Def(def).place(def.name());
        let mut requires = Requires::default();
        (family.requires)(&mut requires);
        let mut arguments = self.arguments.clone();
        for wanted in &requires.args {
            Self::provide(&mut arguments, *wanted, place)?;
        }
        for wanted in &requires.states {
            self.has_state(*wanted, place)?;
        }
        let data = self.run_data(None, arguments, time.clone());
        Ok(Context::planning(Arc::new(data), def.name()))
    }

    /// Everything that jobs take as `Args<T>` and `State<T>` must be there before anything runs.
    pub(super) fn arguments_for(&self, plan: &Plan) -> Result<Arguments, PlanError> {
        let mut arguments = self.arguments.clone();
        let problems = self.missing(&mut arguments, &plan.wanted, |job| plan.job(*job).place());
        if problems.is_empty() { Ok(arguments) } else { Err(PlanError::new(problems)) }
    }

    /// What jobs take that is not there. Arguments that can be made are put beside the others.
    fn missing<J>(
        &self,
        arguments: &mut Arguments,
        wanted: &Wanted<J>,
        place: impl Fn(&J) -> JobPlace,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (job, args) in &wanted.args {
            problems.extend(Self::provide(arguments, *args, || place(job)).err().map(|problem| *problem));
        }
        for (job, state) in &wanted.states {
            problems.extend(self.has_state(*state, || place(job)).err().map(|problem| *problem));
        }
        problems
    }

    fn provide(arguments: &mut Arguments, wanted: ArgsType, job: impl Fn() -> JobPlace) -> Result<(), Box<Problem>> {
        arguments.provide(wanted).map_err(|error| {
            let (type_name, reason) = (wanted.name, error.to_string());
            Box::new(Problem::MissingArgs { job: job(), type_name, reason })
        })
    }

    fn has_state(&self, wanted: StateType, job: impl Fn() -> JobPlace) -> Result<(), Box<Problem>> {
        if self.states.has(wanted) {
            return Ok(());
        }
        Err(Box::new(Problem::MissingState { job: job(), type_name: wanted.name }))
    }
}

/// An `each` has failed.
pub(super) fn failed(def: &'static JobDef, error: &Error) -> Box<Problem> {
    Box::new(Problem::EachFailed { family: Source::Def(def).place(def.name()), reason: error.to_string() })
}
