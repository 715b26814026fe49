//! The async functions of a job, offered as the blocking ones are (`call.rs`).
//!
//! Nothing is called before the future is driven: the parameters are extracted in it.

use super::Call;
use crate::extract::AsyncFromContext;
use crate::job::{Job, cast};
use crate::outcome::{IntoNew, IntoOutcome, taken};
use crate::step::{Function, Step};

/// As `offers!`. The value is borrowed only once the parameters are there, so that the future asks nothing of its type
/// but what the function itself does.
macro_rules! async_offers {
    ($new:ident ($fun:ident $fun_result:ident) ($by_ref:ident $ref_result:ident) ($by_mut:ident $mut_result:ident)
        $($arg:ident)*) => {
        #[allow(non_snake_case, reason = "a parameter is named as its type")]
        impl<'c, J: Job> Call<'c, J> {
            #[inline]
            #[must_use]
            pub fn $new<$($arg: AsyncFromContext<'c>,)* R: IntoNew<J::Local>, Fut: Future<Output = R> + Send + 'c>(
                self,
                new: fn($($arg),*) -> Fut,
            ) -> Self {
                self.offer(
                    Function::New,
                    true,
                    |_requires| { $($arg::requires(_requires);)* },
                    |local, _ctx| Step::Later(Box::pin(async move {
                        $(let $arg = taken($arg::from_context(_ctx).await, _ctx)?;)*
                        let value = new($($arg),*).await.into_new(_ctx)?;
                        *local = Some(Box::new(value));
                        Ok(None)
                    })),
                )
            }

            async_offers!(@ $fun (R: IntoOutcome,) (R) () $($arg)*);
            async_offers!(@ $fun_result () (J::Returns) () $($arg)*);
            async_offers!(@ $by_ref (R: IntoOutcome,) (R) (&'c J::Local) $($arg)*);
            async_offers!(@ $ref_result () (J::Returns) (&'c J::Local) $($arg)*);
            async_offers!(@ $by_mut (R: IntoOutcome,) (R) (&'c mut J::Local) $($arg)*);
            async_offers!(@ $mut_result () (J::Returns) (&'c mut J::Local) $($arg)*);
        }
    };
    (@ $name:ident ($($bound:tt)*) ($returns:ty) ($($local:ty)?) $($arg:ident)*) => {
        #[inline]
        #[must_use]
        pub fn $name<$($arg: AsyncFromContext<'c>,)* $($bound)* Fut: Future<Output = $returns> + Send + 'c>(
            self,
            function: Function,
            call: fn($($local,)? $($arg),*) -> Fut,
        ) -> Self {
            self.offer(
                function,
                true,
                |_requires| { $($arg::requires(_requires);)* },
                |_local, ctx| Step::Later(Box::pin(async move {
                    $(let $arg = taken($arg::from_context(ctx).await, ctx)?;)*
                    let future = call($({ let local: $local = cast(_local)?; local },)? $($arg),*);
                    future.await.into_outcome(ctx)
                })),
            )
        }
    };
}

async_offers!(async_new0 (async_fn0 async_fn0_result) (async_ref0 async_ref0_result) (async_mut0 async_mut0_result));
async_offers!(async_new1 (async_fn1 async_fn1_result) (async_ref1 async_ref1_result) (async_mut1 async_mut1_result) A);
async_offers!(async_new2 (async_fn2 async_fn2_result) (async_ref2 async_ref2_result) (async_mut2 async_mut2_result) A B);
async_offers!(async_new3 (async_fn3 async_fn3_result) (async_ref3 async_ref3_result) (async_mut3 async_mut3_result) A B C);
async_offers!(async_new4 (async_fn4 async_fn4_result) (async_ref4 async_ref4_result) (async_mut4 async_mut4_result) A B C D);
async_offers!(async_new5 (async_fn5 async_fn5_result) (async_ref5 async_ref5_result) (async_mut5 async_mut5_result) A B C D E);
async_offers!(async_new6 (async_fn6 async_fn6_result) (async_ref6 async_ref6_result) (async_mut6 async_mut6_result) A B C D E F);
async_offers!(async_new7 (async_fn7 async_fn7_result) (async_ref7 async_ref7_result) (async_mut7 async_mut7_result) A B C D E F G);
async_offers!(async_new8 (async_fn8 async_fn8_result) (async_ref8 async_ref8_result) (async_mut8 async_mut8_result) A B C D E F G H);
async_offers!(async_new9 (async_fn9 async_fn9_result) (async_ref9 async_ref9_result) (async_mut9 async_mut9_result) A B C D E F G H I);
async_offers!(async_new10 (async_fn10 async_fn10_result) (async_ref10 async_ref10_result) (async_mut10 async_mut10_result) A B C D E F G H I M);
async_offers!(async_new11 (async_fn11 async_fn11_result) (async_ref11 async_ref11_result) (async_mut11 async_mut11_result) A B C D E F G H I M K);
async_offers!(async_new12 (async_fn12 async_fn12_result) (async_ref12 async_ref12_result) (async_mut12 async_mut12_result) A B C D E F G H I M K L);

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::arguments::Arguments;
    use crate::context::Context;
    use crate::own_runtime::OwnRuntime;
    use crate::private::WithResult;
    use crate::step::Functions;
    use crate::{JobDef, Kind};

    fn drive(step: Step<'_>) -> crate::outcome::Outcome {
        match step {
            Step::Done(result) => result,
            Step::Later(future) => OwnRuntime::default().block_on(future),
        }
    }

    static HAS_RUN: AtomicBool = AtomicBool::new(false);

    /// Written as the attribute would.
    struct Mixed;

    impl Job for Mixed {
        type Returns = bool;
        type Has = WithResult<Self>;
        type Local = ();
        const DEF: JobDef = JobDef::new::<Self>(Kind::Job, "Mixed", "dojobber", "");

        fn __call(call: Call<'_, Self>) -> Call<'_, Self> {
            call.condition(due, "due").fn0_result(Function::Check, check).async_fn0(Function::Run, run)
        }
    }

    async fn due() -> bool {
        false
    }

    fn check() -> bool {
        true
    }

    async fn run() {
        HAS_RUN.store(true, Ordering::Relaxed);
    }

    /// What executors rely on: all that a step borrows can lie in a future that threads hand to each other.
    #[test]
    fn a_step_can_be_driven_anywhere() {
        fn can_be_sent<T: Send>(_: T) {}
        let mut dojob = crate::DoJobber::new();
        let plan = Arc::new(dojob.root::<Mixed>().plan().unwrap());
        let run = dojob.run_data(Some(Arc::clone(&plan)), Arguments::default(), dojob.system_time());
        let ctx = Context::new(Arc::new(run), Arc::default(), None);
        let job = plan.get::<Mixed>().unwrap().id();
        can_be_sent(async move {
            let mut local = None;
            let checked = match plan.behaviour(job).call(Function::Check, &mut local, &ctx) {
                Step::Done(result) => result,
                Step::Later(future) => future.await,
            };
            (checked.is_ok(), local)
        });
    }

    #[test]
    fn async_functions_are_known_and_run_only_when_they_are_driven() {
        let behaviour = Mixed::DEF.behaviour;
        assert_eq!(behaviour.asyncs(), Functions::NONE.with(Function::When).with(Function::Run));
        let dojob = crate::DoJobber::new();
        let run = dojob.run_data(None, Arguments::default(), dojob.system_time());
        let (ctx, mut local) = (Context::new(Arc::new(run), Arc::default(), None), None);
        assert!(matches!(behaviour.call(Function::New, &mut local, &ctx), Step::Done(Ok(None))));
        assert!(local.is_some());
        assert!(matches!(behaviour.call(Function::Check, &mut local, &ctx), Step::Done(Ok(None))));
        assert!(matches!(behaviour.call(Function::Cleanup, &mut local, &ctx), Step::Done(Ok(None))));
        let step = behaviour.call(Function::Run, &mut local, &ctx);
        assert!(matches!(step, Step::Later(_)) && !HAS_RUN.load(Ordering::Relaxed));
        drive(step).unwrap();
        assert!(HAS_RUN.load(Ordering::Relaxed));
        let no = drive(behaviour.call(Function::When, &mut local, &ctx)).unwrap().unwrap();
        assert_eq!(no.downcast_ref::<String>().unwrap(), "`due` returned false");
    }
}
