//! What jobs hand to jobs: results, and whether something changed (R19).

use std::fmt;
use std::ops::Deref;

use rustc_hash::FxHashMap;

use crate::Job;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::extract::{FromContext, Requires};
use crate::job::def_of;
use crate::outcome::Value;
use crate::plan::JobId;
use crate::private::SomeResult;
use crate::status::Status;
use crate::sync::{Arc, Mutex, PoisonError};

/// How the jobs ended that others ask about.
#[derive(Default)]
pub(crate) struct Results(Mutex<FxHashMap<JobId, Ended>>);

/// How a job ended, for those who need it.
#[derive(Clone)]
pub(crate) struct Ended {
    pub(crate) status: Status,
    pub(crate) value: Option<Value>,
}

impl Results {
    pub(crate) fn insert(&self, job: JobId, ended: Ended) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(job, ended);
    }

    pub(crate) fn get(&self, job: JobId) -> Option<Ended> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&job).cloned()
    }
}

/// The result of the job `J` (R19): an extractor, which by itself makes `J` a dependency.
///
/// Derefs to the result; nothing is copied, and the pattern `Output(result)` binds the `Arc` of it. Where `J` is a family, the parameter's job must depend on one member
/// (`deps = [J[field]]`), whose result this is; [`Outputs`] is for all members.
///
/// A job that was skipped has no result: then the phase fails, and `Option<Output<J>>` is `None`. A check that is called in
/// no-act beyond a `J` that would run ([`deep`](crate::DoJobber::deep)) can't have its result, in no form.
///
/// ```
/// use dojobber::prelude::*;
///
/// #[derive(Default)]
/// struct PickTime;
///
/// #[job]
/// impl PickTime {
///     fn check(&self) -> Result<String> { Ok("16:57".into()) }
///     fn run(&self) {}
/// }
///
/// #[job]
/// fn announce(start: Output<PickTime>) { println!("we start at {}", *start) }
///
/// let report = DoJobber::new().root::<announce>().checknrun().unwrap();
/// assert_eq!(report.jobs().len(), 2);
/// ```
pub struct Output<J: Job>(pub Arc<J::Output>);

impl<J: Job<Has: SomeResult<J>>> FromContext<'_> for Output<J> {
    fn from_context(ctx: &Context) -> Result<Self> {
        let job = ctx.dependency::<J>()?;
        value::<J>(ctx, job)?.map(Self).ok_or_else(|| no_result(ctx, job))
    }

    fn requires(requires: &mut Requires) {
        requires.output::<J>();
    }
}

impl<J: Job<Has: SomeResult<J>>> FromContext<'_> for Option<Output<J>> {
    fn from_context(ctx: &Context) -> Result<Self> {
        Ok(value::<J>(ctx, ctx.dependency::<J>()?)?.map(Output))
    }

    fn requires(requires: &mut Requires) {
        requires.output::<J>();
    }
}

fn value<J: Job>(ctx: &Context, job: JobId) -> Result<Option<Arc<J::Output>>> {
    match ctx.ended(job) {
        Some(Ended { value: Some(value), .. }) => Ok(value.downcast()),
        Some(Ended { status, .. }) if status.passed() => Ok(None),
        // Only checks that are called in no-act, beyond what would run, come here.
        Some(_) => Err(not_yet(ctx, job)),
        None if ctx.no_act() => Err(not_yet(ctx, job)),
        None => Err(Error::msg(format_args!("{} has not ended", ctx.name_of(job)))),
    }
}

/// That isn't an answer to whether the goal holds.
fn not_yet(ctx: &Context, job: JobId) -> Error {
    Error::unsure(Error::msg(format_args!("{} has no result yet: it would have to pass first", ctx.name_of(job))))
}

fn no_result(ctx: &Context, job: JobId) -> Error {
    let name = ctx.name_of(job);
    match ctx.ended(job) {
        // That stays so.
        Some(Ended { status, .. }) => {
            Error::permanent(Error::msg(format_args!("{name} is {status}, so it has no result")))
        }
        None => Error::msg(format_args!("{name} has no result")),
    }
}

impl<J: Job> Deref for Output<J> {
    type Target = J::Output;

    fn deref(&self) -> &J::Output {
        &self.0
    }
}

impl<J: Job> Clone for Output<J> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<J: Job<Output: fmt::Debug>> fmt::Debug for Output<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Output").field(&self.0).finish()
    }
}

impl<J: Job<Output: fmt::Display>> fmt::Display for Output<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The results of all members of the family `J` (R19): an extractor, which by itself makes all of them dependencies.
///
/// Members that were skipped are left out. Of a job that is no family, it is the one result.
pub struct Outputs<J: Job>(Vec<(Arc<str>, Arc<J::Output>)>);

impl<J: Job> Outputs<J> {
    /// Each member's name and result, in the members' order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &J::Output)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<J: Job<Has: SomeResult<J>>> FromContext<'_> for Outputs<J> {
    fn from_context(ctx: &Context) -> Result<Self> {
        let mut outputs = Vec::new();
        for job in ctx.dependencies::<J>() {
            if let Some(value) = value::<J>(ctx, job)? {
                outputs.push((ctx.name_of(job).into(), value));
            }
        }
        Ok(Self(outputs))
    }

