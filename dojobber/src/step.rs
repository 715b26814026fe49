//! One call of a user's code: it is done, or will be.

use std::num::NonZeroU8;
use std::pin::Pin;

use crate::error::Result;
use crate::outcome::Value;

/// A future that may borrow from `'c`, and may be sent to another thread: what `Box::pin(async move { … })` makes.
pub type BoxFuture<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;

/// What a call of a job's function came to. Blocking code is never boxed.
pub enum Step<'c, T = Option<Value>> {
    /// It was blocking, and is over.
    Done(Result<T>),
    /// It is async, and nothing of it has been run yet.
    Later(BoxFuture<'c, Result<T>>),
}

impl<T> Step<'_, T> {
    /// Calls blocking code.
    #[inline]
    pub(crate) fn done(call: impl FnOnce() -> Result<T>) -> Self {
        Self::Done(call())
    }
}

/// Some of a job's functions: a bit each, and one more, so that it is never 0, and whoever keeps it in an enum keeps no tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Functions(NonZeroU8);

/// A function of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Make the value of a try.
    New,
    /// Is there anything to do at all?
    When,
    /// Does the goal hold?
    Check,
    /// Bring it about.
    Run,
    /// Undo what the run left lying about.
    Cleanup,
}

impl Functions {
    /// None of them.
    pub const NONE: Self = Self(NonZeroU8::MIN);

    /// These, and this one.
    #[must_use]
    pub const fn with(self, function: Function) -> Self {
        match NonZeroU8::new(self.0.get() | bit(function)) {
            Some(bits) => Self(bits),
            None => self,
        }
    }

    /// Whether this one is among them.
    pub const fn contains(self, function: Function) -> bool {
        self.0.get() & bit(function) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0.get() == Self::NONE.0.get()
    }
}

const fn bit(function: Function) -> u8 {
    2 << function as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_a_set() {
        let some = Functions::NONE.with(Function::Check).with(Function::Cleanup);
        assert!(some.contains(Function::Check) && some.contains(Function::Cleanup));
        assert!(!some.contains(Function::New) && !some.contains(Function::Run));
        assert!(Functions::NONE.is_empty() && !some.is_empty());
    }
}
