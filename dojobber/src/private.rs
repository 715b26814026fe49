//! What the expansion of `#[job]` calls. No part of it is a promise.

use std::fmt::Display;
use std::num::NonZeroU32;
use std::time::Duration;

#[path = "call.rs"]
mod call;
#[cfg(feature = "tokio")]
#[path = "call_async.rs"]
mod call_async;
#[path = "callable.rs"]
mod callable;

pub use self::call::{Anew, Call};
pub use self::callable::{Callable, Condition};
pub use crate::context::Context;
pub use crate::error::{Error, Result};
pub use crate::extract::{AsyncFromContext, FromContext, Requires};
pub use crate::family::{Each, EachCall, Fallible, Family, FamilyDef, IntoMembers, Member, Plain};
pub use crate::job::{DefOf, Dep, Job, JobDef, Kind, def_of};
pub use crate::outcome::{IntoNew, IntoOutcome, Outcome};
pub use crate::registry::Registration;
pub use crate::step::{Function, Functions, Step};
pub use inventory;
pub use std::format;
pub use std::option::Option;
pub use std::string::String;

/// `tries = …`: at least one (R5). Fails to compile at the caller's value.
#[track_caller]
pub const fn tries(tries: u32) -> Option<NonZeroU32> {
    assert!(tries > 0, "a job needs at least one try: write `tries = 1` or more");
    NonZeroU32::new(tries)
}

/// `retry_backoff = …`: finite, at least 1 (R5). Fails to compile at the caller's value.
#[track_caller]
pub const fn retry_backoff(factor: f64) -> f64 {
    assert!(
        factor.is_finite() && factor >= 1.0,
        "`retry_backoff` is a finite number of at least 1: write `retry_backoff = 2.0`"
    );
    factor
}

/// `retry_jitter = …`: from 0 to 1 (R5). Fails to compile at the caller's value.
#[track_caller]
pub const fn retry_jitter(part: f64) -> f64 {
    assert!(part >= 0.0 && part <= 1.0, "`retry_jitter` is a number from 0 to 1: write `retry_jitter = 0.1`");
    part
}

/// `retry_delay = …` as it was written: seconds as `f64` or `u64`, or a `Duration`.
pub struct Delay<T>(T);

/// What `retry_delay = …`, and every other time, can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a delay",
    label = "give seconds as `f64` or `u64` (write `… as u64`), or a `std::time::Duration`"
)]
pub trait DelayValue {
    /// Its `Delay`. Of a type that has none, the compiler says nothing more than that.
    type Delay;
}
impl DelayValue for f64 {
    type Delay = Delay<Self>;
}
impl DelayValue for u64 {
    type Delay = Delay<Self>;
}
impl DelayValue for Duration {
    type Delay = Delay<Self>;
}

/// Wraps the value, so that its type picks the conversion in a constant, where traits can't.
pub const fn delay<T: DelayValue<Delay = Delay<T>> + Copy>(value: T) -> <T as DelayValue>::Delay {
    Delay(value)
}

impl Delay<f64> {
    /// In nanoseconds. Fails to compile, at the caller's value, for a negative or a non-finite delay (R5).
    #[track_caller]
    pub const fn nanoseconds(self) -> u64 {
        assert!(self.0.is_finite(), "a delay must be finite: write seconds, as in `retry_delay = 0.5`");
        assert!(self.0 >= 0.0, "a delay can't be negative: write seconds, as in `retry_delay = 0.5`");
        // Rounded: 1.001 s is 1_001_000_000 ns, not …999. Casts of floats saturate.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let nanoseconds = (self.0 * 1e9 + 0.5) as u64;
        nanoseconds
    }
}

impl Delay<u64> {
    /// In nanoseconds.
    pub const fn nanoseconds(self) -> u64 {
        self.0.saturating_mul(1_000_000_000)
    }
}

impl Delay<Duration> {
    /// In nanoseconds.
    pub const fn nanoseconds(self) -> u64 {
        let nanoseconds = self.0.as_nanos();
        if nanoseconds > u64::MAX as u128 {
            return u64::MAX;
        }
        // Just held against the maximum.
        #[allow(clippy::cast_possible_truncation)]
        let nanoseconds = nanoseconds as u64;
        nanoseconds
    }
}

