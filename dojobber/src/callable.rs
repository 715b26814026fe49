//! Functions that keys of the attribute name by their paths: `check = …`, `when = …`, `each = …`.
//!
//! The attribute sees a path, not whether the function is async or what it returns: a marker type tells the
//! implementations apart, and the compiler finds the one whose bounds hold. A future is nothing that a function may
//! return by itself, so there is never more than one.

use crate::context::Context;
use crate::extract::{FromContext, Requires};
use crate::family::{Each, EachCall, IntoMembers};
use crate::outcome::{IntoOutcome, IntoWhen, asked, taken};
use crate::step::Step;
#[cfg(feature = "tokio")]
use crate::{extract::AsyncFromContext, family::Member};

/// A function that can stand in `check = …`: its parameters are extractors, and it returns an outcome.
///
/// `M` is the tuple of its parameters' types, of an async function in an `Async`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be called by a job",
    label = "not a function of extractors that returns an outcome",
    note = "each parameter must be an extractor: `&Context`, `Args<T>`, `State<T>`, `&Global`, `Output<J>`, `Option<Output<J>>`, `Outputs<J>`, `Changed<J>`, `Phase`, `Try`, or a type that implements `dojobber::FromContext`",
    note = "it must return `()`, `bool`, or a `Result` of something serialisable"
)]
#[cfg_attr(
    not(feature = "tokio"),
    diagnostic::on_unimplemented(
        note = "an `async fn` needs the feature `tokio` of dojobber: add `features = [\"tokio\"]` to its line in `Cargo.toml`"
    )
)]
pub trait Callable<'c, M> {
    /// What it returns if it is async. Bounds of methods ask for `Send`, so that the compiler says why one is not.
    type Future;
    /// Whether it is async.
    const IS_ASYNC: bool;
    /// Extracts the parameters and calls it.
    fn call(self, ctx: &'c Context) -> Step<'c>
    where
        Self::Future: Send + 'c;
    /// Says what the parameters require.
    fn requires(requires: &mut Requires);
}

/// A function that can stand in `when = …`: its parameters are extractors, and it returns whether there is something to
/// do.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't say when a job is due",
    label = "not a function of extractors that returns `bool` or `Result<bool>`",
    note = "each parameter must be an extractor: `&Context`, `Args<T>`, `State<T>`, `&Global`, `Output<J>`, `Option<Output<J>>`, `Outputs<J>`, `Changed<J>`, `Phase`, `Try`, or a type that implements `dojobber::FromContext`",
    note = "it must return `bool`, or a `Result` of that"
)]
#[cfg_attr(
    not(feature = "tokio"),
    diagnostic::on_unimplemented(
        note = "an `async fn` needs the feature `tokio` of dojobber: add `features = [\"tokio\"]` to its line in `Cargo.toml`"
    )
)]
pub trait Condition<'c, M> {
    /// As [`Callable::Future`].
    type Future;
    /// Whether it is async.
    const IS_ASYNC: bool;
    /// Extracts the parameters and calls it. `name` is how it was written.
    fn ask(self, name: &'static str, ctx: &'c Context) -> Step<'c>
    where
        Self::Future: Send + 'c;
    /// Says what the parameters require.
    fn requires(requires: &mut Requires);
}

/// Marks implementations for async functions.
#[cfg(feature = "tokio")]
pub struct Async<M>(std::marker::PhantomData<M>);