    fn requires(requires: &mut Requires) {
        requires.outputs::<J>();
    }
}

impl<J: Job<Output: fmt::Debug>> fmt::Debug for Outputs<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Whether the job `J` ended `Changed` in this run, though perhaps not in its first try: an extractor, which by itself
/// makes `J` a dependency. Of a family, whether any member did. For a check that is called in no-act, beyond what would run, it is whether `J` would.
///
/// ```
/// use dojobber::prelude::*;
///
/// # #[derive(Default)] struct WriteConfig;
/// # #[job] impl WriteConfig { fn check(&self, g: &Global) -> bool { g.contains("config") } fn run(&self, g: &Global) -> Result { g.set("config", 1) } }
/// #[job]
/// fn restart(changed: Changed<WriteConfig>) {
///     if changed.get() {
///         println!("restarted");
///     }
/// }
/// # assert!(DoJobber::new().root::<restart>().checknrun().unwrap().success());
/// ```
pub struct Changed<J> {
    changed: bool,
    job: std::marker::PhantomData<fn() -> J>,
}

impl<J> Changed<J> {
    /// Whether it did.
    pub fn get(&self) -> bool {
        self.changed
    }
}

impl<J: Job> FromContext<'_> for Changed<J> {
    fn from_context(ctx: &Context) -> Result<Self> {
        let mut changed = false;
        for job in ctx.dependencies::<J>() {
            match ctx.ended(job) {
                Some(ended) => changed |= matches!(ended.status, Status::Changed | Status::WouldRun),
                None if ctx.is_unborn(job) => return Err(not_yet(ctx, job)),
                None => {}
            }
        }
        Ok(Self { changed, job: std::marker::PhantomData })
    }

    fn requires(requires: &mut Requires) {
        requires.changed::<J>();
    }
}

impl<J> fmt::Debug for Changed<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Changed").field(&self.changed).finish()
    }
}

impl Requires {
    /// Asks for the result of one job `J`, which becomes a dependency.
    pub fn output<J: Job<Has: SomeResult<J>>>(&mut self) {
        self.need(def_of::<J>, true);
    }

    /// Asks for the results of all members of the family `J`, which become dependencies.
    pub fn outputs<J: Job<Has: SomeResult<J>>>(&mut self) {
        self.need(def_of::<J>, false);
    }

    /// Asks how `J` ended, which becomes a dependency.
    pub fn changed<J: Job>(&mut self) {
        self.need(def_of::<J>, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DynJob;
    use crate::context::Phase;
    use crate::error::ErrorKind;
    use crate::runner::DoJobber;

    /// A job with a result, written as the attribute would.
    struct Source;

    impl Job for Source {
        type Returns = Result<u32>;
        type Has = crate::private::WithResult<Self>;
        type Local = ();
        const DEF: crate::JobDef = crate::JobDef::new::<Self>(crate::Kind::Group, "Source", "dojobber", "");
    }

    /// The context of a job that needs `Source`, which has ended so.
    fn behind(ended: Ended) -> Context {
        let mut dojob = DoJobber::new();
        dojob.root::<Source>().add_to::<Source>(DynJob::new("other"));
        let plan = Arc::new(dojob.plan().unwrap());
        let source = plan.get::<Source>().unwrap().id();
        let run = dojob.run_data(Some(Arc::clone(&plan)), crate::arguments::Arguments::default(), dojob.system_time());
        let mut ctx = Context::new(Arc::new(run), Arc::default(), None);
        ctx.enter(plan.find("other").unwrap().id(), 1, Phase::Run, None);
        ctx.note(source, ended);
        ctx
    }

    #[test]
    fn a_skipped_job_has_no_result() {
        let ctx = behind(Ended { status: Status::Skipped, value: None });
        let error = Output::<Source>::from_context(&ctx).unwrap_err();
        assert_eq!(error.to_string(), "Source is skipped, so it has no result");
        assert_eq!(error.kind(), ErrorKind::Permanent, "no further try finds one");
        assert!(Option::<Output<Source>>::from_context(&ctx).unwrap().is_none());
        assert!(Outputs::<Source>::from_context(&ctx).unwrap().is_empty());
        assert!(!Changed::<Source>::from_context(&ctx).unwrap().get());
    }

    #[test]
    fn a_job_that_passed_hands_its_result_over() {
        let ctx = behind(Ended { status: Status::Changed, value: Some(Value::new(7_u32)) });
        assert_eq!(*Output::<Source>::from_context(&ctx).unwrap(), 7);
        assert_eq!(Option::<Output<Source>>::from_context(&ctx).unwrap().as_deref(), Some(&7));
        assert_eq!(Outputs::<Source>::from_context(&ctx).unwrap().iter().collect::<Vec<_>>(), [("Source", &7)]);
        assert!(Changed::<Source>::from_context(&ctx).unwrap().get());
    }
}
