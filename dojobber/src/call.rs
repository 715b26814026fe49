//! How a job is asked for what it does: one question, which is offered each of its functions in turn.
//!
//! The attribute writes nothing but a chain of offers, such as
//! `call.new0(…).ref1_result(Function::Check, Self::check).mut0(Function::Run, Self::run)`. All that the chain means
//! stands here, once, so that the compiler has little to do for each job: a path to the function, and the bounds that
//! its parameters and what it returns must hold.

use std::marker::PhantomData;

use super::{Callable, Condition};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::extract::{FromContext, Requires};
use crate::job::{Job, Local, cast};
use crate::outcome::{IntoNew, IntoOutcome, Outcome, taken};
use crate::step::{Function, Functions, Step};

/// One question to a job: it takes the function that it is for, and lets the others pass.
///
/// Functions come as pointers, not as `impl Fn`, and return `J::Returns` where they decide on the result: few bounds,
/// since the compiler proves each one twice for every function of every job.
pub struct Call<'c, J>(Ask<'c>, PhantomData<fn() -> J>);

enum Ask<'c> {
    Requires(&'c mut Requires),
    Asyncs(&'c mut Functions),
    Function(Function, &'c mut Option<Local>, &'c Context),
    Answered(Step<'c>),
}

impl<'c, J: Job> Call<'c, J> {
    /// What do the parameters of all functions require?
    pub(crate) fn requires(requires: &'c mut Requires) -> Self {
        Self(Ask::Requires(requires), PhantomData)
    }

    /// Which functions are async?
    pub(crate) fn asyncs(asyncs: &'c mut Functions) -> Self {
        Self(Ask::Asyncs(asyncs), PhantomData)
    }

    /// Call this one.
    pub(crate) fn function(function: Function, local: &'c mut Option<Local>, ctx: &'c Context) -> Self {
        Self(Ask::Function(function, local, ctx), PhantomData)
    }

    /// What came of it; of a function that the job doesn't have, nothing.
    #[inline]
    pub(crate) fn answer(self) -> Step<'c> {
        match self.0 {
            Ask::Answered(step) => step,
            Ask::Function(Function::New, local, _) => Step::done(|| {
                // What `()` has no need of, and families, whose values are cloned from prototypes.
                let nothing: Local = Box::new(());
                if !nothing.is::<J::Local>() {
                    return Err(Error::msg("a family's values are cloned, never made"));
                }
                *local = Some(nothing);
                Ok(None)
            }),
            _ => Step::Done(Ok(None)),
        }
    }

    /// Names types that only their own errors are wanted of: a path through the trait has no bound to note.
    #[inline]
    #[must_use]
    pub fn takes<const N: usize>(self, _: [fn(&mut Requires); N]) -> Self {
        self
    }

    /// The same for what a function returns.
    #[inline]
    #[must_use]
    pub fn gives<R>(self, _: fn(R, &Context) -> Outcome) -> Self {
        self
    }

    /// The same for what `new` returns.
    #[inline]
    #[must_use]
    pub fn makes<R>(self, _: fn(R, &Context) -> Result<J::Local>) -> Self {
        self
    }

    /// The function in `check = …`.
    #[inline]
    #[must_use]
    pub fn callable<M, F: Callable<'c, M>>(self, function: Function, callable: F) -> Self
    where
        F::Future: Send + 'c,
    {
        self.offer(function, F::IS_ASYNC, F::requires, |_, ctx| callable.call(ctx))
    }

    /// The function in `when = …`, and how it was written there.
    #[inline]
    #[must_use]
    pub fn condition<M, F: Condition<'c, M>>(self, condition: F, name: &'static str) -> Self
    where
        F::Future: Send + 'c,
    {
        self.offer(Function::When, F::IS_ASYNC, F::requires, |_, ctx| condition.ask(name, ctx))
    }

    #[inline]
    pub(super) fn offer(
        self,
        function: Function,
        is_async: bool,
        requires: impl FnOnce(&mut Requires),
        call: impl FnOnce(&'c mut Option<Local>, &'c Context) -> Step<'c>,
    ) -> Self {
        let ask = match self.0 {
            Ask::Requires(collected) => {
                requires(collected);
                Ask::Requires(collected)
            }
            Ask::Asyncs(asyncs) => {
                if is_async {
                    *asyncs = asyncs.with(function);
                }
                Ask::Asyncs(asyncs)
            }
            Ask::Function(wanted, local, ctx) if wanted == function => Ask::Answered(call(local, ctx)),
            other => other,
        };
        Self(ask, PhantomData)
    }
}

