//! What jobs made by code do.

use super::{Call, CallWith, New};
use crate::context::Context;
use crate::job::{Behaviour, Local, cast};
use crate::step::{Function, Functions, Step};

/// What a job does.
pub(crate) enum Closed {
    /// Closures that most jobs have, at hand: to follow one pointer less is what a large graph gains most from.
    Plain(Closures),
    With(Box<dyn Behaviour>),
}

impl Closed {
    #[inline]
    pub(crate) fn behaviour(&self) -> &dyn Behaviour {
        match self {
            Closed::Plain(closures) => closures,
            Closed::With(behaviour) => &**behaviour,
        }
    }
}

pub(crate) struct Closures {
    pub(super) check: Option<Call>,
    pub(super) run: Option<Call>,
    pub(super) cleanup: Option<Call>,
}

impl Behaviour for Closures {
    fn call<'c>(&'c self, function: Function, local: &'c mut Option<Local>, ctx: &'c Context) -> Step<'c> {
        let closure = match function {
            Function::New => {
                *local = Some(Box::new(()));
                None
            }
            Function::When => None,
            Function::Check => self.check.as_ref(),
            Function::Run => self.run.as_ref(),
            Function::Cleanup => self.cleanup.as_ref(),
        };
        closure.map_or(Step::Done(Ok(None)), |closure| closure(ctx))
    }

    fn needs_drop(&self) -> bool {
        false
    }

    fn asyncs(&self) -> Functions {
        Functions::NONE
    }
}

/// What few jobs have, beside the closures that most have.
pub(super) struct Unusual {
    pub(super) asyncs: Functions,
    pub(super) when: Option<Call>,
    pub(super) closures: Closures,
}

impl Behaviour for Unusual {
    fn call<'c>(&'c self, function: Function, local: &'c mut Option<Local>, ctx: &'c Context) -> Step<'c> {
        match &self.when {
            Some(when) if function == Function::When => when(ctx),
            _ => self.closures.call(function, local, ctx),
        }
    }

    fn needs_drop(&self) -> bool {
        false
    }

    fn asyncs(&self) -> Functions {
        self.asyncs
    }
}

pub(super) struct ClosuresWith<S> {
    pub(super) asyncs: Functions,
    pub(super) new: New<S>,
    pub(super) when: Option<Call>,
    pub(super) check: Option<CallWith<S>>,
    pub(super) run: Option<CallWith<S>>,
    pub(super) cleanup: Option<CallWith<S>>,
}

impl<S: Send + 'static> Behaviour for ClosuresWith<S> {
    fn call<'c>(&'c self, function: Function, local: &'c mut Option<Local>, ctx: &'c Context) -> Step<'c> {
        let closure = match function {
            Function::New => {
                return match (self.new)(ctx) {
                    Step::Done(made) => Step::done(|| {
                        *local = Some(Box::new(made?));
                        Ok(None)
                    }),
                    Step::Later(made) => Step::Later(Box::pin(async move {
                        *local = Some(Box::new(made.await?));
                        Ok(None)
                    })),
                };
            }
            Function::When => return self.when.as_ref().map_or(Step::Done(Ok(None)), |when| when(ctx)),
            Function::Check => self.check.as_ref(),
            Function::Run => self.run.as_ref(),
            Function::Cleanup => self.cleanup.as_ref(),
        };
        let Some(closure) = closure else {
            return Step::Done(Ok(None));
        };
        match cast(local) {
            Ok(local) => closure(local, ctx),
            Err(error) => Step::Done(Err(error)),
        }
    }

    fn needs_drop(&self) -> bool {
        std::mem::needs_drop::<S>()
    }

    fn asyncs(&self) -> Functions {
        self.asyncs
    }
}
