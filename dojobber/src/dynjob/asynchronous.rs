//! Async closures of jobs made by code.

use super::closures::{Closure, ClosureWith};
use super::{DynJob, DynJobWith};
use crate::context::Context;
use crate::outcome::IntoOutcome;
use crate::step::{BoxFuture, Function, Step};

/// With the feature `tokio`. A closure returns its future in a box, so that it may borrow the context and the storage.
///
/// ```
/// use dojobber::prelude::*;
///
/// # async fn fetch() -> Result<String> { Ok("16:57".into()) }
/// let pick = DynJob::new("PickTime")
///     .check(|ctx| ctx.global().contains("time"))
///     .run_async(|ctx| Box::pin(async move { ctx.global().set("time", fetch().await?) }));
/// assert!(DoJobber::new().add(pick).root_named("PickTime").checknrun().unwrap().success());
/// ```
impl DynJob {
    /// As [`check`](Self::check), async.
    #[must_use]
    pub fn check_async<R: IntoOutcome>(
        mut self,
        check: impl for<'c> Fn(&'c Context) -> BoxFuture<'c, R> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Box::new(Later(check)));
        self.spec.asyncs = self.spec.asyncs.with(Function::Check);
        self
    }

    /// As [`run`](Self::run), async.
    #[must_use]
    pub fn run_async<R: IntoOutcome>(
        mut self,
        run: impl for<'c> Fn(&'c Context) -> BoxFuture<'c, R> + Send + Sync + 'static,
    ) -> Self {
        self.run = Some(Box::new(Later(run)));
        self.spec.asyncs = self.spec.asyncs.with(Function::Run);
        self
    }

    /// As [`cleanup`](Self::cleanup), async.
    #[must_use]
    pub fn cleanup_async<R: IntoOutcome>(
        mut self,
        cleanup: impl for<'c> Fn(&'c Context) -> BoxFuture<'c, R> + Send + Sync + 'static,
    ) -> Self {
        self.cleanup = Some(Box::new(Later(cleanup)));
        self.spec.asyncs = self.spec.asyncs.with(Function::Cleanup);
        self
    }
}

/// With the feature `tokio`.
///
/// ```
/// use dojobber::prelude::*;
///
/// let couch = DynJob::new("CleanCouch")
///     .storage(|_| false)
///     .check(|dusted, _| *dusted)
///     .run_async(|dusted, _| Box::pin(async move { *dusted = true }));
/// assert!(DoJobber::new().add(couch).root_named("CleanCouch").checknrun().unwrap().success());
/// ```
impl<S: Send + 'static> DynJobWith<S> {
    /// As [`DynJob::check_async`], with the storage of the try.
    #[must_use]
    pub fn check_async<R: IntoOutcome>(
        mut self,
        check: impl for<'c> Fn(&'c mut S, &'c Context) -> BoxFuture<'c, R> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Box::new(Later(check)));
        self.spec.asyncs = self.spec.asyncs.with(Function::Check);
        self
    }

    /// As [`DynJob::run_async`], with the storage of the try.
    #[must_use]
    pub fn run_async<R: IntoOutcome>(
        mut self,
        run: impl for<'c> Fn(&'c mut S, &'c Context) -> BoxFuture<'c, R> + Send + Sync + 'static,
    ) -> Self {
        self.run = Some(Box::new(Later(run)));
        self.spec.asyncs = self.spec.asyncs.with(Function::Run);
        self
    }

    /// As [`DynJob::cleanup_async`], with the storage of the try.
    #[must_use]
    pub fn cleanup_async<R: IntoOutcome>(
        mut self,
        cleanup: impl for<'c> Fn(&'c mut S, &'c Context) -> BoxFuture<'c, R> + Send + Sync + 'static,
    ) -> Self {
        self.cleanup = Some(Box::new(Later(cleanup)));
        self.spec.asyncs = self.spec.asyncs.with(Function::Cleanup);
        self
    }
}

/// An async closure.
struct Later<F>(F);

impl<F, R: IntoOutcome> Closure for Later<F>
where
    F: for<'c> Fn(&'c Context) -> BoxFuture<'c, R> + Send + Sync,
{
    fn call<'c>(&'c self, ctx: &'c Context) -> Step<'c> {
        Step::Later(Box::pin(async move {
            let future = (self.0)(ctx);
            future.await.into_outcome(ctx)
        }))
    }
}

impl<F, S: Send, R: IntoOutcome> ClosureWith<S> for Later<F>
where
    F: for<'c> Fn(&'c mut S, &'c Context) -> BoxFuture<'c, R> + Send + Sync,
{
    fn call<'c>(&'c self, local: &'c mut S, ctx: &'c Context) -> Step<'c> {
        Step::Later(Box::pin(async move {
            let future = (self.0)(local, ctx);
            future.await.into_outcome(ctx)
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::AnyJob;
    use crate::dynjob::{Any, DynJob};
    use crate::step::{Function, Functions};

    fn asyncs(job: impl Into<AnyJob>) -> Functions {
        match job.into().0 {
            Any::Dyn(job) => job.closures.behaviour().asyncs(),
            Any::Member(_) => Functions::NONE,
        }
    }

    #[test]
    fn which_closures_are_async_is_known() {
        let blocking = DynJob::new("a").when(|_| true).check(|_| true);
        assert!(asyncs(blocking).is_empty());
        let job = DynJob::new("a").check(|_| true).run_async(|_| Box::pin(async {}));
        assert_eq!(asyncs(job), Functions::NONE.with(Function::Run));
        let job = DynJob::new("a").storage(|_| 0).check_async(|_, _| Box::pin(async {}));
        assert_eq!(asyncs(job), Functions::NONE.with(Function::Check));
    }
}