/// The functions that can be offered, by their number of parameters: `new`; and without `self`, with `&self`, with
/// `&mut self`, each as it is and as the one that decides on the result.
macro_rules! offers {
    ($new:ident ($fun:ident $fun_result:ident) ($by_ref:ident $ref_result:ident) ($by_mut:ident $mut_result:ident)
        $($arg:ident)*) => {
        impl<'c, J: Job> Call<'c, J> {
            #[inline]
            #[must_use]
            pub fn $new<$($arg: FromContext<'c>,)* R: IntoNew<J::Local>>(self, new: fn($($arg),*) -> R) -> Self {
                self.offer(
                    Function::New,
                    false,
                    |_requires| { $($arg::requires(_requires);)* },
                    |local, _ctx| Step::done(|| {
                        *local = Some(Box::new(new($(taken($arg::from_context(_ctx), _ctx)?),*).into_new(_ctx)?));
                        Ok(None)
                    }),
                )
            }

            offers!(@ $fun (R: IntoOutcome) (R) () $($arg)*);
            offers!(@ $fun_result () (J::Returns) () $($arg)*);
            offers!(@ $by_ref (R: IntoOutcome) (R) (&'c J::Local) $($arg)*);
            offers!(@ $ref_result () (J::Returns) (&'c J::Local) $($arg)*);
            offers!(@ $by_mut (R: IntoOutcome) (R) (&'c mut J::Local) $($arg)*);
            offers!(@ $mut_result () (J::Returns) (&'c mut J::Local) $($arg)*);
        }
    };
    (@ $name:ident ($($bound:tt)*) ($returns:ty) ($($local:ty)?) $($arg:ident)*) => {
        #[inline]
        #[must_use]
        pub fn $name<$($arg: FromContext<'c>,)* $($bound)*>(
            self,
            function: Function,
            call: fn($($local,)? $($arg),*) -> $returns,
        ) -> Self {
            self.offer(
                function,
                false,
                |_requires| { $($arg::requires(_requires);)* },
                |_local, ctx| Step::done(|| {
                    call($({ let local: $local = cast(_local)?; local },)? $(taken($arg::from_context(ctx), ctx)?),*).into_outcome(ctx)
                }),
            )
        }
    };
}

offers!(new0 (fn0 fn0_result) (ref0 ref0_result) (mut0 mut0_result));
offers!(new1 (fn1 fn1_result) (ref1 ref1_result) (mut1 mut1_result) A);
offers!(new2 (fn2 fn2_result) (ref2 ref2_result) (mut2 mut2_result) A B);
offers!(new3 (fn3 fn3_result) (ref3 ref3_result) (mut3 mut3_result) A B C);
offers!(new4 (fn4 fn4_result) (ref4 ref4_result) (mut4 mut4_result) A B C D);
offers!(new5 (fn5 fn5_result) (ref5 ref5_result) (mut5 mut5_result) A B C D E);
offers!(new6 (fn6 fn6_result) (ref6 ref6_result) (mut6 mut6_result) A B C D E F);
offers!(new7 (fn7 fn7_result) (ref7 ref7_result) (mut7 mut7_result) A B C D E F G);
offers!(new8 (fn8 fn8_result) (ref8 ref8_result) (mut8 mut8_result) A B C D E F G H);
offers!(new9 (fn9 fn9_result) (ref9 ref9_result) (mut9 mut9_result) A B C D E F G H I);
offers!(new10 (fn10 fn10_result) (ref10 ref10_result) (mut10 mut10_result) A B C D E F G H I M);
offers!(new11 (fn11 fn11_result) (ref11 ref11_result) (mut11 mut11_result) A B C D E F G H I M K);
offers!(new12 (fn12 fn12_result) (ref12 ref12_result) (mut12 mut12_result) A B C D E F G H I M K L);

/// How each try gets a value of its own, where there is no `new`.
#[diagnostic::on_unimplemented(
    message = "nothing says how to make a new `{Self}` for each try",
    label = "has neither `Default` nor `fn new`",
    note = "put `#[derive(Default)]` on the type, or write `fn new() -> Self` into the `impl`"
)]
pub trait Anew {
    /// Makes one.
    fn anew() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> Anew for T {
    fn anew() -> Self {
        T::default()
    }
}
