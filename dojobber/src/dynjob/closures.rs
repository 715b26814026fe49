//! What jobs made by code do.

use super::{Call, CallWith, New};
use crate::context::Context;
use crate::error::Error;
use crate::job::{Behaviour, Local, cast};
use crate::outcome::{IntoOutcome, IntoWhen, asked, own};
use crate::step::{Function, Functions, Step};

/// A closure that needs no storage. It is borrowed for as long as what it returns: an async one is called in its future.
pub(super) trait Closure: Send + Sync {
    fn call<'c>(&'c self, ctx: &'c Context) -> Step<'c>;
}

/// The same, with the storage of the try.
pub(super) trait ClosureWith<S>: Send + Sync {
    fn call<'c>(&'c self, local: &'c mut S, ctx: &'c Context) -> Step<'c>;
}

/// What makes the storage of a try.
pub(super) trait Making<S>: Send + Sync {
    fn make<'c>(&'c self, ctx: &'c Context) -> Step<'c, S>;
}

/// A blocking closure.
pub(super) struct Now<F>(pub(super) F);

impl<F: Fn(&Context) -> R + Send + Sync, R: IntoOutcome> Closure for Now<F> {
    #[inline]
    fn call<'c>(&'c self, ctx: &'c Context) -> Step<'c> {
        Step::done(|| (self.0)(ctx).into_outcome(ctx))
    }
}

impl<F: Fn(&mut S, &Context) -> R + Send + Sync, S, R: IntoOutcome> ClosureWith<S> for Now<F> {
    #[inline]
    fn call<'c>(&'c self, local: &'c mut S, ctx: &'c Context) -> Step<'c> {
        Step::done(|| (self.0)(local, ctx).into_outcome(ctx))
    }
}

impl<F: Fn(&Context) -> Result<S, E> + Send + Sync, S, E: Into<Error>> Making<S> for Now<F> {
    fn make<'c>(&'c self, ctx: &'c Context) -> Step<'c, S> {
        Step::done(|| (self.0)(ctx).map_err(|error| own(error.into(), ctx)))
    }
}

/// A condition.
pub(super) struct When<F>(pub(super) F);

impl<F: Fn(&Context) -> R + Send + Sync, R: IntoWhen> Closure for When<F> {
    fn call<'c>(&'c self, ctx: &'c Context) -> Step<'c> {
        Step::done(|| asked((self.0)(ctx), "its `when`", ctx))
    }
}

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
    pub(super) asyncs: Functions,
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
        closure.map_or(Step::Done(Ok(None)), |closure| closure.call(ctx))
    }

    fn needs_drop(&self) -> bool {
        false
    }

    fn asyncs(&self) -> Functions {
        self.asyncs
    }
}

/// What few jobs have: a condition, beside the closures that most have.
pub(super) struct Conditional {
    pub(super) when: Call,
    pub(super) closures: Closures,
}

impl Behaviour for Conditional {
    fn call<'c>(&'c self, function: Function, local: &'c mut Option<Local>, ctx: &'c Context) -> Step<'c> {
        match function {
            Function::When => self.when.call(ctx),
            function => self.closures.call(function, local, ctx),
        }
    }

    fn needs_drop(&self) -> bool {
        false
    }

    fn asyncs(&self) -> Functions {
        self.closures.asyncs
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
                return match self.new.make(ctx) {
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
            Function::When => return self.when.as_ref().map_or(Step::Done(Ok(None)), |when| when.call(ctx)),
            Function::Check => self.check.as_ref(),
            Function::Run => self.run.as_ref(),
            Function::Cleanup => self.cleanup.as_ref(),
        };
        let Some(closure) = closure else {
            return Step::Done(Ok(None));
        };
        match cast(local) {
            Ok(local) => closure.call(local, ctx),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// More jobs in each cache line are worth more than most other things.
    #[test]
    fn most_jobs_are_three_closures_and_which_of_them_are_async() {
        assert_eq!(size_of::<Closed>(), 7 * size_of::<usize>());
    }
}
