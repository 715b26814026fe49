//! What the functions of a job may return, and what that means.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::catch::{Discarded, catch};
use crate::context::{Context, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::harmless::tame;

/// What came of a phase: an error, or perhaps a result.
pub type Outcome = Result<Option<Value>>;

/// A job's result (R19): any serialisable value, shared and read as its own type or as JSON.
#[derive(Clone)]
pub struct Value {
    /// There until it is dropped, which can be anywhere (R16).
    value: Discarded<Arc<dyn Any + Send + Sync>>,
    to_json: fn(&dyn Any) -> serde_json::Result<serde_json::Value>,
}

impl Value {
    /// The value as the type that the job returned, or `None` if it returned another one.
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.value.as_deref()?.downcast_ref()
    }

    /// The value as JSON; an error where its `Serialize` fails (such as a map with keys that are no strings).
    pub fn to_json(&self) -> Result<serde_json::Value> {
        // `Serialize` is a user's (R16).
        catch(|| Ok((self.to_json)(self.value.as_deref().unwrap_or(&()))?))
    }

    /// As [`to_json`](Self::to_json), for what is written of the job of this name, which an error tells.
    pub(crate) fn json_of(&self, job: &str) -> std::result::Result<serde_json::Value, String> {
        self.to_json().map_err(|error| format!("the result of `{}` is no JSON: {error:#}", tame(job)))
    }

    pub(crate) fn new<T: Serialize + Send + Sync + 'static>(value: T) -> Self {
        let to_json = |value: &dyn Any| serde_json::to_value(value.downcast_ref::<T>());
        let value: Arc<dyn Any + Send + Sync> = Arc::new(value);
        Self { value: value.into(), to_json }
    }

    /// The value itself, shared.
    pub(crate) fn downcast<T: Send + Sync + 'static>(mut self) -> Option<Arc<T>> {
        self.value.take()?.downcast().ok()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_json() {
            Ok(json) => write!(f, "Value({json})"),
            Err(error) => write!(f, "Value(not JSON: {error})"),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.to_json().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// What a job's `check`, `run` and `cleanup` may return: `()`, `bool`, or a `Result`.
///
/// `false`, and `Ok(false)`, mean that the phase failed. Any other value in `Ok` is the job's result (R19), if it
/// came from the check (or, for a run-only job, from run). The error may be anything that converts into an
/// [`Error`].
#[diagnostic::on_unimplemented(
    message = "a job's function can't return `{Self}`",
    label = "return `()`, `bool`, or a `Result<T, E>` of a serialisable `T`",
    note = "`T` needs `serde::Serialize + Send + Sync + 'static`: write `#[derive(serde::Serialize)]` on a type of yours",
    note = "`E` is `dojobber::Error`, which is what `Result<T>` of the prelude means, or anything that `?` turns into it: \
            a type that implements `std::error::Error`, `String`, `&str`, `anyhow::Error`"
)]
pub trait IntoOutcome {
    /// The type of the value that comes along.
    type Value: Send + Sync + 'static;

    /// Turns what the function returned into what it means.
    #[doc(hidden)]
    fn into_outcome(self, ctx: &Context) -> Outcome;
}

impl IntoOutcome for () {
    type Value = ();

    fn into_outcome(self, _: &Context) -> Outcome {
        Ok(None)
    }
}

impl IntoOutcome for bool {
    type Value = ();

    fn into_outcome(self, ctx: &Context) -> Outcome {
        if self { Ok(None) } else { Err(returned_false(ctx.phase())) }
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> IntoOutcome for std::result::Result<T, E>
where
    T: Serialize + Send + Sync + 'static,
    E: Into<Error>,
{
    type Value = T;

    fn into_outcome(self, ctx: &Context) -> Outcome {
        let value = self.map_err(|error| own(error.into(), ctx))?;
        // `Result<()>` and `Result<bool>` can't have implementations of their own beside this one. Both tests
        // are on types, so the compiler leaves one branch of each.
        let any: &dyn Any = &value;
        if any.is::<()>() {
            return Ok(None);
        }
        match any.downcast_ref::<bool>() {
            Some(true) => Ok(None),
            Some(false) => Err(returned_false(ctx.phase())),
            None => Ok(Some(Value::new(value))),
        }
    }
}

fn returned_false(phase: Phase) -> Error {
    Error::with_kind(ErrorKind::ReturnedFalse, format_args!("{} returned false", phase.function()))
}

/// What a `when` may return: `bool`, or a `Result` of that. `false` means that there is nothing to do.
#[diagnostic::on_unimplemented(
    message = "a `when` can't return `{Self}`",
    label = "return `bool`, or `Result<bool, E>` where `E` converts into `dojobber::Error`"
)]
pub trait IntoWhen {
    /// Turns what the function returned into what it means.
    #[doc(hidden)]
    fn into_when(self, ctx: &Context) -> Result<bool>;
}

impl IntoWhen for bool {
    fn into_when(self, _: &Context) -> Result<bool> {
        Ok(self)
    }
}

impl<E: Into<Error>> IntoWhen for std::result::Result<bool, E> {
    fn into_when(self, ctx: &Context) -> Result<bool> {
        self.map_err(|error| own(error.into(), ctx))
    }
}

/// What it means that the `when` of this name returned this.
pub(crate) fn asked(returned: impl IntoWhen, name: impl fmt::Display, ctx: &Context) -> Outcome {
    Ok(if returned.into_when(ctx)? { None } else { Some(no(format!("{name} returned false"))) })
}

/// There is nothing to do, for this reason. It is no error: that could be anybody's.
pub(crate) fn no(reason: String) -> Value {
    Value::new(reason)
}

/// An error that a user's function returned. What a run alone can say, of its own tries, may have come out of another
/// run's report, and says nothing of this one.
#[cold]
pub(crate) fn own(error: Error, ctx: &Context) -> Error {
    match error.kind() {
        ErrorKind::ReturnedFalse | ErrorKind::Raced | ErrorKind::RunOnly | ErrorKind::Skipped => error.plain(),
        // A program was ended, else.
        ErrorKind::TimedOut | ErrorKind::Cancelled if !ctx.is_cancelled() => error.plain(),
        _ => error,
    }
}

/// What an extractor returned, which may be a user's function, too.
#[inline]
pub(crate) fn taken<T>(extracted: Result<T>, ctx: &Context) -> Result<T> {
    extracted.map_err(|error| own(error, ctx))
}

/// What a job's `new` may return: the value, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "`new` of the job `{J}` can't return `{Self}`",
    label = "return `Self`, or `Result<Self, E>` where `E` converts into `dojobber::Error`"
)]
pub trait IntoNew<J> {
    /// Turns what `new` returned into the value for one try.
    #[doc(hidden)]
    fn into_new(self, ctx: &Context) -> Result<J>;
}

impl<J> IntoNew<J> for J {
    fn into_new(self, _: &Context) -> Result<J> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<J, E: Into<Error>> IntoNew<J> for std::result::Result<J, E> {
    fn into_new(self, ctx: &Context) -> Result<J> {
        self.map_err(|error| own(error.into(), ctx))
    }
}