macro_rules! callable {
    ($($arg:ident)*) => {
        impl<'c, Func, Return, $($arg),*> Callable<'c, ($($arg,)*)> for Func
        where
            Func: Fn($($arg),*) -> Return,
            Return: IntoOutcome,
            $($arg: FromContext<'c>,)*
        {
            type Future = ();
            const IS_ASYNC: bool = false;

            fn call(self, ctx: &'c Context) -> Step<'c> {
                Step::done(|| self($(taken($arg::from_context(ctx), ctx)?),*).into_outcome(ctx))
            }

            fn requires(_requires: &mut Requires) {
                $($arg::requires(_requires);)*
            }
        }

        impl<'c, Func, Return, $($arg),*> Condition<'c, ($($arg,)*)> for Func
        where
            Func: Fn($($arg),*) -> Return,
            Return: IntoWhen,
            $($arg: FromContext<'c>,)*
        {
            type Future = ();
            const IS_ASYNC: bool = false;

            fn ask(self, name: &'static str, _ctx: &'c Context) -> Step<'c> {
                Step::done(|| asked(self($(taken($arg::from_context(_ctx), _ctx)?),*), format_args!("`{name}`"), _ctx))
            }

            fn requires(_requires: &mut Requires) {
                $($arg::requires(_requires);)*
            }
        }

        impl<'c, J, Func, Return, K, $($arg),*> Each<'c, J, (K, $($arg,)*)> for Func
        where
            Func: Fn($($arg),*) -> Return,
            Return: IntoMembers<J, K>,
            $($arg: FromContext<'c>,)*
        {
            type Future = ();

            fn offer(self, call: EachCall<'c>) -> EachCall<'c> {
                match call {
                    EachCall::Requires(requires) => {
                        $($arg::requires(requires);)*
                        EachCall::Requires(requires)
                    }
                    EachCall::Members(_ctx) => EachCall::Answered(Step::done(|| {
                        self($(taken($arg::from_context(_ctx), _ctx)?),*).into_members(_ctx)
                    })),
                    other => other,
                }
            }
        }

        #[cfg(feature = "tokio")]
        #[allow(non_snake_case, reason = "a parameter is named as its type")]
        const _: () = {
            impl<'c, Func, Fut, Return, $($arg),*> Callable<'c, Async<($($arg,)*)>> for Func
            where
                Func: Fn($($arg),*) -> Fut + Send + 'c,
                Fut: Future<Output = Return>,
                Return: IntoOutcome,
                $($arg: AsyncFromContext<'c>,)*
            {
                type Future = Fut;
                const IS_ASYNC: bool = true;

                fn call(self, ctx: &'c Context) -> Step<'c>
                where
                    Fut: Send + 'c,
                {
                    Step::Later(Box::pin(async move {
                        $(let $arg = taken($arg::from_context(ctx).await, ctx)?;)*
                        self($($arg),*).await.into_outcome(ctx)
                    }))
                }

                fn requires(_requires: &mut Requires) {
                    $($arg::requires(_requires);)*
                }
            }

            impl<'c, Func, Fut, Return, $($arg),*> Condition<'c, Async<($($arg,)*)>> for Func
            where
                Func: Fn($($arg),*) -> Fut + Send + 'c,
                Fut: Future<Output = Return>,
                Return: IntoWhen,
                $($arg: AsyncFromContext<'c>,)*
            {
                type Future = Fut;
                const IS_ASYNC: bool = true;

                fn ask(self, name: &'static str, _ctx: &'c Context) -> Step<'c>
                where
                    Fut: Send + 'c,
                {
                    Step::Later(Box::pin(async move {
                        $(let $arg = taken($arg::from_context(_ctx).await, _ctx)?;)*
                        asked(self($($arg),*).await, format_args!("`{name}`"), _ctx)
                    }))
                }

                fn requires(_requires: &mut Requires) {
                    $($arg::requires(_requires);)*
                }
            }

            impl<'c, J, Func, Fut, Return, K, $($arg),*> Each<'c, J, Async<(K, $($arg,)*)>> for Func
            where
                Func: Fn($($arg),*) -> Fut + Send + 'c,
                Fut: Future<Output = Return>,
                Return: IntoMembers<J, K>,
                $($arg: AsyncFromContext<'c>,)*
            {
                type Future = Fut;

                fn offer(self, call: EachCall<'c>) -> EachCall<'c>
                where
                    Fut: Send + 'c,
                {
                    match call {
                        EachCall::Requires(requires) => {
                            $($arg::requires(requires);)*
                            EachCall::Requires(requires)
                        }
                        EachCall::IsAsync(is_async) => {
                            *is_async = true;
                            EachCall::IsAsync(is_async)
                        }
                        EachCall::Members(_ctx) => EachCall::Answered(Step::<Vec<Member>>::Later(Box::pin(async move {
                            $(let $arg = taken($arg::from_context(_ctx).await, _ctx)?;)*
                            self($($arg),*).await.into_members(_ctx)
                        }))),
                        other @ EachCall::Answered(_) => other,
                    }
                }
            }
        };
    };
}

callable!();
callable!(A);
callable!(A B);
callable!(A B C);
callable!(A B C D);
callable!(A B C D E);
callable!(A B C D E F);
callable!(A B C D E F G);
callable!(A B C D E F G H);
