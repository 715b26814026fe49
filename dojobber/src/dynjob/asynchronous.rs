//! Async closures of jobs made by code.

use super::closures::{Closure, ClosureWith, Making};
use super::{DynJob, DynJobWith, New};
use crate::context::Context;
use crate::error::Error;
use crate::outcome::{IntoOutcome, IntoWhen, asked, own};
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
    /// As [`when`](Self::when), async.
    ///
    /// ```
    /// use dojobber::prelude::*;
    /// use dojobber::Status;
    ///
    /// # async fn degrees() -> Result<i32> { Ok(20) }
    /// let defrost = DynJob::new("Defrost")
    ///     .when_async(|_| Box::pin(async { Ok::<_, Error>(degrees().await? < 0) }))
    ///     .run(|_| ());
    /// let report = DoJobber::new().add(defrost).root_named("Defrost").checknrun().unwrap();
    /// assert_eq!(report.status("Defrost"), Some(Status::Skipped));
    /// ```
    #[must_use]
    pub fn when_async<R: IntoWhen>(
        mut self,
        when: impl for<'c> Fn(&'c Context) -> BoxFuture<'c, R> + Send + Sync + 'static,
    ) -> Self {
        self.when = Some(Box::new(WhenLater(when)));
        self.spec.asyncs = self.spec.asyncs.with(Function::When);
        self
    }

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

    /// As [`storage`](Self::storage), with an async `new`.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// let bake = DynJob::new("Bake")
    ///     .storage_async(|_| Box::pin(async {
    ///         tokio::task::yield_now().await;
    ///         "dough".to_owned()
    ///     }))
    ///     .check(|bread, _| bread == "bread")
    ///     .run(|bread, _| *bread = "bread".to_owned());
    /// assert!(DoJobber::new().add(bake).root_named("Bake").checknrun().unwrap().success());
    /// ```
    #[must_use]
    pub fn storage_async<S: Send + 'static>(
        self,
        new: impl for<'c> Fn(&'c Context) -> BoxFuture<'c, S> + Send + Sync + 'static,
    ) -> DynJobWith<S> {
        self.with_storage_later(Box::new(NewLater(new)))
    }

    /// As [`try_storage`](Self::try_storage), with an async `new`.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// # async fn connect() -> Result<String> { bail!("nobody answers") }
    /// let ask = DynJob::new("Ask").tries(1).try_storage_async(|_| Box::pin(connect())).run(|_, _| ());
    /// let report = DoJobber::new().add(ask).root_named("Ask").checknrun().unwrap();
    /// assert_eq!(report.error("Ask").unwrap().to_string(), "nobody answers");
    /// ```
    #[must_use]
    pub fn try_storage_async<S, E>(
        self,
        new: impl for<'c> Fn(&'c Context) -> BoxFuture<'c, Result<S, E>> + Send + Sync + 'static,
    ) -> DynJobWith<S>
    where
        S: Send + 'static,
        E: Into<Error>,
    {
        self.with_storage_later(Box::new(Later(new)))
    }

    fn with_storage_later<S>(mut self, new: New<S>) -> DynJobWith<S> {
        self.spec.asyncs = self.spec.asyncs.with(Function::New);
        self.with_storage(new)
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
    /// As [`DynJob::when_async`]: it is asked before there is a storage.
    #[must_use]
    pub fn when_async<R: IntoWhen>(
        mut self,
        when: impl for<'c> Fn(&'c Context) -> BoxFuture<'c, R> + Send + Sync + 'static,
    ) -> Self {
        self.when = Some(Box::new(WhenLater(when)));
        self.spec.asyncs = self.spec.asyncs.with(Function::When);
        self
    }

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
        later(|| (self.0)(ctx), |returned| returned.into_outcome(ctx))
    }
}

impl<F, S: Send, R: IntoOutcome> ClosureWith<S> for Later<F>
where
    F: for<'c> Fn(&'c mut S, &'c Context) -> BoxFuture<'c, R> + Send + Sync,
{
    fn call<'c>(&'c self, local: &'c mut S, ctx: &'c Context) -> Step<'c> {
        later(|| (self.0)(local, ctx), |returned| returned.into_outcome(ctx))
    }
}

impl<F, S: Send, E: Into<Error>> Making<S> for Later<F>
where
    F: for<'c> Fn(&'c Context) -> BoxFuture<'c, Result<S, E>> + Send + Sync,
{
    fn make<'c>(&'c self, ctx: &'c Context) -> Step<'c, S> {
        later(|| (self.0)(ctx), |made| made.map_err(|error| own(error.into(), ctx)))
    }
}

/// An async condition.
struct WhenLater<F>(F);

impl<F, R: IntoWhen> Closure for WhenLater<F>
where
    F: for<'c> Fn(&'c Context) -> BoxFuture<'c, R> + Send + Sync,
{
    fn call<'c>(&'c self, ctx: &'c Context) -> Step<'c> {
        later(|| (self.0)(ctx), |returned| asked(returned, "its `when`", ctx))
    }
}

/// What makes a storage and can't fail.
struct NewLater<F>(F);

impl<F, S: Send + 'static> Making<S> for NewLater<F>
where
    F: for<'c> Fn(&'c Context) -> BoxFuture<'c, S> + Send + Sync,
{
    fn make<'c>(&'c self, ctx: &'c Context) -> Step<'c, S> {
        later(|| (self.0)(ctx), Ok)
    }
}

/// The closure is called when its future is polled, where a panic of it is one of that.
fn later<'c, R, T>(
    call: impl FnOnce() -> BoxFuture<'c, R> + Send + 'c,
    then: impl FnOnce(R) -> crate::error::Result<T> + Send + 'c,
) -> Step<'c, T> {
    Step::Later(Box::pin(async move {
        let future = call();
        then(future.await)
    }))
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
        let job = DynJob::new("a").when_async(|_| Box::pin(async { true })).storage_async(|_| Box::pin(async { 0 }));
        assert_eq!(asyncs(job), Functions::NONE.with(Function::When).with(Function::New));
    }
}