/// The conversions of a time, each named after its key, so that what can't be one is told in words of that key.
macro_rules! times {
    ($($key:ident, $like:literal, $may_be_zero:literal;)*) => {
        impl Delay<f64> {
            $(
                /// In nanoseconds. Fails to compile, at the caller's value, for what can't be one.
                #[track_caller]
                pub const fn $key(self) -> u64 {
                    let finite = concat!("`", stringify!($key), "` must be finite: write seconds, as in `", $like, "`");
                    assert!(self.0.is_finite(), "{}", finite);
                    let more = concat!("`", stringify!($key), "` can't be negative: write seconds, as in `", $like, "`");
                    assert!(self.0 >= 0.0, "{}", more);
                    Delay(Duration::from_nanos(self.nanoseconds())).$key()
                }
            )*
        }
        impl Delay<u64> {
            $(
                /// In nanoseconds. Fails to compile, at the caller's value, for what can't be one.
                #[track_caller]
                pub const fn $key(self) -> u64 {
                    Delay(Duration::from_secs(self.0)).$key()
                }
            )*
        }
        impl Delay<Duration> {
            $(
                /// In nanoseconds. Fails to compile, at the caller's value, for what can't be one.
                #[track_caller]
                pub const fn $key(self) -> u64 {
                    let nanoseconds = self.nanoseconds();
                    let more = concat!(
                        "`", stringify!($key), "` can't be 0: write seconds, as in `", $like, "`, or leave it out"
                    );
                    assert!($may_be_zero || nanoseconds > 0, "{}", more);
                    nanoseconds
                }
            )*
        }
    };
}

times! {
    retry_max_delay, "retry_max_delay = 60", true;
    timeout, "timeout = 30", false;
    settle, "settle = 30", true;
    settle_interval, "settle_interval = 0.5", false;
}

/// Tells whether a function that returns `R` has a result (R19). An inherent constant wins over that of
/// [`HasSomeElse`].
pub struct Results<R>(std::marker::PhantomData<R>);

impl Results<()> {
    /// Nothing.
    pub const SOME: bool = false;
}
impl Results<bool> {
    /// A verdict.
    pub const SOME: bool = false;
}
impl<E> Results<std::result::Result<(), E>> {
    /// Nothing.
    pub const SOME: bool = false;
}
impl<E> Results<std::result::Result<bool, E>> {
    /// A verdict.
    pub const SOME: bool = false;
}

/// What [`Results`] has no word on.
pub trait HasSomeElse {
    /// A result.
    const SOME: bool = true;
}
impl<R> HasSomeElse for Results<R> {}

/// A job of this kind has a result.
pub struct WithResult<J>(std::marker::PhantomData<J>);

/// A job that returns nothing that could be handed over.
pub struct NoResult<J>(std::marker::PhantomData<J>);

/// Picks one of them by a constant.
pub struct Pick<const SOME: bool>;

/// See [`Pick`].
pub trait Choose<J> {
    /// [`WithResult`] or [`NoResult`].
    type Type;
}
impl<J> Choose<J> for Pick<true> {
    type Type = WithResult<J>;
}
impl<J> Choose<J> for Pick<false> {
    type Type = NoResult<J>;
}

/// That a job has a result (R19).
#[diagnostic::on_unimplemented(
    message = "the job `{J}` has no result that could be asked for",
    label = "returns nothing that could be handed over",
    note = "let the `check` of `{J}` (its `run`, if it is run-only) return `Result<T>`, with any serialisable `T`",
    note = "`Changed<{J}>` tells whether it changed something, and needs no result; `deps` only waits for it"
)]
pub trait SomeResult<J> {}
impl<J> SomeResult<J> for WithResult<J> {}

/// One of the jobs that a generic `impl` makes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not one of the `instances` of its `#[job]`",
    label = "not a job",
    note = "add it to `#[job(instances = [...])]`"
)]
pub trait Instance: Sized + Send + 'static {
    /// The job's name.
    const NAME: &'static str;

    /// Its `Default`, where that is needed. Here, since as a bound of the generic `impl` it would be missed a second time
    /// on a type that is no instance.
    fn value() -> Result<Self> {
        Err(Error::msg("this job's values are made by its `new`"))
    }
}

/// A field that members are found by, as it is displayed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be part of a key, since it doesn't implement `std::fmt::Display`",
    label = "can't be displayed",
    note = "keys are compared as text: take fields that implement `Display`, such as a `String` or a number, or implement it for the type"
)]
pub trait KeyPart: Display {}

#[diagnostic::do_not_recommend]
impl<T: Display> KeyPart for T {}

/// Of a `key = …` or a `Family[field]`.
pub fn key_part<T: KeyPart>(field: &T) -> &dyn Display {
    field
}

/// The key that a member looks for, out of its value.
pub fn key_of<J: 'static>(value: &dyn std::any::Any, key: fn(&J) -> String) -> String {
    value.downcast_ref().map(key).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_nanoseconds() {
        assert_eq!((delay(1.001).timeout(), delay(2_u64).settle()), (1_001_000_000, 2_000_000_000));
        assert_eq!(delay(Duration::MAX).timeout(), u64::MAX);
        assert_eq!((delay(u64::MAX).retry_max_delay(), delay(0.0).retry_max_delay()), (u64::MAX, 0));
    }

    #[test]
    #[should_panic(expected = "`settle_interval` can't be 0: write seconds, as in `settle_interval = 0.5`")]
    fn an_interval_is_more_than_nothing() {
        delay(1e-10).settle_interval();
    }
}
